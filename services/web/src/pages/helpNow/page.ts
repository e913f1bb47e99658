import { definePage } from '../../http/page.ts'

/** Who to call in an emergency, and when somebody is being harmed. */
export const helpNowPage = definePage({ name: 'helpNow', path: '/help-now', for: 'anyone' })
