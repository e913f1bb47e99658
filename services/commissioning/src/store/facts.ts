import { openReadModel, type Ports, type ReadModelOptions, together } from '@patchwork/aggregate'
import {
  ContractRecorded,
  ContractVaried,
  type EventDefinition,
  type EventEnvelope,
  GrantRecorded,
  OfferDescribed,
  OfferPublished,
  OfferWithdrawn,
  PoolMemberLeft,
  PoolPaymentReversed,
  PoolShareEarmarked,
  PoolShareReleased,
  PoolSpendPaid,
  PoolSpendProposed,
  PoolSpendRefused,
  type Posting,
  ReferralAccepted,
  ReferralConcluded,
  ReferralConsentWithdrawn,
  ReferralDeclined,
  ReferralSent,
  ReferralWentUnanswered,
  ReturnCorrected,
  ReturnMade,
  SearchFoundNoneAcceptable,
  SearchFoundNothing,
} from '@patchwork/events'
import { calendarDay } from '@patchwork/runtime'
import type { z } from 'zod'
import { service } from './contractStore.ts'

/** An event that a fact is made from; what a figure opens to. */
export type FactEvent = { id: string; type: string; subject: string; sequence: number; at: string }
/** When something happened, in days of the place. */
type When = { day: string; month: string; year: string }

export type OfferFact = When & { state: 'published' | 'withdrawn'; category: string; track: string; wards: string[]; events: FactEvent[] }
export type ReferralFact = When & {
  state: 'waiting' | 'unanswered' | 'accepted' | 'declined' | 'consent-withdrawn' | 'concluded'
  organisationId: string
  category: string
  ward?: string
  sentAt: string
  accepted: boolean
  /** How long the answer took. */
  time?: TimeToAnswer
  reason?: string
  events: FactEvent[]
}
export type SearchFact = When & { category?: string; ward?: string; events: FactEvent[] }
/** A search of which somebody said that nothing it found will do. */
export type RefusedSearchFact = SearchFact & { reason?: string }
/** What came into pools by one event: below zero where a share went back. */
export type ShareFact = When & { pence: number; events: FactEvent[] }
/** A payment that a pool promised: when and what, and what of it was paid. */
export type SpendFact = When & {
  organisationId: string
  promisedPence: number
  paidDay?: string
  paidMonth?: string
  paidYear?: string
  paidPence: number
  events: FactEvent[]
}
export type ContractFact = Pick<z.infer<typeof ContractRecorded.data>, 'startsOn' | 'endsOn' | 'referralsEndOn' | 'years' | 'partners' | 'outcomes'> & {
  events: FactEvent[]
}
export type ReturnFact = Pick<z.infer<typeof ReturnMade.data>, 'contractId' | 'partnerId' | 'year' | 'quarter' | 'results'> & { events: FactEvent[] }
export type GrantFact = When & { pence: number; ward?: string; organisationId?: string; events: FactEvent[] }

export const timesToAnswer = ['within-1-day', 'within-3-days', 'within-7-days', 'within-14-days', 'longer'] as const
export type TimeToAnswer = (typeof timesToAnswer)[number]
const timeLimits: [TimeToAnswer, number][] = [
  ['within-1-day', 1],
  ['within-3-days', 3],
  ['within-7-days', 7],
  ['within-14-days', 14],
]
const dayMs = 86_400_000

const timeBetween = (from: string, to: string): TimeToAnswer => {
  const days = (Date.parse(to) - Date.parse(from)) / dayMs
  return timeLimits.find(([, most]) => days <= most)?.[0] ?? 'longer'
}

const onDay = (day: string): When => ({ day, month: day.slice(0, 7), year: day.slice(0, 4) })
const at = (instant: string): When => onDay(calendarDay(Date.parse(instant)))
const factEvent = ({ id, type, subject, sequence, time }: EventEnvelope): FactEvent => ({ id, type, subject, sequence, at: time })
/** The event's data where it is of this kind. */
const dataOf = <Data extends z.ZodObject>(definition: { type: string; data: Data }, event: EventEnvelope): z.infer<Data> | undefined =>
  event.type === definition.type ? definition.data.parse(event.data) : undefined
/** Those before and this one; of a kind that repeats without end only the latest stays. */
const withLatest = (events: readonly FactEvent[], event: EventEnvelope): FactEvent[] => [...events.filter(({ type }) => type !== event.type), factEvent(event)]
const subjectOf =
  (...definitions: EventDefinition[]) =>
  ({ type, subject }: EventEnvelope): string | undefined =>
    definitions.some((definition) => definition.type === type) ? subject : undefined

const string = (path: string) => ({ path, type: 'string' }) as const
const integer = (path: string) => ({ path, type: 'integer' }) as const
const when = { day: string('day'), month: string('month'), year: string('year') }

export type Facts<Body extends object> = Omit<ReadModelOptions<Body>, 'service'>

const offers: Facts<OfferFact> = {
  name: 'offers',
  version: 1,
  topics: [OfferPublished.topic],
  fields: { ...when, state: string('state'), category: string('category'), track: string('track'), wards: { path: 'wards', type: 'string', array: true } },
  indexes: {
    'by-state': { fields: ['state', 'category', 'track'] },
    'by-day': { fields: ['state', 'day', 'category'] },
    'by-ward': { fields: ['wards'] },
  },
  idOf: subjectOf(OfferPublished, OfferDescribed, OfferWithdrawn),
  project: (current, event) => {
    const published = dataOf(OfferPublished, event)
    if (published !== undefined) {
      const { category, track, wardCodes, publishedAt } = published
      return { ...at(publishedAt), state: 'published', category, track, wards: wardCodes, events: withLatest(current?.events ?? [], event) }
    }
    if (current === undefined) return undefined
    const described = dataOf(OfferDescribed, event)
    const events = withLatest(current.events, event)
    return described === undefined
      ? { ...current, state: 'withdrawn', events }
      : { ...current, category: described.category, wards: described.wardCodes, events }
  },
}

/** A fact per referral. */
export const referralFacts: Facts<ReferralFact> = {
  name: 'referrals',
  version: 2,
  topics: [ReferralSent.topic],
  fields: {
    ...when,
    state: string('state'),
    organisationId: string('organisationId'),
    category: string('category'),
    ward: string('ward'),
    accepted: { path: 'accepted', type: 'boolean' },
    time: string('time'),
    reason: string('reason'),
  },
  // Each holds everything that its questions ask for, so that the store answers from the index alone; the month stands where it is counted by, so that
  // counting needs no sorting.
  indexes: {
    'by-day': { fields: ['day', 'state', 'accepted', 'ward', 'category', 'month', 'year', 'time', 'reason'] },
    'by-ward': { fields: ['ward', 'day', 'state', 'accepted', 'category', 'month', 'time', 'reason'] },
    'by-category': { fields: ['category', 'day', 'state', 'accepted', 'ward', 'month', 'time', 'reason'] },
    'by-state': { fields: ['state', 'month', 'day', 'ward', 'category', 'reason'] },
    'by-month': { fields: ['month', 'year'] },
    'by-acceptance': { fields: ['accepted', 'month', 'day', 'ward', 'category'] },
    'by-time': { fields: ['time', 'month', 'day', 'ward', 'category'], sparse: true },
    'by-organisation': { fields: ['organisationId', 'day', 'state', 'accepted', 'time'] },
  },
  idOf: subjectOf(ReferralSent, ReferralAccepted, ReferralDeclined, ReferralWentUnanswered, ReferralConsentWithdrawn, ReferralConcluded),
  project: (current, event) => {
    const sent = dataOf(ReferralSent, event)
    if (sent !== undefined) {
      const { organisationId, category, wardCode, sentAt } = sent
      const ward = wardCode === undefined ? {} : { ward: wardCode }
      return { ...at(sentAt), state: 'waiting', organisationId, category, ...ward, sentAt, accepted: false, events: [factEvent(event)] }
    }
    return current && { ...current, ...becomes(current, event), events: withLatest(current.events, event) }
  },
}

const becomes = ({ sentAt }: ReferralFact, event: EventEnvelope): Partial<ReferralFact> => {
  const accepted = dataOf(ReferralAccepted, event)
  if (accepted !== undefined) return { state: 'accepted', accepted: true, time: timeBetween(sentAt, accepted.acceptedAt) }
  const declined = dataOf(ReferralDeclined, event)
  if (declined !== undefined) return { state: 'declined', reason: declined.reason, time: timeBetween(sentAt, declined.declinedAt) }
  if (event.type === ReferralWentUnanswered.type) return { state: 'unanswered' }
  return { state: event.type === ReferralConcluded.type ? 'concluded' : 'consent-withdrawn' }
}

const searches: Facts<SearchFact> = {
  name: 'searches',
  version: 1,
  topics: [SearchFoundNothing.topic],
  fields: { ...when, category: string('category'), ward: string('ward') },
  indexes: {
    'by-day': { fields: ['day', 'ward', 'category'] },
    'by-ward': { fields: ['ward', 'day', 'category'] },
    'by-category': { fields: ['category', 'day', 'ward'] },
  },
  idOf: subjectOf(SearchFoundNothing),
  project: (_, event) => {
    const { category, wardCode, searchedAt } = SearchFoundNothing.data.parse(event.data)
    return {
      ...at(searchedAt),
      ...(category === undefined ? {} : { category }),
      ...(wardCode === undefined ? {} : { ward: wardCode }),
      events: [factEvent(event)],
    }
  },
}

const refusedSearches: Facts<RefusedSearchFact> = {
  name: 'refused-searches',
  version: 1,
  topics: [SearchFoundNoneAcceptable.topic],
  fields: { ...when, category: string('category'), ward: string('ward'), reason: string('reason') },
  indexes: {
    'by-day': { fields: ['day', 'ward', 'category', 'reason'] },
    'by-ward': { fields: ['ward', 'day', 'category', 'reason'] },
    'by-category': { fields: ['category', 'day', 'ward', 'reason'] },
    'by-reason': { fields: ['reason', 'day', 'ward', 'category'] },
  },
  idOf: subjectOf(SearchFoundNoneAcceptable),
  project: (_, event) => {
    const { category, wardCode, reason, searchedAt } = SearchFoundNoneAcceptable.data.parse(event.data)
    return {
      ...at(searchedAt),
      ...(category === undefined ? {} : { category }),
      ...(wardCode === undefined ? {} : { ward: wardCode }),
      ...(reason === undefined ? {} : { reason }),
      events: [factEvent(event)],
    }
  },
}

const sum = (postings: readonly Posting[]): number => postings.reduce((total, { amountPence }) => total + amountPence, 0)

const poolShares: Facts<ShareFact> = {
  name: 'pool-shares',
  version: 1,
  topics: [PoolShareEarmarked.topic],
  fields: { ...when, pence: integer('pence') },
  indexes: { 'by-day': { fields: ['day', 'month', 'pence'] } },
  idOf: ({ type, id }) => ([PoolShareEarmarked.type, PoolShareReleased.type, PoolMemberLeft.type].some((one) => one === type) ? id : undefined),
  project: (_, event) => {
    const events = [factEvent(event)]
    const earmarked = dataOf(PoolShareEarmarked, event)
    if (earmarked !== undefined) return { ...at(earmarked.earmarkedAt), pence: sum(earmarked.postings), events }
    const released = dataOf(PoolShareReleased, event)
    if (released !== undefined) return { ...at(released.releasedAt), pence: -sum(released.postings), events }
    const { leftAt, postings } = PoolMemberLeft.data.parse(event.data)
    return postings.length === 0 ? undefined : { ...at(leftAt), pence: -sum(postings), events }
  },
}

const poolSpends: Facts<SpendFact> = {
  name: 'pool-spends',
  version: 1,
  topics: [PoolSpendProposed.topic],
  fields: {
    ...when,
    organisationId: string('organisationId'),
    promisedPence: integer('promisedPence'),
    paidDay: string('paidDay'),
    paidMonth: string('paidMonth'),
    paidYear: string('paidYear'),
    paidPence: integer('paidPence'),
  },
  indexes: {
    'by-promise': { fields: ['promisedPence', 'day', 'month'] },
    'by-payment': { fields: ['paidPence', 'paidDay', 'paidMonth'] },
    'by-organisation': { fields: ['organisationId', 'day'] },
  },
  idOf: ({ type, subject, data }) =>
    [PoolSpendProposed.type, PoolSpendRefused.type, PoolSpendPaid.type, PoolPaymentReversed.type].some((one) => one === type)
      ? `${subject}/${data.spendId}`
      : undefined,
  project: (current, event) => {
    const proposed = dataOf(PoolSpendProposed, event)
    if (proposed !== undefined) {
      const { payeeOrganisationId: organisationId, totalPence, proposedAt } = proposed
      return { ...at(proposedAt), organisationId, promisedPence: totalPence, paidPence: 0, events: [factEvent(event)] }
    }
    if (current === undefined) return undefined
    const events = withLatest(current.events, event)
    const paid = dataOf(PoolSpendPaid, event)
    if (paid !== undefined) {
      const { day, month, year } = onDay(paid.paidOn)
      return { ...current, paidDay: day, paidMonth: month, paidYear: year, paidPence: current.paidPence + sum(paid.postings), events }
    }
    const reversed = dataOf(PoolPaymentReversed, event)
    if (reversed !== undefined) {
      const pence = sum(reversed.postings)
      return { ...current, promisedPence: current.promisedPence - pence, paidPence: current.paidPence - pence, events }
    }
    return { ...current, promisedPence: 0, events }
  },
}

const contracts: Facts<ContractFact> = {
  name: 'contract-values',
  version: 1,
  topics: [ContractRecorded.topic],
  fields: { startsOn: string('startsOn') },
  indexes: { 'by-start': { fields: ['startsOn'] } },
  idOf: subjectOf(ContractRecorded, ContractVaried),
  project: (current, event) => {
    const recorded = dataOf(ContractRecorded, event)
    if (recorded !== undefined) {
      const { startsOn, endsOn, referralsEndOn, years, partners, outcomes } = recorded
      return { startsOn, endsOn, referralsEndOn, years, partners, outcomes, events: [factEvent(event)] }
    }
    if (current === undefined) return undefined
    const { endsOn, referralsEndOn, years, partners } = ContractVaried.data.parse(event.data)
    return { ...current, endsOn, referralsEndOn, years, partners, events: [...current.events, factEvent(event)] }
  },
}

const returns: Facts<ReturnFact> = {
  name: 'return-results',
  version: 1,
  topics: [ReturnMade.topic],
  fields: { contractId: string('contractId'), partnerId: string('partnerId'), year: integer('year') },
  indexes: { 'by-contract': { fields: ['contractId', 'year', 'partnerId'] } },
  idOf: subjectOf(ReturnMade, ReturnCorrected),
  project: (current, event) => {
    const { contractId, partnerId, year, quarter, results } = (dataOf(ReturnMade, event) ?? dataOf(ReturnCorrected, event)) as z.infer<typeof ReturnMade.data>
    return { contractId, partnerId, year, quarter, results, events: withLatest(current?.events ?? [], event) }
  },
}

const grants: Facts<GrantFact> = {
  name: 'grant-facts',
  version: 1,
  topics: [GrantRecorded.topic],
  fields: { ...when, ward: string('ward'), pence: integer('pence') },
  indexes: {
    'by-day': { fields: ['day', 'year', 'ward', 'pence'] },
    'by-ward': { fields: ['ward', 'day', 'year', 'pence'] },
  },
  idOf: subjectOf(GrantRecorded),
  project: (_, event) => {
    const { amountPence, awardedOn, organisationId, wardCode } = GrantRecorded.data.parse(event.data)
    return {
      ...onDay(awardedOn),
      pence: amountPence,
      ...(wardCode === undefined ? {} : { ward: wardCode }),
      ...(organisationId === undefined ? {} : { organisationId }),
      events: [factEvent(event)],
    }
  },
}

/**
 * Everything that figures are made of: one document per source, with the ids of the events it is made from. `onChange` is told whenever one of them
 * is about to change in this process.
 */
export const openFacts = async (ports: Ports, onChange: () => void) => {
  const open = <Body extends object>(facts: Facts<Body>) =>
    openReadModel<Body>(
      {
        ...facts,
        service,
        project: (current, event) => {
          onChange()
          return facts.project(current, event)
        },
      },
      ports,
    )
  return together({
    offers: open(offers),
    referrals: open(referralFacts),
    searches: open(searches),
    'refused-searches': open(refusedSearches),
    'pool-shares': open(poolShares),
    'pool-spends': open(poolSpends),
    'contract-values': open(contracts),
    'return-results': open(returns),
    'grant-facts': open(grants),
  })
}
export type OpenedFacts = Awaited<ReturnType<typeof openFacts>>
