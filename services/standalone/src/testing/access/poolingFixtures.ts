import { must, type Person } from '../openPlace.ts'
import type { Fixture, Fixtures, Prepared } from './fixture.ts'
import {
  barBody,
  barOf,
  budgetBody,
  budgetOf,
  dayOf,
  documentOf,
  earmarkBody,
  foundedPool,
  type Holder,
  invoiceFile,
  newPool,
  type Pool,
  paymentBody,
  planWords,
  poolBody,
  pooling,
  poolOf,
  proposedRules,
  shareOf,
  spendBody,
  spendOf,
  terms,
} from './poolingRecords.ts'
import type { World } from './world.ts'

const council = ['commissioner', 'administrator'] as const
const organisations = ['provider', 'coordinator'] as const
const everyParty = ['resident', ...organisations, ...council] as const
/** Every row of a list that a page may hold. */
const wholeList = { limit: '200' }

const forCouncil = { may: { any: council }, owner: 'resident' } as const satisfies Partial<Fixture>
const forTheirOwnBudget = { may: { own: ['resident'], any: council }, owner: 'resident' } as const satisfies Partial<Fixture>
/** Members alone: who may have to do with a pool otherwise is told of nothing here. */
const forMembersWho = { may: { own: everyParty }, without: [...organisations, ...council] } as const satisfies Partial<Fixture>
const forMembers = { may: { own: ['resident'] } } as const satisfies Partial<Fixture>

type Prepare = (world: World, owner: Person, holder: Holder) => Promise<Prepared>

/**
 * The same try of a pool whose money the council holds, for which all its workers act, and of one whose money an organisation holds, which is no business of
 * the council's. `members` says whether the members may, too.
 */
const forHolders = ({ members, prepare, ...others }: { members: boolean; byCaller?: true; prepare: Prepare }): Fixture[] => {
  const parties = members ? everyParty : [...organisations, ...council]
  return [
    {
      ...others,
      of: 'held by the council',
      may: { any: council, own: parties.filter((role) => role !== 'commissioner' && role !== 'administrator') },
      owner: 'resident',
      without: organisations,
      prepare: (world, owner) => prepare(world, owner, 'council'),
    },
    { ...others, of: 'held by an organisation', may: { own: parties }, without: council, prepare: (world, owner) => prepare(world, owner, 'organisation') },
  ]
}
const forMembersAndHolders = (prepare: Prepare, byCaller?: true) => forHolders({ members: true, prepare, ...(byCaller && { byCaller }) })

/** How a pool stands, as a member sees it: what a stranger tries must leave it so. */
const looking = ({ at, first: { person } }: Pool) => ({ look: async () => (await person.send('GET', at)).body })
const ofPool = (pool: Pool) => ({ params: { id: pool.poolId }, ...looking(pool) })

/** A budget as the council made it, apart from what its person set aside in the meantime. */
const ofBudget = async (world: World, owner: Person) => {
  const { budgetId } = await budgetOf(world, owner)
  const look = async () => {
    const { amounts, bars } = (await owner.send('GET', `${pooling}/budgets/${budgetId}`)).body
    return { amounts, bars }
  }
  return { params: { id: budgetId }, look }
}

const budgetFixtures: Fixtures = {
  [`POST ${pooling}/budgets`]: {
    ...forCouncil,
    prepare: async ({ residentOf, person }) => ({ body: budgetBody(await residentOf(person('partner', 'navigator'))) }),
  },
  [`GET ${pooling}/budgets`]: {
    ...forTheirOwnBudget,
    byCaller: true,
    prepare: async (world, owner) => ({ query: wholeList, marks: [(await budgetOf(world, owner)).budgetId] }),
  },
  [`GET ${pooling}/budgets/mine`]: {
    ...forTheirOwnBudget,
    byCaller: true,
    // A council's worker may ask, and has none.
    prepare: async (world, owner, asker) => ({ marks: asker === 'resident' ? [(await budgetOf(world, owner)).budgetId, planWords] : [] }),
  },
  [`GET ${pooling}/budgets/{id}`]: {
    ...forTheirOwnBudget,
    prepare: async (world, owner) => {
      const { budgetId } = await budgetOf(world, owner)
      return { params: { id: budgetId }, marks: [budgetId, planWords] }
    },
  },
  [`POST ${pooling}/budgets/{id}/amounts`]: {
    ...forCouncil,
    prepare: async (world, owner) => ({
      ...(await ofBudget(world, owner)),
      body: { fundSource: 'nhs', weeklyPence: 100, fromOn: dayOf(world), untilOn: dayOf(world, 6) },
    }),
  },
  [`POST ${pooling}/budgets/{id}/barred-payees`]: {
    ...forCouncil,
    prepare: async (world, owner) => ({ ...(await ofBudget(world, owner)), body: barBody(world) }),
  },
  [`POST ${pooling}/budgets/{id}/barred-payees/{barId}/exceptions`]: {
    ...forCouncil,
    prepare: async (world, owner) => {
      const { budgetId, barId } = await barOf(world, owner)
      const body = { fromOn: dayOf(world), untilOn: dayOf(world, 6), reason: 'Nobody else can reach the farm.' }
      return { ...(await ofBudget(world, owner)), params: { id: budgetId, barId }, body }
    },
  },
  [`GET ${pooling}/disclosures`]: {
    ...forTheirOwnBudget,
    byCaller: true,
    prepare: async (world, owner, asker) => {
      if (asker !== 'resident') return {}
      const { budgetId } = await budgetOf(world, owner)
      await must(() => world.person('partner', 'commissioner').send('GET', `${pooling}/budgets/${budgetId}`))
      return { marks: [budgetId] }
    },
  },
}

const poolFixtures: Fixtures = {
  [`POST ${pooling}/pools`]: { may: { any: ['resident'] }, prepare: async () => ({ body: poolBody({ kind: 'council' }) }) },
  [`POST ${pooling}/pools/join`]: {
    may: { any: ['resident'] },
    owner: 'resident',
    prepare: async (_world, owner) => ({ body: { code: (await foundedPool(owner)).code, calledName: 'Another' } }),
  },
  [`GET ${pooling}/pools`]: forMembersAndHolders(
    async (world, owner, holder) => ({ query: wholeList, marks: [(await poolOf(world, owner, holder)).poolId] }),
    true,
  ),
  [`GET ${pooling}/pools/{id}`]: forMembersAndHolders(async (world, owner, holder) => {
    const { poolId, first } = await poolOf(world, owner, holder)
    return { params: { id: poolId }, marks: [poolId, first.person.personId, 'One gardener for us all'] }
  }),
  [`GET ${pooling}/pools/{id}/split`]: {
    ...forMembersWho,
    prepare: async (world, owner) => ({
      params: { id: (await poolOf(world, owner, 'council')).poolId },
      query: { totalPence: '101' },
      marks: [owner.personId],
    }),
  },
  [`GET ${pooling}/pools/{id}/entries`]: forMembersAndHolders(async (world, owner, holder) => {
    const { poolId, first } = await poolOf(world, owner, holder)
    return { params: { id: poolId }, marks: [first.person.personId, 'earmarked'] }
  }),
  [`GET ${pooling}/pools/{id}/balances-over-time`]: forMembersAndHolders(async (world, owner, holder) => ({
    params: { id: (await poolOf(world, owner, holder)).poolId },
    marks: ['freePence'],
  })),
  [`POST ${pooling}/pools/{id}/earmarks`]: {
    ...forMembers,
    prepare: async (world, owner) => {
      const pool = await poolOf(world, owner, 'council')
      return { ...ofPool(pool), body: earmarkBody(world, pool.first, 100) }
    },
  },
  [`POST ${pooling}/pools/{id}/releases`]: {
    ...forMembers,
    prepare: async (world, owner) => {
      const pool = await poolOf(world, owner, 'council')
      return { ...ofPool(pool), body: shareOf(pool.first, 100) }
    },
  },
  [`POST ${pooling}/pools/{id}/rules`]: {
    ...forMembers,
    prepare: async (world, owner) => ({ ...ofPool(await poolOf(world, owner, 'council')), body: terms }),
  },
  [`POST ${pooling}/pools/{id}/signature`]: {
    ...forMembers,
    prepare: async (world, owner) => {
      const pool = await poolOf(world, owner, 'council')
      return { ...ofPool(pool), body: { rulesVersion: await proposedRules(pool) } }
    },
  },
  [`POST ${pooling}/pools/{id}/departure`]: {
    ...forMembers,
    prepare: async (world) => {
      const pool = await newPool(world, 'council', world.person('partner', 'commissioner'))
      // Whoever leaves can no longer look: it is the other who does.
      return ofPool({ ...pool, first: pool.second })
    },
  },
}

const spendFixtures: Fixtures = {
  [`POST ${pooling}/documents`]: { may: { own: ['resident'] }, byCaller: true, prepare: async () => ({ bytes: invoiceFile().bytes }) },
  [`GET ${pooling}/documents/{id}`]: [
    ...forMembersAndHolders(async (world, owner, holder) => {
      const pool = await poolOf(world, owner, holder)
      const { documentId, word } = await documentOf(pool.first.person)
      await spendOf(world, pool, { by: 'first', documentId })
      return { params: { id: documentId }, marks: [word] }
    }),
    {
      ...forMembersWho,
      of: 'not attached yet',
      prepare: async (_world, owner) => {
        const { documentId, word } = await documentOf(owner)
        return { params: { id: documentId }, marks: [word] }
      },
    },
  ],
  [`POST ${pooling}/pools/{id}/spends`]: {
    ...forMembers,
    prepare: async (world, owner) => {
      const pool = await poolOf(world, owner, 'council')
      return { ...ofPool(pool), body: await spendBody(world, pool) }
    },
  },
  [`GET ${pooling}/pools/{id}/spends`]: forMembersAndHolders(async (world, owner, holder) => {
    const pool = await poolOf(world, owner, holder)
    const { spendId, invoiceNumber } = await spendOf(world, pool)
    return { params: { id: pool.poolId }, marks: [spendId, invoiceNumber] }
  }),
  [`GET ${pooling}/pools/{id}/spends/{spendId}`]: forMembersAndHolders(async (world, owner, holder) => {
    const { params, invoiceNumber } = await spendOf(world, await poolOf(world, owner, holder))
    return { params, marks: [invoiceNumber] }
  }),
  [`POST ${pooling}/pools/{id}/spends/{spendId}/votes`]: {
    ...forMembers,
    prepare: async (world, owner) => {
      const pool = await poolOf(world, owner, 'council')
      return { ...looking(pool), params: (await spendOf(world, pool)).params, body: { vote: 'approve' } }
    },
  },
  [`POST ${pooling}/pools/{id}/spends/{spendId}/take-back`]: {
    ...forMembers,
    prepare: async (world, owner) => {
      const pool = await poolOf(world, owner, 'council')
      return { ...looking(pool), params: (await spendOf(world, pool, { by: 'first' })).params }
    },
  },
  [`POST ${pooling}/pools/{id}/spends/{spendId}/payment`]: forHolders({
    members: false,
    prepare: async (world, owner, holder) => {
      const pool = await poolOf(world, owner, holder)
      return { ...looking(pool), params: (await spendOf(world, pool, { step: 'instructed' })).params, body: paymentBody(world) }
    },
  }),
  [`POST ${pooling}/pools/{id}/spends/{spendId}/payment-reversal`]: forHolders({
    members: false,
    prepare: async (world, owner, holder) => {
      const pool = await poolOf(world, owner, holder)
      return { ...looking(pool), params: (await spendOf(world, pool, { step: 'paid' })).params, body: { reason: 'wrong-amount' } }
    },
  }),
  [`GET ${pooling}/payments`]: forHolders({
    members: false,
    byCaller: true,
    prepare: async (world, owner, holder) => {
      const { spendId, invoiceNumber } = await spendOf(world, await poolOf(world, owner, holder), { step: 'instructed' })
      return { query: wholeList, marks: [spendId, invoiceNumber] }
    },
  }),
  [`GET ${pooling}/payments.csv`]: forHolders({
    members: false,
    byCaller: true,
    prepare: async (world, owner, holder) => {
      const { spendId, invoiceNumber } = await spendOf(world, await poolOf(world, owner, holder), { step: 'instructed' })
      return { marks: [spendId, invoiceNumber] }
    },
  }),
}

export const poolingFixtures: Fixtures = { ...budgetFixtures, ...poolFixtures, ...spendFixtures }
