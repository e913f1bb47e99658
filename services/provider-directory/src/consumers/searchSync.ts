import type { Ports } from '@patchwork/aggregate'
import { type EventEnvelope, OfferDrafted, OrganisationRegistered } from '@patchwork/events'
import { instant } from '@patchwork/runtime'
import { isShown, type Offer } from '../domain/offer.ts'
import type { Directory } from '../store/directory.ts'
import { newsAt, type PublicOffer, type PublicOrganisation, toPublicOffer, toPublicOrganisation } from '../store/publicOffer.ts'
import type { SearchIndex } from '../store/searchIndex.ts'
import { type Standing, standingOf } from '../store/standing.ts'
import { type Following, followEvents } from './followEvents.ts'

const pageSize = 500
/** What is shown late, after an outage, is news when it is shown. After a restart nobody knows when that was: what changed within this time counts as news. */
const shownLateMs = 24 * 3_600_000
/** How often a long reading says how far it is. */
const toldEvery = 10_000

export type SearchSync = Following & {
  /** Reads the index anew from the directory's documents; events go on meanwhile. Gives the count of offers. A call during a rebuild joins it. */
  rebuild(): Promise<number>
}

/**
 * Keeps an index showing exactly the published offers that are not hidden. Events only signal: what is shown is read from the directory's own documents each time, so an
 * event seen twice, late or never again changes nothing that the documents do not say. `group` belongs to this index alone.
 */
export const syncSearch = async (
  { index, directory, group }: { index: SearchIndex; directory: Directory; group: string },
  { log, logger, runtime }: Pick<Ports, 'log' | 'logger' | 'runtime'>,
): Promise<SearchSync> => {
  const { offers, organisations } = directory
  const queues = new Map<string, Promise<void>>()
  /** What each organisation is shown as: itself, or the one that stands for it, with the way there. */
  const shown = new Map<string, { organisation: PublicOrganisation; path: Standing['path'] }>()
  /** By each organisation on such a way, those that are shown by it. */
  const shownBy = new Map<string, Set<string>>()
  /** Offers that events spoke of while the index is being rebuilt. */
  const touched = new Set<string>()
  /** Organisations that events spoke of while some were being read. */
  const heard = new Map<string, number>()
  let reading = 0
  let isRebuilding = false

  /** One reading of an offer at a time, so that an older reading never overtakes a newer one. */
  const inTurn = (offerId: string, work: () => Promise<void>): Promise<void> => {
    const turn = (queues.get(offerId) ?? Promise.resolve()).then(work, work)
    queues.set(offerId, turn)
    const leave = () => {
      if (queues.get(offerId) === turn) queues.delete(offerId)
    }
    turn.then(leave, leave)
    return turn
  }

  const remember = (id: string, { organisation, path }: { organisation: PublicOrganisation; path: Standing['path'] }): void => {
    shown.set(id, { organisation, path })
    for (const step of path) shownBy.set(step.id, (shownBy.get(step.id) ?? new Set()).add(id))
  }
  const forget = (id: string): void => {
    for (const step of shown.get(id)?.path ?? []) {
      const ids = shownBy.get(step.id)
      ids?.delete(id)
      if (ids?.size === 0) shownBy.delete(step.id)
    }
    shown.delete(id)
  }

  /** Remembers organisations as they are read; one that changes while it is being read is read again. */
  const readOrganisations = async (ids: readonly string[]): Promise<void> => {
    let missing = ids.filter((id) => !shown.has(id))
    reading += 1
    try {
      while (missing.length > 0) {
        const late: string[] = []
        for (const [id, { organisation: aggregate, path }] of await standingOf(organisations, missing)) {
          const organisation = toPublicOrganisation(aggregate)
          if (path.some((step) => (heard.get(step.id) ?? 0) > step.sequence)) late.push(id)
          else if (organisation) remember(id, { organisation, path })
        }
        missing = late
      }
    } finally {
      reading -= 1
      if (reading === 0) heard.clear()
    }
  }

  const refresh = (offerId: string): Promise<void> => {
    if (isRebuilding) touched.add(offerId)
    return inTurn(offerId, async () => {
      const offer = await offers.get(offerId)
      if (!offer || !isShown(offer.state)) return index.remove(offerId)
      await readOrganisations([offer.state.organisationId])
      show([offer], () => true)
    })
  }

  /** Shows offers with their organisations as they are known at this moment, which is when some of them are news. */
  const show = (found: readonly (Offer & { id: string; sequence: number })[], isNews: (offer: PublicOffer) => boolean): void => {
    const shownAt = instant(runtime)
    index.put(
      found.flatMap((aggregate) => {
        const organisation = aggregate.state.status === 'published' ? shown.get(aggregate.state.organisationId)?.organisation : undefined
        const offer = organisation && toPublicOffer(aggregate, organisation)
        return offer ? [{ offer, sequence: aggregate.sequence, ...(isNews(offer) ? { shownAt } : {}) }] : []
      }),
    )
  }

  const onOffer = async ({ subject, sequence }: EventEnvelope): Promise<void> => {
    if ((index.sequenceOf(subject) ?? 0) < sequence) await refresh(subject)
  }

  const onOrganisation = async ({ subject, sequence }: EventEnvelope): Promise<void> => {
    if (reading > 0 && sequence > (heard.get(subject) ?? 0)) heard.set(subject, sequence)
    // What nobody here shows is read by whoever shows it first.
    const outdated = [...(shownBy.get(subject) ?? [])].filter((id) => shown.get(id)?.path.some((step) => step.id === subject && step.sequence < sequence))
    const offerIds = new Set<string>()
    for (const id of outdated) {
      for (const offerId of index.offersOf(shown.get(id)!.organisation.organisationId)) offerIds.add(offerId)
      forget(id)
    }
    await Promise.all([...offerIds].map(refresh))
  }

  /** Shows every published offer as its document is now, then no other. What was shown before can be found meanwhile. */
  const fill = async (): Promise<number> => {
    const seen = new Set<string>()
    let read = 0
    const lateSince = new Date(runtime.now() - shownLateMs).toISOString()
    let after: string | undefined
    do {
      const page = await offers.find({ where: { status: { equals: 'published' } }, limit: pageSize, ...(after === undefined ? {} : { after }) })
      await readOrganisations([...new Set(page.aggregates.flatMap(({ state }) => (state.status === 'published' ? [state.organisationId] : [])))])
      // What an event has spoken of since is read anew by its own reading, which may have been the later one.
      show(
        page.aggregates.filter(({ id }) => !touched.has(id)),
        (offer) => newsAt(offer) >= lateSince,
      )
      for (const { id, state } of page.aggregates) if (isShown(state)) seen.add(id)
      read += page.aggregates.length
      if (Math.floor(read / toldEvery) > Math.floor((read - page.aggregates.length) / toldEvery))
        logger.info({ count: read }, 'Search is reading what is published; what it showed before is found meanwhile')
      after = page.after
    } while (after !== undefined)
    for (const offerId of index.ids()) if (!seen.has(offerId) && !touched.has(offerId)) index.remove(offerId)
    return seen.size
  }

  const rebuild = async (): Promise<number> => {
    isRebuilding = true
    shown.clear()
    shownBy.clear()
    try {
      return await fill()
    } finally {
      isRebuilding = false
      touched.clear()
    }
  }

  const startedAt = runtime.now()
  const count = await rebuild()
  logger.info({ count, durationMs: runtime.now() - startedAt }, 'Search shows what is published')
  let rebuilding: Promise<number> | undefined
  const following = await followEvents(
    {
      group,
      topics: [OfferDrafted.topic, OrganisationRegistered.topic],
      take: (event) => (event.type.startsWith('offer.') ? onOffer(event) : onOrganisation(event)),
      cannotShow: 'Search cannot show a record',
    },
    { log, logger },
  )
  return {
    ...following,
    rebuild: () => {
      rebuilding ??= rebuild().finally(() => {
        rebuilding = undefined
      })
      return rebuilding
    },
  }
}
