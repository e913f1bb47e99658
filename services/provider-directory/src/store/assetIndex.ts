import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { AssetKind, type Category } from '@patchwork/events'
import type { PublicAsset } from './publicAsset.ts'
import { InvalidAfterError, kindWords } from './searchIndex.ts'
import { createWordFinder, type WordsFound } from './wordFinder.ts'

export type AssetSearch = {
  text?: string
  /** Only these words: nothing that stands for the same, no slip of the finger mended. */
  exactly?: true
  kind?: AssetKind
  category?: Category
  wardCode?: string
  limit: number
  after?: string
}
export const assetFacets = ['kind', 'category', 'ward'] as const
export type AssetFacet = (typeof assetFacets)[number]
/** `facets`: for each filter, how many each of its values would leave, with the others as they are; only values that leave any. */
export type FoundAssets = {
  hits: PublicAsset[]
  total: number
  after?: string
  facets: Record<AssetFacet, Record<string, number>>
} & WordsFound
/** How many of each kind a ward has; without a ward code, those for the whole place. */
export type WardStrength = { wardCode?: string; counts: Record<AssetKind, number> }

/** What people, groups and places have, found as offers are, by words and by ward. In memory: what people share must not lie on a disk in the clear. */
export type AssetIndex = {
  /** Shows an asset as it is now, in place of what was known of it; `sequence` is that of its last event. */
  put(asset: PublicAsset, sequence: number): void
  /** Shows it no longer; a repeat changes nothing. */
  remove(assetId: string): void
  sequenceOf(assetId: string): number | undefined
  assetsOf(organisationId: string): string[]
  ids(): string[]
  /** Throws InvalidAfterError for an `after` of another search. */
  search(query: AssetSearch): FoundAssets
  byWard(): WardStrength[]
  /** SHA-256 over everything shown: two indexes of the same assets have the same. */
  digest(): string
  close(): void
}

type Row = { id: number; asset: PublicAsset; sequence: number; nameKey: string }
/** The order of results: how well the words match, how often they stand there, the name, the id. */
type Key = readonly [tier: number, rank: number, nameKey: string, assetId: string]

/** `nameOfWard` lets the words of a ward's name find what is there. */
export const createAssetIndex = ({ nameOfWard }: { nameOfWard: (wardCode: string) => string | undefined }): AssetIndex => {
  const database = new DatabaseSync(':memory:')
  const words = createWordFinder(database)
  const rows = new Map<number, Row>()
  const idOf = new Map<string, number>()
  let nextId = 1

  /** Never what somebody is called: nobody finds a person by searching for them. */
  const textsOf = ({ kind, category, wardCode, organisation, words: said }: PublicAsset): string[] => [
    said.name,
    `${kind} ${kindWords(category)}`,
    organisation?.name ?? '',
    [wardCode === undefined ? undefined : nameOfWard(wardCode), 'place' in said ? said.place.address : undefined].filter(Boolean).join(' '),
    [said.description, ...moreWordsOf(said)].filter(Boolean).join(' '),
  ]

  const remove = (assetId: string): void => {
    const id = idOf.get(assetId)
    const row = id === undefined ? undefined : rows.get(id)
    if (id === undefined || !row) return
    words.remove(id, textsOf(row.asset))
    rows.delete(id)
    idOf.delete(assetId)
  }

  const put = (asset: PublicAsset, sequence: number): void => {
    remove(asset.assetId)
    const id = nextId++
    words.add(id, textsOf(asset))
    const nameKey = asset.words.name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
    rows.set(id, { id, asset, sequence, nameKey })
    idOf.set(asset.assetId, id)
  }

  const search = (query: AssetSearch): FoundAssets => {
    const facets: FoundAssets['facets'] = { kind: {}, category: {}, ward: {} }
    const hasWords = query.text !== undefined && query.text.trim() !== ''
    const byWords = hasWords ? words.find(query.text ?? '', query.exactly ?? false) : undefined
    if (hasWords && !byWords) return { hits: [], total: 0, facets }
    const after = query.after === undefined ? undefined : readAfter(query)
    const found: { row: Row; key: Key }[] = []
    let total = 0
    for (const row of byWords ? byWords.ids.flatMap((id) => rows.get(id) ?? []) : rows.values()) {
      if (!count(facets, row.asset, query)) continue
      total += 1
      const key: Key = [byWords && !byWords.inName.has(row.id) ? 1 : 0, byWords?.ranks.get(row.id) ?? 0, row.nameKey, row.asset.assetId]
      if (!after || compare(key, after) > 0) found.push({ row, key })
    }
    const shown = found.sort((one, other) => compare(one.key, other.key)).slice(0, query.limit)
    const last = shown.at(-1)
    return {
      hits: shown.map(({ row }) => row.asset),
      total,
      ...(last && found.length > query.limit ? { after: writeAfter(query, last.key) } : {}),
      facets,
      ...(byWords ? { words: byWords.words } : {}),
      ...(byWords?.corrected === undefined ? {} : { corrected: byWords.corrected }),
      ...(byWords && byWords.also.length > 0 ? { also: byWords.also } : {}),
    }
  }

  return {
    put,
    remove,
    search,
    sequenceOf: (assetId) => rows.get(idOf.get(assetId) ?? 0)?.sequence,
    assetsOf: (organisationId) => [...rows.values()].flatMap(({ asset }) => (asset.organisation?.organisationId === organisationId ? [asset.assetId] : [])),
    ids: () => [...idOf.keys()],
    byWard: () => {
      const wards = new Map<string | undefined, WardStrength>()
      for (const { asset } of rows.values()) {
        const { wardCode, kind } = asset
        const ward = wards.get(wardCode) ?? { ...(wardCode === undefined ? {} : { wardCode }), counts: noneOfEach() }
        ward.counts[kind] += 1
        wards.set(wardCode, ward)
      }
      return [...wards.values()]
    },
    digest: () => {
      const hash = createHash('sha256')
      for (const { asset } of [...rows.values()].sort((one, other) => (one.asset.assetId < other.asset.assetId ? -1 : 1)))
        hash.update(JSON.stringify(asset)).update('\n')
      return hash.digest('hex')
    },
    close: () => database.close(),
  }
}

const noneOfEach = (): Record<AssetKind, number> => Object.fromEntries(AssetKind.options.map((kind) => [kind, 0])) as Record<AssetKind, number>

/** What else of an asset is words of its own: when a group meets, what a fund is for. */
const moreWordsOf = (said: PublicAsset['words']): (string | undefined)[] => {
  switch (said.kind) {
    case 'group':
      return [said.meets]
    case 'building':
    case 'land':
      return [said.communityUse]
    case 'money':
      return [said.purpose]
    case 'skill':
    case 'thing':
      return []
  }
}

/** Counts an asset where it would be found if one filter were chosen anew; gives whether it passes all filters as they are. */
const count = (facets: FoundAssets['facets'], { kind, category, wardCode }: PublicAsset, query: AssetSearch): boolean => {
  const fails = new Set<AssetFacet>()
  if (query.kind !== undefined && query.kind !== kind) fails.add('kind')
  if (query.category !== undefined && query.category !== category) fails.add('category')
  if (query.wardCode !== undefined && query.wardCode !== wardCode) fails.add('ward')
  // What fails two filters is not found by changing one.
  if (fails.size > 1) return false
  const values = { kind, category, ward: wardCode }
  for (const facet of assetFacets) {
    const value = values[facet]
    if (value !== undefined && (fails.size === 0 || fails.has(facet))) facets[facet][value] = (facets[facet][value] ?? 0) + 1
  }
  return fails.size === 0
}

const compare = (one: Key, other: Key): number => {
  for (const [at, value] of one.entries()) if (value !== other[at]) return value < other[at]! ? -1 : 1
  return 0
}

const hashOf = ({ limit: _limit, after: _after, ...query }: AssetSearch): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(query).sort(([one], [other]) => (one < other ? -1 : 1))))
    .digest('base64url')
    .slice(0, 16)

const writeAfter = (query: AssetSearch, key: Key): string => Buffer.from(JSON.stringify([hashOf(query), ...key])).toString('base64url')

const readAfter = (query: AssetSearch): Key => {
  try {
    const [hash, tier, rank, nameKey, assetId] = JSON.parse(Buffer.from(query.after ?? '', 'base64url').toString())
    const isKey = Number.isFinite(tier) && Number.isFinite(rank) && typeof nameKey === 'string' && typeof assetId === 'string'
    if (hash === hashOf(query) && isKey) return [tier, rank, nameKey, assetId]
  } catch {
    // Not a marker of ours: told below, as for one of another search.
  }
  throw new InvalidAfterError()
}
