import { type Command, idFor, inParallel, type SeenWords, seenWords } from '@patchwork/aggregate'
import type { Collection } from '@patchwork/document-store'
import { type TakenKind, takenKinds } from '../domain/import.ts'
import { ownOffer } from '../domain/mergedOffer.ts'
import { ownWords, withOwnWords } from '../domain/mergedWords.ts'
import {
  canonical,
  describeOffer,
  type FormerOffer,
  type Offer,
  publishAnew,
  publishedWords,
  publishFromOpenData,
  putBackOffer,
  withdrawOffer,
  wouldBePublished,
} from '../domain/offer.ts'
import { describeOrganisation, type Organisation, type OrganisationDetails, registerOrganisation } from '../domain/organisation.ts'
import { RefusedError } from '../domain/refusals.ts'
import type { Directory } from '../store/directory.ts'
import {
  type FormerWords,
  formerContext,
  type ImportedOffer,
  type ImportStore,
  pagesOf,
  type StagedRecord,
  type StagedWords,
  wordsContext,
} from '../store/importStore.ts'
import { closedAtOf } from '../store/standing.ts'
import { isAsAccepted } from './compare.ts'
import { fieldDigestsOf, withChoices } from './fieldChoices.ts'
import { digestOfOffer, type PreparedOffer } from './toOffer.ts'

/** Records read, and writes under way, at a time: enough that the store commits many together, few enough to hold. */
const recordsPerLook = 500
const writesAtOnceMax = 64

export type Taking = {
  importId: string
  sourceId: string
  directory: Directory
  store: ImportStore
  /** Ends after the writes under way; a later call goes on. */
  signal: AbortSignal
  onProgress?: (count: number) => void
  at: string
  /** Only these kinds of change; all when absent. */
  kinds?: readonly TakenKind[] | undefined
}

type Staged = { id: string; revision: number; body: StagedRecord; offerId: string; words: StagedWords }

/**
 * Takes every sound record of an import that is not left out into the directory, through the same rules as everyone's offers. Each step has a command key of its own, and what
 * an offer was is kept before it is changed, so that a call after a crash goes on where the last one was and changes nothing twice.
 */
export const takeRecords = async (taking: Taking): Promise<{ taken: number; left: number }> => {
  const { importId, store, signal, onProgress } = taking
  const organisationsDone = seenWords()
  let count = 0
  for await (const { records, remembered } of stagedPages(taking)) {
    const open = records.filter(({ offerId, body }) => body.isLeftOut === undefined && remembered.get(offerId)?.body.importId !== importId)
    const offers = new Map((await taking.directory.offers.getMany(open.map(({ offerId }) => offerId))).map((offer) => [offer.id, offer]))
    await keepFormer(open, { ...taking, offers, remembered, organisationsDone })
    await inParallel(open, writesAtOnceMax, async (record) => {
      signal.throwIfAborted()
      const taken = await takeOffer(record, taking, remembered.get(record.offerId)?.body)
      await remember(store.importedOffers, record.offerId, (known) => nextMemory(known, record, taking, taken))
    })
    count += records.length
    onProgress?.(count)
  }
  const outcomes = await store.importedOffers.tally({ where: { importId: { equals: importId } }, by: ['outcome'] })
  const countOf = (outcome: string) => outcomes.find(({ by }) => by.outcome === outcome)?.count ?? 0
  return { taken: countOf('taken'), left: countOf('left') }
}

/** Pages of what an import changes, with what is remembered of each. Records that are the same or refused change nothing. */
async function* stagedPages({ importId, store, kinds = takenKinds }: Pick<Taking, 'importId' | 'store' | 'kinds'>) {
  for (const kind of kinds)
    for await (const page of pagesOf(store.records, {
      where: { importId: { equals: importId }, kind: { equals: kind } },
      sort: [{ field: 'position', direction: 'ascending' }],
      limit: recordsPerLook,
    })) {
      const records = page.flatMap(({ id, revision, body }): Staged[] =>
        body.offerId === undefined ? [] : [{ id, revision, body, offerId: body.offerId, words: store.sealer.open<StagedWords>(body.words, wordsContext(id)) }],
      )
      const remembered = new Map((await store.importedOffers.getMany(records.map(({ offerId }) => offerId))).map((one) => [one.id, one]))
      yield { records, remembered }
    }
}

type KeepingFormer = Taking & {
  offers: ReadonlyMap<string, Offer>
  remembered: ReadonlyMap<string, { body: ImportedOffer }>
  organisationsDone: SeenWords
}

/**
 * Writes down what offers and organisations were, then brings the organisations up to date: an offer comes after its organisation, so that nobody ever
 * reads one without the other.
 */
const keepFormer = async (records: readonly Staged[], keeping: KeepingFormer): Promise<void> => {
  const { directory, store, organisationsDone, offers, remembered, signal } = keeping
  const firstOf = new Map<string, Staged>()
  for (const record of records) {
    const organisationId = record.words.prepared?.organisationId
    if (organisationId !== undefined && !organisationsDone.has(organisationId) && !firstOf.has(organisationId)) firstOf.set(organisationId, record)
  }
  const organisations = new Map((await directory.organisations.getMany([...firstOf.keys()])).map((organisation) => [organisation.id, organisation]))
  await inParallel(records, writesAtOnceMax, async (record) => {
    signal.throwIfAborted()
    const { prepared } = record.words
    const isFirst = prepared !== undefined && firstOf.get(prepared.organisationId) === record
    const organisation = isFirst ? organisations.get(prepared.organisationId) : undefined
    const former: FormerWords = {
      ...formerOffer(offers.get(record.offerId), remembered.get(record.offerId)?.body),
      ...(organisation && prepared && isToBeDescribed(organisation, prepared.organisation) ? { organisation: ownWords(organisation.details!) } : {}),
    }
    if (record.body.former === undefined && Object.keys(former).length > 0) {
      const sealed = store.sealer.seal(former, formerContext(record.id))
      const kept = await store.records.replace(record.id, { ...record.body, former: sealed }, { expectedRevision: record.revision })
      // Somebody chose at the same moment: it is being taken all the same, and must be undone by what it was.
      if (kept !== 'replaced') await remember(store.records, record.id, (known) => (known && known.former === undefined ? { ...known, former: sealed } : known))
    }
    if (isFirst) await takeOrganisation(prepared, keeping)
  })
  for (const organisationId of firstOf.keys()) organisationsDone.add(organisationId)
}

/**
 * What must be put back on undoing. An offer that nobody remembers and that is published was made by this very import, before a crash: it was nothing
 * before.
 */
const formerOffer = (offer: Offer | undefined, remembered: ImportedOffer | undefined): { offer?: FormerOffer } => {
  if (!offer || offer.state.status === 'none' || !offer.details || (!remembered && wouldBePublished(offer.state))) return {}
  const { category, personalCare } = offer.state
  const own = ownOffer({ category, details: offer.details })
  return { offer: { ...own, personalCare, isPublished: wouldBePublished(offer.state) } }
}

/** An organisation that people here act for says itself what it is. What a merge put into its words goes on standing over what a feed says. */
const isToBeDescribed = ({ state, details }: Organisation, said: OrganisationDetails): boolean =>
  state.status === 'registered' &&
  state.closedAt === undefined &&
  state.memberIds.length === 0 &&
  details !== undefined &&
  !isSameOrganisation(ownWords(details), said)

const isSameOrganisation = (one: OrganisationDetails, other: OrganisationDetails): boolean =>
  (['name', 'description', 'email', 'phone', 'website'] as const).every((field) => one[field] === other[field]) &&
  canonical(one.given ?? {}) === canonical(other.given ?? {})

const commandOf = ({ importId, at }: Pick<Taking, 'importId' | 'at'>, what: string): Command => ({
  key: `import/${importId}/${what}`,
  repeatable: false,
  body: null,
  at,
  correlationId: importId,
})

const takeOrganisation = async ({ organisationId, organisation }: PreparedOffer, taking: Taking): Promise<void> => {
  const details = { ...organisation, modifiedAt: taking.at }
  await taking.directory.organisations.update(organisationId, commandOf(taking, 'organisation'), (current) => {
    if (current.state.status !== 'registered') return registerOrganisation(current, { organisationId, kind: 'organisation', origin: 'imported', details })
    return isToBeDescribed(current, details)
      ? describeOrganisation(current, { organisationId, details: withOwnWords(current.details!, details) })
      : { events: [] }
  })
}

type Taken = { outcome: 'taken' | 'left'; chosenDigest?: string }

/** Takes one record, unless its offer was edited here since it was last accepted: then only what somebody has chosen, field by field. */
const takeOffer = async ({ offerId, words, body }: Staged, taking: Taking, remembered: ImportedOffer | undefined): Promise<Taken> => {
  const { at } = taking
  let isLeft = false
  let chosenDigest: string | undefined
  const takeChosen = (current: Offer): ReturnType<typeof describeOffer> => {
    if (!body.choices || body.kind !== 'changed' || !words.prepared || current.state.status === 'none' || !current.details) return { events: [] }
    const { organisationId, track, category, personalCare } = current.state
    const chosen = withChoices({ category, details: publishedWords(current.details) }, words.prepared.offer, {
      choices: body.choices,
      before: remembered?.fields,
    })
    chosenDigest = digestOfOffer(chosen)
    const command = { offerId, organisationId, track, origin: 'imported', personalCare, ...chosen, details: { ...chosen.details, modifiedAt: at } } as const
    return describeOffer(current, command)
  }
  const take = (current: Offer): ReturnType<typeof withdrawOffer> => {
    const isNew = current.state.status === 'none'
    isLeft = false
    if (!isNew && (remembered ? !isAsAccepted(current, remembered) : wouldBePublished(current.state))) {
      const decision = takeChosen(current)
      isLeft = decision.events.length === 0
      return decision
    }
    if (body.kind === 'gone' || !words.prepared) return withdrawOffer(current, { offerId, at })
    const { offer, organisationId, track } = words.prepared
    const command = { offerId, organisationId, origin: 'imported', isOwn: true, at, ...offer, details: { ...offer.details, modifiedAt: at } } as const
    return current.state.status === 'none'
      ? publishFromOpenData(current, { ...command, track })
      : publishAnew(current, { ...command, track: current.state.track })
  }
  const done = await taking.directory.offers.update(offerId, commandOf(taking, 'offer'), take).catch((error: unknown) => {
    // One offer that may not be so must not keep the others from being taken: it stays as it is, and is counted.
    if (!(error instanceof RefusedError)) throw error
    isLeft = true
    return undefined
  })
  if (isLeft) return { outcome: 'left' }
  if (done?.repeated && body.choices) {
    // A call after a crash finds it done: what was put together then is what stands there now.
    const current = await taking.directory.offers.get(offerId)
    if (current && current.state.status !== 'none' && current.details)
      chosenDigest = digestOfOffer({ category: current.state.category, details: publishedWords(current.details) })
  }
  return { outcome: 'taken', ...(chosenDigest === undefined ? {} : { chosenDigest }) }
}

const nextMemory = (
  known: ImportedOffer | undefined,
  { body, words }: Staged,
  { importId, sourceId }: Taking,
  { outcome, chosenDigest }: Taken,
): ImportedOffer => {
  if (known?.importId === importId) return known
  const before = known && {
    ...{ digest: known.digest, offerDigest: known.offerDigest, isPresent: known.isPresent, importId: known.importId },
    ...(known.fields ? { fields: known.fields } : {}),
    ...(known.chosenDigest === undefined ? {} : { chosenDigest: known.chosenDigest }),
  }
  const { prepared } = words
  const fields = prepared ? fieldDigestsOf(prepared.offer) : known?.fields
  return {
    sourceId,
    externalId: prepared?.externalId ?? known?.externalId ?? words.example,
    digest: prepared?.digest ?? known?.digest ?? '',
    // What was left stays measured against what was accepted of it, so that it goes on being known as edited.
    offerDigest: (outcome === 'taken' ? prepared?.offerDigest : undefined) ?? known?.offerDigest ?? '',
    isPresent: body.kind !== 'gone',
    importId,
    outcome,
    ...(fields ? { fields } : {}),
    ...(chosenDigest === undefined ? {} : { chosenDigest }),
    ...(before ? { before } : {}),
  }
}

/** Puts a document to what `next` makes of it, whoever else writes meanwhile; `undefined` removes it. */
export const remember = async <Body extends object>(
  collection: Collection<Body>,
  id: string,
  next: (known: Body | undefined) => Body | undefined,
): Promise<void> => {
  for (;;) {
    const stored = await collection.get(id)
    const body = next(stored?.body)
    if (body === stored?.body) return
    if (body === undefined) {
      if ((await collection.remove(id, { expectedRevision: stored!.revision })) !== 'stale') return
    } else if (stored) {
      if ((await collection.replace(id, body, { expectedRevision: stored.revision })) === 'replaced') return
    } else {
      const isThere = await collection.insert(id, body).then(
        () => true,
        (error: { code?: unknown }) => {
          if (error.code !== 'already-exists') throw error
          return false
        },
      )
      if (isThere) return
    }
  }
}

/**
 * Puts back what an import took: its new offers withdrawn, changed ones back to their words, gone ones found again, organisations back to theirs. What was
 * edited here since stays. A call after a crash goes on where the last one was.
 */
export const putBackRecords = async (taking: Taking): Promise<void> => {
  const { importId, store, signal, onProgress } = taking
  let count = 0
  for await (const { records, remembered } of stagedPages(taking)) {
    const open = records.filter(({ offerId }) => remembered.get(offerId)?.body.importId === importId)
    await inParallel(open, writesAtOnceMax, async (record) => {
      signal.throwIfAborted()
      const former = record.body.former === undefined ? {} : store.sealer.open<FormerWords>(record.body.former, formerContext(record.id))
      const memory = remembered.get(record.offerId)!.body
      if (memory.outcome === 'taken') await putBack(record, former, memory, taking)
      if (former.organisation) await putBackOrganisation(record, former.organisation, taking)
      await remember(store.importedOffers, record.offerId, (known) => memoryBefore(known, importId))
    })
    count += records.length
    onProgress?.(count)
  }
}

const putBack = async ({ offerId }: Staged, { offer: former }: FormerWords, memory: ImportedOffer, taking: Taking): Promise<void> => {
  const { at } = taking
  await taking.directory.offers.update(offerId, commandOf(taking, 'undo-offer'), (current) => {
    if (!isAsTaken(current, memory)) return { events: [] }
    return former ? putBackOffer(current, { former, offerId, at }) : withdrawOffer(current, { offerId, at })
  })
}

/** Whether an offer still stands as the import left it, taken whole or put together field by field. */
const isAsTaken = (current: Offer, memory: ImportedOffer): boolean => {
  if (memory.chosenDigest === undefined) return isAsAccepted(current, memory)
  const { state, details } = current
  return (
    state.status !== 'none' && details !== undefined && digestOfOffer({ category: state.category, details: publishedWords(details) }) === memory.chosenDigest
  )
}

const putBackOrganisation = async ({ words }: Staged, details: OrganisationDetails, taking: Taking): Promise<void> => {
  const prepared = words.prepared!
  await taking.directory.organisations.update(prepared.organisationId, commandOf(taking, 'undo-organisation'), (current) => {
    if (!current.details || closedAtOf(current) !== undefined || !isSameOrganisation(ownWords(current.details), prepared.organisation)) return { events: [] }
    return describeOrganisation(current, { organisationId: prepared.organisationId, details: withOwnWords(current.details, details) })
  })
}

const memoryBefore = (known: ImportedOffer | undefined, importId: string): ImportedOffer | undefined => {
  if (known?.importId !== importId) return known
  const { before, sourceId, externalId } = known
  return before && { ...before, sourceId, externalId, outcome: 'taken' }
}

/** The id that a source has by its name. */
export const sourceIdOf = (name: string): string => idFor(`import/source/${name}`)
