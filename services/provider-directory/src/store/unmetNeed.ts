import type { Category } from '@patchwork/events'
import { instant, type Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { noteEmptySearch } from '../domain/unmetSearch.ts'
import type { UnmetSearches } from './directory.ts'

/** Searches of one address that are noted in `perMs`: a person looks for a few things, a robot for everything. */
const perAddressMax = 30
/** And of all addresses of this process, whatever they are. */
const perProcessMax = 600
const perMs = 3_600_000
/** Notes being written: when the store is slow, a note is dropped rather than kept waiting. */
const underWayMax = 20

export type UnmetNeed = {
  /** Notes that a search found nothing, without making its answer wait. What is over a limit, or cannot be written, is not noted. */
  note(asked: { category?: Category | undefined; wardCode?: string | undefined }, address: string): void
  /** Resolves when nothing is being written any more. */
  settled(): Promise<void>
}

/** Keeps which kinds of help were looked for in vain, and where (D12): bounded, whatever is asked how often. */
export const openUnmetNeed = ({ searches, runtime, logger }: { searches: UnmetSearches; runtime: Runtime; logger: Logger }): UnmetNeed => {
  const underWay = new Set<Promise<void>>()
  let counts = new Map<string, number>()
  let total = 0
  let since = runtime.now()

  const isAllowed = (address: string): boolean => {
    if (runtime.now() - since >= perMs) [counts, total, since] = [new Map(), 0, runtime.now()]
    const count = (counts.get(address) ?? 0) + 1
    if (count > perAddressMax || total >= perProcessMax || underWay.size >= underWayMax) return false
    counts.set(address, count)
    total += 1
    return true
  }

  const write = async (asked: { category?: Category; wardCode?: string }): Promise<void> => {
    const [searchId, searchedAt] = [runtime.uuid(), instant(runtime)]
    await searches.update(searchId, { key: `search/${searchId}`, repeatable: false, body: null, at: searchedAt }, ({ state }) => ({
      events: noteEmptySearch(state, { searchId, ...asked, searchedAt }),
    }))
  }

  return {
    note: ({ category, wardCode }, address) => {
      if (!isAllowed(address)) return
      const asked = { ...(category === undefined ? {} : { category }), ...(wardCode === undefined ? {} : { wardCode }) }
      const writing = write(asked)
        .catch((error: unknown) => logger.warn({ code: (error as { code?: unknown } | null)?.code }, 'Could not note a search that found nothing'))
        .finally(() => underWay.delete(writing))
      underWay.add(writing)
    },
    settled: async () => {
      await Promise.all(underWay)
    },
  }
}
