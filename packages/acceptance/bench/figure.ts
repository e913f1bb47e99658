/** One line of the table: what was measured, beside what it is compared to and what was aimed at. */
export type Figure = {
  /** The bench that measured it. */
  bench: string
  what: string
  measured: string
  comparedTo: string
  aim: string
  /** Undefined where the aim does not apply on this machine; `measured` or `comparedTo` then says why. */
  met: boolean | undefined
}

/** What a bench is given: where it may write, and where it tells how far it is. */
export type BenchOptions = { directory: string; say: (words: string) => void }
export type Bench = { name: string; about: string; run: (options: BenchOptions) => Promise<Figure[]> }

/** The value below which `share` (0 to 1) of the values lie. Throws RangeError when there are none. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((one, other) => one - other)
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  if (found === undefined) throw new RangeError('Nothing was measured')
  return found
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

/** A number as a person reads it: three digits that count, thousands set apart. */
export const rounded = (value: number): string => value.toLocaleString('en-GB', value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 })

export const seconds = (ms: number): string => `${rounded(ms / 1_000)} s`
export const milliseconds = (ms: number): string => `${rounded(ms)} ms`

/** The table in the terminal: one line per figure, under headings, columns as wide as their widest entry. */
export const inTable = (figures: readonly Figure[]): string => {
  const rows = [
    ['Figure', 'Measured', 'Compared to', 'Aim', 'Met'],
    ...figures.map(({ what, measured, comparedTo, aim, met }) => [what, measured, comparedTo, aim, met === undefined ? 'n/a' : met ? 'yes' : 'NO']),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) => `| ${row.map((entry, column) => entry.padEnd(widths[column]!)).join(' | ')} |`)
  return [lines[0]!, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...lines.slice(1)].join('\n')
}
