import { addDays, daysFromTo } from './calendar.ts'
import {
  type Contract,
  type ContractEvent,
  type ContractYear,
  isClosed,
  type Movement,
  movedBy,
  type Outcome,
  type Partner,
  quarterOf,
  type RecordedContract,
  type VariationReason,
} from './contract.ts'
import {
  ClosedYearError,
  DatesBackToFrontError,
  NotYoursError,
  OneLeadError,
  PartnerMissingError,
  PartnerOrganisationFixedError,
  PartnerTwiceError,
  QuarterNotOverError,
  RollUpError,
  SharesDoNotAddUpError,
  TooManyVariationsError,
  UnknownQuarterError,
  UnknownYearError,
  ValueTooHighError,
  YearsNotContiguousError,
} from './errors.ts'

/** What a contract says that can change: its term, its value and who shares it. */
export type Terms = { endsOn: string; referralsEndOn: string; years: ContractYear[]; partners: Partner[] }
export type RecordContract = Terms & {
  type: 'RecordContract'
  contractId: string
  startsOn: string
  lightTouch: boolean
  outcomes: Outcome[]
  by: string
  at: string
}
export type VaryContract = Terms & {
  type: 'VaryContract'
  contractId: string
  variationId: string
  reason: VariationReason
  effectiveOn: string
  by: string
  at: string
}
/** `today` is the calendar day in the place. */
export type CloseQuarter = { type: 'CloseQuarter'; contractId: string; year: number; quarter: number; today: string; by: string; at: string }
export type ContractCommand = RecordContract | VaryContract | CloseQuarter

const variationsMax = 100
const yearDaysMax = 366
const tenthsMax = 1_000

/** What follows when a command meets a contract; none where it has happened already. Throws NotYoursError and what the rule of the command throws. */
export const decide = (contract: Contract, command: ContractCommand): ContractEvent[] => {
  if (command.type === 'RecordContract') return contract.status === 'recorded' ? [] : recordContract(command)
  if (contract.status !== 'recorded') throw new NotYoursError()
  return command.type === 'VaryContract' ? varyContract(contract, command) : closeQuarter(contract, command)
}

/**
 * Throws DatesBackToFrontError, YearsNotContiguousError, PartnerTwiceError, OneLeadError, UnknownYearError, SharesDoNotAddUpError, RollUpError,
 * ValueTooHighError.
 */
const recordContract = ({ type: _, by, at, ...terms }: RecordContract): ContractEvent[] => {
  checkTerms(terms.startsOn, terms)
  for (const [index, outcome] of terms.outcomes.entries()) checkOutcome(outcome, index, terms.years)
  return [{ type: 'contract.recorded.v1', data: { ...terms, recordedBy: by, recordedAt: at } }]
}

/** Throws as recording does, and ClosedYearError, PartnerMissingError, PartnerOrganisationFixedError, TooManyVariationsError. */
const varyContract = (contract: RecordedContract, { type: _, by, at, ...varied }: VaryContract): ContractEvent[] => {
  if (contract.variations.some(({ variationId }) => variationId === varied.variationId)) return []
  if (contract.variations.length >= variationsMax) throw new TooManyVariationsError(variationsMax)
  checkTerms(contract.startsOn, varied)
  const isOver = varied.effectiveOn > contract.endsOn && varied.effectiveOn > varied.endsOn
  if (varied.effectiveOn < contract.startsOn || isOver) throw new DatesBackToFrontError('/effectiveOn', 'A variation takes effect within the term.')
  keepClosedYears(contract, varied.years)
  keepPartners(contract, varied.partners)
  return [{ type: 'contract.varied.v1', data: { ...varied, noticeDue: isNoticeDue(contract, varied), variedBy: by, variedAt: at } }]
}

/** Throws UnknownQuarterError, QuarterNotOverError. */
const closeQuarter = (contract: RecordedContract, { contractId, year, quarter, today, by, at }: CloseQuarter): ContractEvent[] => {
  const found = quarterOf(contract, year, quarter)
  if (found === undefined) throw new UnknownQuarterError()
  if (isClosed(contract, year, quarter)) return []
  if (found.endsOn >= today) throw new QuarterNotOverError(found.endsOn)
  return [{ type: 'contract.quarter-closed.v1', data: { contractId, year, quarter, closedBy: by, closedAt: at } }]
}

/**
 * Whether a contract change notice is due (Procurement Act 2023, section 75): never for light touch; otherwise where value or term has moved by more
 * than a tenth of what was recorded. Changes since the last notice are added up, so splitting one in several does not help.
 */
export const isNoticeDue = (contract: RecordedContract, next: { endsOn: string; years: readonly ContractYear[] }): boolean => {
  if (contract.lightTouch) return false
  const { valueUpPence, valueDownPence, termUpDays, termDownDays }: Movement = movedBy(contract, next)
  const isOver = (moved: number, original: number) => moved * 10 > original
  const { valuePence, termDays } = contract.original
  return [valueUpPence, valueDownPence].some((moved) => isOver(moved, valuePence)) || [termUpDays, termDownDays].some((moved) => isOver(moved, termDays))
}

const checkTerms = (startsOn: string, { endsOn, referralsEndOn, years, partners }: Terms): void => {
  if (endsOn < startsOn) throw new DatesBackToFrontError('/endsOn', 'The contract ends before it begins.')
  if (referralsEndOn < startsOn || referralsEndOn > endsOn)
    throw new DatesBackToFrontError('/referralsEndOn', 'The last day for referrals lies within the contract’s term.')
  checkYears(startsOn, endsOn, years)
  checkPartners(partners)
  for (const [index, { shares }] of partners.entries()) checkYearsNamed(`/partners/${index}/shares`, shares, years)
  for (const [index, { year, valuePence }] of years.entries()) {
    const shared = partners.reduce((sum, { shares }) => sum + (shares.find((share) => share.year === year)?.valuePence ?? 0), 0)
    if (shared !== valuePence) throw new SharesDoNotAddUpError(index, year, shared - valuePence)
  }
}

const checkYears = (startsOn: string, endsOn: string, years: readonly ContractYear[]): void => {
  let expected = startsOn
  for (const [index, year] of years.entries()) {
    if (year.endsOn < year.startsOn) throw new DatesBackToFrontError(`/years/${index}/endsOn`, `Year ${year.year} ends before it begins.`)
    if (year.year !== index + 1 || year.startsOn !== expected) throw new YearsNotContiguousError(index, `Year ${index + 1} should begin on ${expected}.`)
    if (daysFromTo(year.startsOn, year.endsOn) > yearDaysMax) throw new YearsNotContiguousError(index, `Year ${index + 1} is longer than a year.`)
    expected = addDays(year.endsOn, 1)
  }
  if (addDays(expected, -1) !== endsOn) throw new YearsNotContiguousError(years.length - 1, `The last year should end on ${endsOn}.`)
}

const checkPartners = (partners: readonly Partner[]): void => {
  const seen = new Set<string>()
  for (const [index, { partnerId, organisationId }] of partners.entries()) {
    if (seen.has(partnerId) || (organisationId !== undefined && seen.has(organisationId))) throw new PartnerTwiceError(index)
    seen.add(partnerId)
    if (organisationId !== undefined) seen.add(organisationId)
  }
  const leads = partners.filter(({ isLead }) => isLead).length
  if (leads !== 1) throw new OneLeadError(leads)
}

const checkYearsNamed = (field: string, named: readonly { year: number }[], years: readonly ContractYear[]): void => {
  const left = new Set(years.map(({ year }) => year))
  for (const [index, { year }] of named.entries()) if (!left.delete(year)) throw new UnknownYearError(`${field}/${index}/year`, year)
}

const checkOutcome = ({ measure, rollUp, targets }: Outcome, index: number, years: readonly ContractYear[]): void => {
  if (measure !== 'count' && rollUp === 'sum') throw new RollUpError(index)
  checkYearsNamed(`/outcomes/${index}/targets`, targets, years)
  for (const [at, { value }] of targets.entries())
    if (measure === 'percentage-tenths' && value > tenthsMax) throw new ValueTooHighError(`/outcomes/${index}/targets/${at}/value`)
}

const keepClosedYears = (contract: RecordedContract, years: readonly ContractYear[]): void => {
  for (const number of new Set(contract.closed.map(({ year }) => year))) {
    const [before, after] = [contract.years, years].map((list) => list.find(({ year }) => year === number))
    if (before?.startsOn !== after?.startsOn || before?.endsOn !== after?.endsOn || before?.valuePence !== after?.valuePence) throw new ClosedYearError(number)
  }
}

const keepPartners = (contract: RecordedContract, partners: readonly Partner[]): void => {
  for (const before of contract.partners) {
    const index = partners.findIndex(({ partnerId }) => partnerId === before.partnerId)
    if (index < 0) throw new PartnerMissingError()
    if (before.organisationId !== undefined && partners[index]?.organisationId !== before.organisationId) throw new PartnerOrganisationFixedError(index)
  }
}
