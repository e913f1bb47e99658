import type { DomainEvent, FeedLookBegun, FeedLookEnded, FeedWatchBegun, FeedWatchEnded } from '@patchwork/events'
import type { Current, Decision } from './decision.ts'
import { RefusedError } from './refusals.ts'

export type FeedEvent =
  | DomainEvent<typeof FeedWatchBegun>
  | DomainEvent<typeof FeedLookBegun>
  | DomainEvent<typeof FeedLookEnded>
  | DomainEvent<typeof FeedWatchEnded>

export const feedRhythms = ['day', 'week'] as const
export type FeedRhythm = (typeof feedRhythms)[number]
export const lookAnswers = ['staged', 'unchanged', 'no-difference', 'failed'] as const
export type LookAnswer = (typeof lookAnswers)[number]
export type LastLook = { endedAt: string; answer: LookAnswer; reason?: string; importId?: string }

/** `failures` counts the looks in a row that failed. */
type Watched = { every: FeedRhythm; nextLookAt: string; failures: number; last?: LastLook }
export type FeedState =
  | { status: 'none' }
  | ({ status: 'waiting' } & Watched)
  /** `nextLookAt` is when another process takes over. */
  | ({ status: 'looking'; runner: string; begunAt: string } & Watched)
  | { status: 'stopped'; every: FeedRhythm; last?: LastLook }

/**
 * What a later look can be made conditional with: what the server said of the feed as it was read, how often the source had changed here by then, and what
 * was staged of it, if anything differed.
 */
export type KnownFeed = { etag?: string; lastModified?: string; basedOn: number; importId?: string }
/** The address is sealed at rest and in no event. `isTrusted`: an operator named it, so it may lie in a private net. */
export type FeedDetails = { address: string; isTrusted: boolean; known?: KnownFeed }

export type Feed = Current<FeedState, FeedDetails>
export type FeedDecision = Decision<FeedEvent, FeedDetails>

export const initialFeed: FeedState = { status: 'none' }

const dayMs = 86_400_000
const rhythmMs = { day: dayMs, week: 7 * dayMs } as const
const firstBackOffMs = 900_000
/** A look may take an hour, and wait for another import before it begins. */
const leaseMs = 3 * 3_600_000

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString()

/** How long a feed is left alone after its looks failed so many times in a row: a quarter of an hour, twice as long each time, a day at most. */
export const backOffMs = (failures: number): number => Math.min(dayMs, firstBackOffMs * 2 ** Math.min(failures - 1, 20))

/**
 * Has a feed looked at every day or week, for the first time at once. The same rhythm again changes nothing; another one counts from now. A look under
 * way goes on.
 */
export const watchFeed = (
  { state, details }: Feed,
  { feedId, address, isTrusted, every, at }: { feedId: string; address: string; isTrusted: boolean; every: FeedRhythm; at: string },
): FeedDecision => {
  const isWatched = state.status === 'waiting' || state.status === 'looking'
  if (isWatched && state.every === every && details?.address === address && details.isTrusted === isTrusted) return { events: [] }
  const nextLookAt = state.status === 'looking' ? state.nextLookAt : at
  return {
    events: [{ type: 'feed.watch-begun.v1', data: { feedId, every, begunAt: at, nextLookAt } }],
    // What was known of one address says nothing of another.
    details: { address, isTrusted, ...(details?.known && details.address === address ? { known: details.known } : {}) },
  }
}

/** Takes a look on, once its time has come: also one that another process took on and never ended. Nothing where it is not due. */
export const beginLook = ({ state }: Feed, { feedId, runner, at }: { feedId: string; runner: string; at: string }): FeedDecision => {
  if ((state.status !== 'waiting' && state.status !== 'looking') || state.nextLookAt > at) return { events: [] }
  return { events: [{ type: 'feed.look-begun.v1', data: { feedId, runner, begunAt: at, nextLookAt: later(at, leaseMs) } }] }
}

export type LookOutcome =
  | { answer: 'unchanged' }
  | { answer: 'staged' | 'no-difference'; importId: string; known: KnownFeed | undefined }
  | { answer: 'failed'; reason: string }

/** Says what a look found, and when the next is. Nothing where that look is no longer the one under way. */
export const endLook = (
  { state, details }: Feed,
  { feedId, begunAt, outcome, at }: { feedId: string; begunAt: string; outcome: LookOutcome; at: string },
): FeedDecision => {
  if (state.status !== 'looking' || state.begunAt !== begunAt || !details) return { events: [] }
  const { answer } = outcome
  const nextLookAt = later(at, answer === 'failed' ? backOffMs(state.failures + 1) : rhythmMs[state.every])
  const said = outcome.answer === 'failed' ? { reason: outcome.reason } : outcome.answer === 'staged' ? { importId: outcome.importId } : {}
  const { known: _before, ...rest } = details
  return {
    events: [{ type: 'feed.look-ended.v1', data: { feedId, begunAt, answer, ...said, endedAt: at, nextLookAt } }],
    ...(outcome.answer === 'staged' || outcome.answer === 'no-difference' ? { details: { ...rest, ...(outcome.known ? { known: outcome.known } : {}) } } : {}),
  }
}

/** A feed is looked at no more; again changes nothing. Throws RefusedError `feed-not-found`. */
export const stopWatching = ({ state }: Feed, { feedId, at }: { feedId: string; at: string }): FeedDecision => {
  if (state.status === 'none') throw new RefusedError('feed-not-found')
  return state.status === 'stopped' ? { events: [] } : { events: [{ type: 'feed.watch-ended.v1', data: { feedId, endedAt: at } }] }
}

export const evolveFeed = (state: FeedState, event: FeedEvent): FeedState => {
  if (event.type === 'feed.watch-begun.v1') {
    const { every, nextLookAt } = event.data
    if (state.status === 'looking') return { ...state, every, nextLookAt }
    const last = state.status === 'none' ? undefined : state.last
    return { status: 'waiting', every, nextLookAt, failures: 0, ...(last ? { last } : {}) }
  }
  if (state.status !== 'waiting' && state.status !== 'looking') return state
  const { every, failures, last } = state
  switch (event.type) {
    case 'feed.look-begun.v1': {
      const { runner, begunAt, nextLookAt } = event.data
      return { status: 'looking', runner, begunAt, every, nextLookAt, failures, ...(last ? { last } : {}) }
    }
    case 'feed.look-ended.v1': {
      const { answer, reason, importId, endedAt, nextLookAt } = event.data
      const ended = { endedAt, answer, ...(reason === undefined ? {} : { reason }), ...(importId === undefined ? {} : { importId }) }
      return { status: 'waiting', every, nextLookAt, failures: answer === 'failed' ? failures + 1 : 0, last: ended }
    }
    case 'feed.watch-ended.v1':
      return { status: 'stopped', every, ...(last ? { last } : {}) }
    default:
      return assertNever(event)
  }
}

const assertNever = (event: never): never => {
  throw new TypeError(`An event that a feed does not know: ${(event as { type: string }).type}`)
}
