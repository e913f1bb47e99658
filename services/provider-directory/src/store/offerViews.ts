import { createHash } from 'node:crypto'
import { inParallel, type Ports } from '@patchwork/aggregate'
import { AlreadyExistsError, type CollectionDefinition } from '@patchwork/document-store'
import { calendarDay, repeatedly } from '@patchwork/runtime'

/** Days whose counts are kept, today among them. */
export const viewDays = 28
const dayMs = 24 * 3_600_000
/** Offers whose counts wait to be written; those of further ones are dropped until the next writing. */
const waitingMax = 5_000
const writesAtOnceMax = 4
/** Looks that are told from a repeat; past it a look is not counted before the hour is over. */
const seenMax = 50_000
const seenForMs = 3_600_000

type Counts = Record<string, number>
type ViewsBody = { days: Counts }

const definition: CollectionDefinition = { service: 'provider-directory', name: 'offer-views', fields: {}, indexes: {} }

export type OfferViews = {
  /** Somebody looked at the page of an offer. Counted in memory and written by and by: what came since is lost when the process dies. */
  note(offerId: string, address: string): void
  /** How often each was looked at on each of the last 28 days, the oldest first; what waits to be written is in it. Offers that nobody looked at have zeros. */
  of(offerIds: readonly string[]): Promise<Map<string, { on: string; count: number }[]>>
  /** Writes what waits, and no more after that. */
  stop(): Promise<void>
}

/**
 * How often the pages of offers are looked at, by offer and day and by nothing else. The same look again within the hour is one: to tell that, a digest of the
 * address and the offer with a secret of this hour is held in memory and nowhere else.
 */
export const openOfferViews = async (
  { documents, runtime, logger }: Pick<Ports, 'documents' | 'runtime' | 'logger'>,
  { everyMs }: { everyMs: number },
): Promise<OfferViews> => {
  const collection = await documents.collection<ViewsBody>(definition)
  const waiting = new Map<string, Counts>()
  const underWay = new Map<string, Promise<void>>()
  let [seen, secret, since] = [new Set<string>(), runtime.randomBytes(16), runtime.now()]

  const isNew = (offerId: string, address: string): boolean => {
    if (runtime.now() - since >= seenForMs) [seen, secret, since] = [new Set(), runtime.randomBytes(16), runtime.now()]
    const look = createHash('sha256').update(secret).update(`${address} ${offerId}`).digest('base64')
    if (seen.size >= seenMax || seen.has(look)) return false
    seen.add(look)
    return true
  }
  const add = (offerId: string, counts: Counts): void => {
    if (waiting.size < waitingMax || waiting.has(offerId)) waiting.set(offerId, together(waiting.get(offerId) ?? {}, counts))
  }
  const lastDays = (): string[] => {
    const now = runtime.now()
    // From noon, an hour more or less of a change of the clocks leads to no other day.
    const noon = Date.parse(`${calendarDay(now)}T12:00:00.000Z`)
    return Array.from({ length: viewDays }, (_, at) => calendarDay(noon - (viewDays - 1 - at) * dayMs))
  }

  const writeOne = async (offerId: string, counts: Counts): Promise<void> => {
    const stored = await collection.get(offerId)
    const kept = new Set(lastDays())
    const days = Object.fromEntries(Object.entries(together(stored?.body.days ?? {}, counts)).filter(([day]) => kept.has(day)))
    if (stored) {
      if ((await collection.replace(offerId, { days }, { expectedRevision: stored.revision })) !== 'replaced') add(offerId, counts)
    } else
      await collection.insert(offerId, { days }).catch((error: unknown) => {
        if (!(error instanceof AlreadyExistsError)) throw error
        add(offerId, counts)
      })
  }
  const write = (): Promise<unknown> =>
    inParallel([...waiting], writesAtOnceMax, async ([offerId]) => {
      const counts = waiting.get(offerId) ?? {}
      waiting.delete(offerId)
      const writing = writeOne(offerId, counts).catch((error: unknown) => {
        // It may have been written: a count too few is better than one too many.
        logger.warn({ code: (error as { code?: unknown } | null)?.code }, 'Could not write how often an offer was looked at')
      })
      underWay.set(offerId, writing)
      await writing
      underWay.delete(offerId)
    })
  const writer = repeatedly(runtime, { everyMs, work: write, onError: () => undefined })

  return {
    note: (offerId, address) => {
      if (isNew(offerId, address)) add(offerId, { [calendarDay(runtime.now())]: 1 })
    },
    of: async (offerIds) => {
      const notStored = () => offerIds.map((id) => waiting.get(id))
      for (;;) {
        // What is being written is neither waiting nor surely stored: it is read before that or after, not meanwhile.
        const writing = offerIds.flatMap((id) => underWay.get(id) ?? [])
        if (writing.length > 0) {
          await Promise.all(writing)
          continue
        }
        const before = notStored()
        const stored = new Map((await collection.getMany(offerIds)).map(({ id, body }) => [id, body.days]))
        const now = notStored()
        if (now.some((counts, at) => counts !== before[at])) continue
        const days = lastDays()
        return new Map(
          offerIds.map((offerId, at) => {
            const counts = together(stored.get(offerId) ?? {}, now[at] ?? {})
            return [offerId, days.map((on) => ({ on, count: counts[on] ?? 0 }))]
          }),
        )
      }
    },
    stop: async () => {
      await writer.stop()
      await write()
    },
  }
}

const together = (some: Counts, more: Counts): Counts => {
  const added = Object.entries(more).map(([day, count]) => [day, (some[day] ?? 0) + count] as const)
  return { ...some, ...Object.fromEntries(added) }
}
