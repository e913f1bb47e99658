import { createHash } from 'node:crypto'
import { type AppOptions, createApp, defineRoute, NotFoundError } from '@patchwork/http'
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { CouncilArea } from '../place/place.ts'
import type { PublicOffer } from '../store/publicOffer.ts'
import type { FeedQuery, SearchIndex } from '../store/searchIndex.ts'
import { type Around, toFullService, toListedService, toMinimalService } from './service.ts'
import { categoryOfTerm, taxonomy } from './terms.ts'

export const openReferralPath = '/open-referral-uk/v3'
const version = 'HSDS-UK-3.0'
const profile = 'https://docs.openreferraluk.org/en/latest/'
const perPageByDefault = 50
const perPageMax = 1_000
const minimalPerPage = 1_000
const linesAtOnce = 500

const asked = <Schema extends z.ZodType>(schema: Schema) => z.preprocess((value) => (value === '' ? undefined : value), schema.optional())
const flag = z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })

// Not strict: clients of the standard send parameters of other versions and extensions, which mean nothing here.
const ServicesQuery = z.object({
  search: asked(z.string().max(200)),
  page: asked(z.coerce.number().int().min(1).max(1_000_000)),
  per_page: asked(z.coerce.number().int().min(1).max(perPageMax)),
  format: asked(z.enum(['json', 'ndjson'])),
  taxonomy_term_id: asked(z.string().max(100)),
  taxonomy_id: asked(z.string().max(100)),
  organization_id: asked(z.string().max(100)),
  // Asks what is new to whoever keeps a copy: also an old record that was loaded since. An unescaped + arrives as a space.
  modified_after: asked(
    z
      .string()
      .max(40)
      .transform((text) => text.replace(' ', '+'))
      .pipe(
        z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })], {
          error: 'Give a date or an instant, like 2026-03-01 or 2026-03-01T09:00:00Z.',
        }),
      ),
  ),
  minimal: asked(flag),
  full: asked(flag),
})
type ServicesQuery = z.output<typeof ServicesQuery>

type Dependencies = { index: SearchIndex; councilArea: CouncilArea; publicUrl: string }

/** The directory as Open Referral UK 3.0 has it: for anyone, from any page, without signing in. Records that the standard cannot hold are not in it. */
export const createOpenReferralApp = (options: Omit<AppOptions, 'service' | 'routes' | 'before'>, dependencies: Dependencies) =>
  createApp({ ...options, service: 'open-referral-uk', mountPath: openReferralPath, routes: openReferralRoutes(dependencies), before: [forEveryone] })

const forEveryone: RequestHandler = (request, response, next) => {
  response.set({ 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'ETag, Last-Modified', 'Cross-Origin-Resource-Policy': 'cross-origin' })
  if (request.method !== 'OPTIONS') return next()
  response.set({ 'Access-Control-Allow-Methods': 'GET', 'Access-Control-Allow-Headers': '*', 'Access-Control-Max-Age': '86400' }).status(204).end()
}

const openReferralRoutes = ({ index, councilArea, publicUrl }: Dependencies) => {
  const around: Around = { districtName: councilArea.about.name, wardName: councilArea.wards.nameOf }
  const shape = ({ minimal, full }: Pick<ServicesQuery, 'minimal' | 'full'>) =>
    minimal ? toMinimalService : full ? (offer: PublicOffer) => toFullService(offer, around) : toListedService
  return [
    defineRoute({
      method: 'get',
      path: '/',
      policy: 'directory.find',
      summary: 'What this API is.',
      handle: async ({ raw }) => answer(raw, { version, profile, openapi_url: `${publicUrl}${openReferralPath}/openapi.json` }),
    }),
    defineRoute({
      method: 'get',
      path: '/services',
      policy: 'directory.find',
      summary: 'Services by pages, or all of them as one JSON text per line.',
      query: ServicesQuery,
      rateLimit: { count: 1_200, perSeconds: 60 },
      handle: async ({ query, raw, signal }) => {
        const filter = toFilter(query)
        if (query.format === 'ndjson') return sendLines(raw.response, { index, filter, shape: shape(query), signal })
        const perPage = query.per_page ?? (query.minimal ? minimalPerPage : perPageByDefault)
        const page = query.page ?? 1
        const { offers, total } = filter ? index.feed({ ...filter, offset: (page - 1) * perPage, limit: perPage }) : { offers: [], total: 0 }
        const totalPages = Math.max(1, Math.ceil(total / perPage))
        return answer(raw, {
          total_items: total,
          total_pages: totalPages,
          page_number: page,
          size: offers.length,
          first_page: page === 1,
          last_page: page >= totalPages,
          empty: offers.length === 0,
          contents: offers.map(shape(query)),
        })
      },
    }),
    defineRoute({
      method: 'get',
      path: '/services/:id',
      policy: 'directory.find',
      summary: 'One service with everything that belongs to it.',
      params: z.object({ id: z.string().max(100) }),
      handle: async ({ params, raw }) => {
        const offer = index.get(params.id.toLowerCase())
        if (!offer?.organisation.description) throw new NotFoundError()
        raw.response.set('Last-Modified', new Date(offer.modifiedAt).toUTCString())
        return answer(raw, toFullService(offer, around))
      },
    }),
  ]
}

/** Which services are asked for; undefined when no service can be: of a taxonomy or a term that is not ours. */
const toFilter = (query: ServicesQuery): Omit<FeedQuery, 'offset' | 'limit'> | undefined => {
  const { search, taxonomy_term_id: termId, taxonomy_id: taxonomyId, organization_id: organisationId, modified_after: after } = query
  const category = termId === undefined ? undefined : categoryOfTerm(termId.toLowerCase())
  if ((termId !== undefined && !category) || (taxonomyId !== undefined && taxonomyId.toLowerCase() !== taxonomy.id)) return undefined
  return {
    ...(search === undefined ? {} : { text: search }),
    ...(category ? { category } : {}),
    ...(organisationId === undefined ? {} : { organisationId: organisationId.toLowerCase() }),
    ...(after === undefined ? {} : { modifiedAfter: toInstant(after) }),
  }
}

/** A day begins at midnight UTC, and an instant without an offset is in UTC: asking too early only repeats, asking too late would miss something. */
const toInstant = (text: string): string => new Date(/^.{10}$|Z$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`).toISOString()

/** Sends a body with its digest as ETag; to whoever has it already, that nothing is new. */
const answer = ({ request, response }: { request: Request; response: Response }, body: object): undefined => {
  const text = JSON.stringify(body)
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
  response.set({ ETag: etag, 'Cache-Control': 'public, no-cache' })
  const known =
    request
      .get('if-none-match')
      ?.split(',')
      .map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  if (known.includes(etag) || known.includes('*')) response.status(304).end()
  else response.type('application/json').send(text)
}

/** Sends every service as a line, a few hundred at a time, no faster than they are taken. */
const sendLines = async (
  response: Response,
  { index, filter, shape, signal }: { index: SearchIndex; filter: ReturnType<typeof toFilter>; shape: (offer: PublicOffer) => object; signal: AbortSignal },
): Promise<undefined> => {
  response.set('Cache-Control', 'public, no-cache').type('application/x-ndjson')
  for (let offset = 0; filter && !signal.aborted; offset += linesAtOnce) {
    const { offers } = index.feed({ ...filter, offset, limit: linesAtOnce })
    if (offers.length === 0) break
    const isTaken = response.write(offers.map((offer) => `${JSON.stringify(shape(offer))}\n`).join(''))
    if (!isTaken) await Promise.race([new Promise((resolve) => response.once('drain', resolve)), new Promise((resolve) => response.once('close', resolve))])
  }
  response.end()
}
