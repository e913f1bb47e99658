import { FormRefusal } from '../../http/formErrors.ts'
import type { Format } from '../../view/format.ts'
import { lastDayOfYearFrom, nextDay } from './days.ts'

const yearsMax = 25
const partnersMax = 100
const nameLengthMax = 200
const penceMax = 100_000_000_000

export type YearTerm = { year: number; startsOn: string; endsOn: string; valuePence: number }
export type PartnerTerm = { name: string; organisationId?: string; isLead: boolean; shares: { year: number; valuePence: number }[] }
type Problem = { field: string; code: string; values: Record<string, string | number> }

/** The lines that say something, with their numbers as an editor counts them. */
const linesIn = (text: string): { number: number; text: string }[] =>
  text.split(/\r\n|\r|\n/).flatMap((line, at) => (line.trim() === '' ? [] : [{ number: at + 1, text: line.trim() }]))

const amount = /^£? ?(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(\d{1,2}))?$/
const day = /^\d{4}-\d{2}-\d{2}$/
const uuid = /^(?:https?:\/\/\S*\/organisations\/|\/organisations\/)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i

/** Pounds as people and spreadsheets write them (`£54,054.05`), in pence; undefined for anything else. */
const penceIn = (text: string): number | undefined => {
  const found = amount.exec(text)
  if (!found) return undefined
  const pence = Number(found[1]!.replaceAll(',', '')) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
  return pence <= penceMax ? pence : undefined
}

/** The columns of a line: between tabs or semicolons, or commas with a space; a line that has none of these is parted at its commas. */
const columnsOf = (line: string): string[] => {
  const clean = (column: string) =>
    column
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim()
  const columns = line.split(/[;\t]|,\s+/).map(clean)
  return columns.length > 1 ? columns : (line.match(/"[^"]*"|[^,]+/g) ?? []).map(clean)
}

/**
 * The years of a contract, one a line: what it is worth, and before that its last day where a year is not twelve months. Throws FormRefusal naming the
 * lines that cannot be read.
 */
export const readYears = (text: string, startsOn: string): YearTerm[] => {
  const problems: Problem[] = []
  const years: YearTerm[] = []
  let from = startsOn
  for (const { number, text: line } of linesIn(text)) {
    const [first = '', second] = day.test(line.slice(0, 10)) ? [line.slice(0, 10), line.slice(10).replace(/^[\s,;]+/, '')] : ['', line]
    const valuePence = penceIn(second ?? '')
    const endsOn = first || lastDayOfYearFrom(from)
    if (valuePence === undefined || Number.isNaN(Date.parse(endsOn)))
      problems.push({ field: 'years', code: 'year-line', values: { line: number, text: line.slice(0, 60) } })
    else {
      years.push({ year: years.length + 1, startsOn: from, endsOn, valuePence })
      from = nextDay(endsOn)
    }
  }
  if (years.length > yearsMax) problems.push({ field: 'years', code: 'too-many-lines', values: { max: yearsMax } })
  if (problems.length > 0) throw new FormRefusal(problems)
  return years
}

/** The years as `readYears` reads them. */
export const writeYears = (years: readonly YearTerm[]): string => years.map(({ endsOn, valuePence }) => `${endsOn}; ${poundsPlain(valuePence)}`).join('\n')

/**
 * The partners of a contract, one a line and the lead first: a name, the share of each year (or one for all years), and at the end the address of their
 * page in the directory where they have one. Throws FormRefusal naming the lines that cannot be read.
 */
export const readPartners = (text: string, years: readonly YearTerm[]): PartnerTerm[] => {
  const problems: Problem[] = []
  const seen = new Map<string, number>()
  const partners = linesIn(text).flatMap(({ number, text: line }, at): PartnerTerm[] => {
    const refuse = (code: string, values: Record<string, string | number> = {}): [] => {
      problems.push({ field: 'partners', code, values: { line: number, text: line.slice(0, 60), ...values } })
      return []
    }
    const columns = columnsOf(line)
    const organisationId = uuid.exec(columns.at(-1) ?? '')?.[1]
    if (organisationId !== undefined) columns.pop()
    const amounts: number[] = []
    for (let pence = penceIn(columns.at(-1) ?? ''); columns.length > 1 && pence !== undefined; pence = penceIn(columns.at(-1) ?? '')) {
      amounts.unshift(pence)
      columns.pop()
    }
    const name = columns.join(', ')
    if (amounts.length === 0) return refuse('partner-line')
    if (amounts.length !== 1 && amounts.length !== years.length) return refuse('partner-years', { given: amounts.length, years: years.length })
    if (name === '' || name.length > nameLengthMax) return refuse('partner-name')
    const before = seen.get(name.toLowerCase())
    if (before !== undefined) return refuse('partner-named-twice', { before })
    seen.set(name.toLowerCase(), number)
    const shares = years.map(({ year }, index) => ({ year, valuePence: (amounts.length === 1 ? amounts[0] : amounts[index]) as number }))
    return [{ name, ...(organisationId === undefined ? {} : { organisationId: organisationId.toLowerCase() }), isLead: at === 0, shares }]
  })
  if (partners.length > partnersMax) problems.push({ field: 'partners', code: 'too-many-lines', values: { max: partnersMax } })
  if (problems.length > 0) throw new FormRefusal(problems)
  return partners
}

/** The partners as `readPartners` reads them. */
export const writePartners = (partners: readonly (Pick<PartnerTerm, 'name' | 'shares'> & { organisationId?: string | undefined })[]): string =>
  partners
    .map(({ name, shares, organisationId }) => {
      const amounts = shares.map(({ valuePence }) => poundsPlain(valuePence))
      const columns = new Set(amounts).size === 1 ? [amounts[0]] : amounts
      return [name, ...columns, ...(organisationId === undefined ? [] : [`/organisations/${organisationId}`])].join('; ')
    })
    .join('\n')

const poundsPlain = (pence: number): string => (pence % 100 === 0 ? String(pence / 100) : (pence / 100).toFixed(2))

/** Says of each year by how much its shares do not add up to its value. Throws FormRefusal. */
export const checkShares = (years: readonly YearTerm[], partners: readonly PartnerTerm[], format: Format): void => {
  const problems = years.flatMap(({ year, valuePence }): Problem[] => {
    const shared = partners.reduce((sum, { shares }) => sum + (shares.find((share) => share.year === year)?.valuePence ?? 0), 0)
    if (shared === valuePence) return []
    const [shares, value, difference] = [shared, valuePence, Math.abs(shared - valuePence)].map((pence) => format.pounds(pence)) as [string, string, string]
    return [
      { field: 'partners', code: shared > valuePence ? 'shares-too-much' : 'shares-too-little', values: { year: String(year), shares, value, difference } },
    ]
  })
  if (problems.length > 0) throw new FormRefusal(problems)
}
