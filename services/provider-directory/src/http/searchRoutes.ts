import { idFor } from '@patchwork/aggregate'
import { Category, FormKind, Track, UnmetReason, WardCode } from '@patchwork/events'
import { defineRoute, IdParams, LanguageCode, ListQuery, plainText } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { isShown } from '../domain/offer.ts'
import { noteNoneAcceptable } from '../domain/unmetSearch.ts'
import type { CouncilArea } from '../place/place.ts'
import type { Directory } from '../store/directory.ts'
import type { OfferSearch, SearchIndex } from '../store/searchIndex.ts'
import { offersStanding } from '../store/standing.ts'
import type { UnmetNeed } from '../store/unmetNeed.ts'
import { isOfTheirs } from './membership.ts'
import { AccessCode, AgeGroup, FoundOffers, fundingCodes, Narrowing, OrganisationName } from './schemas.ts'
import { toSummaryView } from './views.ts'

export const textLengthMax = 200
const namesMax = 50

/** An empty field of a form stands for "not asked". */
export const asked = <Schema extends z.ZodType>(schema: Schema) => z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

/** One code or several with commas between. */
const codesOf = <Code extends string>(one: z.ZodType<Code>, { most, message, code }: { most: number; message: string; code: string }) =>
  z.string().transform((value, context) => {
    const parsed = z
      .array(one)
      .max(most)
      .safeParse([...new Set(value.split(','))])
    if (parsed.success) return parsed.data
    context.addIssue({ code: 'custom', message, params: { code } })
    return z.NEVER
  })
const codes = codesOf(Category, { most: Category.options.length, message: 'There is no such kind of help.', code: 'unknown-category' })
const accessCodes = codesOf(AccessCode, { most: AccessCode.options.length, message: 'There is no such fact about access.', code: 'unknown-access' })

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
  form: asked(FormKind),
  language: asked(LanguageCode),
  age: asked(AgeGroup),
  access: asked(accessCodes),
  referrals: asked(z.literal('taken')),
  limit: z.preprocess((value) => (value === '' ? undefined : value), ListQuery.shape.limit),
  after: asked(z.string().max(2_000)),
})

/** What of a search is said with "none of these will do": never its words. */
const NoneAcceptableBody = z.strictObject({
  category: Category.optional(),
  ward: WardCode.optional(),
  near: plainText(60).optional(),
  reason: UnmetReason.optional(),
})
/** A person says it of a few searches, a robot of everything; a library has many people behind one address. */
const noneAcceptableLimit = { count: 30, perSeconds: 3_600 }

type Dependencies = { directory: Directory; index: SearchIndex; councilArea: CouncilArea; unmetNeed: UnmetNeed; runtime: Runtime }

export const searchRoutes = ({ directory, index, councilArea, unmetNeed, runtime }: Dependencies) => [
  defineRoute({
    method: 'get',
    path: '/offers',
    policy: 'directory.find',
    summary:
      'Finds published offers by words, place, kind, cost, opening, room, form, language, age and access (all of the facts that are named); best matches first, then the nearest. `near` is a postcode, a postcode district, a town or a ward; `near.name` says what a name was taken for. An unknown place measures no distance. Words stand for others of the field in English and Welsh, and slips of the finger are put right and told (`corrected`); with exactly=yes neither.',
    query: FindQuery,
    answer: FoundOffers,
    rateLimit: { count: 600, perSeconds: 60 },
    handle: async ({ query, caller, address }) => {
      const place = query.near === undefined ? undefined : councilArea.whereabouts(query.near)
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
    method: 'post',
    path: '/searches/none-acceptable',
    policy: 'directory.say-none-acceptable',
    summary:
      'Says that nothing of what a search found will do, and perhaps why: kept as unmet need by kind and ward, without the words and without who said it.',
    body: NoneAcceptableBody,
    answer: z.object({ searchId: z.uuid() }),
    status: 201,
    rateLimit: noneAcceptableLimit,
    handle: async ({ body: { category, ward, near, reason }, command }) => {
      const searchId = idFor(command.key)
      const wardCode = ward ?? WardCode.safeParse(near === undefined ? undefined : councilArea.whereabouts(near)?.wardCode).data
      const facts = {
        ...(category === undefined ? {} : { category }),
        ...(wardCode === undefined ? {} : { wardCode }),
        ...(reason === undefined ? {} : { reason }),
      }
      await directory.searches.update(searchId, command, ({ state }) => ({
        events: noteNoneAcceptable(state, { searchId, ...facts, searchedAt: command.at }),
        answer: { searchId },
      }))
      return { status: 201, body: { searchId } }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/offers/names',
    policy: 'directory.find',
    summary: 'The names of up to 50 published offers; of one that was merged, that of the one that stands for it. Those that are not shown are left out.',
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
        items: (await shownAs({ index, directory }, query.ids)).flatMap(([offerId, shownId]) => {
          const offer = index.get(shownId)
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

/** Each of these offers once, with the id that it is shown by: a request names the offer that it was sent to, whatever stands for that now. */
const shownAs = async ({ index, directory }: Pick<Dependencies, 'index' | 'directory'>, offerIds: readonly string[]): Promise<[string, string][]> => {
  const ids = [...new Set(offerIds)]
  const standing = await offersStanding.standingOf(
    directory.offers,
    ids.filter((offerId) => !index.get(offerId)),
  )
  return ids.map((offerId) => [offerId, standing.get(offerId)?.one.id ?? offerId])
}

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
  form: 'form',
  language: 'language',
  age: 'age',
  access: 'access',
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
  const { text, exactly, within, category, track, cost, funding, open, capacity, ward, form, language, age, access, referrals, limit, after } = query
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
    ...(form === undefined ? {} : { form }),
    ...(language === undefined ? {} : { language }),
    ...(age === undefined ? {} : { age }),
    ...(access === undefined ? {} : { access }),
    ...(referrals === undefined ? {} : { takesReferrals: true }),
    ...(after === undefined ? {} : { after }),
  }
}
