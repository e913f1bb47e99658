import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Bench, type Figure, median, rounded, seconds } from './figure.ts'

const script = fileURLToPath(new URL('../../../services/personal-budget-pooling/scripts/measurePostings.ts', import.meta.url))
const pools = 1_000
const rounds = 7
const aims = { hot: 0.5, spread: 1 }

type Turn = { perSecond: number; drainedMs: number; besidePerSecond: number }
type Measured = { callers: number; bytes: number; turns: Turn[] }

/** Entries of pools' ledgers beside raw SQLite, turn by turn in the same run; in a process of its own, as the pools' rules are their service's. */
export const postings: Bench = {
  name: 'postings',
  about: `entries of pools' ledgers per second, relay running, on one hot pool and on ${rounded(pools)}, against raw node:sqlite writing the same`,
  run: async ({ directory, say }) => {
    const folder = mkdtempSync(join(directory, 'patchwork-bench-postings-'))
    try {
      say(`making ${rounded(pools)} pools, then ${rounds} rounds on the hot one and ${rounds} on the others`)
      const options = ['--disable-warning=ExperimentalWarning', script, folder, String(pools), String(rounds)]
      const { stdout } = await promisify(execFile)(process.execPath, options)
      const { hot, spread } = JSON.parse(stdout) as { hot: Measured; spread: Measured }
      return [figureOf('on one hot pool', hot, aims.hot), figureOf(`over ${rounded(pools)} pools`, spread, aims.spread)]
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

const figureOf = (where: string, { callers, bytes, turns }: Measured, aim: number): Figure => {
  const middle = (of: (turn: Turn) => number): number => median(turns.map(of))
  const ratio = middle(({ perSecond, besidePerSecond }) => perSecond / besidePerSecond)
  return {
    bench: 'postings',
    what: `Postings/s ${where}, ${callers} callers`,
    measured: `${rounded(middle(({ perSecond }) => perSecond))}/s, ratio ${rounded(ratio)} (relay done ${seconds(middle(({ drainedMs }) => drainedMs))} later)`,
    comparedTo: `raw node:sqlite ${rounded(middle(({ besidePerSecond }) => besidePerSecond))}/s (WAL, FULL; the pool and its entry, ${rounded(bytes)} bytes, one posting per transaction)`,
    aim: `ratio ≥ ${aim}`,
    met: ratio >= aim,
  }
}
