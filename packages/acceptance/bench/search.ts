import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Bench, milliseconds, rounded } from './figure.ts'

const script = fileURLToPath(new URL('../../../services/provider-directory/scripts/measureSearch.ts', import.meta.url))
const offers = 50_000
const aimMs = 20

type Measured = { offers: number; searches: number; builtMs: number; p50Ms: number; p95Ms: number; rssMb: number }

/** The directory's search over many offers, each search with a distance from somewhere; in a process of its own, as memory is part of the matter. */
export const search: Bench = {
  name: 'search',
  about: `search over ${rounded(offers)} offers with distance`,
  run: async ({ say }) => {
    say(`searching ${rounded(offers)} offers`)
    const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', script, String(offers)])
    const { p50Ms, p95Ms, searches, builtMs } = JSON.parse(stdout) as Measured
    return [
      {
        bench: 'search',
        what: `Search over ${rounded(offers)} offers with distance`,
        measured: `p50 ${milliseconds(p50Ms)}, p95 ${milliseconds(p95Ms)} (${rounded(searches)} searches)`,
        comparedTo: `the index in memory, built in ${milliseconds(builtMs)}`,
        aim: `p95 ≤ ${aimMs} ms`,
        met: p95Ms <= aimMs,
      },
    ]
  },
}
