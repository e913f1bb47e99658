import { OrganisationMemberJoined, PersonRegistered } from '@patchwork/events'
import { calendarDay } from '@patchwork/runtime'
import type { Answer, Place } from './startPlace.ts'
import { newId } from './startPlace.ts'

const dayMs = 86_400_000

/** The calendar day that is `days` from now, also where the clocks change between. */
export const day = (place: Place, days = 0): string => calendarDay(Date.parse(`${calendarDay(place.runtime.now())}T12:00:00.000Z`) + days * dayMs)

/** The answer's body, of a request that had to work. */
export const done = <Body>(answer: Answer<Body>): Body => {
  if (answer.status >= 300) throw new Error(`It was refused: ${answer.status} ${answer.text}`)
  return answer.body
}

/** An organisation of the directory that one person acts for. */
export const organisation = async (place: Place, name = 'Dee’s Gardens') => {
  const [organisationId, personId] = [newId(), newId()]
  place.directory.names.set(organisationId, name)
  await place.tell(OrganisationMemberJoined, organisationId, { organisationId, personId, memberRole: 'owner' })
  await place.caughtUp()
  return { organisationId, personId, self: place.as('provider', personId) }
}

export const council = (place: Place) => place.as('commissioner', newId())

/** A resident with a budget: one outcome and, for a year around today, weekly amounts by fund source. */
export const budgeted = async (
  place: Place,
  weekly: Partial<Record<'council-net' | 'own-contribution' | 'top-up' | 'nhs', number>> = { 'council-net': 7_000 },
) => {
  const personId = newId()
  const asCouncil = council(place)
  await place.tell(PersonRegistered, personId, { personId, role: 'resident', registeredBy: personId, how: 'self' })
  await place.caughtUp()
  const { budgetId, outcomeIds } = done(
    await asCouncil<{ budgetId: string; outcomeIds: string[] }>('/budgets', {
      body: { personId, holder: 'own-payment', outcomes: [{ kind: 'habitable-home', words: 'My garden is safe to walk in' }] },
    }),
  )
  for (const [fundSource, weeklyPence] of Object.entries(weekly))
    done(await asCouncil(`/budgets/${budgetId}/amounts`, { body: { fundSource, weeklyPence, fromOn: day(place, -180), untilOn: day(place, 180) } }))
  return { personId, budgetId, outcomeId: outcomeIds[0] as string, self: place.as('resident', personId) }
}
export type Budgeted = Awaited<ReturnType<typeof budgeted>>

export const terms = {
  costs: 'equally',
  absence: 'pays-share',
  joining: 'all-agree',
  dispute: 'members-meet',
  leavingNoticeDays: 0,
  decideWithinDays: 7,
  approvals: [{ uptoPence: 20_000, needed: 1 }, { needed: 2 }],
}

/** A pool that is open, of `count` members; with `earmarkPence`, each has set aside so much of council money for four weeks. */
export const openPool = async (
  place: Place,
  { count = 4, accountHolder = { kind: 'council' } as object, earmarkPence = 0, members: given = [] as Budgeted[] } = {},
) => {
  const members = [...given]
  while (members.length < count) members.push(await budgeted(place))
  const [founder, ...others] = members as [Budgeted, ...Budgeted[]]
  const { poolId } = done(
    await founder.self<{ poolId: string }>('/pools', {
      body: { name: 'Ash Road', purpose: 'A gardener for our street', accountHolder, calledName: 'Member 0' },
    }),
  )
  const at = `/pools/${poolId}`
  const { code } = done(await founder.self<{ code: string }>(at))
  for (const [index, member] of others.entries()) done(await member.self('/pools/join', { body: { code, calledName: `Member ${index + 1}` } }))
  done(await founder.self(`${at}/rules`, { body: terms }))
  for (const member of members) done(await member.self(`${at}/signature`, { body: { rulesVersion: 1 } }))
  if (earmarkPence > 0) for (const member of members) await earmark(place, poolId, member, earmarkPence)
  return { poolId, at, code, members, founder, others }
}

export const earmark = async (place: Place, poolId: string, { self, outcomeId }: Budgeted, amountPence: number, fundSource = 'council-net') =>
  done(
    await self<{ earmarkId: string }>(`/pools/${poolId}/earmarks`, {
      body: { fundSource, outcomeId, amountPence, fromOn: day(place), untilOn: day(place, 27) },
    }),
  )

let invoices = 0
/** What a member sends to propose a spend: an invoice with a number of its own. */
export const invoice = (place: Place, payeeOrganisationId: string, shares: object[], totalPence: number, changes: object = {}) => {
  invoices += 1
  return {
    ...{ payeeOrganisationId, invoiceNumber: `INV-${invoices}`, invoicedOn: day(place), sessions: 4, totalPence },
    ...{ purpose: 'Four mornings in our gardens', shares, ...changes },
  }
}
