import { firstOfMonth, lastOfMonth } from './calendar.ts'
import { type Dimension, type Filter, type FilterName, filterNames } from './measures.ts'

/** One row of a figure, exactly: how many facts it rests on and what they come to. For counts both are the same. */
export type Cell = { key: Key; sources: number; value: number }
/** By dimension; null where a fact does not say. */
export type Key = { readonly [Name in Dimension]?: string | null }
/** What anyone may see of a row: nothing says why it is suppressed, as the reason alone would tell something. */
export type Shown = { key: Key; value: number } | { key: Key; suppressed: true }
/** A question that the facts answer exactly: how many, broken down by what, of which. */
export type Question = { by: readonly Dimension[]; filter: Filter }
export type Unit = 'count' | 'pence'

/** Counts from 1 to this are suppressed. */
const smallMax = 7
const countStep = 5
/** A hundred pounds: a single payment seen by watching a sum change is mostly lost in it. */
const penceStep = 10_000
const timeDimensions: readonly Dimension[] = ['month', 'year']
const periodNames: readonly FilterName[] = ['from', 'until']

const isSmall = (count: number): boolean => count >= 1 && count <= smallMax

/** For those without the case-level right a period is whole calendar months: its edges move outward. */
export const inWholeMonths = ({ from, until, ...others }: Filter): Filter => ({
  ...others,
  ...(from === undefined ? {} : { from: firstOfMonth(from) }),
  ...(until === undefined ? {} : { until: lastOfMonth(until) }),
})

const subsets = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: 2 ** items.length }, (_, bits) => items.filter((__, index) => bits & (1 << index)))

const without = (filter: Filter, left: readonly FilterName[]): Filter =>
  Object.fromEntries(Object.entries(filter).filter(([name]) => !left.includes(name as FilterName)))
const setIn = (filter: Filter): FilterName[] => filterNames.filter((name) => filter[name] !== undefined)

/**
 * Every wider question of which a figure's rows are a part: the same with any of its filters and of its rows' keys left out. Money is asked by month
 * instead of by period, so that every longer period can be reckoned. The first is the figure itself.
 */
export const questionsAbout = ({ by, filter }: Question, unit: Unit): Question[] => {
  const isMoney = unit === 'pence'
  const kept = isMoney ? by.filter((dimension) => !timeDimensions.includes(dimension)) : by
  const names = setIn(filter).filter((name) => !isMoney || !periodNames.includes(name))
  const wider = subsets(names).flatMap((left) =>
    subsets(kept).flatMap((leftKeys) => {
      if (!isMoney && left.length + leftKeys.length === 0) return []
      return {
        by: [...kept.filter((dimension) => !leftKeys.includes(dimension)), ...(isMoney ? (['month'] as const) : [])],
        filter: without(filter, isMoney ? [...left, ...periodNames] : left),
      }
    }),
  )
  return [{ by, filter }, ...wider]
}

/** Exact answers by question, as `questionsAbout` asks them. */
export type Answers = readonly { question: Question; cells: readonly Cell[] }[]

/** The rows as anyone may see them. */
export const disclose = (unit: Unit, { question, cells }: Answers[number], answers: Answers): Shown[] => {
  const wider = answers.map((answer) => widerOf(answer, unit))
  const tooTelling = cells.map((cell) => isTooTelling(cell, question, wider))
  const hidden = withSecond(cells, tooTelling)
  return cells.map(({ key, value }, index) => (hidden[index] ? { key, suppressed: true } : { key, value: rounded(value, unit) }))
}

const rounded = (value: number, unit: Unit): number => {
  const step = unit === 'count' ? countStep : penceStep
  // Away from −0, which is not the same in JSON.
  return Math.round(value / step) * step || 0
}

/** How many facts a cell's wider populations have beyond it. */
type Wider = (cell: Cell, question: Question) => number[]

const keyText = (key: Key, by: readonly Dimension[]): string => JSON.stringify(by.map((dimension) => key[dimension] ?? null))

const widerOf = ({ question: { by }, cells }: Answers[number], unit: Unit): Wider => {
  if (unit === 'count') {
    const sources = new Map(cells.map((cell) => [keyText(cell.key, by), cell.sources]))
    return (cell) => [(sources.get(keyText(cell.key, by)) ?? 0) - cell.sources]
  }
  const kept = by.filter((dimension) => dimension !== 'month')
  const months = new Map<string, { month: string; sources: number }[]>()
  for (const { key, sources } of cells) {
    const text = keyText(key, kept)
    months.set(text, [...(months.get(text) ?? []), { month: key.month ?? '', sources }])
  }
  return (cell, question) => beyondPeriods(cell, windowOf(cell.key, question.filter), months.get(keyText(cell.key, kept)) ?? [])
}

type Window = { from: string; until: string }

/** The months that a cell covers, by its key and by the period asked for. */
const windowOf = ({ month, year }: Key, { from = '', until = '9999-12' }: Filter): Window => {
  const bounds = [month ?? undefined, year ?? undefined].flatMap((text) => (text === undefined ? [] : [text]))
  const [first, last] = [bounds.map((text) => (text.length === 4 ? `${text}-01` : text)), bounds.map((text) => (text.length === 4 ? `${text}-12` : text))]
  return { from: [from.slice(0, 7), ...first].sort().at(-1) ?? '', until: [until.slice(0, 7), ...last].sort()[0] ?? '' }
}

/** What every period that holds a cell's own has beyond it, as far as that is little: the rest cannot matter. */
const beyondPeriods = (cell: Cell, { from, until }: Window, months: readonly { month: string; sources: number }[]): number[] => {
  const inside = months.filter(({ month }) => month >= from && month <= until).reduce((sum, { sources }) => sum + sources, 0)
  const inOrder = months.toSorted((one, other) => (one.month < other.month ? -1 : 1))
  const before = littleSums(inOrder.filter(({ month }) => month < from).reverse())
  const after = littleSums(inOrder.filter(({ month }) => month > until))
  return before.flatMap((earlier) => after.map((later) => inside - cell.sources + earlier + later))
}

const littleSums = (months: readonly { sources: number }[]): number[] => {
  const sums = [0]
  for (const { sources } of months) {
    const next = (sums.at(-1) ?? 0) + sources
    if (next > smallMax) break
    sums.push(next)
  }
  return sums
}

const isTooTelling = (cell: Cell, question: Question, wider: readonly Wider[]): boolean =>
  cell.sources > 0 && (isSmall(cell.sources) || wider.some((beyond) => beyond(cell, question).some(isSmall)))

/**
 * Where exactly one cell of a line is suppressed it could be had by subtracting the others from the total: the next smallest goes too. Lines are the
 * whole figure, or with two keys the rows and the columns; hiding one may make another line need it, so this goes on until nothing changes.
 */
const withSecond = (cells: readonly Cell[], tooTelling: readonly boolean[]): boolean[] => {
  const hidden = [...tooTelling]
  const lines = linesOf(cells)
  for (let changed = true; changed; ) {
    changed = false
    for (const line of lines) {
      if (line.filter((index) => hidden[index]).length !== 1) continue
      const next = line
        .filter((index) => !hidden[index] && (cells[index]?.sources ?? 0) > 0)
        .sort((a, b) => (cells[a]?.sources ?? 0) - (cells[b]?.sources ?? 0))[0]
      if (next === undefined) continue
      hidden[next] = true
      changed = true
    }
  }
  return hidden
}

const linesOf = (cells: readonly Cell[]): number[][] => {
  const names = Object.keys(cells[0]?.key ?? {}) as Dimension[]
  if (names.length < 2) return [cells.map((_, index) => index)]
  return names.flatMap((name) => [...Map.groupBy(cells.keys(), (index) => cells[index]?.key[name] ?? null).values()])
}
