import { CalendarDay, MeasureKind, Pence } from '@patchwork/events'
import { multilineText, plainText } from '@patchwork/http'
import { z } from 'zod'

// What travels over the API of contracts. Bodies are strict: an unknown field is refused by its name. Money is whole pence.

const yearsMax = 25
const partnersMax = 100
const outcomesMax = 50
const YearNumber = z.int().min(1).max(yearsMax)
const tenthsOrCountMax = 1_000_000_000

const YearBody = z.strictObject({ year: YearNumber, startsOn: CalendarDay, endsOn: CalendarDay, valuePence: Pence })
const ShareBody = z.strictObject({ year: YearNumber, valuePence: Pence })
const PartnerBody = z.strictObject({
  name: plainText(200),
  organisationId: z.uuid().optional(),
  isLead: z.boolean().default(false),
  shares: z.array(ShareBody).max(yearsMax),
})
const OutcomeBody = z.strictObject({
  words: plainText(500),
  measure: MeasureKind,
  rollUp: z.enum(['sum', 'mean']),
  targets: z
    .array(z.strictObject({ year: YearNumber, value: z.int().min(0).max(tenthsOrCountMax) }))
    .max(yearsMax)
    .default([]),
})
const Years = z.array(YearBody).min(1).max(yearsMax)

export const ContractBody = z.strictObject({
  title: plainText(200),
  description: multilineText(4_000).optional(),
  startsOn: CalendarDay,
  endsOn: CalendarDay,
  referralsEndOn: CalendarDay,
  lightTouch: z.boolean(),
  years: Years,
  partners: z.array(PartnerBody).min(1).max(partnersMax),
  outcomes: z.array(OutcomeBody).min(1).max(outcomesMax),
})
export const VariationBody = z.strictObject({
  reason: z.enum(['more-or-less-needed', 'term-extended', 'term-shortened', 'partner-changed', 'correction', 'other']),
  note: multilineText(2_000).optional(),
  effectiveOn: CalendarDay,
  endsOn: CalendarDay,
  referralsEndOn: CalendarDay,
  years: Years,
  /** A partner that is in the contract already is named by its id; another one has none yet. */
  partners: z
    .array(PartnerBody.extend({ partnerId: z.uuid().optional() }))
    .min(1)
    .max(partnersMax),
})
export const QuarterBody = z.strictObject({ year: YearNumber, quarter: z.int().min(1).max(4) })
export const ReturnBody = z.strictObject({
  partnerId: z.uuid(),
  year: YearNumber,
  quarter: z.int().min(1).max(4),
  results: z
    .array(z.strictObject({ outcomeId: z.uuid(), value: z.int().min(0).max(tenthsOrCountMax) }))
    .min(1)
    .max(outcomesMax),
  note: multilineText(2_000).optional(),
})

const OutcomeValue = z.object({ outcomeId: z.uuid(), value: z.int(), partnersReturned: z.int() })
const Counts = z.object({
  sent: z.int(),
  accepted: z.int(),
  concluded: z.int(),
  declined: z.int(),
  /** Promised by pools and not paid back, paid or not. */
  promisedPence: z.int(),
  spentPence: z.int(),
})

export const ContractLine = z.object({
  contractId: z.uuid(),
  title: z.string(),
  startsOn: z.string(),
  endsOn: z.string(),
  lightTouch: z.boolean(),
  /** What it is worth to who asks: all of it, or their own organisation's part. */
  valuePence: z.int(),
  partners: z.int(),
  isWhole: z.boolean(),
  /** To who acts for a partner: the earliest quarter that is over and of which nothing has been returned yet. */
  returnDue: z.object({ partnerId: z.uuid(), year: z.int(), quarter: z.int(), startsOn: z.string(), endsOn: z.string() }).optional(),
})

export const ContractView = z.object({
  contractId: z.uuid(),
  title: z.string(),
  description: z.string().optional(),
  startsOn: z.string(),
  endsOn: z.string(),
  referralsEndOn: z.string(),
  lightTouch: z.boolean(),
  recordedAt: z.string(),
  /** Whether all of it is shown; a partner sees its own part. */
  isWhole: z.boolean(),
  valuePence: z.int(),
  years: z.array(
    z.object({
      year: z.int(),
      startsOn: z.string(),
      endsOn: z.string(),
      valuePence: z.int(),
      quarters: z.array(
        z.object({
          quarter: z.int(),
          startsOn: z.string(),
          endsOn: z.string(),
          state: z.enum(['to-come', 'open', 'closed']),
          returned: z.int(),
          expected: z.int(),
        }),
      ),
    }),
  ),
  partners: z.array(
    z.object({
      partnerId: z.uuid(),
      name: z.string(),
      organisationId: z.uuid().optional(),
      isLead: z.boolean(),
      valuePence: z.int(),
      shares: z.array(z.object({ year: z.int(), valuePence: z.int() })),
    }),
  ),
  outcomes: z.array(
    z.object({
      outcomeId: z.uuid(),
      words: z.string(),
      measure: MeasureKind,
      rollUp: z.enum(['sum', 'mean']),
      targets: z.array(z.object({ year: z.int(), value: z.int() })),
    }),
  ),
  variations: z.array(
    z.object({
      variationId: z.uuid(),
      reason: z.string(),
      note: z.string().optional(),
      effectiveOn: z.string(),
      endsOn: z.string(),
      valuePence: z.int(),
      noticeDue: z.boolean(),
      variedAt: z.string(),
    }),
  ),
  rollUp: z.object({
    years: z.array(
      Counts.extend({
        year: z.int(),
        valuePence: z.int(),
        outcomes: z.array(OutcomeValue),
        partners: z.array(Counts.extend({ partnerId: z.uuid(), sharePence: z.int(), quartersReturned: z.array(z.int()), outcomes: z.array(OutcomeValue) })),
      }),
    ),
    whole: Counts.extend({ valuePence: z.int(), outcomes: z.array(OutcomeValue) }),
  }),
})
export type ContractView = z.infer<typeof ContractView>

export const ReturnView = z.object({
  returnId: z.uuid(),
  partnerId: z.uuid(),
  year: z.int(),
  quarter: z.int(),
  results: z.array(z.object({ outcomeId: z.uuid(), value: z.int() })),
  note: z.string().optional(),
  madeAt: z.string(),
  lastSaidAt: z.string(),
  corrections: z.int(),
  sequence: z.int(),
})
