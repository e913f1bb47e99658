import { definePage } from '../../http/page.ts'

/** Says that a message is on its way, the same for every address. */
export const checkYourMailPage = definePage({ name: 'checkYourMail', path: '/check-your-mail', for: 'anyone' })
