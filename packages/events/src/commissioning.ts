import { z } from 'zod'
import { defineEvent } from './eventDefinition.ts'
import { CalendarDay, Id, Instant, Pence, Role, WardCode } from './terms.ts'

const contract = 'patchwork.commissioning.contract'
const contractReturn = 'patchwork.commissioning.return'
const grant = 'patchwork.commissioning.grant'

/** What a measure counts: whole numbers, a percentage in tenths (0 to 1,000), or a score in tenths. */
export const MeasureKind = z.enum(['count', 'percentage-tenths', 'score-tenths'])
const ContractYear = z.object({ year: z.int().min(1).max(25), startsOn: CalendarDay, endsOn: CalendarDay, valuePence: Pence })
/** A partner's share of each year's value; all partners' shares of a year are that year's value. `lead` is who the council pays. */
const ContractPartner = z.object({
  partnerId: Id,
  organisationId: Id.optional(),
  isLead: z.boolean(),
  shares: z.array(z.object({ year: z.int().min(1).max(25), valuePence: Pence })).max(25),
})
const ContractOutcome = z.object({
  outcomeId: Id,
  measure: MeasureKind,
  /** How partners' figures become the contract's: added up, or averaged over who returned. Which keeps a roll-up from counting twice. */
  rollUp: z.enum(['sum', 'mean']),
  targets: z.array(z.object({ year: z.int().min(1).max(25), value: z.int().min(0) })).max(25),
})
const Years = z.array(ContractYear).min(1).max(25)
const Partners = z.array(ContractPartner).min(1).max(100)

export const ContractRecorded = defineEvent({
  type: 'contract.recorded.v1',
  topic: contract,
  meaning: 'A commissioner wrote down a contract: its value by year, its partners and their shares, and the outcomes it is for. Its words stay in the service.',
  data: z.object({
    contractId: Id,
    startsOn: CalendarDay,
    endsOn: CalendarDay,
    /** No referral counts towards it after this day. */
    referralsEndOn: CalendarDay,
    /** Procurement Act 2023: which notices are due follows from it. */
    lightTouch: z.boolean(),
    years: Years,
    partners: Partners,
    outcomes: z.array(ContractOutcome).min(1).max(50),
    recordedBy: Id,
    recordedAt: Instant,
  }),
})
export const ContractVaried = defineEvent({
  type: 'contract.varied.v1',
  topic: contract,
  meaning: 'The value, the term or the partners of a contract changed; what was before stays in its history.',
  data: z.object({
    contractId: Id,
    variationId: Id,
    reason: z.enum(['more-or-less-needed', 'term-extended', 'term-shortened', 'partner-changed', 'correction', 'other']),
    effectiveOn: CalendarDay,
    endsOn: CalendarDay,
    referralsEndOn: CalendarDay,
    years: Years,
    partners: Partners,
    /** Whether a contract change notice is due (Procurement Act 2023 section 75: not for light touch; otherwise above a tenth of value or term, added up). */
    noticeDue: z.boolean(),
    variedBy: Id,
    variedAt: Instant,
  }),
})
export const ContractQuarterClosed = defineEvent({
  type: 'contract.quarter-closed.v1',
  topic: contract,
  meaning: 'A quarter of a contract year takes no more returns.',
  data: z.object({ contractId: Id, year: z.int().min(1).max(25), quarter: z.int().min(1).max(4), closedBy: Id, closedAt: Instant }),
})
const returned = {
  returnId: Id,
  contractId: Id,
  partnerId: Id,
  organisationId: Id.optional(),
  year: z.int().min(1).max(25),
  quarter: z.int().min(1).max(4),
  results: z
    .array(z.object({ outcomeId: Id, value: z.int().min(0) }))
    .min(1)
    .max(50),
}
export const ReturnMade = defineEvent({
  type: 'return.made.v1',
  topic: contractReturn,
  meaning: 'A partner said what came of its part in a quarter.',
  data: z.object({ ...returned, madeBy: Id, madeByRole: Role, madeAt: Instant }),
})
export const ReturnCorrected = defineEvent({
  type: 'return.corrected.v1',
  topic: contractReturn,
  meaning: 'A partner corrected its return while the quarter was open; the first one stays in the history.',
  data: z.object({ ...returned, correctedBy: Id, correctedByRole: Role, correctedAt: Instant }),
})
export const GrantRecorded = defineEvent({
  type: 'grant.recorded.v1',
  topic: grant,
  meaning: 'A grant to a voluntary group stands in the register, matched to an organisation where its charity number says so.',
  data: z.object({
    grantId: Id,
    origin: z.enum(['open-data', 'recorded']),
    amountPence: Pence,
    awardedOn: CalendarDay,
    organisationId: Id.optional(),
    charityNumber: z.string().max(20).optional(),
    wardCode: WardCode.optional(),
    recordedAt: Instant,
  }),
})
