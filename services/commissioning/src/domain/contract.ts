import type { ContractQuarterClosed, ContractRecorded, ContractVaried, DomainEvent } from '@patchwork/events'
import { addDays, addMonths, daysFromTo } from './calendar.ts'

export type ContractEvent = DomainEvent<typeof ContractRecorded> | DomainEvent<typeof ContractVaried> | DomainEvent<typeof ContractQuarterClosed>
type Recorded = DomainEvent<typeof ContractRecorded>['data']
export type ContractYear = Recorded['years'][number]
export type Partner = Recorded['partners'][number]
export type Outcome = Recorded['outcomes'][number]
export type VariationReason = DomainEvent<typeof ContractVaried>['data']['reason']

/** A change of value, term or partners, as it was made; what the contract said after it. */
export type Variation = {
  variationId: string
  reason: VariationReason
  effectiveOn: string
  endsOn: string
  valuePence: number
  noticeDue: boolean
  variedAt: string
}
/** Changes in each direction since the last one that a notice was due for, so that splitting a change in small ones does not hide it. */
export type Movement = { valueUpPence: number; valueDownPence: number; termUpDays: number; termDownDays: number }

export type RecordedContract = Pick<Recorded, 'startsOn' | 'endsOn' | 'referralsEndOn' | 'lightTouch' | 'years' | 'partners' | 'outcomes' | 'recordedAt'> & {
  status: 'recorded'
  /** The organisations among the partners: whoever acts for one of them has a part in the contract. */
  organisationIds: string[]
  /** As it was recorded: the tenth that a notice hangs on is a tenth of this. */
  original: { valuePence: number; termDays: number }
  moved: Movement
  variations: Variation[]
  closed: { year: number; quarter: number; closedAt: string }[]
}
/** A contract over one or many partners. */
export type Contract = { status: 'unrecorded' } | RecordedContract

export const unrecorded: Contract = { status: 'unrecorded' }
export const unmoved: Movement = { valueUpPence: 0, valueDownPence: 0, termUpDays: 0, termDownDays: 0 }

export const totalOf = (years: readonly ContractYear[]): number => years.reduce((sum, { valuePence }) => sum + valuePence, 0)

/** How far value and term have moved with one more change, in each direction. */
export const movedBy = (contract: RecordedContract, next: { endsOn: string; years: readonly ContractYear[] }): Movement => {
  const value = totalOf(next.years) - totalOf(contract.years)
  const days = daysFromTo(contract.startsOn, next.endsOn) - daysFromTo(contract.startsOn, contract.endsOn)
  const { moved } = contract
  return {
    valueUpPence: moved.valueUpPence + Math.max(value, 0),
    valueDownPence: moved.valueDownPence + Math.max(-value, 0),
    termUpDays: moved.termUpDays + Math.max(days, 0),
    termDownDays: moved.termDownDays + Math.max(-days, 0),
  }
}

const organisationIdsOf = (partners: readonly Partner[]): string[] =>
  partners.flatMap(({ organisationId }) => (organisationId === undefined ? [] : [organisationId])).sort()

export const evolve = (contract: Contract, event: ContractEvent): Contract => {
  if (event.type === 'contract.recorded.v1') {
    const { contractId: _, recordedBy: __, ...facts } = event.data
    return {
      ...facts,
      status: 'recorded',
      organisationIds: organisationIdsOf(facts.partners),
      original: { valuePence: totalOf(facts.years), termDays: daysFromTo(facts.startsOn, facts.endsOn) },
      moved: unmoved,
      variations: [],
      closed: [],
    }
  }
  if (contract.status === 'unrecorded') return contract
  if (event.type === 'contract.quarter-closed.v1') {
    const { year, quarter, closedAt } = event.data
    return { ...contract, closed: [...contract.closed, { year, quarter, closedAt }] }
  }
  const { variationId, reason, effectiveOn, endsOn, referralsEndOn, years, partners, noticeDue, variedAt } = event.data
  const variation = { variationId, reason, effectiveOn, endsOn, valuePence: totalOf(years), noticeDue, variedAt }
  return {
    ...contract,
    endsOn,
    referralsEndOn,
    years,
    partners,
    organisationIds: organisationIdsOf(partners),
    moved: noticeDue ? unmoved : movedBy(contract, { endsOn, years }),
    variations: [...contract.variations, variation],
  }
}

export type Quarter = { quarter: number; startsOn: string; endsOn: string }

/** The quarters of a contract year: three months each from its first day; a last year that is cut short has fewer. */
export const quartersOf = ({ startsOn, endsOn }: ContractYear): Quarter[] =>
  [1, 2, 3, 4].flatMap((quarter) => {
    const from = addMonths(startsOn, 3 * (quarter - 1))
    if (from > endsOn) return []
    const until = quarter === 4 ? endsOn : addDays(addMonths(startsOn, 3 * quarter), -1)
    return [{ quarter, startsOn: from, endsOn: until < endsOn ? until : endsOn }]
  })

export const quarterOf = (contract: RecordedContract, year: number, quarter: number): Quarter | undefined => {
  const found = contract.years.find((one) => one.year === year)
  return found && quartersOf(found).find((one) => one.quarter === quarter)
}

export const isClosed = (contract: RecordedContract, year: number, quarter: number): boolean =>
  contract.closed.some((one) => one.year === year && one.quarter === quarter)

/** The last day on which a referral counts towards a contract, in one of its years (R19); undefined where that year began after it. */
export const referralDaysOf = ({ referralsEndOn }: RecordedContract, year: ContractYear): { from: string; until: string } | undefined => {
  if (year.startsOn > referralsEndOn) return undefined
  return { from: year.startsOn, until: year.endsOn < referralsEndOn ? year.endsOn : referralsEndOn }
}
