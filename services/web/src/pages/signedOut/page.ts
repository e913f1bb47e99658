import { definePage } from '../../http/page.ts'

/** Where the issuer sends a browser that has signed out. */
export const signedOutPage = definePage({ name: 'signedOut', path: '/signed-out', for: 'anyone' })
