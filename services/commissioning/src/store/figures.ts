import type { Condition, TallyRow, Where } from '@patchwork/document-store'
import { eventDefinitions } from '@patchwork/events'
import { InvalidRequestError } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { addDays, lastOfMonth } from '../domain/calendar.ts'
import { type Cell, disclose, inWholeMonths, type Key, type Question, type Shown, widerThan } from '../domain/disclosure.ts'
import { askable, type Counting, type Dimension, type Filter, type FilterName, filterNames, type Measure, versionOf } from '../domain/measures.ts'
import { rollUp } from '../domain/rollUp.ts'
import type { ContractFact, FactEvent, OpenedFacts, ReturnFact } from './facts.ts'

/** More contracts than one council has; a figure over more asks for one of them. */
const contractsMax = 1_000
const pageSize = 1_000
const returnPagesMax = 11
/** Wards are asked of the directory anew after this. */
const wardsKeptMs = 3_600_000
/** Facts whose events make one page. */
const factsPerPage = 50

export type Asked = { measure: Measure; version?: number | undefined; by: readonly Dimension[]; filter: Filter; exact: boolean }
export type Figure = {
  measure: Measure
  version: number
  by: readonly Dimension[]
  filter: Filter
  exact: boolean
  total: Shown | undefined
  rows: Shown[]
}
export type EventOfFigure = FactEvent & { topic: string }

/** A measure cannot be asked so: it knows no such breakdown, filter or version. */
const refuse = (pointer: string, code: string, words: string): never => {
  throw new InvalidRequestError(pointer, code, words)
}

/** It could tell single partners or payments apart, which only those with the case-level right may. */
export class CaseLevelOnlyError extends Error {
  readonly kind = 'forbidden'
  readonly code = 'case-level-only'
  readonly title = 'Only for commissioners'
  constructor() {
    super('Asked so, this figure could tell single partners or payments apart. Commissioners and administrators may ask it.')
  }
}

/** A contract's organisations and days, by which referrals and payments count towards it. */
type Bounds = { organisationIds: string[]; from: string; until: string }

/** Figures over the facts: exact for those with the case-level right, as `disclosure` lets anyone see them for the others. */
export const openFigures = ({ facts, runtime, askWards }: { facts: OpenedFacts; runtime: Runtime; askWards: () => Promise<string[]> }) => {
  let wards: { codes: Promise<string[]>; at: number } | undefined
  const wardCodes = (): Promise<string[]> => {
    if (wards === undefined || runtime.now() - wards.at > wardsKeptMs) {
      const codes = askWards()
      wards = { codes, at: runtime.now() }
      codes.catch(() => {
        wards = undefined
      })
    }
    return wards.codes
  }

  const contractOf = async (contractId: string): Promise<ContractFact> =>
    (await facts['contract-values'].collection().get(contractId))?.body ?? refuse('/contract', 'unknown-contract', 'There is no such contract.')

  const boundsOf = async (counting: Counting, { contract }: Filter): Promise<Bounds | undefined> => {
    if (contract === undefined || !['referrals', 'pool-spends'].includes(counting.facts)) return undefined
    const { partners, startsOn, endsOn, referralsEndOn } = await contractOf(contract)
    const organisationIds = partners.flatMap(({ organisationId }) => organisationId ?? [])
    return { organisationIds, from: startsOn, until: counting.facts === 'referrals' ? referralsEndOn : endsOn }
  }

  /** Which facts a filter speaks of. Days of a contract and days of a period narrow each other. */
  const whereOf = async (counting: Counting, filter: Filter): Promise<Where> => {
    const bounds = await boundsOf(counting, filter)
    const from = [filter.from, bounds?.from]
      .flatMap((day) => day ?? [])
      .sort()
      .at(-1)
    const until = [filter.until, bounds?.until].flatMap((day) => day ?? []).sort()[0]
    const days = { ...(from === undefined ? {} : { atLeast: from }), ...(until === undefined ? {} : { atMost: until }) }
    return {
      ...counting.where,
      ...(from === undefined && until === undefined ? {} : { [counting.day]: days }),
      ...(bounds === undefined ? {} : { organisationId: { in: bounds.organisationIds } }),
      ...(filter.category === undefined ? {} : { category: equalTo(filter.category) }),
      ...(filter.ward === undefined ? {} : counting.facts === 'offers' ? { wards: { has: filter.ward } } : { ward: equalTo(filter.ward) }),
    }
  }

  const tallied = async (counting: Counting, { by, filter }: Question): Promise<Cell[]> => {
    const where = await whereOf(counting, filter)
    const collection = facts[counting.facts].collection()
    const fields = by.map((dimension) => fieldOf(counting, dimension))
    const rows = await collection.tally({ where, by: fields, sum: counting.sum === undefined ? [] : [counting.sum] })
    return rows.map((row) => toCell(row, by, counting))
  }

  /** An offer for several wards stands in each: each ward is asked for by itself. */
  const offersByWard = async (counting: Counting, { by, filter }: Question): Promise<Cell[]> => {
    const asked = filter.ward === undefined ? await wardCodes() : [filter.ward]
    const rest = by.filter((dimension) => dimension !== 'ward')
    const found = await Promise.all(
      asked.map(async (ward) => (await tallied(counting, { by: rest, filter: { ...filter, ward } })).map((cell) => ({ ...cell, key: { ...cell.key, ward } }))),
    )
    return found.flat().filter(({ sources }) => sources > 0)
  }

  /** By organisation in the store, by partner in the answer. */
  const byPartner = async (counting: Counting, question: Question): Promise<Cell[]> => {
    const contractId = question.filter.contract ?? refuse('/contract', 'contract-needed', 'Name a contract to see its partners.')
    const { partners } = await contractOf(contractId)
    const partnerOf = new Map(partners.map(({ organisationId, partnerId }) => [organisationId, partnerId]))
    const cells = await tallied(counting, question)
    return cells.map((cell) => ({ ...cell, key: { ...cell.key, partner: partnerOf.get(cell.key.partner ?? undefined) ?? null } }))
  }

  const contractsOf = async ({ contract }: Filter): Promise<ContractFact[]> => {
    if (contract !== undefined) return [await contractOf(contract)]
    const { documents, after } = await facts['contract-values'].collection().find({ limit: contractsMax })
    if (after !== undefined) refuse('/contract', 'contract-needed', 'There are too many contracts for one figure. Name one.')
    return documents.map(({ body }) => body)
  }

  const contractValue = async ({ by, filter }: Question): Promise<Cell[]> => {
    const lines = (await contractsOf(filter)).flatMap((contract) => linesOf(contract, filter))
    const keyOf = ({ key }: ContractLine): Key => Object.fromEntries(by.map((dimension) => [dimension, key[dimension] ?? null]))
    return [...Map.groupBy(lines, (line) => JSON.stringify(keyOf(line))).values()].map((group) => ({
      key: keyOf(group[0] as ContractLine),
      sources: group.length,
      value: group.reduce((sum, { valuePence }) => sum + valuePence, 0),
    }))
  }

  const returnsOf = async (contractId: string): Promise<ReturnFact[]> => {
    const found: ReturnFact[] = []
    let after: string | undefined
    for (let pages = 0; pages < returnPagesMax; pages += 1) {
      const page = await facts['return-results']
        .collection()
        .find({ where: { contractId: { equals: contractId } }, limit: pageSize, ...(after === undefined ? {} : { after }) })
      found.push(...page.documents.map(({ body }) => body))
      if (page.after === undefined) break
      after = page.after
    }
    return found
  }

  const contractOutcomes = async ({ by, filter }: Question): Promise<Cell[]> => {
    const contractId = filter.contract ?? refuse('/contract', 'contract-needed', 'Name a contract to see what came of it.')
    const [{ outcomes, years }, returns] = await Promise.all([contractOf(contractId), returnsOf(contractId)])
    const startOf = new Map(years.map(({ year, startsOn }) => [year, startsOn.slice(0, 4)]))
    const keyOf = ({ partnerId, year }: ReturnFact): Key => ({
      ...(by.includes('partner') ? { partner: partnerId } : {}),
      ...(by.includes('year') ? { year: startOf.get(year) ?? null } : {}),
    })
    return [...Map.groupBy(returns, (one) => JSON.stringify(keyOf(one))).values()].flatMap((group) =>
      rollUp(outcomes, group).map(({ outcomeId, value }) => ({
        key: { outcome: outcomeId, ...keyOf(group[0] as ReturnFact) },
        sources: group.length,
        value,
      })),
    )
  }

  const cellsOf = (counting: Counting, question: Question): Promise<Cell[]> => {
    if (counting.facts === 'contract-values') return contractValue(question)
    if (counting.facts === 'return-results') return contractOutcomes(question)
    if (counting.facts === 'offers' && question.by.includes('ward')) return offersByWard(counting, question)
    return question.by.includes('partner') ? byPartner(counting, question) : tallied(counting, question)
  }

  /**
   * Answers to a question and to wider ones, from as few looks at the facts as will do: a coarser breakdown is the finer one added up, where each fact
   * stands in one row only. A period of whole months and all longer ones are had from one look by month, which the store reads off an index in its order;
   * with two keys that could be more groups than it gives, so then a longer period is the asked one with what lies before and after it.
   */
  const answerer = (counting: Counting, finest: Question, isInWholeMonths: boolean) => {
    const looks = new Map<string, Promise<Cell[]>>()
    const look = (question: Question): Promise<Cell[]> => {
      const text = JSON.stringify([question.by, filterNames.map((name) => question.filter[name] ?? null)])
      const found = looks.get(text) ?? cellsOf(counting, question)
      looks.set(text, found)
      return found
    }
    const hasPeriod = finest.filter.from !== undefined || finest.filter.until !== undefined
    return async ({ by, filter }: Question): Promise<Cell[]> => {
      const isManifold = counting.facts === 'offers' && finest.by.includes('ward') && !by.includes('ward')
      const keys = isManifold ? by : finest.by
      if (isInWholeMonths && hasPeriod && finest.by.length < 2) {
        const { from: _, until: __, ...others } = filter
        const cells = await look({ by: [...new Set<Dimension>([...keys, 'month'])], filter: others })
        return addedUp(
          cells.filter(({ key }) => isWithin(key.month, filter)),
          by,
        )
      }
      const parts = await Promise.all(periodsOf(filter, finest.filter).map((part) => look({ by: keys, filter: part })))
      return addedUp(parts.flat(), by)
    }
  }

  /** Rows and total as the caller may see them. */
  const shown = async (counting: Counting, { unit }: Measure, question: Question, exact: boolean): Promise<{ rows: Shown[]; total?: Shown }> => {
    if (unit === 'as-outcome') return { rows: await cellsOf(counting, question) }
    const answer = answerer(counting, question, !exact)
    const whole = { by: [], filter: question.filter }
    if (exact) return { rows: await answer(question), total: (await answer(whole))[0] ?? nothing }
    const disclosed = async (asked: Question): Promise<Shown[]> => {
      const [cells, wider] = await Promise.all([answer(asked), Promise.all(widerThan(asked).map(async (one) => ({ question: one, cells: await answer(one) })))])
      return disclose(unit, { question: asked, cells }, wider)
    }
    return { rows: await disclosed(question), total: (await disclosed(whole))[0] ?? nothing }
  }

  const checked = ({ measure, version, by, filter, exact }: Asked) => {
    if (measure.caseLevelOnly && !exact) throw new CaseLevelOnlyError()
    const counted = versionOf(measure, version) ?? refuse('/version', 'unknown-version', 'This measure has no such version.')
    const may = askable(measure, exact)
    const beyond = by.find((dimension) => !may.by.includes(dimension))
    if (beyond !== undefined && measure.by.includes(beyond)) throw new CaseLevelOnlyError()
    if (beyond !== undefined) refuse('/by', 'unknown-breakdown', `This figure cannot be broken down by ${beyond}.`)
    const foreign = filterNames.find((name) => filter[name] !== undefined && !may.filters.includes(name))
    if (foreign !== undefined && measure.filters.includes(foreign)) throw new CaseLevelOnlyError()
    if (foreign !== undefined) refuse(`/${foreign}`, 'filter-not-for-measure', 'This figure cannot be filtered so.')
    if (filter.from !== undefined && filter.until !== undefined && filter.until < filter.from)
      refuse('/until', 'dates-back-to-front', 'The period ends before it begins.')
    return { counted, filter: exact ? filter : inWholeMonths(filter) }
  }

  return {
    /** One figure with its total and rows. Throws InvalidRequestError. */
    figure: async (asked: Asked): Promise<Figure> => {
      const { measure, by, exact } = asked
      const { counted, filter } = checked(asked)
      const { counting, version } = counted
      const { rows, total } = await shown(counting, measure, { by, filter }, exact)
      return { measure, version, by, filter, exact, total, rows: total !== undefined && by.length === 0 ? [] : rows }
    },
    /** The events behind a figure or one of its rows, fact by fact: pages of some 50 facts. Throws InvalidRequestError. */
    events: async (asked: Asked & { key: Key; after?: string | undefined }): Promise<{ items: EventOfFigure[]; after?: string }> => {
      const { counted, filter } = checked(asked)
      const { counting } = counted
      if (counting.facts === 'contract-values') return eventsOfContracts(filter, asked.key, asked.after)
      const where = await whereOfKey(counting, filter, asked.key)
      const page = await facts[counting.facts].collection().find({ where, limit: factsPerPage, ...(asked.after === undefined ? {} : { after: asked.after }) })
      const items = page.documents.flatMap(({ body }) => body.events.map(withTopic))
      return { items, ...(page.after === undefined ? {} : { after: page.after }) }
    },
    /** Referrals to a contract's organisations sent in some days, by organisation, state and whether they were taken on. */
    referralsTo: async (organisationIds: readonly string[], { from, until }: { from: string; until: string }): Promise<TallyRow[]> =>
      facts.referrals.collection().tally({
        where: { organisationId: { in: organisationIds }, day: { atLeast: from, atMost: until } },
        by: ['organisationId', 'state', 'accepted'],
      }),
    /** What pools promised to a contract's organisations, and what was paid, in some days, by organisation. */
    spendsTo: async (
      organisationIds: readonly string[],
      { from, until }: { from: string; until: string },
    ): Promise<{ promised: TallyRow[]; paid: TallyRow[] }> => {
      const [of, days] = [{ organisationId: { in: organisationIds } }, { atLeast: from, atMost: until }]
      const spends = facts['pool-spends'].collection()
      const [promised, paid] = await Promise.all([
        spends.tally({ where: { ...of, day: days }, by: ['organisationId'], sum: ['promisedPence'] }),
        spends.tally({ where: { ...of, paidDay: days }, by: ['organisationId'], sum: ['paidPence'] }),
      ])
      return { promised, paid }
    },
  }

  /** A row's facts: its key narrows the filter, months and years as the days they have. */
  async function whereOfKey(counting: Counting, filter: Filter, { month, year, ward, category, ...key }: Key): Promise<Where> {
    if (counting.facts === 'return-results') return returnKey(filter, { ...key, year: year ?? null })
    const from = [filter.from, year && `${year}-01-01`, month && `${month}-01`].flatMap((day) => day || []).sort()
    const until = [filter.until, year && `${year}-12-31`, month && lastOfMonth(`${month}-01`)].flatMap((day) => day || []).sort()
    const narrowed = defined({ from: from.at(-1), until: until[0], ward: ward ?? filter.ward, category: category ?? filter.category })
    const own = await whereOf(counting, { ...filter, ...narrowed })
    const others = Object.entries(key).filter(([dimension]) => dimension !== 'partner')
    const conditions: Record<string, Condition> = Object.fromEntries(
      others.map(([dimension, value]) => [fieldOf(counting, dimension as Dimension), equalTo(value ?? 'unknown')]),
    )
    return { ...own, ...conditions, ...(key.partner == null ? {} : await partnerCondition(filter, key.partner)) }
  }

  async function partnerCondition({ contract }: Filter, partnerId: string): Promise<Where> {
    const { partners } = await contractOf(contract ?? refuse('/contract', 'contract-needed', 'Name a contract to see its partners.'))
    return { organisationId: { in: partners.flatMap((partner) => (partner.partnerId === partnerId ? (partner.organisationId ?? []) : [])) } }
  }

  async function eventsOfContracts(filter: Filter, key: Key, after = '0'): Promise<{ items: EventOfFigure[]; after?: string }> {
    const behind = (await contractsOf(filter)).filter((contract) => linesOf(contract, filter).some((line) => isOfKey(line, key)))
    const from = /^\d{1,6}$/.test(after) ? Number(after) : refuse('/after', 'invalid-after', 'Use the `after` of the page before, unchanged.')
    const items = behind.slice(from, from + factsPerPage).flatMap(({ events }) => events.map(withTopic))
    return { items, ...(behind.length > from + factsPerPage ? { after: String(from + factsPerPage) } : {}) }
  }

  async function returnKey({ contract }: Filter, key: Key): Promise<Where> {
    const contractId = contract ?? refuse('/contract', 'contract-needed', 'Name a contract to see what came of it.')
    const { years } = await contractOf(contractId)
    const inYear = years.flatMap(({ year, startsOn }) => (startsOn.slice(0, 4) === key.year ? year : []))
    return {
      contractId: { equals: contractId },
      ...(key.year == null ? {} : { year: { in: inYear } }),
      ...(key.partner == null ? {} : { partnerId: { equals: key.partner } }),
    }
  }
}
export type Figures = ReturnType<typeof openFigures>

const nothing: Shown = { key: {}, value: 0 }

/** The filter without what is undefined in it. */
const defined = (filter: { [Name in FilterName]?: string | undefined }): Filter =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))

/** The parts of a period that is as long as the finest question's or longer: that one, what lies before it and what lies after it. */
const periodsOf = (filter: Filter, finest: Filter): Filter[] => {
  const { from, until } = finest
  const { from: _, until: __, ...others } = filter
  const inside = { ...others, ...defined({ from, until }) }
  return [
    ...(from !== undefined && filter.from === undefined ? [{ ...others, until: addDays(from, -1) }] : []),
    inside,
    ...(until !== undefined && filter.until === undefined ? [{ ...others, from: addDays(until, 1) }] : []),
  ]
}

/** Whether a month lies in a period of whole months. */
const isWithin = (month: string | null | undefined, { from, until }: Filter): boolean =>
  month != null && (from === undefined || month >= from.slice(0, 7)) && (until === undefined || month <= until.slice(0, 7))

/** Cells with the same key in a breakdown, added up. */
const addedUp = (cells: readonly Cell[], by: readonly Dimension[]): Cell[] => {
  const sums = new Map<string, Cell>()
  for (const { key, sources, value } of cells) {
    const text = JSON.stringify(by.map((dimension) => key[dimension] ?? null))
    const before = sums.get(text) ?? { key: Object.fromEntries(by.map((dimension) => [dimension, key[dimension] ?? null])), sources: 0, value: 0 }
    sums.set(text, { ...before, sources: before.sources + sources, value: before.value + value })
  }
  return [...sums.values()]
}

const withTopic = (event: FactEvent): EventOfFigure => ({ ...event, topic: eventDefinitions.get(event.type)?.topic ?? '' })

/** One partner's share of one year of a contract; its period is the day that the contract year begins. */
type ContractLine = { key: Key; valuePence: number }

const linesOf = ({ years, partners }: ContractFact, { from = '', until = '9999' }: Filter): ContractLine[] =>
  partners.flatMap(({ partnerId, shares }) =>
    shares.flatMap(({ year, valuePence }) => {
      const startsOn = years.find((one) => one.year === year)?.startsOn ?? ''
      if (valuePence === 0 || startsOn < from || startsOn > until) return []
      return [{ key: { partner: partnerId, year: startsOn.slice(0, 4), month: startsOn.slice(0, 7) }, valuePence }]
    }),
  )

const isOfKey = (line: ContractLine, key: Key): boolean => Object.entries(key).every(([dimension, value]) => line.key[dimension as Dimension] === value)

/** `unknown` asks for what has none. */
const equalTo = (value: string): Condition => ({ equals: value === 'unknown' ? null : value })

const fieldOf = (counting: Counting, dimension: Dimension): string => {
  if (dimension === 'month') return counting.month
  if (dimension === 'year') return counting.year
  return dimension === 'partner' ? 'organisationId' : dimension
}

const toCell = ({ by: values, count, sums }: TallyRow, by: readonly Dimension[], counting: Counting): Cell => ({
  key: Object.fromEntries(by.map((dimension) => [dimension, (values[fieldOf(counting, dimension)] as string | null | undefined) ?? null])),
  sources: count,
  value: counting.sum === undefined ? count : (sums[counting.sum] ?? 0),
})

/** Of the filters that are set, those by which this measure cannot be filtered. */
export const filtersUnknownTo = (measure: Measure, filter: Filter, exact: boolean): FilterName[] =>
  filterNames.filter((name) => filter[name] !== undefined && !askable(measure, exact).filters.includes(name))
