import { type Command, idFor, inParallel } from '@patchwork/aggregate'
import { instant, type Runtime } from '@patchwork/runtime'
import { publishFromOpenData } from '../domain/offer.ts'
import { registerOrganisation } from '../domain/organisation.ts'
import type { CouncilArea } from '../place/place.ts'
import type { Directory } from '../store/directory.ts'
import { type OpenDataOrganisation, readRecords } from './readRecords.ts'

/** Writes under way at a time: enough that the store commits many together. */
const writesAtOnceMax = 64
const idsPerLook = 500

export type LoadOpenDataOptions = {
  /** Told after each record: how many are there, of how many. */
  onProgress?: (count: number, total: number) => void
  /** Ends the load after the writes under way; a later one goes on. */
  signal?: AbortSignal
}
export type LoadedOpenData = { organisations: number; offers: number; added: number }

/**
 * Puts a place's open data into the directory by the same commands as everyone's. Ids come from the sources' own, so a repeat adds nothing, a load
 * that was cut off goes on where it was, and what has been changed here since is left alone.
 */
export const loadOpenData = async (
  { directory, councilArea, runtime }: { directory: Directory; councilArea: CouncilArea; runtime: Runtime },
  { onProgress, signal }: LoadOpenDataOptions = {},
): Promise<LoadedOpenData> => {
  const records = readRecords(councilArea)
  const at = instant(runtime)
  const changedAt = changesOf(councilArea, at)
  const organisationTasks = records.map((record) => ({ id: organisationIdOf(record), write: () => writeOrganisation(directory, record, at, changedAt) }))
  const offerTasks = records.flatMap((record) =>
    record.offers.map((offer) => ({ id: offerIdOf(offer), write: () => writeOffer(directory, organisationIdOf(record), offer, at, changedAt) })),
  )
  const total = organisationTasks.length + offerTasks.length
  let count = 0
  let added = 0
  // An offer comes after its organisation, so that nobody ever reads one without the other.
  for (const [tasks, aggregates] of [
    [organisationTasks, directory.organisations],
    [offerTasks, directory.offers],
  ] as const) {
    const present = new Set<string>()
    for (let from = 0; from < tasks.length; from += idsPerLook) {
      const found = await aggregates.getMany(tasks.slice(from, from + idsPerLook).map(({ id }) => id))
      for (const { id } of found) present.add(id)
    }
    const missing = tasks.filter(({ id }) => !present.has(id))
    count += present.size
    onProgress?.(count, total)
    await inParallel(missing, writesAtOnceMax, async ({ write }) => {
      signal?.throwIfAborted()
      await write()
      count += 1
      added += 1
      onProgress?.(count, total)
    })
  }
  return { organisations: organisationTasks.length, offers: offerTasks.length, added }
}

type ChangedAt = (source: { code: string }) => string

/** When a source last changed: at the beginning of the day that it says, or, where it says none, at `at`. */
const changesOf = ({ about }: CouncilArea, at: string): ChangedAt => {
  const days = new Map(about.sources.map(({ code, changedOn }) => [code, changedOn]))
  return ({ code }) => {
    const day = days.get(code)
    return day === undefined ? at : `${day}T00:00:00.000Z`
  }
}

const keyOf = (kind: 'organisation' | 'offer', { code, recordId }: { code: string; recordId: string }): string => `open-data/${kind}/${code}/${recordId}`
const organisationIdOf = ({ details }: OpenDataOrganisation): string => idFor(keyOf('organisation', details.source))
const offerIdOf = ({ details }: OpenDataOrganisation['offers'][number]): string => idFor(keyOf('offer', details.source))
/** The organisation that the open data knows by this charity number, where it is there: ids come from the sources' own. */
export const charityIdOf = (charityNumber: string): string => idFor(keyOf('organisation', { code: 'charities', recordId: charityNumber }))
const commandOf = (key: string, at: string): Command => ({ key, repeatable: false, body: null, at })

const writeOrganisation = async ({ organisations }: Directory, { details }: OpenDataOrganisation, at: string, changedAt: ChangedAt): Promise<void> => {
  const organisationId = idFor(keyOf('organisation', details.source))
  await organisations.update(organisationId, commandOf(keyOf('organisation', details.source), at), (current) =>
    current.state.status === 'registered'
      ? { events: [] }
      : registerOrganisation(current, {
          organisationId,
          kind: 'organisation',
          origin: 'open-data',
          details: { ...details, modifiedAt: changedAt(details.source) },
        }),
  )
}

const writeOffer = async (
  { offers }: Directory,
  organisationId: string,
  offer: OpenDataOrganisation['offers'][number],
  at: string,
  changedAt: ChangedAt,
): Promise<void> => {
  const offerId = offerIdOf(offer)
  await offers.update(offerId, commandOf(keyOf('offer', offer.details.source), at), (current) =>
    publishFromOpenData(current, {
      ...offer,
      offerId,
      organisationId,
      origin: 'open-data',
      at,
      details: { ...offer.details, modifiedAt: changedAt(offer.details.source) },
    }),
  )
}
