import { everyRole, type Fixtures } from './fixture.ts'
import type { World } from './world.ts'

const password = 'another long one'
const lookedAfter = async ({ accountForAnother }: World) => ({ params: { id: (await accountForAnother()).accountId } })

export const identityFixtures: Fixtures = {
  'POST /api/identity/accounts': {
    may: { any: ['anyone'] },
    prepare: async ({ newAddress }) => ({ body: { name: 'Somebody', email: newAddress(), password, role: 'resident' } }),
  },
  'POST /api/identity/password-requests': { may: { any: ['anyone'] }, prepare: async ({ newAddress }) => ({ body: { email: newAddress() } }) },
  'POST /api/identity/verifications': {
    may: { any: ['anyone'] },
    prepare: async ({ linkFor, signUp }) => ({ body: { token: (await linkFor('verify-email', signUp)).token } }),
  },
  'POST /api/identity/passwords': {
    may: { any: ['anyone'] },
    prepare: async ({ linkFor, anyone, person }) => {
      const body = { email: person('partner', 'commissioner').username }
      const { token } = await linkFor('reset-password', () => anyone('POST', '/api/identity/password-requests', { body }))
      return { body: { token, password } }
    },
  },
  'POST /api/identity/invitations/acceptance': {
    may: { any: ['anyone'] },
    prepare: async ({ linkFor, accountForAnother }) => ({ body: { token: (await linkFor('invitation', accountForAnother)).token, password } }),
  },
  'GET /api/identity/challenges/{id}/link': {
    may: { any: ['service notification'] },
    prepare: async ({ linkFor, signUp }) => {
      const { challengeId, token } = await linkFor('verify-email', signUp)
      return { params: { id: challengeId }, marks: [token] }
    },
  },
  // An administrator is there from the beginning, or nobody could be tried: whoever comes later is told so.
  'POST /api/identity/first-administrator': {
    may: { any: ['anyone'] },
    orProblem: ['administrator-exists', 'code-not-right'],
    prepare: async ({ newAddress }) => ({ body: { code: '0000-0000', name: 'Somebody', email: newAddress(), password } }),
  },
  'GET /api/identity/me': {
    may: { own: everyRole },
    byCaller: true,
    prepare: async (_world, { accountId, personId }) => ({ marks: [accountId, personId] }),
  },
  'GET /api/identity/accounts': { may: { any: ['administrator'] }, prepare: async () => ({}) },
  'POST /api/identity/accounts/for-another': {
    may: { any: ['administrator'] },
    prepare: async ({ newAddress }) => ({ body: { name: 'Somebody', email: newAddress(), role: 'provider' } }),
  },
  'GET /api/identity/accounts/{id}': { may: { any: ['administrator'] }, prepare: lookedAfter },
  'POST /api/identity/accounts/search': {
    may: { any: ['administrator'] },
    prepare: async ({ person }) => {
      const { username: email, accountId } = person('partner', 'commissioner')
      return { body: { email }, marks: [accountId] }
    },
  },
  // No e-mail leaves this place, so links are handed over.
  'POST /api/identity/accounts/{id}/password-link': {
    may: { any: ['administrator'] },
    prepare: async ({ person }) => ({ params: { id: person('partner', 'commissioner').accountId }, marks: ['token='] }),
  },
  'POST /api/identity/invitations/link': {
    may: { any: ['service people'] },
    prepare: async ({ invitedBy, person }) => {
      const navigator = person('partner', 'navigator')
      return { body: { personId: await invitedBy(navigator), handedOverBy: navigator.personId }, marks: ['token='] }
    },
  },
  'POST /api/identity/accounts/{id}/vouching': { may: { any: ['administrator'] }, prepare: lookedAfter },
  'POST /api/identity/accounts/{id}/closing': { may: { any: ['administrator'] }, prepare: lookedAfter },
}
