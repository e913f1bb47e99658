import { definePage } from '../../http/page.ts'

/** Says that a message is on its way or, in a place that no e-mail leaves, whom to ask; the same for every address. */
export const checkYourMailPage = definePage({ name: 'checkYourMail', path: '/check-your-mail', for: 'anyone' })
