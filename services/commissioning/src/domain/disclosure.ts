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
/** An exact answer to a question. */
export type Answer = { question: Question; cells: readonly Cell[] }
export type Unit = 'count' | 'pence'

/** Counts from 1 to this are suppressed. */
const smallMax = 7
const countStep = 5
/** A hundred pounds: a single payment seen by watching a sum change is mostly lost in it. */
const penceStep = 10_000

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

/** Every wider question of which a figure's rows are a part: the same with any of its filters and of its rows' keys left out. */
export const widerThan = ({ by, filter }: Question): Question[] => {
  const set = filterNames.filter((name) => filter[name] !== undefined)
  const all = subsets(set).flatMap((left) =>
    subsets(by).map((leftKeys) => ({ by: by.filter((dimension) => !leftKeys.includes(dimension)), filter: without(filter, left) })),
  )
  // The first leaves nothing out: it is the question itself.
  return all.slice(1)
}

/**
 * The rows of a figure as anyone may see them. `wider` answers every question of `widerThan`: a row is suppressed when it rests on 1 to 7 facts, when a
 * wider one has 1 to 7 more than it, and when it is the next smallest beside a single one that is suppressed; the others are rounded.
 */
export const disclose = (unit: Unit, { question: { by }, cells }: Answer, wider: readonly Answer[]): Shown[] => {
  const sourcesOf = wider.map((answer) => ({
    by: answer.question.by,
    sources: new Map(answer.cells.map((cell) => [keyText(cell.key, answer.question.by), cell.sources])),
  }))
  const isTooTelling = ({ key, sources }: Cell): boolean =>
    isSmall(sources) || (sources > 0 && sourcesOf.some((one) => isSmall((one.sources.get(keyText(key, one.by)) ?? sources) - sources)))
  const hidden = withSecond(cells, by, cells.map(isTooTelling))
  return cells.map(({ key, value }, index) => (hidden[index] ? { key, suppressed: true } : { key, value: rounded(value, unit) }))
}

const keyText = (key: Key, by: readonly Dimension[]): string => JSON.stringify(by.map((dimension) => key[dimension] ?? null))

const rounded = (value: number, unit: Unit): number => {
  const step = unit === 'count' ? countStep : penceStep
  // `|| 0` turns −0, which is no JSON, into 0.
  return Math.round(value / step) * step || 0
}

/**
 * Where exactly one cell of a line is suppressed it could be had by subtracting the others from the total: the next smallest goes too. Lines are the
 * whole figure, or with two keys its rows and its columns; hiding one may make another line need it, so this goes on until nothing changes.
 */
const withSecond = (cells: readonly Cell[], by: readonly Dimension[], tooTelling: readonly boolean[]): boolean[] => {
  const hidden = [...tooTelling]
  const sourcesAt = (index: number): number => cells[index]?.sources ?? 0
  const lines = linesOf(cells, by)
  for (let changed = true; changed; ) {
    changed = false
    for (const line of lines) {
      if (line.filter((index) => hidden[index]).length !== 1) continue
      const [next] = line.filter((index) => !hidden[index] && sourcesAt(index) > 0).sort((one, other) => sourcesAt(one) - sourcesAt(other))
      if (next === undefined) continue
      hidden[next] = true
      changed = true
    }
  }
  return hidden
}

const linesOf = (cells: readonly Cell[], by: readonly Dimension[]): number[][] => {
  if (by.length < 2) return [[...cells.keys()]]
  return by.flatMap((dimension) => [...Map.groupBy(cells.keys(), (index) => cells[index]?.key[dimension] ?? null).values()])
}
