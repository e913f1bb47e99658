import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, idFor } from '@patchwork/aggregate'
import { WardCode } from '@patchwork/events'
import { ServiceCallError, type ServiceClient } from '@patchwork/http'
import { instant, type Runtime, sleep } from '@patchwork/runtime'
import { parse } from 'csv-parse/sync'
import { decideGrant } from '../domain/grant.ts'
import type { ContractStore } from '../store/contractStore.ts'

const file = 'voluntary_sector_grants.csv'
const numbersPerLook = 100
const idsPerLook = 500
/** Writes under way at a time: enough that the store commits many together. */
const writesAtOnceMax = 64
const questionsAtOnceMax = 8
/** A directory that has just been loaded may be busy yet: it is asked so often, each time after twice as long a wait. */
const askedMax = 6
const firstWaitMs = 250

export type LoadGrantsOptions = {
  /** Told after each grant: how many are there, of how many. */
  onProgress?: (count: number, total: number) => void
  /** Ends the load after the writes under way; a later one goes on. */
  signal?: AbortSignal
}
export type LoadedGrants = { grants: number; added: number; matched: number }

/** A grant as the file says it. */
export type GrantRecord = {
  sourceId: string
  title: string
  description: string
  recipientName: string
  programme: string
  amountPence: number
  awardedOn: string
  charityNumber?: string
  postcode?: string
}
type Found = { organisationId: string; wardCode?: string | undefined }

/** The grants of a place's folder; none where it has no such file. Throws RangeError for an amount or a day that is none. */
export const readGrants = (folder: string): GrantRecord[] => {
  const path = join(folder, file)
  if (!existsSync(path)) return []
  const rows: Record<string, string>[] = parse(readFileSync(path), { bom: true, columns: true, skip_empty_lines: true })
  return rows.map((row) => {
    const number = (row.recipient_charity_number ?? '').replace(/^0+/, '')
    return {
      sourceId: row.identifier ?? '',
      title: row.title ?? '',
      description: row.description ?? '',
      recipientName: row.recipient_name ?? '',
      programme: row.programme ?? '',
      amountPence: penceOf(row.amount_awarded ?? ''),
      awardedOn: row.award_date ?? '',
      ...(number === '' ? {} : { charityNumber: number }),
      ...(row.recipient_postcode ? { postcode: row.recipient_postcode } : {}),
    }
  })
}

const penceOf = (pounds: string): number => {
  const [, whole, part = ''] = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(pounds) ?? []
  if (whole === undefined) throw new RangeError(`Not an amount in pounds: ${pounds}`)
  return Number(whole) * 100 + Number(part.padEnd(2, '0'))
}

/**
 * Puts a place's open grants into the register by commands with keys of their own: a repeat adds nothing, a load that was cut off goes on where it was.
 * Recipients are matched to organisations by charity number; the directory is to be loaded first. Throws ServiceCallError when it
 * does not answer for long.
 */
export const loadGrants = async (
  { store: { grants }, services, runtime, folder }: { store: Pick<ContractStore, 'grants'>; services: ServiceClient; runtime: Runtime; folder: string },
  { onProgress, signal }: LoadGrantsOptions = {},
): Promise<LoadedGrants> => {
  const records = readGrants(folder)
  const idOf = ({ sourceId }: GrantRecord) => idFor(keyOf(sourceId))
  const present = new Set<string>()
  for (const some of inParts(records, idsPerLook)) for (const { id } of await grants.getMany(some.map(idOf))) present.add(id)
  const missing = records.filter((record) => !present.has(idOf(record)))
  const ask: Ask = (path) => askDirectory({ services, runtime }, path, signal)
  const [organisations, wards] = await Promise.all([organisationsOf(ask, missing), wardsOf(ask, missing)])
  const at = instant(runtime)
  let count = present.size
  onProgress?.(count, records.length)
  await atOnce(missing, writesAtOnceMax, async (record) => {
    signal?.throwIfAborted()
    const found = organisations.get(record.charityNumber ?? '')
    await writeGrant(grants, record, { found, wardCode: wards.get(record.postcode ?? '') ?? found?.wardCode, at })
    count += 1
    onProgress?.(count, records.length)
  })
  const matched = records.filter(({ charityNumber }) => organisations.has(charityNumber ?? '')).length
  return { grants: records.length, added: missing.length, matched }
}

const keyOf = (sourceId: string): string => `open-data/grant/${sourceId}`

const writeGrant = async (
  grants: ContractStore['grants'],
  { sourceId, title, description, recipientName, programme, amountPence, awardedOn, charityNumber }: GrantRecord,
  { found, wardCode, at }: { found: Found | undefined; wardCode: string | undefined; at: string },
): Promise<void> => {
  const grantId = idFor(keyOf(sourceId))
  const command: Command = { key: keyOf(sourceId), repeatable: false, body: null, at }
  await grants.update(grantId, command, ({ state }) => {
    const events = decideGrant(state, {
      grantId,
      origin: 'open-data',
      amountPence,
      awardedOn,
      ...(found === undefined ? {} : { organisationId: found.organisationId }),
      ...(charityNumber === undefined ? {} : { charityNumber }),
      ...(wardCode === undefined ? {} : { wardCode }),
      recordedAt: at,
    })
    return { events, ...(events.length > 0 ? { details: { title, description, recipientName, programme, sourceId } } : {}) }
  })
}

type Ask = <Answer>(path: string) => Promise<Answer>

const askDirectory = async <Answer>(
  { services, runtime }: { services: ServiceClient; runtime: Runtime },
  path: string,
  signal: AbortSignal | undefined,
): Promise<Answer> => {
  for (let asked = 1; ; asked += 1)
    try {
      signal?.throwIfAborted()
      return await services.call<Answer>('provider-directory', 'GET', path)
    } catch (error) {
      if (!(error instanceof ServiceCallError) || error.kind !== 'unavailable' || asked === askedMax) throw error
      await sleep(runtime, firstWaitMs * 2 ** (asked - 1), signal)
    }
}

/** Which organisation of the directory has which charity number, and the ward it is in. */
const organisationsOf = async (ask: Ask, records: readonly GrantRecord[]): Promise<Map<string, Found>> => {
  const numbers = [...new Set(records.flatMap(({ charityNumber }) => charityNumber ?? []))]
  const found = new Map<string, Found>()
  for (const some of inParts(numbers, numbersPerLook)) {
    const numbersAsked = some.map(encodeURIComponent).join(',')
    const { items } = await ask<{ items: (Found & { charityNumber: string })[] }>(`/organisations/charities?numbers=${numbersAsked}`)
    for (const { charityNumber, organisationId, wardCode } of items) found.set(charityNumber, { organisationId, wardCode: WardCode.safeParse(wardCode).data })
  }
  return found
}

const wardsOf = async (ask: Ask, records: readonly GrantRecord[]): Promise<Map<string, string>> => {
  const postcodes = [...new Set(records.flatMap(({ postcode }) => postcode ?? []))]
  const wards = new Map<string, string>()
  await atOnce(postcodes, questionsAtOnceMax, async (postcode) => {
    const { wardCode } = await ask<{ wardCode?: string }>(`/places/${encodeURIComponent(postcode)}`)
    const ward = WardCode.safeParse(wardCode).data
    if (ward !== undefined) wards.set(postcode, ward)
  })
  return wards
}

const inParts = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, part) => items.slice(part * size, (part + 1) * size))

/** Does `work` for each item, `most` at a time. Rejects with the first failure, once what was begun has ended. */
const atOnce = async <Item>(items: readonly Item[], most: number, work: (item: Item) => Promise<void>): Promise<void> => {
  const waiting = items.values()
  const lane = async (): Promise<void> => {
    for (const item of waiting) await work(item)
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, lane))
  const failed = lanes.find((settled) => settled.status === 'rejected')
  if (failed) throw failed.reason
}
