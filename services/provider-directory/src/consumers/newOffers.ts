import { type Consumer, consume, inParallel, on, type Ports } from '@patchwork/aggregate'
import type { Collection, Stored } from '@patchwork/document-store'
import { AccountClosed, type EventEnvelope, OfferAssured, OfferHidden, OfferPublished, OfferWithdrawn } from '@patchwork/events'
import { instant, type Repeated, repeatedly } from '@patchwork/runtime'
import { endWatch, noteMatches, type WatchedSearch } from '../domain/searchWatch.ts'
import type { CouncilArea } from '../place/place.ts'
import { type Directory, service } from '../store/directory.ts'
import { toPublicOffer, toPublicOrganisation } from '../store/publicOffer.ts'
import { createSearchIndex, type SearchIndex } from '../store/searchIndex.ts'
import { toOfferSearch } from '../store/watchedSearch.ts'

/** An offer that everyone can find since an instant, and that nobody has been told of yet. Kept under the id of the event that said so. */
type NewOffer = { offerId: string; since: string }

/** What is older is no news: a group that is born late begins with the first event there ever was. */
const newsForMs = 7 * 24 * 3_600_000
/** Looked at together: an import of many thousands is a few passes over the searches, not one for each offer. */
const offersPerLook = 5_000
const offersPerPage = 500
const removalsAtOnceMax = 16
const watchesPerPage = 100
const matchesMax = 50
/** Events of an offer that are looked back through for whether it was hidden. */
const lookBack = 50

export const newOffersGroup = `${service}-new-offers`

export type NewOffers = {
  consumer: Consumer
  /** Looks now for whom to tell of what is new; gives how many searches something new fits. A call during a look joins it. */
  runOnce(): Promise<number>
  stop(): Promise<void>
}

/**
 * Finds whom to tell of offers that are new: events put them into a queue, and every `everyMs` all that wait are made into an index of their own, of which
 * each watched search is asked once. A look that is cut off is done again, and tells nobody twice. Offers whose place is sensitive are told of to nobody.
 */
export const openNewOffers = async (
  { directory, councilArea, everyMs }: { directory: Directory; councilArea: CouncilArea; everyMs: number },
  ports: Ports,
): Promise<NewOffers> => {
  const { runtime, logger, documents } = ports
  const { offers, organisations, watches } = directory
  const queue: Collection<NewOffer> = await documents.collection<NewOffer>({ service, name: 'new-offer', fields: {}, indexes: {} })
  let stopped = false
  const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code

  const put = async ({ id, time }: Pick<EventEnvelope, 'id' | 'time'>, offerId: string): Promise<void> => {
    if (Date.parse(time) < runtime.now() - newsForMs) return
    await queue.insert(id, { offerId, since: time }).catch((error: unknown) => {
      if (codeOf(error) !== 'already-exists') throw error
    })
  }

  /** Whether nobody could find it until this event. */
  const wasHidden = async (offerId: string, sequence: number): Promise<boolean> => {
    const before = await offers.history(offerId, { afterSequence: Math.max(0, sequence - 1 - lookBack), limit: lookBack })
    const turns: readonly string[] = [OfferPublished.type, OfferAssured.type, OfferHidden.type, OfferWithdrawn.type]
    return before.findLast((event) => event.sequence < sequence && turns.includes(event.type))?.type === OfferHidden.type
  }

  const consumer = await consume(
    {
      service,
      group: newOffersGroup,
      topics: [OfferPublished.topic, AccountClosed.topic],
      handlers: [
        on(OfferPublished, (event) => put(event, event.data.offerId)),
        on(OfferAssured, async (event) => {
          if (await wasHidden(event.data.offerId, event.sequence)) await put(event, event.data.offerId)
        }),
        // Whoever has no account any more is told of nothing, and what they looked for is forgotten.
        on(AccountClosed, async ({ data: { personId } }, context) => {
          const { aggregates } = await watches.find({ where: { personId: { equals: personId }, status: { equals: 'open' } }, limit: watchesPerPage })
          for (const { id: searchWatchId } of aggregates) {
            const command = context.command(null, searchWatchId)
            await watches.update(searchWatchId, command, (watch) => endWatch(watch, { searchWatchId, why: 'account-closed', at: command.at }))
          }
        }),
      ],
    },
    ports,
  )

  /** An index of these offers alone, as far as everyone can find them. */
  const indexOf = async (offerIds: readonly string[]): Promise<SearchIndex> => {
    const index = createSearchIndex(runtime)
    for (let from = 0; from < offerIds.length; from += offersPerPage) {
      const found = (await offers.getMany(offerIds.slice(from, from + offersPerPage))).filter(({ details }) => !details?.place.sensitive)
      const ids = found.flatMap(({ state }) => (state.status === 'published' ? [state.organisationId] : []))
      const known = new Map((await organisations.getMany([...new Set(ids)])).map((one) => [one.id, toPublicOrganisation(one)]))
      index.put(
        found.flatMap((aggregate) => {
          const organisation = aggregate.state.status === 'published' ? known.get(aggregate.state.organisationId) : undefined
          const offer = organisation && toPublicOffer(aggregate, organisation)
          return offer ? [{ offer, sequence: aggregate.sequence }] : []
        }),
      )
    }
    return index
  }

  const matchesOf = (index: SearchIndex, search: WatchedSearch, begunAt: string, since: ReadonlyMap<string, string>): string[] => {
    const found = index.search(toOfferSearch(search, councilArea, matchesMax), runtime.now())
    // Among few offers nearly every word is missing: what only has some of the words, or others that are spelt alike, is not what was asked for.
    if (found.words === 'any' || found.corrected !== undefined) return []
    return found.hits.flatMap(({ offer: { offerId } }) => ((since.get(offerId) ?? '') > begunAt ? [offerId] : []))
  }

  /** Whether something new fits this search and was noted. What goes wrong with one search is no reason to pass over the others. */
  const noteFor = async (searchWatchId: string, offerIds: readonly string[]): Promise<boolean> => {
    const at = instant(runtime)
    const command = { key: `new-offers/${searchWatchId}/${runtime.uuid()}`, isFirst: true, repeatable: false, body: null, at }
    return watches
      .update(searchWatchId, command, (watch) => noteMatches(watch, { searchWatchId, offerIds, at }))
      .then(
        () => true,
        (error: unknown) => {
          if ((error as { kind?: unknown } | null)?.kind === 'unavailable') throw error
          logger.error({ code: codeOf(error), aggregateId: searchWatchId, err: error }, 'Could not note that something new fits a search')
          return false
        },
      )
  }

  const tellOf = async (index: SearchIndex, since: ReadonlyMap<string, string>): Promise<number> => {
    let count = 0
    let after: string | undefined
    do {
      const page = await watches.find({ where: { status: { equals: 'open' } }, limit: watchesPerPage, ...(after === undefined ? {} : { after }) })
      for (const { id: searchWatchId, state, details } of page.aggregates) {
        if (stopped) return count
        if (state.status !== 'open' || !details?.search) continue
        const offerIds = matchesOf(index, details.search, state.begunAt, since)
        if (offerIds.length > 0 && (await noteFor(searchWatchId, offerIds))) count += 1
      }
      after = page.after
    } while (after !== undefined)
    return count
  }

  const next = async (): Promise<Stored<NewOffer>[]> => {
    const waiting: Stored<NewOffer>[] = []
    let after: string | undefined
    do {
      const page = await queue.find({ limit: offersPerPage, ...(after === undefined ? {} : { after }) })
      waiting.push(...page.documents)
      after = page.after
    } while (after !== undefined && waiting.length < offersPerLook)
    return waiting
  }

  const work = async (): Promise<number> => {
    let count = 0
    while (!stopped) {
      const waiting = await next()
      if (waiting.length === 0) return count
      const since = new Map<string, string>()
      for (const { body } of waiting) if (body.since > (since.get(body.offerId) ?? '')) since.set(body.offerId, body.since)
      const index = await indexOf([...since.keys()])
      try {
        if (index.ids().length > 0) count += await tellOf(index, since)
      } finally {
        index.close()
      }
      // Cut off, they are looked at again: only when everybody has been told of are they done with.
      if (!stopped)
        await inParallel(waiting, removalsAtOnceMax, async ({ id }) => {
          await queue.remove(id)
        })
    }
    return count
  }

  const looks: Repeated<number> = repeatedly(runtime, {
    everyMs,
    work,
    onError: (error) => logger.warn({ code: codeOf(error) }, 'Could not look for whom to tell of what is new'),
  })
  return {
    consumer,
    runOnce: looks.runOnce,
    stop: async () => {
      stopped = true
      await consumer.stop()
      await looks.stop()
    },
  }
}
