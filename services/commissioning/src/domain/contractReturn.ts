import type { DomainEvent, ReturnCorrected, ReturnMade } from '@patchwork/events'
import { type Contract, isClosed, type Quarter, quarterOf, quartersOf, type RecordedContract } from './contract.ts'
import {
  NotYoursError,
  OutcomesIncompleteError,
  QuarterClosedError,
  QuarterNotBegunError,
  UnknownPartnerError,
  UnknownQuarterError,
  ValueTooHighError,
} from './errors.ts'

export type ReturnEvent = DomainEvent<typeof ReturnMade> | DomainEvent<typeof ReturnCorrected>
type Made = DomainEvent<typeof ReturnMade>['data']
export type Result = Made['results'][number]

/** What a partner said came of its part in one quarter; the latest correction counts, the first stays in the history. */
export type ContractReturn =
  | { status: 'unmade' }
  | (Pick<Made, 'contractId' | 'partnerId' | 'year' | 'quarter' | 'results' | 'madeAt'> & {
      status: 'made'
      organisationId?: string
      corrections: number
      lastSaidAt: string
    })
export type MadeReturn = Extract<ContractReturn, { status: 'made' }>

export const unmade: ContractReturn = { status: 'unmade' }

/** What a return's id is made from: one per contract, partner and quarter. */
export const returnKey = ({ contractId, partnerId, year, quarter }: { contractId: string; partnerId: string; year: number; quarter: number }): string =>
  `return/${contractId}/${partnerId}/${year}/${quarter}`

export type DueReturn = Quarter & { partnerId: string; year: number }

/** The returns that these partners owe of quarters that are over, the earliest first, whether they were made or not; none of a quarter that was closed. */
export const dueReturnsOf = (contract: RecordedContract, partnerIds: readonly string[], today: string): DueReturn[] =>
  contract.years.flatMap((year) =>
    quartersOf(year)
      .filter(({ quarter, endsOn }) => endsOn < today && !isClosed(contract, year.year, quarter))
      .flatMap((quarter) => partnerIds.map((partnerId) => ({ ...quarter, year: year.year, partnerId }))),
  )

export type MakeReturn = {
  returnId: string
  contractId: string
  partnerId: string
  year: number
  quarter: number
  results: readonly Result[]
  /** As it stands: which quarters are closed, which outcomes are agreed. */
  contract: Contract
  /** The organisations that the asker may act for. */
  by: { personId: string; role: Made['madeByRole']; organisationIds: readonly string[] }
  today: string
  at: string
}

export const evolveReturn = (before: ContractReturn, event: ReturnEvent): ContractReturn => {
  const { contractId, partnerId, organisationId, year, quarter, results } = event.data
  const facts = { contractId, partnerId, year, quarter, results, ...(organisationId === undefined ? {} : { organisationId }), status: 'made' as const }
  if (event.type === 'return.made.v1') return { ...facts, madeAt: event.data.madeAt, corrections: 0, lastSaidAt: event.data.madeAt }
  if (before.status === 'unmade') return before
  return { ...facts, madeAt: before.madeAt, corrections: before.corrections + 1, lastSaidAt: event.data.correctedAt }
}

/** Whether somebody may speak for a partner: the commissioner, or who acts for its organisation. */
export const speaksFor = ({ partners }: RecordedContract, partnerId: string, { role, organisationIds }: Pick<MakeReturn['by'], 'role' | 'organisationIds'>) => {
  const organisationId = partners.find((partner) => partner.partnerId === partnerId)?.organisationId
  return role === 'commissioner' || (organisationId !== undefined && organisationIds.includes(organisationId))
}

/**
 * Made the first time, corrected when it says something else, nothing when it says the same. Throws NotYoursError, UnknownPartnerError,
 * UnknownQuarterError, QuarterNotBegunError, QuarterClosedError, OutcomesIncompleteError, ValueTooHighError.
 */
export const decideReturn = (current: ContractReturn, command: MakeReturn): ReturnEvent[] => {
  const { returnId, contractId, partnerId, year, quarter, contract, by, at } = command
  if (contract.status !== 'recorded') throw new NotYoursError()
  const partner = contract.partners.find((one) => one.partnerId === partnerId)
  if (!speaksFor(contract, partnerId, by)) throw new NotYoursError()
  if (partner === undefined) throw new UnknownPartnerError()
  checkQuarter(contract, command)
  const results = inOrder(contract, command.results)
  if (current.status === 'made' && isSame(current.results, results)) return []
  const { organisationId } = partner
  const data = { returnId, contractId, partnerId, ...(organisationId === undefined ? {} : { organisationId }), year, quarter, results }
  return current.status === 'unmade'
    ? [{ type: 'return.made.v1', data: { ...data, madeBy: by.personId, madeByRole: by.role, madeAt: at } }]
    : [{ type: 'return.corrected.v1', data: { ...data, correctedBy: by.personId, correctedByRole: by.role, correctedAt: at } }]
}

const checkQuarter = (contract: RecordedContract, { year, quarter, today }: MakeReturn): void => {
  const found = quarterOf(contract, year, quarter)
  if (found === undefined) throw new UnknownQuarterError()
  if (isClosed(contract, year, quarter)) throw new QuarterClosedError()
  if (found.startsOn > today) throw new QuarterNotBegunError(found.startsOn)
}

/** The results in the order of the contract's outcomes, one for each. */
const inOrder = ({ outcomes }: RecordedContract, results: readonly Result[]): Result[] => {
  if (results.length !== outcomes.length) throw new OutcomesIncompleteError()
  return outcomes.map(({ outcomeId, measure }) => {
    const index = results.findIndex((result) => result.outcomeId === outcomeId)
    const result = results[index]
    if (result === undefined) throw new OutcomesIncompleteError()
    if (measure === 'percentage-tenths' && result.value > 1_000) throw new ValueTooHighError(`/results/${index}/value`)
    return { outcomeId, value: result.value }
  })
}

const isSame = (before: readonly Result[], after: readonly Result[]): boolean =>
  before.length === after.length && before.every(({ outcomeId, value }, index) => after[index]?.outcomeId === outcomeId && after[index]?.value === value)
