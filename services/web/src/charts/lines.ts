import { scaleLinear } from 'd3-scale'
import { curveStepAfter, line } from 'd3-shape'

/** A line over time: a value for each of the chart's moments; undefined where it is not shown, and the line is broken there. */
export type Line = { kind: string; label: string; values: readonly (number | undefined)[] }
export type LinesOptions = {
  /** The name of each moment, from the first to the last: months, days. */
  moments: readonly string[]
  lines: readonly Line[]
  /** Turns a value of the scale into words. */
  inWords: (value: number) => string
  /** `step` for what stands until it changes, `straight` for what is counted by moment. */
  shape: 'step' | 'straight'
}

/** Lines in a square of 100 by 100 that the page stretches, with the scale beside it in percent from above. For charts/chart.njk. */
export type DrawnLines = {
  paths: { kind: string; label: string; d: string }[]
  scale: { at: number; words: string }[]
  first: string
  last: string
}

const ticksWanted = 4

/** Undefined where there are fewer than two moments or nothing is shown: a table serves better then. */
export const drawLines = ({ moments, lines, inWords, shape }: LinesOptions): DrawnLines | undefined => {
  const [first, last] = [moments[0], moments.at(-1)]
  const shown = lines.flatMap(({ values }) => values.filter((value) => value !== undefined))
  if (first === undefined || last === undefined || moments.length < 2 || shown.length === 0) return undefined
  const x = scaleLinear([0, moments.length - 1], [0, 100])
  const y = scaleLinear([Math.min(0, ...shown), Math.max(1, ...shown)], [100, 0]).nice(ticksWanted)
  const path = line<number | undefined>()
    .defined((value) => value !== undefined)
    .x((_, at) => rounded(x(at)))
    .y((value) => rounded(y(value ?? 0)))
  if (shape === 'step') path.curve(curveStepAfter)
  return {
    paths: lines.map(({ kind, label, values }) => ({ kind, label, d: path([...values]) ?? '' })),
    scale: y.ticks(ticksWanted).map((value) => ({ at: rounded(y(value)), words: inWords(value) })),
    first,
    last,
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100
