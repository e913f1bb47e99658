import { definePage } from '../../http/page.ts'

const reasons = ['verified', 'password', 'invitation', 'set-up'] as const

/** Says what was done for an account, and leads to signing in. */
export const accountReadyPage = definePage({
  name: 'accountReady',
  path: '/account-ready',
  for: 'anyone',
  load: async ({ query }) => ({ because: reasons.find((reason) => reason === query.because) ?? 'verified' }),
})
