import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Category } from '@patchwork/events'
import type { WeekDay } from '../domain/weeklyTimes.ts'
import { feedPartsOf } from '../openReferral/parts.ts'
import { boxAround, directionOf, metresBetween, type Point } from './distance.ts'
import type { PublicOffer, PublicOrganisation } from './publicOffer.ts'

/** What the open standard asks of a list. What is absent asks nothing. */
export type FeedFilter = {
  /** The numbers of the offers that words or an area lead to, already found elsewhere. */
  ids?: readonly number[]
  category?: Category
  /** A term or a taxonomy that a record brought with it from another feed. */
  termId?: string
  taxonomyId?: string
  /** Kinds that are shown with that term, or with one of that taxonomy: their offers are of it too. */
  termKinds?: readonly Category[]
  taxonomyKinds?: readonly Category[]
  organisationId?: string
  /** On or after an instant; what is given at clock times counts as new when `clocksChangedAt` is not before it. */
  modifiedAfter?: string
  clocksChangedAt?: string
  minimumAge?: number
  maximumAge?: number
  /** A time of the week that begins at this time or later, ends at this time or before, and is on this day. */
  day?: WeekDay
  opensFrom?: string
  closesBy?: string
  /** Places only. */
  within?: { centre: Point; metres: number }
}

/** A page by its number of entries before it, with the total, or the next entries after an id, without counting. */
export type FeedPage = { offset: number; limit: number } | { after: string | undefined; limit: number }
export type FeedTerm = { id: string; taxonomyId?: string; term: Record<string, unknown> }

export type FeedIndex = {
  /** Takes an offer in; one whose organisation does not say what it is stays out, as the standard requires it. */
  add(id: number, offer: PublicOffer, newsAt: string): void
  remove(id: number): void
  /** When an offer that is in the feed was last news. */
  newsAt(id: number): string | undefined
  services(filter: FeedFilter, page: FeedPage): { offers: PublicOffer[]; total: number }
  /** Organisations that offer something in the feed, in the order of their ids. */
  organisations(filter: FeedFilter, page: FeedPage): { organisations: PublicOrganisation[]; total: number }
  organisation(organisationId: string): PublicOrganisation | undefined
  /** Services at their places, in the order of the places' ids. */
  places(filter: FeedFilter, page: FeedPage): { places: { placeId: string; offer: PublicOffer }[]; total: number }
  place(placeId: string): PublicOffer | undefined
  /** Terms that records brought with them from other feeds. */
  terms(): FeedTerm[]
  /** The taxonomies that these terms say they are of. */
  taxonomies(): { id: string; name?: string }[]
  /** How many offers are of each term, or of each taxonomy: that brought it with them, or are of a kind that is shown with it. In the order asked in. */
  usedBy(what: 'term' | 'taxonomy', asked: readonly { id: string; kinds: readonly Category[] }[]): number[]
  term(termId: string): FeedTerm | undefined
}

type Values = Record<string, string | number | null>
/** Ways to ask that are kept ready; clients use a handful of them. */
const statementsMax = 200
/** Of other feeds, told in one list. */
const termsMax = 20_000
const taxonomiesMax = 1_000

/** The tables behind the open feed, beside the search index and in the same database, which holds the offers in `documents`. */
export const createFeedIndex = (database: DatabaseSync): FeedIndex => {
  database.exec(`
    create table feed(id integer primary key, offer_id text not null, organisation_id text not null, category text not null, news_at text not null,
      has_times integer not null, minimum_age real, maximum_age real);
    create unique index feed_by_offer on feed(offer_id);
    create index feed_by_organisation on feed(organisation_id, offer_id);
    create index feed_by_category on feed(category);
    create table feed_places(place_id text primary key, id integer not null, latitude real, longitude real) without rowid;
    create index feed_places_of on feed_places(id);
    create table feed_terms(term_id text not null, id integer not null, taxonomy_id text, term text not null, primary key(term_id, id)) without rowid;
    create index feed_terms_of on feed_terms(id);
  `)
  const add = database.prepare('insert into feed values (?, ?, ?, ?, ?, ?, ?, ?)')
  const addPlace = database.prepare('insert or ignore into feed_places values (?, ?, ?, ?)')
  const addTerm = database.prepare('insert or ignore into feed_terms values (?, ?, ?, ?)')
  const removals = ['feed', 'feed_places', 'feed_terms'].map((table) => database.prepare(`delete from ${table} where id = ?`))
  const newsAt = database.prepare('select news_at from feed where id = ?')
  const metresTo = { centre: directionOf({ latitude: 0, longitude: 0 }) }
  database.function('metres_away', { deterministic: false }, (latitude: unknown, longitude: unknown) =>
    metresBetween(metresTo.centre, directionOf({ latitude: Number(latitude), longitude: Number(longitude) })),
  )

  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql)
    if (known) return known
    if (statements.size >= statementsMax) statements.clear()
    const statement = database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }

  /** Rows of one page and how many there are in all; `key` is what they are ordered by and told apart by. */
  const pageOf = (what: { select: string; from: string; key: string; distinct?: boolean }, filter: FeedFilter, page: FeedPage) => {
    const { clauses, values } = clausesOf(filter)
    if (filter.within) metresTo.centre = directionOf(filter.within.centre)
    const where = (more: string[]) => (clauses.length + more.length > 0 ? `where ${[...clauses, ...more].join(' and ')}` : '')
    const group = what.distinct ? `group by ${what.key}` : ''
    if ('after' in page) {
      const more = page.after === undefined ? [] : [`${what.key} > :after_key`]
      const rows = prepared(`select ${what.select} from ${what.from} ${where(more)} ${group} order by ${what.key} limit :limit`).all({
        ...values,
        limit: page.limit,
        ...(page.after === undefined ? {} : { after_key: page.after }),
      })
      return { rows: rows as Record<string, unknown>[], total: 0 }
    }
    const counted = what.distinct ? `distinct ${what.key}` : '*'
    const { total } = prepared(`select count(${counted}) as total from ${what.from} ${where([])}`).get(values) as { total: number }
    if (page.offset >= total) return { rows: [], total }
    const rows = prepared(`select ${what.select} from ${what.from} ${where([])} ${group} order by ${what.key} limit :limit offset :offset`).all({
      ...values,
      limit: page.limit,
      offset: page.offset,
    })
    return { rows: rows as Record<string, unknown>[], total }
  }

  const readBody = database.prepare('select body from documents where id = ?')
  const offerOf = ({ id }: Record<string, unknown>): PublicOffer => JSON.parse((readBody.get(Number(id)) as { body: string }).body)
  const firstOf = (sql: string, value: string): PublicOffer | undefined => {
    const row = prepared(sql).get(value) as Record<string, unknown> | undefined
    return row && offerOf(row)
  }
  const toTerm = (row: unknown): FeedTerm => {
    const { term_id: id, taxonomy_id: taxonomyId, term } = row as { term_id: string; taxonomy_id: string | null; term: string }
    return { id, ...(taxonomyId === null ? {} : { taxonomyId }), term: JSON.parse(term) }
  }

  return {
    add: (id, offer, at) => {
      const { offerId, organisation, category, times } = offer
      if (!organisation.description) return
      const { minimumAge, maximumAge, places, terms } = feedPartsOf(offer)
      add.run(id, offerId, organisation.organisationId, category, at, times.length > 0 ? 1 : 0, minimumAge ?? null, maximumAge ?? null)
      for (const { placeId, latitude, longitude } of places) addPlace.run(placeId, id, latitude ?? null, longitude ?? null)
      for (const { id: termId, taxonomyId, term } of terms) addTerm.run(termId, id, taxonomyId ?? null, JSON.stringify(term))
    },
    remove: (id) => {
      for (const removal of removals) removal.run(id)
    },
    newsAt: (id) => (newsAt.get(id) as { news_at: string } | undefined)?.news_at,
    services: (filter, page) => {
      const { rows, total } = pageOf({ select: 'f.id', from: 'feed f', key: 'f.offer_id' }, filter, page)
      return { offers: rows.map(offerOf), total }
    },
    organisations: (filter, page) => {
      const { rows, total } = pageOf({ select: 'min(f.id) as id', from: 'feed f', key: 'f.organisation_id', distinct: true }, filter, page)
      return { organisations: rows.map((row) => offerOf(row).organisation), total }
    },
    organisation: (organisationId) => firstOf('select id from feed where organisation_id = ? limit 1', organisationId)?.organisation,
    places: (filter, page) => {
      const from = 'feed_places p join feed f on f.id = p.id'
      const { rows, total } = pageOf({ select: 'p.place_id as place_id, p.id as id', from, key: 'p.place_id' }, filter, page)
      return { places: rows.map((row) => ({ placeId: String(row.place_id), offer: offerOf(row) })), total }
    },
    place: (placeId) => firstOf('select id from feed_places where place_id = ?', placeId),
    terms: () => prepared('select term_id, taxonomy_id, term from feed_terms group by term_id order by term_id limit ?').all(termsMax).map(toTerm),
    taxonomies: () =>
      prepared(
        `select taxonomy_id as id, min(json_extract(term, '$.taxonomy')) as name from feed_terms where taxonomy_id is not null
          group by taxonomy_id order by taxonomy_id limit ?`,
      )
        .all(taxonomiesMax)
        .map(({ id, name }) => ({ id: String(id), ...(typeof name === 'string' ? { name } : {}) })),
    usedBy: (what, asked) =>
      prepared(
        `select (select count(*) from (
            select id from feed where category in (select value from json_each(asked.value, '$.kinds'))
            union select id from feed_terms where ${what}_id = json_extract(asked.value, '$.id'))) as count
          from json_each(:asked) as asked order by asked.key`,
      )
        .all({ asked: JSON.stringify(asked) })
        .map(({ count }) => Number(count)),
    term: (termId) => {
      const row = prepared('select term_id, taxonomy_id, term from feed_terms where term_id = ? limit 1').get(termId)
      return row && toTerm(row)
    },
  }
}

const clausesOf = (filter: FeedFilter): { clauses: string[]; values: Values } => {
  const clauses: string[] = []
  const values: Values = {}
  const ask = (clause: string, more: Values): void => {
    clauses.push(clause)
    Object.assign(values, more)
  }
  const { ids, category, termId, taxonomyId, organisationId, modifiedAfter, clocksChangedAt, minimumAge, maximumAge, within } = filter
  if (ids) ask('f.id in (select value from json_each(:ids))', { ids: JSON.stringify(ids) })
  if (category !== undefined) ask('f.category = :category', { category })
  const { termKinds, taxonomyKinds } = filter
  if (termId !== undefined)
    ask('(f.id in (select id from feed_terms where term_id = :term) or f.category in (select value from json_each(:term_kinds)))', {
      term: termId,
      term_kinds: JSON.stringify(termKinds ?? []),
    })
  if (taxonomyId !== undefined)
    ask('(f.id in (select id from feed_terms where taxonomy_id = :taxonomy) or f.category in (select value from json_each(:taxonomy_kinds)))', {
      taxonomy: taxonomyId,
      taxonomy_kinds: JSON.stringify(taxonomyKinds ?? []),
    })
  if (organisationId !== undefined) ask('f.organisation_id = :organisation', { organisation: organisationId })
  if (modifiedAfter !== undefined) {
    const isBeforeTheClocks = clocksChangedAt !== undefined && clocksChangedAt >= modifiedAfter
    ask(isBeforeTheClocks ? '(f.news_at >= :modified_after or f.has_times = 1)' : 'f.news_at >= :modified_after', { modified_after: modifiedAfter })
  }
  if (minimumAge !== undefined) ask('f.minimum_age >= :minimum_age', { minimum_age: minimumAge })
  if (maximumAge !== undefined) ask('f.maximum_age <= :maximum_age', { maximum_age: maximumAge })
  const { day, opensFrom, closesBy } = filter
  if (day !== undefined || opensFrom !== undefined || closesBy !== undefined)
    // One and the same time of the week must be all that is asked.
    ask(
      `exists (select 1 from documents d, json_each(d.body, '$.times') t where d.id = f.id
        and (:day is null or exists (select 1 from json_each(t.value, '$.days') where value = :day))
        and (:opens is null or json_extract(t.value, '$.from') >= :opens) and (:closes is null or json_extract(t.value, '$.to') <= :closes))`,
      { day: day ?? null, opens: opensFrom ?? null, closes: closesBy ?? null },
    )
  if (within) {
    const { west, east, south, north } = boxAround(within.centre, within.metres)
    ask('p.latitude between :south and :north and p.longitude between :west and :east and metres_away(p.latitude, p.longitude) <= :metres', {
      west,
      east,
      south,
      north,
      metres: within.metres,
    })
  }
  return { clauses, values }
}
