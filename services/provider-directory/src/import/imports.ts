import { type Command, inParallel, type Ports, seenWords } from '@patchwork/aggregate'
import { calendarDay, instant } from '@patchwork/runtime'
import type { KnownFeed } from '../domain/feed.ts'
import {
  beginAcceptance,
  beginImport,
  beginUndo,
  dropImport,
  failImport,
  finishAcceptance,
  finishStaging,
  finishUndo,
  type Import,
  type ImportDecision,
  type ImportFormat,
  initialImport,
  mustBeStaged,
  type TakenKind,
} from '../domain/import.ts'
import { publishedWords } from '../domain/offer.ts'
import { RefusedError } from '../domain/refusals.ts'
import type { CouncilArea } from '../place/place.ts'
import type { Directory } from '../store/directory.ts'
import {
  type ImportedOffer,
  type ImportSource,
  type ImportStore,
  pagesOf,
  recordId,
  type StagedRecord,
  type StagedWords,
  wordsContext,
} from '../store/importStore.ts'
import type { Taxonomies } from '../taxonomy/taxonomies.ts'
import { putBackRecords, remember, sourceIdOf, takeRecords } from './accept.ts'
import type { Validators } from './addresses.ts'
import { type ComparedRecord, compareFeed, isAsAccepted, type Look, looksMissed } from './compare.ts'
import { FeedError, type ReadRecord } from './feedRecord.ts'
import { differences, type FieldChoices, type FieldDifference } from './fieldChoices.ts'
import type { Report } from './problems.ts'
import type { CsvMapping } from './readCsv.ts'
import { type FeedRequest, type OpenedFeed, type Origin, openFeed, parsedAddress } from './readFeed.ts'

const writesAtOnceMax = 64
const nameLengthMax = 200
/** A feed may lack a record for a day by mistake: so many looks in a row must lack it before it has gone. */
const looksUntilGone = 3

/**
 * What is to be imported. `source` is the name under which its records are remembered; absent, the file's own name or the address without its query. A file
 * that was sent has no name of its own.
 */
export type ImportRequest = {
  origin: Origin
  format: { kind: 'open-referral' } | { kind: 'csv'; mapping: CsvMapping }
  source?: string
  /** The calendar day by which "last assured over a year ago" is judged; today when absent. */
  asOf?: string
}
/** What a look at a feed came to. `known` is what the next can be made conditional with; absent where the server says nothing of the kind. */
export type Looked = { answer: 'unchanged' } | { answer: 'staged' | 'no-difference'; importId: string; known: KnownFeed | undefined }
export type ImportProgress = { doing: 'reading' | 'taking' | 'putting-back'; count: number; perSecond: number }
export type RecordConflict = { name: string; offerId: string; differences: FieldDifference[]; choices?: FieldChoices }
type Watching = { onProgress?: (progress: ImportProgress) => void }

export type ImportWork = {
  /** Compares a feed and writes nothing at all. Throws FeedError, RefusedError `import-busy`. */
  dryRun(request: ImportRequest, watching?: Watching): Promise<Report>
  /**
   * Reads and compares a feed and keeps what it says until it is accepted or dropped; nothing public changes. `begun` resolves once the import has its id,
   * `ended` when it is staged. Throws FeedError from `ended`, RefusedError `import-busy` at once.
   */
  stage(request: ImportRequest, watching?: Watching): Promise<{ importId: string; ended: Promise<Report> }>
  /**
   * Looks at a feed on its schedule: asks whether it has changed since `known` where that still says something, reads and compares it if so, and keeps what
   * differs until it is accepted or dropped. What differs in nothing keeps nothing. A record has gone once three looks in a row lacked it, and is missing until
   * then; a look that is begun again has the `lookId` it had. Nothing public changes. Throws FeedError, RefusedError `import-busy`.
   */
  look(feed: { lookId: string; address: string; isTrusted: boolean; known?: KnownFeed }): Promise<Looked>
  /** Leaves records out of what an acceptance takes, or takes them in again, by their places in the feed. Throws RefusedError as domain/import.ts says. */
  choose(importId: string, choice: { positions: readonly number[]; isTaken: boolean }): Promise<void>
  /** Where a record and its offer, which was edited here, say different things, field by field, with what was chosen. Undefined for any other record. */
  conflict(importId: string, position: number): Promise<RecordConflict | undefined>
  /** Chooses what stands of such a record when it is accepted. Throws RefusedError `no-conflict`, and as domain/import.ts says. */
  chooseFields(importId: string, position: number, choices: FieldChoices): Promise<void>
  /** Takes all that is sound and not left out, or only some `kinds` of change. `ended` resolves when everything is taken. Throws RefusedError `import-busy`, `import-outdated`, and what domain/import.ts says. */
  accept(importId: string, watching?: Watching & { kinds?: readonly TakenKind[] }): Promise<{ ended: Promise<void> }>
  /** Puts back what the last acceptance of its source took. Throws RefusedError `import-busy`, `import-not-last`, and what domain/import.ts says. */
  undo(importId: string, watching?: Watching): Promise<{ ended: Promise<void> }>
  /** Which import was accepted last of all, if it can still be undone. */
  lastAccepted(): Promise<string | undefined>
  /** Forgets what is staged. Throws RefusedError as domain/import.ts says. */
  drop(importId: string): Promise<void>
  /** What is under way in this process. */
  underWay(): (ImportProgress & { importId: string }) | undefined
  /** Goes on with what a stop or a crash cut off: acceptances and undoings; a reading that this process had begun has failed. Returns when it has ended. */
  resume(): Promise<void>
  /** Ends after the writes under way; a later start goes on. */
  stop(): Promise<void>
}

type Dependencies = {
  store: ImportStore
  directory: Directory
  councilArea: CouncilArea
  taxonomies: Taxonomies
  ports: Pick<Ports, 'runtime' | 'logger'>
  instance: string
}

/** The work of importing, one import at a time in this process. */
export const importWork = ({ store, directory, councilArea, taxonomies, ports, instance }: Dependencies): ImportWork => {
  const { runtime, logger } = ports
  const { imports, records, sources } = store
  const stopping = new AbortController()
  let working: Promise<unknown> | undefined
  let underWay: (ImportProgress & { importId: string }) | undefined

  /** Does one thing at a time, and tells how fast it goes. Throws RefusedError `import-busy` while another is under way. */
  const alone = <Result>(
    importId: string,
    doing: ImportProgress['doing'],
    watching: Watching,
    work: (onProgress: (count: number) => void) => Promise<Result>,
  ): Promise<Result> => {
    if (working) throw new RefusedError('import-busy')
    const startedAt = runtime.now()
    underWay = { importId, doing, count: 0, perSecond: 0 }
    const ended = work((count) => {
      underWay = { importId, doing, count, perSecond: Math.round((count * 1_000) / Math.max(1, runtime.now() - startedAt)) }
      watching.onProgress?.(underWay)
    }).finally(() => {
      working = undefined
      underWay = undefined
    })
    // Whoever asked may have gone; what failed has been said in the import itself.
    ended.catch(() => undefined)
    working = ended
    return ended
  }

  const change = (importId: string, step: string, decide: (current: Import<Report>) => ImportDecision<Report>) => {
    const command: Command = { key: `import/${importId}/${step}`, repeatable: false, body: null, at: instant(runtime) }
    return imports.update(importId, command, decide)
  }
  const step = (importId: string) => ({ importId, at: instant(runtime) })

  type Source = { sourceId: string; name: string; body: ImportSource | undefined }
  type Keeping = { keep: (batch: readonly ComparedRecord[]) => Promise<void>; onProgress: (count: number) => void }
  type Compared = { report: Report; validators: Validators | undefined }

  const open = ({ origin, format }: ImportRequest, validators: Validators | undefined): OpenedFeed => {
    const asked: FeedRequest = { origin, format, ...(validators ? { validators } : {}) }
    return openFeed(asked, { runtime, signal: stopping.signal, kindOf: taxonomies.kindOf })
  }

  const compareWith = (
    { sourceId, name }: Source,
    { asOf }: Pick<ImportRequest, 'asOf'>,
    { records: read, isPartial }: Pick<OpenedFeed, 'records' | 'isPartial'>,
    keeping: Keeping & { look?: Look },
  ): Promise<Report> => {
    const preparing = { source: name, asOf: asOf ?? calendarDay(runtime.now()), at: instant(runtime), councilArea }
    return compareFeed(read, { sourceId, preparing, directory, store, ...keeping, isPartial })
  }

  const compare = async (request: ImportRequest, source: Source, keeping: Keeping): Promise<Compared> => {
    // Only what was accepted may be asked for conditionally: what was dropped must be read again.
    const { acceptedImportId, validators } = source.body ?? {}
    const known = validators !== undefined && validators.importId === acceptedImportId ? validators : undefined
    const feed = open(request, known)
    try {
      return { report: await compareWith(source, request, feed, keeping), validators: feed.validators() }
    } catch (error) {
      if (!feed.isUnchanged()) throw error
      const same = await store.importedOffers.count({ sourceId: { equals: source.sourceId }, isPresent: { equals: true } })
      return { report: { read: 0, new: 0, changed: 0, same, gone: 0, refused: 0, problems: [] }, validators: known }
    }
  }

  const sourceOf = async (request: ImportRequest): Promise<Source> => {
    const name = (request.source ?? sourceName(request.origin)).slice(0, nameLengthMax)
    const sourceId = sourceIdOf(name)
    return { sourceId, name, body: (await sources.get(sourceId))?.body }
  }

  const dryRun: ImportWork['dryRun'] = async (request, watching = {}) => {
    const source = await sourceOf(request)
    return alone('', 'reading', watching, async (onProgress) => (await compare(request, source, { keep: async () => undefined, onProgress })).report)
  }

  const begin = (importId: string, { sourceId, name }: Source, format: ImportFormat) =>
    change(importId, 'begin', (now) => beginImport(now, { ...step(importId), sourceId, source: name, format, runner: instance }))

  /** Keeps what `compared` finds until it is accepted or dropped, or why the feed could not be read. Throws what that throws. */
  const keepStaged = async (importId: string, source: Source, compared: () => Promise<Compared>): Promise<Report> => {
    try {
      const { report, validators } = await compared()
      await forgetOthers(importId, source.sourceId, ['staged'])
      await changeSource(source.sourceId, source.name, (body) => ({ ...body, ...(validators ? { validators: { importId, ...validators } } : {}) }))
      await change(importId, 'stage', (now) => finishStaging(now, { ...step(importId), basedOn: source.body?.version ?? 0, report }))
      return report
    } catch (error) {
      // A stop is no fault of the feed's; the next start says that it was cut off.
      if (!stopping.signal.aborted) await fail(importId, error instanceof FeedError ? error : new FeedError('interrupted'))
      throw error
    }
  }
  const keeping = (importId: string, onProgress: (count: number) => void): Keeping => ({ keep: (batch) => keepRecords(importId, batch), onProgress })

  const stage: ImportWork['stage'] = async (request, watching = {}) => {
    const source = await sourceOf(request)
    if (working) throw new RefusedError('import-busy')
    const importId = runtime.uuid()
    const begun = Promise.withResolvers<void>()
    const ended = alone(importId, 'reading', watching, async (onProgress) => {
      await begin(importId, source, request.format.kind)
      begun.resolve()
      return keepStaged(importId, source, () => compare(request, source, keeping(importId, onProgress)))
    })
    await Promise.race([begun.promise, ended])
    return { importId, ended }
  }

  /** Whether a feed that is as it was then has nothing to say: its source is as it was too, and what differed waits still, or was accepted since. */
  const isStillKnown = async ({ basedOn, importId }: KnownFeed, { body }: Source): Promise<boolean> => {
    const version = body?.version ?? 0
    if (importId === undefined) return version === basedOn
    // What was accepted in part only is not known any more.
    if (body?.acceptedImportId === importId) return version === basedOn + 1 && body.validators?.importId === importId
    return version === basedOn && (await imports.get(importId))?.state.status === 'staged'
  }

  /** Remembers of each offer how many looks in a row lacked it; one that is there again has been missed by none. */
  const countMissed = async (importId: string, sourceId: string, look: Look): Promise<void> => {
    const missed = seenWords()
    for (const kind of ['missing', 'gone'] as const)
      for await (const page of pagesOf(records, { where: { importId: { equals: importId }, kind: { equals: kind } }, limit: 500 }))
        await inParallel(page, writesAtOnceMax, async ({ body: { offerId } }) => {
          if (offerId === undefined) return
          missed.add(offerId)
          await remember(store.importedOffers, offerId, (known) => known && { ...known, missed: { looks: looksMissed(known, look), look: look.id } })
        })
    for await (const page of pagesOf(store.importedOffers, { where: { sourceId: { equals: sourceId }, looksMissed: { atLeast: 1 } }, limit: 500 }))
      await inParallel(
        page.filter(({ id }) => !missed.has(id)),
        writesAtOnceMax,
        ({ id }) => remember(store.importedOffers, id, (known) => known && withoutMissed(known)),
      )
  }

  const look: ImportWork['look'] = async ({ lookId, address, isTrusted, known }) => {
    const look: Look = { id: lookId, goneAfter: looksUntilGone }
    const request: ImportRequest = { origin: { kind: 'address', address, isTrusted }, format: { kind: 'open-referral' } }
    const source = await sourceOf(request)
    const basedOn = source.body?.version ?? 0
    const importId = runtime.uuid()
    return alone(importId, 'reading', {}, async (onProgress) => {
      const feed = open(request, known && (await isStillKnown(known, source)) ? validatorsOf(known) : undefined)
      const reading = feed.records[Symbol.asyncIterator]()
      try {
        // An import begins with the first record: a server that has nothing new to say, or is away, makes none.
        const first = await reading.next()
        if (feed.isUnchanged()) return { answer: 'unchanged' }
        await begin(importId, source, 'open-referral')
        const report = await keepStaged(importId, source, async () => {
          const records = { records: fromFirst(first, reading), isPartial: feed.isPartial }
          return { report: await compareWith(source, request, records, { ...keeping(importId, onProgress), look }), validators: feed.validators() }
        })
        const missing = report.missing ?? 0
        // A feed that holds less than it says tells nothing of what it lacks.
        if (!feed.isPartial()) await countMissed(importId, source.sourceId, look)
        const isDifferent = report.new + report.changed + report.gone + missing > 0
        if (!isDifferent) await drop(importId)
        // While something is missing the feed is read whole: an answer that nothing has changed would not be counted.
        const validators = missing > 0 ? undefined : feed.validators()
        const nowKnown = validators && { ...validators, basedOn, ...(isDifferent ? { importId } : {}) }
        return { answer: isDifferent ? 'staged' : 'no-difference', importId, known: nowKnown }
      } finally {
        await reading.return?.()
      }
    })
  }

  const choose: ImportWork['choose'] = async (importId, { positions, isTaken }) => {
    mustBeStaged((await imports.get(importId))?.state ?? initialImport)
    await inParallel(positions, writesAtOnceMax, (position) =>
      remember(records, recordId(importId, position), (known) => {
        if (!known || isTaken === (known.isLeftOut === undefined)) return known
        const { isLeftOut: _was, ...taken }: StagedRecord = known
        return isTaken ? taken : { ...taken, isLeftOut: true as const }
      }),
    )
  }

  const conflict: ImportWork['conflict'] = async (importId, position) => {
    const id = recordId(importId, position)
    const record = (await records.get(id))?.body
    if (record?.kind !== 'changed' || record.offerId === undefined) return undefined
    const { prepared } = store.sealer.open<StagedWords>(record.words, wordsContext(id))
    const [offer, known] = [await directory.offers.get(record.offerId), (await store.importedOffers.get(record.offerId))?.body]
    if (!prepared || !known || !offer?.details || offer.state.status === 'none' || isAsAccepted(offer, known)) return undefined
    const ours = { category: offer.state.category, details: publishedWords(offer.details) }
    const { choices } = record
    return { name: offer.details.name, offerId: offer.id, differences: differences(ours, prepared.offer, known.fields), ...(choices ? { choices } : {}) }
  }

  const chooseFields: ImportWork['chooseFields'] = async (importId, position, choices) => {
    mustBeStaged((await imports.get(importId))?.state ?? initialImport)
    if (!(await conflict(importId, position))) throw new RefusedError('no-conflict')
    await remember(records, recordId(importId, position), (known) => known && { ...known, choices })
  }

  const drop: ImportWork['drop'] = async (importId) => {
    await change(importId, 'drop', (now) => dropImport(now, step(importId)))
    await forgetRecords(importId)
  }

  const keepRecords = (importId: string, batch: readonly ComparedRecord[]): Promise<void> =>
    inParallel(batch, writesAtOnceMax, async ({ words, ...record }) => {
      stopping.signal.throwIfAborted()
      const id = recordId(importId, record.position)
      await records.insert(id, { importId, ...record, words: store.sealer.seal(words, wordsContext(id)) })
    })

  const fail = async (importId: string, { code: reason, line }: FeedError): Promise<void> => {
    await forgetRecords(importId)
    await change(importId, 'fail', (now) => failImport(now, { ...step(importId), reason, line }))
  }

  const forgetRecords = async (importId: string): Promise<void> => {
    for await (const page of pagesOf(records, { where: { importId: { equals: importId } }, limit: 500 }))
      await inParallel(page, writesAtOnceMax, async ({ id }) => void (await records.remove(id)))
  }

  /** Forgets what other imports of a source keep; those that wait are dropped. */
  const forgetOthers = async (importId: string, sourceId: string, statuses: readonly ('staged' | 'accepted' | 'undone')[]): Promise<void> => {
    for (const status of statuses) {
      const { aggregates } = await imports.find({ where: { sourceId: { equals: sourceId }, status: { equals: status } }, limit: 1_000 })
      for (const { id } of aggregates) {
        if (id === importId) continue
        if (status === 'staged') await change(id, 'drop', (now) => dropImport(now, step(id)))
        await forgetRecords(id)
      }
    }
  }

  const changeSource = async (sourceId: string, name: string, next: (body: ImportSource) => ImportSource): Promise<void> => {
    for (;;) {
      const stored = await sources.get(sourceId)
      if (!stored) {
        const isThere = await sources.insert(sourceId, next({ name, version: 0 })).then(
          () => true,
          (error: { code?: unknown }) => {
            if (error.code !== 'already-exists') throw error
            return false
          },
        )
        if (isThere) return
      } else if ((await sources.replace(sourceId, next(stored.body), { expectedRevision: stored.revision })) === 'replaced') return
    }
  }

  /** Makes the source this import's own for as long as it is taken or put back, across processes. `check` throws where it may not be. */
  const claim = async (importId: string, { sourceId, name }: { sourceId: string; name: string }, check: (body: ImportSource) => void): Promise<void> => {
    const holder = (await sources.get(sourceId))?.body.busyWith
    const held = holder === undefined || holder === importId ? undefined : (await imports.get(holder))?.state.status
    // One that claimed the source and was cut off before it began holds nothing.
    const isHeld = held === 'accepting' || held === 'undoing'
    await changeSource(sourceId, name, (body) => {
      if (body.busyWith !== undefined && body.busyWith !== importId && (isHeld || body.busyWith !== holder)) throw new RefusedError('import-busy')
      check(body)
      return { ...body, busyWith: importId }
    })
  }

  const release = (
    importId: string,
    { sourceId, name }: { sourceId: string; name: string },
    { acceptedImportId, isPart = false }: { acceptedImportId?: string; isPart?: boolean },
  ): Promise<void> =>
    changeSource(sourceId, name, (known) => {
      const { busyWith, acceptedImportId: _before, validators, ...body } = known
      if (busyWith !== importId) return known
      // What was left out must be read again, even if the feed does not change.
      const kept = validators && !isPart ? { validators } : {}
      return { ...body, ...kept, version: body.version + 1, ...(acceptedImportId === undefined ? {} : { acceptedImportId }) }
    })

  const found = async (importId: string) => {
    const one = await imports.get(importId)
    if (!one || one.state.status === 'none' || !one.details) throw new RefusedError('import-not-found')
    return { state: one.state, sourceId: one.state.sourceId, name: one.details.source }
  }

  const taking = (importId: string, sourceId: string, onProgress: (count: number) => void) => ({
    importId,
    sourceId,
    directory,
    store,
    signal: stopping.signal,
    onProgress,
    at: instant(runtime),
  })

  const take = async (
    importId: string,
    source: { sourceId: string; name: string },
    { kinds, onProgress }: { kinds: readonly TakenKind[] | undefined; onProgress: (count: number) => void },
  ): Promise<void> => {
    const isPart = kinds !== undefined || (await records.count({ importId: { equals: importId }, isLeftOut: { equals: true } })) > 0
    const { taken, left } = await takeRecords({ ...taking(importId, source.sourceId, onProgress), kinds })
    await forgetOthers(importId, source.sourceId, ['staged', 'accepted', 'undone'])
    await release(importId, source, { acceptedImportId: importId, isPart })
    await change(importId, 'accepted', (now) => finishAcceptance(now, { ...step(importId), taken, left }))
  }
  const putBack = async (importId: string, source: { sourceId: string; name: string }, onProgress: (count: number) => void): Promise<void> => {
    await putBackRecords(taking(importId, source.sourceId, onProgress))
    await release(importId, source, {})
    await change(importId, 'undone', (now) => finishUndo(now, step(importId)))
    await forgetRecords(importId)
  }

  const accept: ImportWork['accept'] = async (importId, { kinds: asked, ...watching } = {}) => {
    const source = await found(importId)
    if (source.state.status === 'accepted') return { ended: Promise.resolve() }
    if (source.state.status !== 'staged' && source.state.status !== 'accepting') throw new RefusedError('import-not-staged')
    const { basedOn } = source.state
    // One that is being taken goes on as it was begun.
    const kinds = source.state.status === 'accepting' ? source.state.kinds : asked
    const begun = Promise.withResolvers<void>()
    const ended = alone(importId, 'taking', watching, async (onProgress) => {
      await claim(importId, source, ({ version }) => {
        if (version !== basedOn) throw new RefusedError('import-outdated')
      })
      await change(importId, 'accept', (now) => beginAcceptance(now, { ...step(importId), kinds }))
      begun.resolve()
      await take(importId, source, { kinds, onProgress })
    })
    await Promise.race([begun.promise, ended])
    return { ended }
  }

  const undo: ImportWork['undo'] = async (importId, watching = {}) => {
    const source = await found(importId)
    if (source.state.status === 'undone') return { ended: Promise.resolve() }
    if (source.state.status !== 'accepted' && source.state.status !== 'undoing') throw new RefusedError('import-not-accepted')
    const begun = Promise.withResolvers<void>()
    const ended = alone(importId, 'putting-back', watching, async (onProgress) => {
      await claim(importId, source, ({ acceptedImportId }) => {
        if (acceptedImportId !== importId) throw new RefusedError('import-not-last')
      })
      await change(importId, 'undo', (now) => beginUndo(now, step(importId)))
      begun.resolve()
      await putBack(importId, source, onProgress)
    })
    await Promise.race([begun.promise, ended])
    return { ended }
  }

  const resume = async (): Promise<void> => {
    for (const status of ['staging', 'accepting', 'undoing'] as const) {
      const { aggregates } = await imports.find({ where: { status: { equals: status } }, limit: 1_000 })
      for (const { id, state, details } of aggregates) {
        if (stopping.signal.aborted || state.status === 'none') return
        const source = { sourceId: state.sourceId, name: details?.source ?? '' }
        if (state.status === 'staging' && state.runner === instance) await fail(id, new FeedError('interrupted'))
        if (state.status === 'accepting') await alone(id, 'taking', {}, (onProgress) => take(id, source, { kinds: state.kinds, onProgress }))
        if (state.status === 'undoing') await alone(id, 'putting-back', {}, (onProgress) => putBack(id, source, onProgress))
      }
    }
  }

  return {
    dryRun,
    stage,
    look,
    accept,
    undo,
    lastAccepted: async () => {
      const { aggregates } = await imports.find({
        where: { status: { equals: 'accepted' } },
        sort: [{ field: 'acceptedAt', direction: 'descending' }],
        limit: 50,
      })
      for (const { id, state } of aggregates) if (state.status === 'accepted' && (await sources.get(state.sourceId))?.body.acceptedImportId === id) return id
      return undefined
    },
    choose,
    conflict,
    chooseFields,
    drop,
    underWay: () => underWay,
    resume: () =>
      resume().catch((error: unknown) => {
        if (!stopping.signal.aborted) logger.error({ code: (error as { code?: unknown }).code, err: error }, 'An import that was cut off could not go on')
      }),
    stop: async () => {
      stopping.abort(new FeedError('interrupted'))
      await working?.catch(() => undefined)
    },
  }
}

const withoutMissed = ({ missed: _were, ...known }: ImportedOffer): ImportedOffer => known

const validatorsOf = ({ etag, lastModified }: KnownFeed): Validators => ({
  ...(etag === undefined ? {} : { etag }),
  ...(lastModified === undefined ? {} : { lastModified }),
})

/** The records of a feed of which the first was looked at already. */
async function* fromFirst(first: IteratorResult<ReadRecord, unknown>, rest: AsyncIterator<ReadRecord>): AsyncGenerator<ReadRecord> {
  if (first.done) return
  yield first.value
  yield* { [Symbol.asyncIterator]: () => rest }
}

/** The name that a source has when nobody gives one: a file's own, or an address without what is asked of it. */
export const sourceName = (origin: Origin): string => {
  if (origin.kind === 'sent') throw new TypeError('Say whose feed it is')
  if (origin.kind === 'file') return origin.path.split(/[\\/]/).at(-1) ?? origin.path
  const { host, pathname } = parsedAddress(origin.address)
  return `${host}${pathname}`
}
