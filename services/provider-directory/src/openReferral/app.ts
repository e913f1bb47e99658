import { type AppOptions, createApp, defineRoute, NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import { clocksAt } from '../place/clocks.ts'
import type { CouncilArea } from '../place/place.ts'
import type { FeedPage } from '../store/feedIndex.ts'
import type { PublicOffer, PublicOrganisation } from '../store/publicOffer.ts'
import type { FeedQuery, SearchIndex } from '../store/searchIndex.ts'
import type { Taxonomies } from '../taxonomy/taxonomies.ts'
import { type TermLanguage, termLanguages } from '../taxonomy/taxonomy.ts'
import { answer, envelope, forEveryone, type Lines, type Raw, sendLines } from './answers.ts'
import {
  type AboutServices,
  NoSuchListError,
  OrganizationQuery,
  OrganizationsQuery,
  PlacesQuery,
  pageOf,
  perPageMax,
  ServicesQuery,
  TaxonomiesQuery,
  TermsQuery,
  toInstant,
} from './query.ts'
import type { Fields } from './said.ts'
import {
  type Around,
  toFullPlace,
  toFullService,
  toListedOrganization,
  toListedPlace,
  toListedService,
  toMinimalService,
  toOwnOrganization,
  toServiceOfOrganization,
} from './service.ts'
import { feedTaxonomies } from './taxonomies.ts'
import { categoryOfTerm, taxonomy } from './terms.ts'

export const openReferralPath = '/open-referral-uk/v3'
const version = 'HSDS-UK-3.0'
const profile = 'https://docs.openreferraluk.org/en/latest/'
const perPageByDefault = 50
/** Lists whose entries hold everything that belongs to them. */
const fullPerPageMax = 200
/** Services that an organisation is shown with in full; those after them are named. */
const fullServicesMax = 200
const servicesOfOneMax = 5_000
const metresMax = 1_000_000
const rateLimit = { count: 1_200, perSeconds: 60 }

type Dependencies = { index: SearchIndex; councilArea: CouncilArea; taxonomies: Taxonomies; publicUrl: string }
type Options = Omit<AppOptions, 'service' | 'routes' | 'before'>

/** The directory as Open Referral UK 3.0 has it: for anyone, from any page, without signing in. Records that the standard cannot hold are not in it. */
export const createOpenReferralApp = (options: Options, dependencies: Dependencies) =>
  createApp({
    ...options,
    service: 'open-referral-uk',
    mountPath: openReferralPath,
    routes: openReferralRoutes(dependencies, options.runtime.now),
    before: [forEveryone],
  })

const params = z.object({ id: z.string() })

const openReferralRoutes = ({ index, councilArea, taxonomies, publicUrl }: Dependencies, now: () => number) => {
  const { feed } = index
  const sorted = feedTaxonomies(feed, taxonomies)
  const around = (language: TermLanguage): Around => ({
    districtName: councilArea.about.name,
    wardName: councilArea.wards.nameOf,
    clockOffset: clocksAt(now()).offset,
    termsOf: (kind) => sorted.termsOf(kind, language),
    language,
  })
  const at = (modifiedMs = index.changes().atMs) => {
    const nowMs = now()
    return { nowMs, modifiedMs: modifiedMs === undefined ? undefined : Math.max(modifiedMs, Date.parse(clocksAt(nowMs).since), taxonomies.changedAtMs()) }
  }
  const streamed = (signal: AbortSignal, language: TermLanguage) => ({
    ...at(),
    signal,
    version: `${index.changes().atMs} ${index.changes().count} ${clocksAt(now()).offset} ${taxonomies.changedAtMs()} ${language}`,
  })
  const toQuery = (query: AboutServices) => toFeedQuery(query, { councilArea, taxonomies, clocksChangedAt: clocksAt(now()).since })
  const serviceShape = ({ minimal, full }: { minimal?: boolean | undefined; full?: boolean | undefined }, language: TermLanguage) => {
    const known = around(language)
    return minimal ? toMinimalService : full ? (offer: PublicOffer) => toFullService(offer, known) : toListedService
  }
  /** An organisation with its services, named or in full. */
  const toFullOrganization = (
    organisation: PublicOrganisation,
    { hasFullServices, language }: { hasFullServices: boolean | undefined; language: TermLanguage },
  ): Fields => {
    const known = around(language)
    const { offers } = feed.services({ organisationId: organisation.organisationId }, { after: undefined, limit: servicesOfOneMax })
    const services = offers.map((offer, place) =>
      hasFullServices && place < fullServicesMax ? toServiceOfOrganization(offer, known) : toMinimalService(offer),
    )
    return { ...toOwnOrganization(organisation), services }
  }
  const organizationShape = (query: { full?: boolean | undefined; full_service?: boolean | undefined }, language: TermLanguage) =>
    query.full || query.full_service
      ? (organisation: PublicOrganisation) => toFullOrganization(organisation, { hasFullServices: query.full_service, language })
      : toListedOrganization
  /** A list as the caller wants it: a page of it, or all of it line by line. */
  const sendList = async <Entry>(
    { query, raw, signal }: { query: { format?: string | undefined }; raw: Raw; signal: AbortSignal },
    {
      page,
      read,
      shape,
      keyOf,
    }: {
      page: ReturnType<typeof pageOf>
      read: (where: FeedPage) => { entries: readonly Entry[]; total: number }
      shape: (entry: Entry) => object
      keyOf: (entry: Entry) => string
    },
  ): Promise<undefined> => {
    if (isLines(query))
      return sendLines(
        raw,
        toLines((where) => read(where).entries, shape, keyOf),
        streamed(signal, languageOf(raw)),
      )
    const { entries, total } = read(page)
    return answer(raw, envelope({ ...page, total, contents: entries.map(shape) }), at())
  }
  /** The same of a list that is held whole. */
  const sendWhole = async ({ query, raw, signal }: { query: AboutList; raw: Raw; signal: AbortSignal }, contents: readonly Fields[]): Promise<undefined> => {
    if (isLines(query)) return sendLines(raw, linesOf(contents), streamed(signal, languageOf(raw)))
    return answer(raw, sliced(contents, pageOf(query, perPageByDefault)), at())
  }

  return [
    defineRoute({
      method: 'get',
      path: '/',
      policy: 'directory.find',
      summary: 'What this API is.',
      handle: async ({ raw }) =>
        answer(raw, { version, profile, openapi_url: `${publicUrl}${openReferralPath}/openapi.json` }, { nowMs: now(), modifiedMs: undefined }),
    }),
    defineRoute({
      method: 'get',
      path: '/services',
      policy: 'directory.find',
      summary: 'Services by pages, or all of them as one JSON text per line.',
      query: ServicesQuery,
      rateLimit,
      handle: async ({ query, raw, signal }) => {
        const asked = toQuery(query)
        const shape = serviceShape(query, languageOf(raw))
        const page = pageOf(query, query.minimal ? perPageMax : perPageByDefault, query.full ? fullPerPageMax : perPageMax)
        const read = (where: FeedPage) => {
          const { offers: entries, total } = feed.services(asked, where)
          return { entries, total }
        }
        return sendList({ query, raw, signal }, { page, read, shape, keyOf: ({ offerId }) => offerId })
      },
    }),
    defineRoute({
      method: 'get',
      path: '/services/:id',
      policy: 'directory.find',
      summary: 'One service with everything that belongs to it.',
      params,
      handle: async ({ params: { id }, raw }) => {
        const offerId = id.toLowerCase()
        const newsAt = feed.newsAt(offerId)
        const offer = newsAt === undefined ? undefined : index.get(offerId)
        if (newsAt === undefined || !offer) throw new NotFoundError()
        return answer(raw, toFullService(offer, around(languageOf(raw))), at(Date.parse(newsAt)))
      },
    }),
    defineRoute({
      method: 'get',
      path: '/service_at_locations',
      policy: 'directory.find',
      summary: 'Services at their places, by pages, or all of them as one JSON text per line; near a postcode, or those that serve it.',
      query: PlacesQuery,
      rateLimit,
      handle: async ({ query, raw, signal }) => {
        const asked = toQuery(query)
        const known = around(languageOf(raw))
        const shape = (placed: { placeId: string; offer: PublicOffer }) => (query.full ? toFullPlace : toListedPlace)(placed, known)
        const page = pageOf(query, perPageByDefault, query.full ? fullPerPageMax : perPageMax)
        const read = (where: FeedPage) => {
          const { places: entries, total } = feed.places(asked, where)
          return { entries, total }
        }
        return sendList({ query, raw, signal }, { page, read, shape, keyOf: ({ placeId }) => placeId })
      },
    }),
    defineRoute({
      method: 'get',
      path: '/service_at_locations/:id',
      policy: 'directory.find',
      summary: 'One service at one of its places, with everything that belongs to both.',
      params,
      handle: async ({ params: { id }, raw }) => {
        const placeId = id.toLowerCase()
        const offer = feed.place(placeId)
        if (!offer) throw new NotFoundError()
        return answer(raw, toFullPlace({ offer, placeId }, around(languageOf(raw))), at(Date.parse(feed.newsAt(offer.offerId) ?? offer.modifiedAt)))
      },
    }),
    defineRoute({
      method: 'get',
      path: '/organizations',
      policy: 'directory.find',
      summary: 'Organisations that offer something, by pages, or all of them as one JSON text per line.',
      query: OrganizationsQuery,
      rateLimit,
      handle: async ({ query, raw, signal }) => {
        const asked: FeedQuery = query.search === undefined ? {} : { text: query.search }
        const shape = organizationShape(query, languageOf(raw))
        const page = pageOf(query, perPageByDefault, query.full || query.full_service ? fullPerPageMax : perPageMax)
        const read = (where: FeedPage) => {
          const { organisations: entries, total } = feed.organisations(asked, where)
          return { entries, total }
        }
        return sendList({ query, raw, signal }, { page, read, shape, keyOf: ({ organisationId }) => organisationId })
      },
    }),
    defineRoute({
      method: 'get',
      path: '/organizations/:id',
      policy: 'directory.find',
      summary: 'One organisation with its services, named or in full.',
      params,
      query: OrganizationQuery,
      rateLimit,
      handle: async ({ params: { id }, query, raw }) => {
        const organisation = feed.organisation(id.toLowerCase())
        if (!organisation) throw new NotFoundError()
        return answer(raw, toFullOrganization(organisation, { hasFullServices: query.full_service, language: languageOf(raw) }), at())
      },
    }),
    defineRoute({
      method: 'get',
      path: '/taxonomies',
      policy: 'directory.find',
      summary: 'Taxonomies that services here are sorted by.',
      query: TaxonomiesQuery,
      rateLimit,
      handle: async ({ query, raw, signal }) => {
        const contents = sorted.taxonomies(languageOf(raw)).filter((one) => speaksOf(one, query.search))
        return sendWhole({ query, raw, signal }, contents)
      },
    }),
    defineRoute({
      method: 'get',
      path: '/taxonomies/:id',
      policy: 'directory.find',
      summary: 'One taxonomy with its terms.',
      params,
      handle: async ({ params: { id }, raw }) => {
        const found = sorted.taxonomy(id.toLowerCase(), languageOf(raw))
        if (!found) throw new NotFoundError()
        return answer(raw, found, at())
      },
    }),
    defineRoute({
      method: 'get',
      path: '/taxonomy_terms',
      policy: 'directory.find',
      summary: 'Terms that services here are sorted by: our own, those of imported taxonomies, and those that records of other feeds brought with them.',
      query: TermsQuery,
      rateLimit,
      handle: async ({ query, raw, signal }) => {
        const contents = sorted
          .terms(languageOf(raw))
          .filter(
            (term) =>
              speaksOf(term, query.search) &&
              (query.taxonomy_id === undefined || term.taxonomy_id === query.taxonomy_id) &&
              (query.parent_id === undefined || term.parent_id === query.parent_id) &&
              !(query.top_only && term.parent_id !== undefined),
          )
        return sendWhole({ query, raw, signal }, contents)
      },
    }),
    defineRoute({
      method: 'get',
      path: '/taxonomy_terms/:id',
      policy: 'directory.find',
      summary: 'One term.',
      params,
      handle: async ({ params: { id }, raw }) => {
        const term = sorted.term(id.toLowerCase(), languageOf(raw))
        if (!term) throw new NotFoundError()
        return answer(raw, term, at())
      },
    }),
  ]
}

const isLines = ({ format }: { format?: string | undefined }): boolean => format?.toLowerCase() === 'ndjson'

const toLines =
  <Entry>(
    read: (where: { after: string | undefined; limit: number }) => readonly Entry[],
    shape: (entry: Entry) => object,
    keyOf: (entry: Entry) => string,
  ): Lines =>
  (after, limit) => {
    const entries = read({ after, limit })
    const last = entries.at(-1)
    return { lines: entries.map(shape), last: last && keyOf(last) }
  }

type AboutList = { format?: string | undefined; page?: number | undefined; per_page?: number | undefined }

/** A list that is held whole as lines: what is asked for next is told by its place. */
const linesOf =
  (all: readonly object[]): Lines =>
  (after, limit) => {
    const from = after === undefined ? 0 : Number(after)
    const lines = all.slice(from, from + limit)
    return { lines, last: lines.length === 0 ? undefined : String(from + lines.length) }
  }

/** The language of an answer's own terms: the one that the caller likes best of those they have words in. */
const languageOf = ({ request, response }: Raw): TermLanguage => {
  const liked = request.acceptsLanguages([...termLanguages])
  const language = termLanguages.find((one) => one === liked) ?? termLanguages[0]
  response.vary('Accept-Language').set('Content-Language', language)
  return language
}

const sliced = (all: readonly object[], page: ReturnType<typeof pageOf>) =>
  envelope({ ...page, total: all.length, contents: all.slice(page.offset, page.offset + page.limit) })

const speaksOf = ({ name, description }: Fields, words: string | undefined): boolean =>
  words === undefined || `${String(name)} ${String(description)}`.toLowerCase().includes(words.trim().toLowerCase())

/** Which services are asked for. Throws NoSuchListError for an instant, a postcode or a distance that is none. */
const toFeedQuery = (query: AboutServices, known: { councilArea: CouncilArea; taxonomies: Taxonomies; clocksChangedAt: string }): FeedQuery => {
  const { taxonomy_term_id: termId, taxonomy_id: taxonomyId, organization_id: organisationId, modified_after: after } = query
  const category = termId === undefined ? undefined : categoryOfTerm(termId)
  const asked = {
    text: query.search,
    organisationId,
    category,
    termId: category === undefined ? termId : undefined,
    // Every service is of one of our own kinds.
    taxonomyId: taxonomyId === taxonomy.id ? undefined : taxonomyId,
    termKinds: termId === undefined ? undefined : known.taxonomies.kindsOf({ termId }),
    taxonomyKinds: taxonomyId === undefined ? undefined : known.taxonomies.kindsOf({ taxonomyId }),
    minimumAge: query.minimum_age,
    maximumAge: query.maximum_age,
    day: query.day,
    opensFrom: query.start_time,
    closesBy: query.end_time,
    ...(after === undefined ? {} : { modifiedAfter: toInstant(after), clocksChangedAt: known.clocksChangedAt }),
    ...toArea(query, known.councilArea),
  }
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as FeedQuery
}

/** Within so many metres of the middle of a postcode; without a distance, in the area that a service says it serves. */
const toArea = ({ postcode, proximity }: AboutServices, { locate }: CouncilArea): Pick<FeedQuery, 'servesAt' | 'within'> => {
  if (proximity !== undefined && postcode === undefined)
    throw new NoSuchListError('postcode', 'proximity-without-postcode', 'Say with `postcode` what the distance is measured from.')
  if (postcode === undefined) return {}
  const point = locate(postcode)
  if (!point) throw new NoSuchListError('postcode', 'postcode-not-known', 'This place does not know where that postcode lies.')
  if (proximity === undefined) return { servesAt: point }
  if (!/^\d{1,9}(?:\.\d+)?$/.test(proximity.trim())) throw new NoSuchListError('proximity', 'no-such-distance', 'Give the distance as a number of metres.')
  return { within: { centre: point, metres: Math.min(metresMax, Number(proximity)) } }
}
