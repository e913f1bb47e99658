import type { Caller } from '@patchwork/access'
import { idFor } from '@patchwork/aggregate'
import { Category, Track, WardCode } from '@patchwork/events'
import { defineRoute, IdParams, NotFoundError, plainText } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { canonical } from '../domain/offer.ts'
import { RefusedError } from '../domain/refusals.ts'
import { beginWatch, endWatch, renewWatch, type WatchedSearch, watchesPerPersonMax } from '../domain/searchWatch.ts'
import type { CouncilArea } from '../place/place.ts'
import type { Directory } from '../store/directory.ts'
import type { SearchIndex } from '../store/searchIndex.ts'
import { toOfferSearch } from '../store/watchedSearch.ts'
import { fundingCodes } from './schemas.ts'

const WatchedSearchBody = z.strictObject({
  text: plainText(200).optional(),
  exactly: z.literal('yes').optional(),
  near: plainText(60).optional(),
  within: z.int().min(1).max(200_000).optional(),
  category: Category.optional(),
  track: Track.optional(),
  cost: z.enum(['free', 'paid']).optional(),
  funding: z.enum(fundingCodes).optional(),
  ward: WardCode.optional(),
})
const WatchId = z.object({ searchWatchId: z.uuid() })
const WatchView = WatchId.extend({
  search: z.object({ ...WatchedSearchBody.shape, text: z.string().optional(), near: z.string().optional() }),
  begunAt: z.string(),
  endsAt: z.string(),
  toldAt: z.string().optional(),
})

type Dependencies = { directory: Directory; index: SearchIndex; councilArea: CouncilArea; runtime: Runtime }

/** Searches of which a person asked to be told when something new fits. They are theirs alone: nobody else can ask whether there are any. */
export const searchWatchRoutes = ({ directory, index, councilArea, runtime }: Dependencies) => {
  const { watches } = directory

  const heldBy = async (personId: string) => {
    const { aggregates } = await watches.find({ where: { personId: { equals: personId }, status: { equals: 'open' } }, limit: watchesPerPersonMax * 2 })
    return aggregates
  }
  const isTheirs = async (searchWatchId: string, caller: Caller): Promise<boolean> => {
    const watch = await watches.get(searchWatchId)
    return caller.kind === 'person' && watch?.state.status === 'open' && watch.state.personId === caller.personId
  }
  /** A slip of the finger that the directory put right when it was looked for is kept put right: among few new offers it could not be told from a rare word. */
  const mended = (search: WatchedSearch): WatchedSearch => {
    if (search.text === undefined || search.exactly) return search
    const { corrected } = index.search(toOfferSearch(search, councilArea, 1), runtime.now())
    return corrected === undefined ? search : { ...search, text: corrected }
  }

  return [
    defineRoute({
      method: 'post',
      path: '/search-watches',
      policy: 'search-watch.begin',
      summary: 'Asks to be told when something new fits a search, at most once in 24 hours, for half a year. The same search again is the one that is there.',
      body: WatchedSearchBody,
      answer: WatchId,
      status: 201,
      problems: ['watch-of-everything', 'too-many-watches'],
      rateLimit: { count: 60, perSeconds: 3_600 },
      handle: async ({ body, caller, command }) => {
        const { personId } = mustBePerson(caller)
        const search = mended(withoutUndefined(body))
        const held = await heldBy(personId)
        const same = held.find(({ details }) => canonical(details?.search) === canonical(search))
        const searchWatchId = same?.id ?? idFor(command.key)
        const { sequence } = await watches.update(searchWatchId, command, (watch) => {
          if (watch.state.status === 'none' && held.length >= watchesPerPersonMax) throw new RefusedError('too-many-watches')
          return beginWatch(watch, { searchWatchId, personId, search, at: command.at })
        })
        return { status: 201, body: { searchWatchId }, sequence }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/search-watches',
      policy: 'search-watch.keep',
      summary: 'The searches of which the caller is told, the newest first; 20 at most.',
      answer: z.object({ items: z.array(WatchView) }),
      own: 'by-caller',
      handle: async ({ caller }) => {
        const held = await heldBy(mustBePerson(caller).personId)
        return { body: { items: held.flatMap(toView).sort((one, other) => (one.begunAt > other.begunAt ? -1 : 1)) } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/search-watches/:id',
      policy: 'search-watch.keep',
      summary: 'One search of which the caller is told.',
      params: IdParams,
      answer: WatchView,
      problems: ['not-found'],
      own: ({ params, caller }) => isTheirs(params.id, caller),
      handle: async ({ params }) => {
        const watch = await watches.get(params.id)
        const [view] = watch ? toView(watch) : []
        if (!view || !watch) throw new NotFoundError()
        return { body: view, sequence: watch.sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/search-watches/:id/renewal',
      policy: 'search-watch.keep',
      summary: 'Half a year more, from now.',
      params: IdParams,
      answer: WatchId,
      problems: ['not-found', 'watch-not-found'],
      own: ({ params, caller }) => isTheirs(params.id, caller),
      handle: async ({ params, command }) => {
        const { sequence } = await watches.update(params.id, command, (watch) => renewWatch(watch, { searchWatchId: params.id, at: command.at }))
        return { body: { searchWatchId: params.id }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/search-watches/:id/removal',
      policy: 'search-watch.keep',
      summary: 'The caller is told of it no more, and what was looked for is forgotten.',
      params: IdParams,
      answer: WatchId,
      problems: ['not-found', 'watch-not-found'],
      own: ({ params, caller }) => isTheirs(params.id, caller),
      handle: async ({ params, command }) => {
        const { sequence } = await watches.update(params.id, command, (watch) =>
          endWatch(watch, { searchWatchId: params.id, why: 'taken-back', at: command.at }),
        )
        return { body: { searchWatchId: params.id }, sequence }
      },
    }),
  ]
}

type Held = Awaited<ReturnType<Directory['watches']['getMany']>>[number]

const toView = ({ id, state, details }: Held): z.input<typeof WatchView>[] => {
  if (state.status !== 'open' || !details?.search) return []
  const { begunAt, endsAt, toldAt } = state
  return [{ searchWatchId: id, search: details.search as z.input<typeof WatchedSearchBody>, begunAt, endsAt, ...(toldAt === undefined ? {} : { toldAt }) }]
}

const withoutUndefined = (search: z.output<typeof WatchedSearchBody>): WatchedSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as WatchedSearch

const mustBePerson = (caller: Caller) => {
  if (caller.kind !== 'person') throw new NotFoundError()
  return caller
}
