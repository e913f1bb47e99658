import { z } from 'zod'
import { FormRefusal } from '../../http/formErrors.ts'
import { choice, line, lines, optionalChoice, optionalLine, optionalLines } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { Contract, commissioning } from '../contracting/contract.ts'
import { calendarDay, optionalCalendarDay, resultIn } from '../contracting/fields.ts'
import { checkShares, readPartners, readYears } from '../contracting/lines.ts'

const outcomesShown = 6
const linesLengthMax = 40_000
const measures = ['count', 'percentage-tenths', 'score-tenths'] as const
const numbers = Array.from({ length: outcomesShown }, (_, at) => at + 1)
const outcomeFields = Object.fromEntries(
  numbers.flatMap((number) => [
    [`outcome${number}`, optionalLine(500)],
    [`outcome${number}-measure`, optionalChoice(measures)],
    [`outcome${number}-target`, optionalLine(20)],
  ]),
) as Record<`outcome${number}${'' | '-measure' | '-target'}`, z.ZodType<string | undefined>>

export const NewContractForm = z
  .strictObject({
    title: line(200),
    description: optionalLines(4_000),
    startsOn: calendarDay(),
    referralsEndOn: optionalCalendarDay(),
    lightTouch: choice(['yes', 'no']),
    years: lines(2_000),
    partners: lines(linesLengthMax),
  })
  .extend(outcomeFields)

const Recorded = z.object({ contractId: z.uuid() })

/** A contract is recorded: its value by year, its partners with their shares as lines, and what it is for. */
export const contractNewPage = definePage({
  name: 'contractNew',
  path: '/contracts/new',
  for: commissioning,
  load: async () => ({ numbers, measures }),
  form: NewContractForm,
  fill: () => ({ lightTouch: 'yes', ...Object.fromEntries(numbers.map((number) => [`outcome${number}-measure`, 'count'])) }),
  save: async ({ title, description, startsOn, referralsEndOn, lightTouch, ...entered }, { services, format, appears }) => {
    const years = readYears(entered.years, startsOn)
    const partners = readPartners(entered.partners, years)
    checkShares(years, partners, format)
    const endsOn = years.at(-1)!.endsOn
    const outcomes = outcomesIn(
      entered as Record<string, string | undefined>,
      years.map(({ year }) => year),
    )
    const { contractId } = await services.post(
      'commissioning',
      '/contracts',
      {
        title,
        ...(description === undefined ? {} : { description }),
        ...{ startsOn, endsOn, referralsEndOn: referralsEndOn ?? endsOn, lightTouch: lightTouch === 'yes', years, partners, outcomes },
      },
      Recorded,
    )
    await appears(async () => (await services.get('commissioning', path`/contracts/${contractId}`, Contract)).contractId === contractId)
    return goTo(`/contracts/${contractId}`, { notice: 'contractNew.recorded' })
  },
})

/** The outcomes that were named. The target is the same in each year. Throws FormRefusal. */
const outcomesIn = (entered: Readonly<Record<string, string | undefined>>, years: readonly number[]) => {
  const outcomes = numbers.flatMap((number) => {
    const words = entered[`outcome${number}`]
    if (words === undefined) return []
    const measure = (entered[`outcome${number}-measure`] ?? 'count') as (typeof measures)[number]
    const target = entered[`outcome${number}-target`]
    const value = target === undefined ? undefined : resultIn(target, measure)
    if (target !== undefined && value === undefined) throw new FormRefusal([{ field: `outcome${number}-target`, code: `not-a-${measure}` }])
    const targets = value === undefined ? [] : years.map((year) => ({ year, value }))
    return [{ words, measure, rollUp: measure === 'count' ? 'sum' : 'mean', targets }]
  })
  if (outcomes.length === 0) throw new FormRefusal([{ field: 'outcome1', code: 'outcome-missing' }])
  return outcomes
}
