import { z } from 'zod'
import { type FormError, FormRefusal } from '../../http/formErrors.ts'
import { optionalLine, optionalLines } from '../../http/formFields.ts'
import { definePage, goTo, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { Contract, quarterInWords, quartersOf } from '../contracting/contract.ts'
import { resultIn } from '../contracting/fields.ts'

/** As many outcomes as a contract may have. */
const outcomesMax = 50
const Made = z.object({ returnId: z.uuid() })
const valueFields = Object.fromEntries(Array.from({ length: outcomesMax }, (_, at) => [`value${at + 1}`, optionalLine(20)])) as Record<
  `value${number}`,
  z.ZodType<string | undefined>
>
const returning = ['commissioner', 'provider', 'coordinator'] as const

type Choice = { value: string }
const chosenOf = (choices: readonly Choice[], named: string | undefined): string | undefined =>
  (choices.find(({ value }) => value === named) ?? choices[0])?.value

const contractOf = ({ services, params }: SignedInVisit) => services.get('commissioning', path`/contracts/${params.contractId!}`, Contract)

/** What came of a partner's part in a quarter. While the quarter is open, saying something else corrects it. */
export const contractReturnPage = definePage({
  name: 'contractReturn',
  path: '/contracts/:contractId/returns/new',
  for: returning,
  load: async (visit) => {
    const { t, format, query } = visit
    const contract = await contractOf(visit)
    const open = quartersOf(contract).filter(({ state }) => state === 'open')
    return {
      contract,
      // Whoever comes to say what came of one quarter finds it chosen.
      named: { partnerId: query.partner, quarter: query.quarter },
      partners: contract.partners.map(({ partnerId, name }) => ({ value: partnerId, text: name })),
      quarters: open.map((quarter) => ({ value: quarter.value, text: quarterInWords(quarter, t, format) })),
      outcomes: contract.outcomes.map((outcome, at) => ({ ...outcome, field: `value${at + 1}` })),
    }
  },
  form: z
    .strictObject({
      partnerId: z.uuid({ error: 'choose-one' }),
      quarter: z.string({ error: 'choose-one' }).regex(/^\d{1,2}-[1-4]$/, { error: 'choose-one' }),
      note: optionalLines(2_000),
    })
    .extend(valueFields),
  fill: ({ named, partners, quarters }: { named: { partnerId?: string; quarter?: string }; partners: Choice[]; quarters: Choice[] }) => ({
    partnerId: chosenOf(partners, named.partnerId),
    quarter: chosenOf(quarters, named.quarter),
  }),
  save: async ({ partnerId, quarter: named, note, ...entered }, visit) => {
    const { services, params } = visit
    const contract = await contractOf(visit)
    const results = resultsIn(contract, entered as Record<string, string | undefined>)
    const [year, quarter] = named.split('-').map(Number)
    const body = { partnerId, year, quarter, results, ...(note === undefined ? {} : { note }) }
    await services.put('commissioning', path`/contracts/${params.contractId!}/returns`, body, { answer: Made })
    return goTo(`/contracts/${params.contractId}`, { notice: 'contractReturn.made' })
  },
})

/** A result for each outcome. Throws FormRefusal naming each that is missing or cannot be read. */
const resultsIn = ({ outcomes }: Contract, entered: Readonly<Record<string, string | undefined>>): { outcomeId: string; value: number }[] => {
  const errors: FormError[] = []
  const results = outcomes.flatMap(({ outcomeId, measure }, at) => {
    const field = `value${at + 1}`
    const text = entered[field]
    const value = text === undefined ? undefined : resultIn(text, measure)
    if (value !== undefined) return [{ outcomeId, value }]
    errors.push({ field, code: text === undefined ? 'missing' : `not-a-${measure}` })
    return []
  })
  if (errors.length > 0) throw new FormRefusal(errors)
  return results
}
