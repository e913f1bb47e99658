import { must, type Person } from '../openPlace.ts'
import type { Fixtures } from './fixture.ts'
import type { World } from './world.ts'

const referrers = ['resident', 'navigator'] as const
const providers = ['provider', 'coordinator'] as const
const parties = [...referrers, ...providers] as const
const sent = async ({ referralOf }: World, owner: Person) => ({ params: { id: (await referralOf(owner)).referralId } })

export const referralFixtures: Fixtures = {
  'POST /api/referral/needs': { may: { own: referrers }, prepare: async ({ needWordsFor }, owner) => ({ body: await needWordsFor(owner) }) },
  'GET /api/referral/needs': {
    may: { own: referrers },
    byCaller: true,
    prepare: async ({ needOf }, owner) => {
      const { needId, personId } = await needOf(owner)
      return { query: { personId }, marks: [needId] }
    },
  },
  'GET /api/referral/needs/{id}': {
    may: { own: referrers },
    prepare: async ({ needOf }, owner) => {
      const { needId } = await needOf(owner)
      return { params: { id: needId }, marks: [needId, 'The hedge is too high.'] }
    },
  },
  'POST /api/referral/referrals': {
    may: { own: referrers },
    prepare: async ({ needOf, offerOf, basisOf, person }, owner) => {
      const [{ needId }, offerId] = [await needOf(owner), await offerOf(person('partner', 'provider'))]
      return { body: { needId, offerId, basis: basisOf(owner) } }
    },
  },
  'GET /api/referral/referrals': {
    may: { own: parties },
    byCaller: true,
    prepare: async ({ referralOf }, owner) => ({ marks: [(await referralOf(owner)).referralId] }),
  },
  'GET /api/referral/referrals/{id}': {
    may: { own: parties },
    prepare: async ({ referralOf }, owner) => {
      const { referralId } = await referralOf(owner)
      return { params: { id: referralId }, marks: [referralId, 'The hedge is too high.'] }
    },
  },
  'GET /api/referral/referrals/{id}/history': {
    may: { own: parties },
    prepare: async (world, owner) => ({ ...(await sent(world, owner)), marks: ['referral.sent.v1'] }),
  },
  'POST /api/referral/referrals/{id}/acceptance': { may: { own: providers }, prepare: sent },
  'POST /api/referral/referrals/{id}/decline': {
    may: { own: providers },
    prepare: async (world, owner) => ({ ...(await sent(world, owner)), body: { reason: 'no-capacity' } }),
  },
  'POST /api/referral/referrals/{id}/consent-withdrawal': { may: { own: referrers }, prepare: sent },
  'POST /api/referral/referrals/{id}/outcomes': {
    may: { own: parties },
    prepare: async ({ referralOf }, owner) => {
      const { referralId, outcomeIds } = await referralOf(owner, { accepted: true })
      return { params: { id: referralId }, body: { outcomeId: outcomeIds[0], result: 'partly' } }
    },
  },
  'POST /api/referral/referrals/{id}/conclusion': {
    may: { own: parties },
    prepare: async ({ referralOf }, owner) => ({
      params: { id: (await referralOf(owner, { accepted: true })).referralId },
      body: { reason: 'needs-met-elsewhere' },
    }),
  },
  'GET /api/referral/memberships': {
    may: { own: providers },
    byCaller: true,
    prepare: async ({ organisationOf }, owner) => ({ marks: [await organisationOf(owner)] }),
  },
  'GET /api/referral/tasks': {
    may: { own: ['navigator'] },
    byCaller: true,
    prepare: async ({ overdue }, owner) => ({ marks: [overdue.get(owner.personId) as string] }),
  },
  'GET /api/referral/disclosures': {
    may: { own: ['resident'] },
    byCaller: true,
    prepare: async ({ referralOf }, owner) => {
      const { referralId, provider } = await referralOf(owner)
      await must(() => provider.send('GET', `/api/referral/referrals/${referralId}`))
      return { marks: [referralId] }
    },
  },
}
