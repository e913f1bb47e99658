/** One thing that is counted: its name, its value in words, and where a person finds what is behind it. */
export type Bar = {
  label: string
  /** The value as it is read: `120`, `£1,250`, or words where it is not shown. */
  shown: string
  /** Absent where the value is not shown: the bar is then drawn as a dashed line that says nothing of its length. */
  value?: number
  href?: string
}
/** A bar with its length in percent of the longest; each part of a divided bar likewise, from where the one before ends. */
export type DrawnBar = Bar & { percent?: number }

/** Bars as long as their values, the longest as wide as the picture. Values are zero or more; all zero is no bar at all. */
export const drawBars = (bars: readonly Bar[]): DrawnBar[] => {
  const longest = Math.max(0, ...bars.map(({ value }) => value ?? 0))
  return bars.map((bar) => (bar.value === undefined ? bar : { ...bar, percent: percentOf(bar.value, longest) }))
}

/** A part of a divided bar; `kind` names its pattern in the style sheet: `free`, `committed`, `paid`. */
export type Part = { kind: string; label: string; shown: string; value: number }
export type DividedBar = { label: string; shown: string; parts: readonly Part[] }
export type DrawnDividedBar = Omit<DividedBar, 'parts'> & { parts: readonly (Part & { from: number; percent: number })[] }

/** Bars divided into parts that follow each other, all to one measure: the longest whole is as wide as the picture. */
export const drawDividedBars = (bars: readonly DividedBar[]): DrawnDividedBar[] => {
  const whole = (parts: readonly Part[]) => parts.reduce((sum, { value }) => sum + value, 0)
  const longest = Math.max(0, ...bars.map(({ parts }) => whole(parts)))
  return bars.map((bar) => ({
    ...bar,
    parts: bar.parts.map((part, at) => ({ ...part, from: percentOf(whole(bar.parts.slice(0, at)), longest), percent: percentOf(part.value, longest) })),
  }))
}

const percentOf = (value: number, of: number): number => (of === 0 ? 0 : Math.round((value * 10_000) / of) / 100)
