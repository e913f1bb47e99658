import { type Command, deadlines, type Ports } from '@patchwork/aggregate'
import { instant } from '@patchwork/runtime'
import { beginLook, endLook, type FeedRhythm, type LastLook, type LookOutcome, stopWatching, watchFeed } from '../domain/feed.ts'
import { RefusedError } from '../domain/refusals.ts'
import type { ImportStore } from '../store/importStore.ts'
import { sourceIdOf } from './accept.ts'
import { FeedError } from './feedRecord.ts'
import { type ImportWork, sourceName } from './imports.ts'

const feedsMax = 100

export type FeedSummary = {
  feedId: string
  address: string
  every: FeedRhythm
  /** It is being looked at now. */
  isLooking: boolean
  nextLookAt: string
  /** How many looks in a row failed: the next comes later for each. */
  failures: number
  last?: LastLook
}

/** Feeds that are looked at again and again. */
export type Feeds = {
  /**
   * Has the feed at an address looked at every day or week, for the first time within a minute; the same again changes nothing. `isTrusted`: an operator
   * named it, so it may lie in a private net. Throws FeedError `refused-address` for what is no address, RefusedError `too-many-feeds`.
   */
  watch(feed: { address: string; every: FeedRhythm; isTrusted?: boolean }, command?: Command): Promise<{ feedId: string }>
  /** Ends that; what was staged stays. Again changes nothing. Throws RefusedError `feed-not-found`. */
  stopWatching(feedId: string, command?: Command): Promise<void>
  /** All that are looked at, 100 at most. */
  list(): Promise<FeedSummary[]>
  /** Looks at what is due now; resolves when those that this process took on have been looked at. */
  lookNow(): Promise<void>
  /** Ends after the look under way, which the end of the import's work cuts short: it is done again by the next start, or by another process. */
  stop(): Promise<void>
}

type Dependencies = { store: ImportStore; work: Pick<ImportWork, 'look'>; ports: Pick<Ports, 'runtime' | 'logger'>; instance: string; everyMs: number }

/**
 * Opens the schedule. The time of a look makes it one process's own, by the same write that every other process would need; that process then looks. One
 * that died is followed by another, once the time that a look may take is over.
 */
export const openFeeds = ({ store, work, ports, instance, everyMs }: Dependencies): Feeds => {
  const { runtime, logger } = ports
  const { feeds } = store
  let isStopping = false
  /** Looks at a feed that this process took on. Nothing where another has taken it over since, or another import is under way: its turn comes. */
  const look = async (feedId: string): Promise<void> => {
    const feed = await feeds.get(feedId)
    if (feed?.state.status !== 'looking' || feed.state.runner !== instance || !feed.details) return
    const { begunAt } = feed.state
    // A look that is begun again comes after the same one as before.
    const lookId = feed.state.last?.endedAt ?? 'first'
    const outcome = await outcomeOf(feedId, { lookId, ...feed.details })
    if (!outcome) return
    const command: Command = { key: `feed/${feedId}/look/${begunAt}`, repeatable: false, body: null, at: instant(runtime) }
    await feeds.update(feedId, command, (now) => endLook(now, { feedId, begunAt, outcome, at: instant(runtime) }))
  }

  const outcomeOf = async (feedId: string, details: Parameters<ImportWork['look']>[0]): Promise<LookOutcome | undefined> => {
    try {
      return await work.look(details)
    } catch (error) {
      if (isStopping || (error instanceof RefusedError && error.code === 'import-busy')) return undefined
      if (!(error instanceof FeedError)) logger.error({ code: (error as { code?: unknown }).code, feedId, err: error }, 'A look at a feed broke off')
      return { answer: 'failed', reason: error instanceof FeedError ? error.code : 'interrupted' }
    }
  }

  const looks = deadlines({
    aggregates: feeds,
    field: 'nextLookAt',
    everyMs,
    name: 'feed-look',
    ports,
    decide: (feed, at) => beginLook(feed, { feedId: feed.id, runner: instance, at }),
    // Also what a stop of this process cut off.
    afterwards: async () => {
      const { aggregates } = await feeds.find({ where: { status: { equals: 'looking' }, runner: { equals: instance } }, limit: feedsMax })
      for (const { id } of aggregates) if (!isStopping) await look(id)
    },
  })
  const own = (key: string): Command => ({ key, repeatable: false, body: null, at: instant(runtime) })

  const watched = async () =>
    (await Promise.all((['waiting', 'looking'] as const).map((status) => feeds.find({ where: { status: { equals: status } }, limit: feedsMax })))).flatMap(
      ({ aggregates }) => aggregates,
    )

  return {
    watch: async ({ address, every, isTrusted = false }, command = own(`feed/watch/${runtime.uuid()}`)) => {
      const feedId = sourceIdOf(sourceName({ kind: 'address', address, isTrusted }))
      const others = (await watched()).filter(({ id }) => id !== feedId)
      await feeds.update(feedId, command, (now) => {
        if (others.length >= feedsMax) throw new RefusedError('too-many-feeds')
        return watchFeed(now, { feedId, address, isTrusted, every, at: command.at })
      })
      return { feedId }
    },
    stopWatching: async (feedId, command = own(`feed/stop/${runtime.uuid()}`)) => {
      await feeds.update(feedId, command, (now) => stopWatching(now, { feedId, at: command.at }))
    },
    list: async () =>
      (await watched())
        .flatMap(({ id, state, details }): FeedSummary[] => {
          if ((state.status !== 'waiting' && state.status !== 'looking') || !details) return []
          const { every, nextLookAt, failures, last } = state
          return [{ feedId: id, address: details.address, every, isLooking: state.status === 'looking', nextLookAt, failures, ...(last ? { last } : {}) }]
        })
        .sort((one, other) => (one.address < other.address ? -1 : 1)),
    lookNow: async () => {
      await looks.runOnce()
    },
    stop: async () => {
      isStopping = true
      await looks.stop()
    },
  }
}
