import { definePage } from '../../http/page.ts'

/** What happens to what people tell us. */
export const privacyPage = definePage({ name: 'privacy', path: '/privacy', for: 'anyone' })
