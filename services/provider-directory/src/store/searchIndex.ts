import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import {
  type AccessCode,
  type AgeGroup,
  accessCodes,
  ageGroupCodes,
  type Category,
  Category as CategoryCodes,
  type FormKind,
  type Track,
} from '@patchwork/events'
import { londonMoment } from '../domain/days.ts'
import { formKinds } from '../domain/form.ts'
import { type AskedOften, isOpenAt, toAskedOften } from '../domain/opening.ts'
import { isOpenTo } from '../domain/suiting.ts'
import { boxAround, type Direction, directionOf, metresBetween, type Point } from './distance.ts'
import { createFeedIndex, type FeedFilter, type FeedIndex, type FeedPage } from './feedIndex.ts'
import { newsAt, type PublicOffer } from './publicOffer.ts'
import { createWordFinder, idsOf, type WordsFound } from './wordFinder.ts'

/** A place to look near: the ward that it lies in, or all those that it has a part in. */
export type Near = Point & { wardCode?: string; wardCodes?: readonly string[] }
export type OfferSearch = {
  text?: string
  /** Only these words: nothing that stands for the same, no slip of the finger mended. */
  exactly?: true
  near?: Near
  withinMetres?: number
  categories?: readonly Category[]
  track?: Track
  cost?: 'free' | 'paid'
  /** A way of paying that is accepted. */
  funding?: string
  isOpenNow?: boolean
  hasRoom?: boolean
  wardCode?: string
  /** Those that say that they have this form. */
  form?: FormKind
  language?: string
  /** Those that turn nobody of this age away. */
  age?: AgeGroup
  /** Those that have all of these. */
  access?: readonly AccessCode[]
  /** Only those that can be referred to. */
  takesReferrals?: boolean
  limit: number
  after?: string
}

/** `distanceMetres` is to where the offer stands; `comesToYou` when the place asked about lies in the area it serves. */
export type Hit = { offer: PublicOffer; distanceMetres?: number; comesToYou?: boolean; isOpenNow?: boolean }
export const facetNames = ['category', 'track', 'cost', 'open', 'capacity', 'ward', 'funding', 'form', 'language', 'age', 'access'] as const
export type FacetName = (typeof facetNames)[number]
/** For each filter, how many hits each of its values would leave, with all other filters as they are; of facts about access, beside those asked for already. */
export type Facets = Record<FacetName, Record<string, number>>
export type Found = { hits: Hit[]; total: number; after?: string; facets: Facets } & WordsFound

/** What the open standard asks of a list: `text` in all words of a service, `servesAt` for those that say they serve this point. */
export type FeedQuery = Omit<FeedFilter, 'ids'> & { text?: string; servesAt?: Near }

export type SearchIndex = {
  /**
   * Shows offers as they are now, in place of what was known of them; `sequence` is that of the offer's last event, `shownAt` the instant from which
   * this is news to whoever keeps a copy, where that is later than its own dates. Many at once go much faster.
   */
  put(offers: readonly { offer: PublicOffer; sequence: number; shownAt?: string }[]): void
  /** Shows it no longer; a repeat changes nothing. */
  remove(offerId: string): void
  /** The events of the offer that what is shown takes in; undefined when it is not shown. */
  sequenceOf(offerId: string): number | undefined
  get(offerId: string): PublicOffer | undefined
  /** Offers of an organisation that are shown. */
  offersOf(organisationId: string): string[]
  /** Every offer that is shown. */
  ids(): string[]
  /** Finds offers at an instant. Throws InvalidAfterError for an `after` of another search. */
  search(query: OfferSearch, nowMs: number): Found
  /** The open feed: services whose organisation says what it is, these organisations, and where the services are. */
  feed: Pick<FeedIndex, 'organisation' | 'place' | 'taxonomies' | 'term' | 'terms' | 'usedBy'> & {
    /** Since when an offer has been news there; undefined when it is not in it. */
    newsAt(offerId: string): string | undefined
    services(query: FeedQuery, page: FeedPage): ReturnType<FeedIndex['services']>
    organisations(query: FeedQuery, page: FeedPage): ReturnType<FeedIndex['organisations']>
    places(query: FeedQuery, page: FeedPage): ReturnType<FeedIndex['places']>
    /** Published offers that are not in it. */
    countLeftOut(): number
  }
  /** How often what is shown has changed, and when last, by the clock that was handed in. */
  changes(): { count: number; atMs: number | undefined }
  /** SHA-256 over everything shown: two indexes of the same offers have the same. */
  digest(): string
  close(): void
}

/** The page marker is not one of this search. */
export class InvalidAfterError extends Error {
  readonly code = 'invalid-query'
  constructor() {
    super('The page marker belongs to another search')
  }
}

/** Sorts behind every real distance. */
const nowhere = 1e12

/** What filters and order need of an offer, kept out of the database so that a pass over 50,000 takes milliseconds. */
type Row = {
  id: number
  offerId: string
  takesReferrals: boolean
  isDownranked: boolean
  nameKey: string
  category: Category
  track: Track
  cost: string
  capacity: 'open' | 'waiting-list' | 'closed' | 'unknown'
  capacityUntilMs: number
  point: Point | undefined
  direction: Direction | undefined
  wardCodes: readonly string[]
  fundingAccepted: readonly string[]
  form: FormKind | undefined
  languages: readonly string[]
  ages: PublicOffer['ages']
  access: readonly AccessCode[]
  /** What it serves, where it says so: people at home in these wards, or within a distance of a point. */
  serves: { wardCodes: readonly string[]; centre?: Direction; withinMetres?: number } | undefined
  opening: AskedOften
  /** Where its values are counted. */
  counters: { category: number; track: number; cost: number; form: number | undefined } & Record<
    'wards' | 'funding' | 'languages' | 'ages' | 'access',
    readonly number[]
  >
}

/** The order of results, most important first: what nobody assures stands last, how well the words match, how far it is, how often the words stand there, the name, the id. */
type Key = { last: number; tier: number; metres: number; rank: number; nameKey: string; offerId: string }
type Candidate = Key & { row: Row; distanceMetres: number | undefined; comesToYou: boolean; openNow: boolean }

/** An index in memory, as a sole carer's offer is personal data too and must not lie on a disk in the clear. It is built from the directory's own documents. */
export const createSearchIndex = ({ now }: { now?: () => number } = {}): SearchIndex => {
  const database = new DatabaseSync(':memory:')
  database.exec(`
    create virtual table points using rtree(id, west, east, south, north);
    create table documents(id integer primary key, offer_id text not null unique, organisation_id text not null, body text not null);
    create index by_organisation on documents(organisation_id);
  `)
  const sql = prepare(database)
  const words = createWordFinder(database)
  const rows: (Row | undefined)[] = []
  const idOf = new Map<string, number>()
  const sequences = new Map<string, number>()
  const freeIds: number[] = []
  const serving = new Set<number>()
  const counters = createCounters()
  const openFeed = createFeedIndex(database)
  let changes = { count: 0, atMs: now?.() }

  const remove = (offerId: string): void => {
    const id = idOf.get(offerId)
    if (id === undefined) return
    words.remove(id, wordsOf(read(id)))
    sql.removePoint.run(id)
    openFeed.remove(id)
    sql.removeDocument.run(id)
    changes = { count: changes.count + 1, atMs: now?.() }
    rows[id] = undefined
    serving.delete(id)
    idOf.delete(offerId)
    sequences.delete(offerId)
    freeIds.push(id)
  }

  const add = (offer: PublicOffer, sequence: number, shownAt: string | undefined): void => {
    const known = idOf.get(offer.offerId)
    // An event of which nothing shows, such as a draft that is kept, is news to nobody.
    if (known !== undefined && (sql.readDocument.get(known) as { body: string }).body === JSON.stringify(offer)) {
      sequences.set(offer.offerId, sequence)
      return
    }
    // What was news late stays so while nothing about it has changed.
    const news = newsAt(offer, shownAt, known !== undefined && sequences.get(offer.offerId) === sequence ? openFeed.newsAt(known) : undefined)
    remove(offer.offerId)
    const id = freeIds.pop() ?? Math.max(1, rows.length)
    const row = toRow(id, offer, counters)
    words.add(id, wordsOf(offer))
    if (row.point) sql.addPoint.run(id, row.point.longitude, row.point.longitude, row.point.latitude, row.point.latitude)
    const { offerId, organisation } = offer
    sql.addDocument.run(id, offerId, organisation.organisationId, JSON.stringify(offer))
    openFeed.add(id, offer, news)
    changes = { count: changes.count + 1, atMs: now?.() }
    rows[id] = row
    if (row.serves) serving.add(id)
    idOf.set(offerId, id)
    sequences.set(offerId, sequence)
  }

  const put = (offers: readonly { offer: PublicOffer; sequence: number; shownAt?: string }[]): void => {
    database.exec('begin')
    try {
      for (const { offer, sequence, shownAt } of offers) add(offer, sequence, shownAt)
    } finally {
      // Not undone when one of them fails: what is kept beside the database says the same as it does.
      database.exec('commit')
    }
  }

  const read = (id: number): PublicOffer => JSON.parse((sql.readDocument.get(id) as { body: string }).body)

  const search = (query: OfferSearch, nowMs: number): Found => {
    const found: Found = { hits: [], total: 0, facets: counters.read(counters.none()) }
    const hasWords = query.text !== undefined && query.text.trim() !== ''
    const byWords = hasWords ? words.find(query.text ?? '', query.exactly ?? false) : undefined
    if (hasWords && !byWords) return found
    if (byWords) {
      found.words = byWords.words
      if (byWords.corrected !== undefined) found.corrected = byWords.corrected
      if (byWords.also.length > 0) found.also = byWords.also
    }

    const after = query.after === undefined ? undefined : readAfter(query)
    const moment = londonMoment(nowMs)
    const direction = query.near && directionOf(query.near)
    const counts = counters.none()
    const page: Candidate[] = []
    const look = (row: Row | undefined): void => {
      if (!row || (query.takesReferrals && !row.takesReferrals)) return
      const reach = reachOf(row, query, direction)
      if (!reach) return
      const openNow = isOpenAt(row.opening, moment)
      const capacity = row.capacityUntilMs > nowMs ? row.capacity : 'unknown'
      if (!count(counts, counters, row, { query, openNow, hasRoom: capacity === 'open' })) return
      found.total += 1
      const metres = reach.comesToYou ? 0 : (reach.distanceMetres ?? (query.near ? nowhere : 0))
      const key = {
        last: row.isDownranked ? 1 : 0,
        tier: byWords && !byWords.inName.has(row.id) ? 1 : 0,
        metres,
        rank: byWords?.ranks.get(row.id) ?? 0,
        nameKey: row.nameKey,
        offerId: row.offerId,
      }
      if (after && compareKeys(key, after) <= 0) return
      keepFirst(page, { ...key, row, ...reach, openNow }, query.limit + 1)
    }
    if (byWords) for (const id of byWords.ids) look(rows[id])
    else if (query.near && query.withinMetres !== undefined) {
      const { west, east, south, north } = boxAround(query.near, query.withinMetres)
      // Whoever serves an area of their own may stand outside the box.
      for (const id of serving) look(rows[id])
      for (const id of idsOf(sql.inBox, west, east, south, north)) if (!serving.has(id)) look(rows[id])
    } else for (const row of rows) look(row)

    found.facets = counters.read(counts)
    const shown = page.slice(0, query.limit)
    found.hits = shown.map(({ row, distanceMetres, comesToYou, openNow }) => ({
      offer: read(row.id),
      ...(distanceMetres === undefined ? {} : { distanceMetres }),
      ...(comesToYou ? { comesToYou } : {}),
      ...(row.opening.hasTimes ? { isOpenNow: openNow } : {}),
    }))
    const last = shown.at(-1)
    if (last && page.length > query.limit) found.after = writeAfter(query, last)
    return found
  }

  /** The query with the offers that its words and its point lead to; undefined when they lead to none. */
  const toFilter = ({ text, servesAt, ...filter }: FeedQuery): FeedFilter | undefined => {
    const hasWords = text !== undefined && text.trim() !== ''
    const byWords = hasWords ? words.find(text, true)?.ids : undefined
    if (hasWords && !byWords) return undefined
    if (!servesAt) return { ...filter, ...(byWords ? { ids: byWords } : {}) }
    const direction = directionOf(servesAt)
    const isServing = (id: number): boolean => serving.has(id) && serves(rows[id]!.serves!, servesAt, direction)
    return { ...filter, ids: (byWords ?? [...serving]).filter(isServing) }
  }

  return {
    put,
    remove,
    search,
    feed: {
      ...openFeed,
      newsAt: (offerId) => {
        const id = idOf.get(offerId)
        return id === undefined ? undefined : openFeed.newsAt(id)
      },
      services: (query, page) => {
        const filter = toFilter(query)
        return filter ? openFeed.services(filter, page) : { offers: [], total: 0 }
      },
      organisations: (query, page) => {
        const filter = toFilter(query)
        return filter ? openFeed.organisations(filter, page) : { organisations: [], total: 0 }
      },
      places: (query, page) => {
        const filter = toFilter(query)
        return filter ? openFeed.places(filter, page) : { places: [], total: 0 }
      },
      countLeftOut: () => idOf.size - openFeed.services({}, { offset: 0, limit: 0 }).total,
    },
    changes: () => changes,
    sequenceOf: (offerId) => sequences.get(offerId),
    get: (offerId) => {
      const id = idOf.get(offerId)
      return id === undefined ? undefined : read(id)
    },
    offersOf: (organisationId) => (sql.offersOf.all(organisationId) as { offer_id: string }[]).map(({ offer_id: offerId }) => offerId),
    ids: () => [...idOf.keys()],
    digest: () => {
      const hash = createHash('sha256')
      for (const row of sql.everything.iterate()) hash.update(String((row as { body: string }).body)).update('\n')
      return hash.digest('hex')
    },
    close: () => database.close(),
  }
}

const prepare = (database: DatabaseSync) => ({
  addPoint: database.prepare('insert into points values (?, ?, ?, ?, ?)'),
  removePoint: database.prepare('delete from points where id = ?'),
  addDocument: database.prepare('insert into documents values (?, ?, ?, ?)'),
  removeDocument: database.prepare('delete from documents where id = ?'),
  readDocument: database.prepare('select body from documents where id = ?'),
  // One text instead of thousands of rows: handing rows over costs more than finding them.
  inBox: database.prepare('select json_group_array(id) as ids from points where east >= ? and west <= ? and north >= ? and south <= ?'),
  offersOf: database.prepare('select offer_id from documents where organisation_id = ?'),
  everything: database.prepare('select body from documents order by offer_id'),
})

/** Kinds of help as words, so that "pharmacy" finds them whatever they are called. */
export const kindWords = (category: Category): string => (category === 'other' ? '' : category.replaceAll('-', ' ').replaceAll(/\band\b/g, ''))

/** What an offer is found by, field by field: its name, kind, organisation, place, and description. */
export const wordsOf = ({ name, category, organisation, place, description, forWhom, area }: PublicOffer): string[] => [
  name,
  kindWords(category),
  organisation.name,
  [place.address, place.postcode, place.location?.wardName, area.centre?.wardName].filter(Boolean).join(' '),
  [description, forWhom].filter(Boolean).join(' '),
]

const toRow = (id: number, offer: PublicOffer, counters: Counters): Row => {
  const { capacity, place, area } = offer
  const saidWards = area.wardCodes ?? []
  const centre = area.centre
  const point = place.location ?? centre
  const standing = point?.wardCode
  const { withinMetres } = area
  const wardCodes = [...new Set([...saidWards, ...(standing === undefined ? [] : [standing])])]
  return {
    id,
    offerId: offer.offerId,
    takesReferrals: offer.takesReferrals,
    isDownranked: offer.isDownranked ?? false,
    nameKey: offer.name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase(),
    category: offer.category,
    track: offer.track,
    cost: offer.price.kind,
    capacity: capacity.state,
    capacityUntilMs: capacity.state === 'unknown' ? 0 : Date.parse(capacity.expiresAt),
    point: point && { latitude: point.latitude, longitude: point.longitude },
    direction: point && directionOf(point),
    wardCodes,
    fundingAccepted: offer.fundingAccepted,
    form: offer.form?.kind,
    languages: offer.languages ?? [],
    ages: offer.ages,
    access: offer.accessibility ?? [],
    serves:
      saidWards.length > 0 || (centre && withinMetres !== undefined)
        ? { wardCodes: saidWards, ...(centre && withinMetres !== undefined ? { centre: directionOf(centre), withinMetres } : {}) }
        : undefined,
    opening: toAskedOften(offer),
    counters: {
      category: counters.slot('category', offer.category),
      track: counters.slot('track', offer.track),
      cost: counters.slot('cost', offer.price.kind),
      form: offer.form && counters.slot('form', offer.form.kind),
      wards: wardCodes.map((wardCode) => counters.slot('ward', wardCode)),
      funding: [...new Set(offer.fundingAccepted)].map((code) => counters.slot('funding', code)),
      languages: (offer.languages ?? []).map((code) => counters.slot('language', code)),
      ages: ageGroupCodes.filter((group) => isOpenTo(group, offer.ages)).map((group) => counters.slot('age', group)),
      access: (offer.accessibility ?? []).map((code) => counters.slot('access', code)),
    },
  }
}

/** How far an offer is, and whether it comes to the place asked about; undefined when it is out of reach. */
const reachOf = (
  row: Row,
  { near, withinMetres }: OfferSearch,
  direction: Direction | undefined,
): { distanceMetres: number | undefined; comesToYou: boolean } | undefined => {
  if (!near || !direction) return { distanceMetres: undefined, comesToYou: false }
  const distanceMetres = row.direction && Math.round(metresBetween(direction, row.direction))
  const comesToYou = row.serves !== undefined && serves(row.serves, near, direction)
  if (withinMetres !== undefined && !comesToYou && (distanceMetres === undefined || distanceMetres > withinMetres)) return undefined
  return { distanceMetres, comesToYou }
}

const serves = ({ wardCodes, centre, withinMetres }: NonNullable<Row['serves']>, near: Near, direction: Direction): boolean =>
  (near.wardCode !== undefined && wardCodes.includes(near.wardCode)) ||
  (near.wardCodes?.some((wardCode) => wardCodes.includes(wardCode)) ?? false) ||
  (centre !== undefined && withinMetres !== undefined && metresBetween(centre, direction) <= withinMetres)

type Counters = ReturnType<typeof createCounters>

/** A numbered counter for each value of each filter: counting by number is what makes 50,000 a matter of milliseconds. */
const createCounters = () => {
  const slots = new Map<string, number>()
  const values: { facet: FacetName; value: string }[] = []
  const slot = (facet: FacetName, value: string): number => {
    const known = slots.get(`${facet}/${value}`)
    if (known !== undefined) return known
    slots.set(`${facet}/${value}`, values.length)
    return values.push({ facet, value }) - 1
  }
  const open = slot('open', 'now')
  const room = slot('capacity', 'open')
  for (const code of CategoryCodes.options) slot('category', code)
  for (const track of ['be-helped', 'join-in']) slot('track', track)
  for (const cost of ['free', 'paid']) slot('cost', cost)
  for (const kind of formKinds) slot('form', kind)
  for (const group of ageGroupCodes) slot('age', group)
  for (const code of accessCodes) slot('access', code)
  return {
    slot,
    open,
    room,
    none: () => new Int32Array(values.length),
    /** The counts by name; a value that no row had is there with 0, except wards, ways of paying, languages, and prices nobody knows. */
    read: (counts: Int32Array): Facets => {
      const facets: Facets = { category: {}, track: {}, cost: {}, open: {}, capacity: {}, ward: {}, funding: {}, form: {}, language: {}, age: {}, access: {} }
      for (const [at, { facet, value }] of values.entries()) {
        const isShown = facet === 'ward' || facet === 'funding' || facet === 'language' ? counts[at]! > 0 : value !== 'unknown'
        if (isShown) facets[facet][value] = counts[at] ?? 0
      }
      return facets
    },
  }
}

const failing = {
  ...{ category: 1, track: 2, cost: 4, open: 8, capacity: 16, ward: 32, funding: 64 },
  ...{ language: 128, age: 256, access: 512, form: 1_024 },
} satisfies Record<FacetName, number>

/** Counts a row where it would be found if one filter were chosen anew; gives whether it passes all filters as they are. */
const count = (
  counts: Int32Array,
  counters: Counters,
  row: Row,
  { query, openNow, hasRoom }: { query: OfferSearch; openNow: boolean; hasRoom: boolean },
): boolean => {
  const fails =
    (query.categories && !query.categories.includes(row.category) ? failing.category : 0) |
    (query.track && query.track !== row.track ? failing.track : 0) |
    (query.cost && query.cost !== row.cost ? failing.cost : 0) |
    (query.isOpenNow && !openNow ? failing.open : 0) |
    (query.hasRoom && !hasRoom ? failing.capacity : 0) |
    (query.wardCode !== undefined && !row.wardCodes.includes(query.wardCode) ? failing.ward : 0) |
    (query.funding !== undefined && !row.fundingAccepted.includes(query.funding) ? failing.funding : 0) |
    (query.form !== undefined && query.form !== row.form ? failing.form : 0) |
    (query.language !== undefined && !row.languages.includes(query.language) ? failing.language : 0) |
    (query.age !== undefined && !isOpenTo(query.age, row.ages) ? failing.age : 0) |
    (query.access?.some((code) => !row.access.includes(code)) ? failing.access : 0)
  // Whoever fails two filters is not found by changing one.
  if ((fails & (fails - 1)) !== 0) return false
  const { category, track, cost, form, wards, funding, languages, ages, access } = row.counters
  if (fails === 0 || fails === failing.category) counts[category]! += 1
  if (fails === 0 || fails === failing.track) counts[track]! += 1
  if (fails === 0 || fails === failing.cost) counts[cost]! += 1
  if (openNow && (fails === 0 || fails === failing.open)) counts[counters.open]! += 1
  if (hasRoom && (fails === 0 || fails === failing.capacity)) counts[counters.room]! += 1
  if (fails === 0 || fails === failing.ward) for (const ward of wards) counts[ward]! += 1
  if (fails === 0 || fails === failing.funding) for (const way of funding) counts[way]! += 1
  if (form !== undefined && (fails === 0 || fails === failing.form)) counts[form]! += 1
  if (fails === 0 || fails === failing.language) for (const language of languages) counts[language]! += 1
  if (fails === 0 || fails === failing.age) for (const age of ages) counts[age]! += 1
  // These are asked for together, so each is counted beside those that are asked for already.
  if (fails === 0) for (const fact of access) counts[fact]! += 1
  return fails === 0
}

const compareKeys = (left: Key, right: Key): number =>
  left.last - right.last ||
  left.tier - right.tier ||
  left.metres - right.metres ||
  left.rank - right.rank ||
  (left.nameKey < right.nameKey ? -1 : left.nameKey > right.nameKey ? 1 : left.offerId < right.offerId ? -1 : left.offerId > right.offerId ? 1 : 0)

/** Keeps the first `most` candidates in order: one comparison for each that comes too late to be shown. */
const keepFirst = (page: Candidate[], candidate: Candidate, most: number): void => {
  const last = page.at(-1)
  if (last && page.length === most) {
    if (compareKeys(candidate, last) >= 0) return
    page.pop()
  }
  let low = 0
  let high = page.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareKeys(page[middle]!, candidate) < 0) low = middle + 1
    else high = middle
  }
  page.splice(low, 0, candidate)
}

const hashOf = ({ limit: _limit, after: _after, ...query }: OfferSearch): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('base64url')
    .slice(0, 16)

const writeAfter = (query: OfferSearch, { last, tier, metres, rank, nameKey, offerId }: Key): string =>
  Buffer.from(JSON.stringify([hashOf(query), last, tier, metres, rank, nameKey, offerId])).toString('base64url')

const readAfter = (query: OfferSearch): Key => {
  try {
    const [hash, last, tier, metres, rank, nameKey, offerId] = JSON.parse(Buffer.from(query.after ?? '', 'base64url').toString())
    const isKey = [last, tier, metres, rank].every((value) => Number.isFinite(value)) && typeof nameKey === 'string' && typeof offerId === 'string'
    if (hash === hashOf(query) && isKey) return { last, tier, metres, rank, nameKey, offerId }
  } catch {
    // Not a marker of ours: told below, as for one of another search.
  }
  throw new InvalidAfterError()
}
