import { Category, Track, WardCode } from '@patchwork/events'
import { defineRoute, IdParams, ListQuery } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { isShown } from '../domain/offer.ts'
import type { CouncilArea } from '../place/place.ts'
import type { Directory } from '../store/directory.ts'
import type { OfferSearch, SearchIndex } from '../store/searchIndex.ts'
import type { UnmetNeed } from '../store/unmetNeed.ts'
import { isOfTheirs } from './membership.ts'
import { FoundOffers, fundingCodes, Narrowing, OrganisationName } from './schemas.ts'
import { toSummaryView } from './views.ts'

export const textLengthMax = 200
const namesMax = 50

/** An empty field of a form stands for "not asked". */
export const asked = <Schema extends z.ZodType>(schema: Schema) => z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

/** One code or several with commas between. */
const codes = z.string().transform((value, context) => {
  const parsed = z
    .array(Category)
    .max(Category.options.length)
    .safeParse([...new Set(value.split(','))])
  if (parsed.success) return parsed.data
  context.addIssue({ code: 'custom', message: 'There is no such kind of help.', params: { code: 'unknown-category' } })
  return z.NEVER
})

const FindQuery = ListQuery.extend({
  text: asked(z.string().max(textLengthMax, { error: `Use ${textLengthMax} characters or fewer.` })),
  exactly: asked(z.literal('yes')),
  near: asked(z.string().max(60)),
  within: asked(z.coerce.number().int().min(1).max(200_000)),
  category: asked(codes),
  track: asked(Track),
  cost: asked(z.enum(['free', 'paid'])),
  funding: asked(z.enum(fundingCodes)),
  open: asked(z.literal('now')),
  capacity: asked(z.literal('open')),
  ward: asked(WardCode),
  referrals: asked(z.literal('taken')),
  limit: z.preprocess((value) => (value === '' ? undefined : value), ListQuery.shape.limit),
  after: asked(z.string().max(2_000)),
})

type Dependencies = { directory: Directory; index: SearchIndex; councilArea: CouncilArea; unmetNeed: UnmetNeed; runtime: Runtime }

export const searchRoutes = ({ directory, index, councilArea, unmetNeed, runtime }: Dependencies) => [
  defineRoute({
    method: 'get',
    path: '/offers',
    policy: 'directory.find',
    summary:
      'Finds published offers by words, place, kind, cost, opening and room; best matches first, then the nearest. An unknown place measures no distance. Words stand for others of the field in English and Welsh, and slips of the finger are put right and told (`corrected`); with exactly=yes neither.',
    query: FindQuery,
    answer: FoundOffers,
    rateLimit: { count: 600, perSeconds: 60 },
    handle: async ({ query, caller, address }) => {
      const place = query.near === undefined ? undefined : councilArea.locate(query.near)
      const nowMs = runtime.now()
      const search = toSearch(query, place)
      const found = index.search(search, nowMs)
      // A page behind the first one that is empty is the end of a list, and what another service asks is nobody's need.
      if (found.total === 0 && query.after === undefined && caller.kind !== 'service') noteUnmet(unmetNeed, query, place?.wardCode, address)
      return {
        body: {
          items: found.hits.map((hit) => toSummaryView(hit, nowMs)),
          total: found.total,
          ...(found.after === undefined ? {} : { after: found.after }),
          ...(query.near === undefined ? {} : { near: place ? { known: true, ...place } : { known: false } }),
          ...(found.words === undefined ? {} : { words: found.words }),
          ...(found.corrected === undefined ? {} : { corrected: found.corrected }),
          ...(found.also === undefined ? {} : { also: found.also }),
          ...(found.total === 0 && query.after === undefined ? { wider: waysToWiden(index, search, nowMs) } : {}),
          facets: found.facets,
        },
      }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/offers/names',
    policy: 'directory.find',
    summary: 'The names of up to 50 published offers; those that are not shown are left out.',
    query: z.strictObject({
      ids: z
        .string()
        .max(40 * namesMax)
        .transform((ids) => ids.split(','))
        .pipe(z.array(z.uuid()).max(namesMax)),
    }),
    answer: z.object({ items: z.array(z.object({ offerId: z.uuid(), name: z.string(), track: Track, category: Category, organisation: OrganisationName })) }),
    handle: async ({ query }) => ({
      body: {
        items: [...new Set(query.ids)].flatMap((offerId) => {
          const offer = index.get(offerId)
          return offer ? [{ offerId, name: offer.name, track: offer.track, category: offer.category, organisation: offer.organisation }] : []
        }),
      },
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/offers/:id/search-state',
    policy: 'offer.read-draft',
    summary: 'Whether search shows an offer of one’s own as it is by now: what was changed a moment ago is on its way.',
    params: IdParams,
    answer: z.object({ isUpToDate: z.boolean() }),
    problems: ['not-found'],
    own: ({ params, caller }) => isOfTheirs(directory, params.id, caller),
    handle: async ({ params }) => {
      const offer = await directory.offers.get(params.id)
      const expected = offer && isShown(offer.state) ? offer.sequence : undefined
      return { body: { isUpToDate: index.sequenceOf(params.id) === expected } }
    },
  }),
]

/** Which part of a search each way of widening leaves out. */
const narrowing = {
  within: 'withinMetres',
  category: 'categories',
  track: 'track',
  cost: 'cost',
  funding: 'funding',
  open: 'isOpenNow',
  capacity: 'hasRoom',
  ward: 'wardCode',
} as const satisfies Record<Narrowing, keyof OfferSearch>

/** What leaving out one filter would find, the most first; where no one of them is enough, what leaving out all would. Only ways that find something. */
const waysToWiden = (index: SearchIndex, search: OfferSearch, nowMs: number): { without: Narrowing | 'all'; total: number }[] => {
  const totalWithout = (names: readonly Narrowing[]): number => {
    const left = new Set<string>(names.map((name) => narrowing[name]))
    const wider = Object.fromEntries(Object.entries(search).filter(([part]) => !left.has(part))) as OfferSearch
    return index.search({ ...wider, limit: 1 }, nowMs).total
  }
  const set = Narrowing.options.filter((name) => search[narrowing[name]] !== undefined)
  const ways = set.map((without) => ({ without, total: totalWithout([without]) })).filter(({ total }) => total > 0)
  if (ways.length > 0 || set.length < 2) return ways.sort((one, other) => other.total - one.total)
  const total = totalWithout(set)
  return total > 0 ? [{ without: 'all', total }] : []
}

/** The kind where exactly one was asked for, and the ward that was named or that the postcode lies in. A question about nothing in particular is no need. */
const noteUnmet = (
  unmetNeed: UnmetNeed,
  { text, near, category, track, ward }: z.output<typeof FindQuery>,
  wardOfPlace: string | undefined,
  address: string,
) => {
  if ([text, near, category, track, ward].every((part) => part === undefined)) return
  unmetNeed.note({ category: category?.length === 1 ? category[0] : undefined, wardCode: ward ?? WardCode.safeParse(wardOfPlace).data }, address)
}

const toSearch = (query: z.output<typeof FindQuery>, near: OfferSearch['near']): OfferSearch => {
  const { text, exactly, within, category, track, cost, funding, open, capacity, ward, referrals, limit, after } = query
  return {
    limit,
    ...(text === undefined ? {} : { text }),
    ...(exactly === undefined ? {} : { exactly: true as const }),
    ...(near ? { near, ...(within === undefined ? {} : { withinMetres: within }) } : {}),
    ...(category === undefined ? {} : { categories: category }),
    ...(track === undefined ? {} : { track }),
    ...(cost === undefined ? {} : { cost }),
    ...(funding === undefined ? {} : { funding }),
    ...(open === undefined ? {} : { isOpenNow: true }),
    ...(capacity === undefined ? {} : { hasRoom: true }),
    ...(ward === undefined ? {} : { wardCode: ward }),
    ...(referrals === undefined ? {} : { takesReferrals: true }),
    ...(after === undefined ? {} : { after }),
  }
}
