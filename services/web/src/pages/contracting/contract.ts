import type { Role } from '@patchwork/events'
import { z } from 'zod'
import type { Format } from '../../view/format.ts'
import type { Translate } from '../../words/words.ts'

/** Whose pages contracts are: those who commission see them whole, partners see their own part. */
export const commissioning = ['commissioner', 'administrator'] as const
export const withContracts = [...commissioning, 'provider', 'coordinator'] as const

export const seesContracts = (role: Role): boolean => (commissioning as readonly Role[]).includes(role)

export const ContractLines = z.object({
  items: z.array(
    z.object({
      contractId: z.uuid(),
      title: z.string(),
      startsOn: z.string(),
      endsOn: z.string(),
      valuePence: z.int(),
      partners: z.int(),
      isWhole: z.boolean(),
      returnDue: z.object({ partnerId: z.uuid(), year: z.int(), quarter: z.int(), startsOn: z.string(), endsOn: z.string() }).optional(),
    }),
  ),
  after: z.string().optional(),
})

const Shares = z.array(z.object({ year: z.int(), valuePence: z.int() }))
const OutcomeValues = z.array(z.object({ outcomeId: z.string(), value: z.int(), partnersReturned: z.int() }))
const Counted = z.object({ sent: z.int(), accepted: z.int(), concluded: z.int(), promisedPence: z.int(), spentPence: z.int(), outcomes: OutcomeValues })
const quarterStates = ['to-come', 'open', 'closed'] as const

/** A contract, or a partner's part of it (`isWhole` is false). */
export const Contract = z.object({
  contractId: z.uuid(),
  title: z.string(),
  description: z.string().optional(),
  startsOn: z.string(),
  endsOn: z.string(),
  referralsEndOn: z.string(),
  lightTouch: z.boolean(),
  isWhole: z.boolean(),
  valuePence: z.int(),
  years: z.array(
    z.object({
      year: z.int(),
      startsOn: z.string(),
      endsOn: z.string(),
      valuePence: z.int(),
      quarters: z.array(
        z.object({ quarter: z.int(), startsOn: z.string(), endsOn: z.string(), state: z.enum(quarterStates), returned: z.int(), expected: z.int() }),
      ),
    }),
  ),
  partners: z.array(
    z.object({ partnerId: z.uuid(), name: z.string(), organisationId: z.uuid().optional(), isLead: z.boolean(), valuePence: z.int(), shares: Shares }),
  ),
  outcomes: z.array(
    z.object({
      outcomeId: z.uuid(),
      words: z.string(),
      measure: z.enum(['count', 'percentage-tenths', 'score-tenths']),
      targets: z.array(z.object({ year: z.int(), value: z.int() })),
    }),
  ),
  variations: z.array(
    z.object({ reason: z.string(), note: z.string().optional(), effectiveOn: z.string(), valuePence: z.int(), noticeDue: z.boolean(), variedAt: z.string() }),
  ),
  rollUp: z.object({
    years: z.array(
      Counted.extend({
        year: z.int(),
        partners: z.array(Counted.extend({ partnerId: z.string(), sharePence: z.int(), quartersReturned: z.array(z.int()) })),
      }),
    ),
    whole: Counted,
  }),
})
export type Contract = z.output<typeof Contract>

export type Quarter = { value: string; year: number; quarter: number; startsOn: string; endsOn: string; state: (typeof quarterStates)[number] }

/** All quarters of a contract in their order; `value` names one in a form: `2-3` is the third of the second year. */
export const quartersOf = ({ years }: Pick<Contract, 'years'>): Quarter[] =>
  years.flatMap(({ year, quarters }) =>
    quarters.map(({ quarter, startsOn, endsOn, state }) => ({ value: `${year}-${quarter}`, year, quarter, startsOn, endsOn, state })),
  )

/** A quarter as it is said: Year 2, quarter 3 (1 October 2026 to 31 December 2026). */
export const quarterInWords = ({ year, quarter, startsOn, endsOn }: Omit<Quarter, 'value' | 'state'>, t: Translate, format: Format): string =>
  t('contracting.quarter', { year: String(year), quarter: String(quarter), from: format.date(startsOn), until: format.date(endsOn) })
