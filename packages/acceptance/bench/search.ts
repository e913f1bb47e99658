import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Bench, type Figure, milliseconds, rounded } from './figure.ts'

const script = fileURLToPath(new URL('../../../services/provider-directory/scripts/measureSearch.ts', import.meta.url))
const peersModule = fileURLToPath(new URL('./searchPeers.ts', import.meta.url))
const offers = 50_000
const aimMs = 20

type Speed = { name: string; builtMs: number; p50Ms: number; p95Ms: number }
type Compared = { both: number; oursOnly: number; theirsOnly: number; comesToYou: number; queriesAlike: number }
type Peers = { queries: number; searches: number; speeds: Speed[]; compared: Record<string, Compared> }
type Measured = { offers: number; searches: number; builtMs: number; p50Ms: number; p95Ms: number; rssMb: number; peers: Peers }

/**
 * The directory's search over many offers, each search with a distance from somewhere; in a process of its own, as memory is part of the matter. Then the
 * same questions (words, distance, kind) to it and to two other searches that hold the same offers in the same process, turn by turn. Ours gives whole
 * offers in order of name and distance, and counts every filter; theirs give ids in their own order.
 */
export const search: Bench = {
  name: 'search',
  about: `search over ${rounded(offers)} offers with distance, and against MiniSearch and Orama`,
  run: async ({ say }) => {
    say(`searching ${rounded(offers)} offers`)
    const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', script, String(offers), peersModule])
    const { p50Ms, p95Ms, searches, builtMs, peers } = JSON.parse(stdout) as Measured
    return [
      {
        bench: 'search',
        what: `Search over ${rounded(offers)} offers with distance`,
        measured: `p50 ${milliseconds(p50Ms)}, p95 ${milliseconds(p95Ms)} (${rounded(searches)} searches)`,
        comparedTo: `the index in memory, built in ${milliseconds(builtMs)}`,
        aim: `p95 ≤ ${aimMs} ms`,
        met: p95Ms <= aimMs,
      },
      ...againstPeers(peers),
    ]
  },
}

const againstPeers = ({ speeds: [ours, ...others], queries, searches, compared }: Peers): Figure[] =>
  others.map(({ name, builtMs, p50Ms, p95Ms }) => {
    const { both, oursOnly, theirsOnly, queriesAlike } = compared[name] as Compared
    return {
      bench: 'search',
      what: `Words, distance and kind against ${name}`,
      measured: `p50 ${milliseconds(ours?.p50Ms ?? 0)}, p95 ${milliseconds(ours?.p95Ms ?? 0)} (${rounded(searches)} searches)`,
      comparedTo: `${name}: p50 ${milliseconds(p50Ms)}, p95 ${milliseconds(p95Ms)}, built in ${milliseconds(builtMs)}; ${rounded(both)} hits alike, ${rounded(oursOnly)} ours alone, ${rounded(theirsOnly)} theirs alone, ${queriesAlike} of ${queries} questions wholly alike`,
      aim: 'ahead at p95',
      met: (ours?.p95Ms ?? Number.POSITIVE_INFINITY) < p95Ms,
    }
  })
