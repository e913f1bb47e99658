import type {
  Category,
  DomainEvent,
  SearchWatchBegun,
  SearchWatchEnded,
  SearchWatchMatched,
  SearchWatchRenewed,
  SearchWatchTold,
  Track,
} from '@patchwork/events'
import type { Current, Decision } from './decision.ts'
import { RefusedError } from './refusals.ts'

export type SearchWatchEvent =
  | DomainEvent<typeof SearchWatchBegun>
  | DomainEvent<typeof SearchWatchRenewed>
  | DomainEvent<typeof SearchWatchMatched>
  | DomainEvent<typeof SearchWatchTold>
  | DomainEvent<typeof SearchWatchEnded>

/** `tellAt`: something new fits, and the person is told then. `toldAt`: when they were told last. */
export type SearchWatchState =
  | { status: 'none' }
  | { status: 'open'; personId: string; begunAt: string; endsAt: string; tellAt?: string; toldAt?: string }
  | { status: 'ended'; personId: string; endedAt: string }

/** What somebody looked for. Open now and has room are left out: they change by the hour, and are not what makes something new. */
export type WatchedSearch = {
  text?: string
  exactly?: 'yes'
  near?: string
  within?: number
  category?: Category
  track?: Track
  cost?: 'free' | 'paid'
  funding?: string
  ward?: string
}

/** Sealed at rest, never in an event; without the search once it has ended. `told`: the offers that fitted last, so that none is told of twice. */
export type SearchWatchDetails = { search?: WatchedSearch; told: string[] }

export type SearchWatch = Current<SearchWatchState, SearchWatchDetails>
export type SearchWatchDecision = Decision<SearchWatchEvent, SearchWatchDetails>

export const initialSearchWatch: SearchWatchState = { status: 'none' }
export const watchesPerPersonMax = 20
const dayMs = 24 * 3_600_000
const openForMs = 183 * dayMs
const toldMax = 200

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString()

/** A search that says neither words nor place, kind or area is fitted by everything. */
export const isAboutSomething = ({ text, near, category, track, ward }: WatchedSearch): boolean =>
  [text, near, category, track, ward].some((part) => part !== undefined)

/** Begins to tell a person of what is new, for half a year. A repeat changes nothing. Throws RefusedError `watch-of-everything`. */
export const beginWatch = (
  { state }: SearchWatch,
  { searchWatchId, personId, search, at }: { searchWatchId: string; personId: string; search: WatchedSearch; at: string },
): SearchWatchDecision => {
  const answer = { searchWatchId }
  if (state.status !== 'none') return { events: [], answer }
  if (!isAboutSomething(search)) throw new RefusedError('watch-of-everything')
  return {
    events: [{ type: 'search-watch.begun.v1', data: { searchWatchId, personId, begunAt: at, endsAt: later(at, openForMs) } }],
    details: { search, told: [] },
    answer,
  }
}

/** Half a year more, from now. Throws RefusedError `watch-not-found`. */
export const renewWatch = ({ state }: SearchWatch, { searchWatchId, at }: { searchWatchId: string; at: string }): SearchWatchDecision => {
  if (state.status !== 'open') throw new RefusedError('watch-not-found')
  const { personId } = state
  return {
    events: [{ type: 'search-watch.renewed.v1', data: { searchWatchId, personId, renewedAt: at, endsAt: later(at, openForMs) } }],
    answer: { searchWatchId },
  }
}

/** Offers that are new and fit. The person is told at once, or 24 hours after they were told last; of an offer that they were told of lately not again. */
export const noteMatches = (
  { state, details }: SearchWatch,
  { searchWatchId, offerIds, at }: { searchWatchId: string; offerIds: readonly string[]; at: string },
): SearchWatchDecision => {
  if (state.status !== 'open' || !details?.search) return { events: [] }
  const fresh = offerIds.filter((offerId) => !details.told.includes(offerId))
  if (fresh.length === 0) return { events: [] }
  const next = { ...details, told: [...fresh, ...details.told].slice(0, toldMax) }
  // They will be told anyhow, once for all of it.
  if (state.tellAt !== undefined) return { events: [], details: next }
  const { personId, toldAt } = state
  const earliest = toldAt === undefined ? at : later(toldAt, dayMs)
  return {
    events: [{ type: 'search-watch.matched.v1', data: { searchWatchId, personId, matchedAt: at, tellAt: earliest > at ? earliest : at } }],
    details: next,
  }
}

/** Tells the person once the instant has come; before that nothing changes. */
export const tellOfMatches = ({ state }: SearchWatch, { searchWatchId, at }: { searchWatchId: string; at: string }): SearchWatchDecision => {
  if (state.status !== 'open' || state.tellAt === undefined || state.tellAt > at) return { events: [] }
  return { events: [{ type: 'search-watch.told.v1', data: { searchWatchId, personId: state.personId, toldAt: at } }] }
}

/** Ends it, and forgets what was looked for; ending again changes nothing. Throws RefusedError `watch-not-found` where there never was one. */
export const endWatch = (
  { state }: SearchWatch,
  { searchWatchId, why, at }: { searchWatchId: string; why: DomainEvent<typeof SearchWatchEnded>['data']['why']; at: string },
): SearchWatchDecision => {
  const answer = { searchWatchId }
  if (state.status === 'none') throw new RefusedError('watch-not-found')
  if (state.status === 'ended') return { events: [], answer }
  return { events: [{ type: 'search-watch.ended.v1', data: { searchWatchId, personId: state.personId, why, endedAt: at } }], details: { told: [] }, answer }
}

/** Its time is over; renewed meanwhile, nothing changes. */
export const endWatchOver = (watch: SearchWatch, { searchWatchId, at }: { searchWatchId: string; at: string }): SearchWatchDecision =>
  watch.state.status === 'open' && watch.state.endsAt <= at ? endWatch(watch, { searchWatchId, why: 'over', at }) : { events: [] }

export const evolveSearchWatch = (state: SearchWatchState, event: SearchWatchEvent): SearchWatchState => {
  if (event.type === 'search-watch.begun.v1') {
    const { personId, begunAt, endsAt } = event.data
    return { status: 'open', personId, begunAt, endsAt }
  }
  if (state.status !== 'open') return state
  switch (event.type) {
    case 'search-watch.renewed.v1':
      return { ...state, endsAt: event.data.endsAt }
    case 'search-watch.matched.v1':
      return { ...state, tellAt: event.data.tellAt }
    case 'search-watch.told.v1': {
      const { tellAt: _told, ...rest } = state
      return { ...rest, toldAt: event.data.toldAt }
    }
    case 'search-watch.ended.v1':
      return { status: 'ended', personId: state.personId, endedAt: event.data.endedAt }
    default:
      return assertNever(event)
  }
}

const assertNever = (event: never): never => {
  throw new TypeError(`An event that a watched search does not know: ${(event as { type: string }).type}`)
}
