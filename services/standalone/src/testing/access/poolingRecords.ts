import { calendarDay } from '@patchwork/runtime'
import { must, type Person } from '../openPlace.ts'
import type { World } from './world.ts'

export const pooling = '/api/personal-budget-pooling'
const dayMs = 86_400_000

/** Who holds the money of a pool: the council, for which every commissioner and administrator acts, or an organisation. */
export type Holder = 'council' | 'organisation'
/** An open pool of two residents; `holding` is somebody who acts for its account-holder. */
export type Pool = { poolId: string; at: string; first: Member; second: Member; holding: Person }
export type Member = { person: Person; outcomeId: string }
type Budget = { budgetId: string; outcomeIds: string[] }

/** What the plan of every budget here says: nobody but its person and the council reads it. */
export const planWords = 'My garden is safe to walk in'
export const budgetBody = (personId: string) => ({ personId, holder: 'own-payment', outcomes: [{ kind: 'habitable-home', words: planWords }] })
/** The calendar day that is `days` from now. */
export const dayOf = ({ place }: World, days = 0): string => calendarDay(place.ports.runtime.now() + days * dayMs)

const budgets = new Map<string, Promise<Budget>>()
const pools = new Map<string, Promise<Pool>>()
let count = 0

const made = <Record>(records: Map<string, Promise<Record>>, key: string, make: () => Promise<Record>): Promise<Record> => {
  const record = records.get(key) ?? make()
  records.set(key, record)
  return record
}

const council = ({ person }: World): Person => person('partner', 'commissioner')

const recordBudget = async (world: World, { personId }: Person): Promise<Budget> => {
  const { send } = council(world)
  const budget = await must(() => send<Budget>('POST', `${pooling}/budgets`, { body: budgetBody(personId) }))
  const body = { fundSource: 'council-net', weeklyPence: 1_000_000, fromOn: dayOf(world, -28), untilOn: dayOf(world, 336) }
  await must(() => send('POST', `${pooling}/budgets/${budget.budgetId}/amounts`, { body }))
  return budget
}

/** The one budget of a resident, with plenty in it. */
export const budgetOf = (world: World, resident: Person): Promise<Budget> => made(budgets, resident.personId, () => recordBudget(world, resident))

/** A payee whom the budget of a resident bars. */
export const barOf = async (world: World, resident: Person) => {
  const { budgetId } = await budgetOf(world, resident)
  const { barId } = await must(() => council(world).send<{ barId: string }>('POST', `${pooling}/budgets/${budgetId}/barred-payees`, { body: barBody(world) }))
  return { budgetId, barId }
}
export const barBody = ({ place }: World) => ({
  payee: { kind: 'person', id: place.ports.runtime.uuid() },
  relation: 'spouse-or-partner',
  sameHousehold: false,
})

export const poolBody = (accountHolder: object) => ({ name: `Street ${++count}`, purpose: 'One gardener for us all', accountHolder, calledName: 'First' })

/** A pool that one resident has begun, and the code by which others come in. */
export const foundedPool = async ({ send }: Person, accountHolder: object = { kind: 'council' }) => {
  const { poolId } = await must(() => send<{ poolId: string }>('POST', `${pooling}/pools`, { body: poolBody(accountHolder) }))
  const { code } = await must(() => send<{ code: string }>('GET', `${pooling}/pools/${poolId}`))
  return { poolId, code, at: `${pooling}/pools/${poolId}` }
}

export const terms = {
  costs: 'equally',
  absence: 'pays-share',
  joining: 'all-agree',
  dispute: 'members-meet',
  leavingNoticeDays: 0,
  decideWithinDays: 7,
  approvals: [{ needed: 1 }],
}

/** Rules put to the members by one of them, which nobody has signed. */
export const proposedRules = async ({ at, second }: Pool): Promise<number> =>
  (await must(() => second.person.send<{ rulesVersion: number }>('POST', `${at}/rules`, { body: terms }))).rulesVersion

export const shareOf = ({ outcomeId }: Member, amountPence: number) => ({ fundSource: 'council-net', outcomeId, amountPence })
export const earmarkBody = (world: World, member: Member, amountPence: number) => ({
  ...shareOf(member, amountPence),
  fromOn: dayOf(world),
  untilOn: dayOf(world, 27),
})

const memberOf = async (world: World, person: Person): Promise<Member> => ({ person, outcomeId: (await budgetOf(world, person)).outcomeIds[0] as string })

/** A pool of the resident who owns and the one who is a partner: rules in force, and money of both set aside. */
export const newPool = async (world: World, holder: Holder, holding: Person): Promise<Pool> => {
  const { person, organisationOf } = world
  const first = await memberOf(world, person('owner', 'resident'))
  const second = await memberOf(world, person('partner', 'resident'))
  const accountHolder = holder === 'council' ? { kind: holder } : { kind: holder, organisationId: await organisationOf(holding) }
  const { poolId, code, at } = await foundedPool(first.person, accountHolder)
  await must(() => second.person.send('POST', `${pooling}/pools/join`, { body: { code, calledName: 'Second' } }))
  const pool = { poolId, at, first, second, holding }
  const rulesVersion = await proposedRules(pool)
  for (const member of [first, second]) await must(() => member.person.send('POST', `${at}/signature`, { body: { rulesVersion } }))
  for (const member of [first, second]) await must(() => member.person.send('POST', `${at}/earmarks`, { body: earmarkBody(world, member, 100_000) }))
  return pool
}

/** A pool that this person has to do with: as its first member, or as who acts for its account-holder. The same one each time, with plenty in it. */
export const poolOf = (world: World, owner: Person, holder: Holder): Promise<Pool> => {
  const provider = owner.role === 'resident' ? world.person('owner', 'provider') : owner
  const holding = holder === 'council' ? council(world) : provider
  return made(pools, `${holder} ${holding.personId}`, () => newPool(world, holder, holding))
}

/** An invoice that no other proposal names, for both members to pay. */
export const spendBody = async (world: World, { first, second }: Pool, documentId?: string) => ({
  payeeOrganisationId: await world.organisationOf(world.person('partner', 'provider')),
  invoiceNumber: `Invoice ${++count}`,
  invoicedOn: dayOf(world),
  totalPence: 200,
  purpose: 'A morning in our gardens',
  ...(documentId === undefined ? {} : { documentId }),
  shares: [first, second].map(({ person: { personId } }) => ({ memberId: personId, amountPence: 100 })),
})

export const paymentBody = (world: World) => ({ paidOn: dayOf(world), reference: 'BACS 1' })

/** A spend that the second member proposed, or another as asked; instructed by the other's vote, and paid, where asked for. */
export const spendOf = async (
  world: World,
  pool: Pool,
  { step = 'proposed', by = 'second', documentId }: { step?: 'proposed' | 'instructed' | 'paid'; by?: 'first' | 'second'; documentId?: string } = {},
) => {
  const { poolId, at, holding } = pool
  const body = await spendBody(world, pool, documentId)
  const { spendId } = await must(() => pool[by].person.send<{ spendId: string }>('POST', `${at}/spends`, { body }))
  const voter = by === 'first' ? pool.second : pool.first
  if (step !== 'proposed') await must(() => voter.person.send('POST', `${at}/spends/${spendId}/votes`, { body: { vote: 'approve' } }))
  if (step === 'paid') await must(() => holding.send('POST', `${at}/spends/${spendId}/payment`, { body: paymentBody(world) }))
  return { params: { id: poolId, spendId }, spendId, invoiceNumber: body.invoiceNumber }
}

/** The bytes of an invoice that says a word which stands in no other. */
export const invoiceFile = () => {
  const word = `Ash Road invoice ${++count}.`
  return { word, bytes: new TextEncoder().encode(`%PDF-1.7 ${word}`) }
}
/** An invoice that a resident has uploaded. */
export const documentOf = async ({ send }: Person) => {
  const { word, bytes } = invoiceFile()
  return { word, ...(await must(() => send<{ documentId: string }>('POST', `${pooling}/documents`, { bytes }))) }
}
