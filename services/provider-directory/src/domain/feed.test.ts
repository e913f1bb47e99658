import fc from 'fast-check'
import { backOffMs, beginLook, endLook, evolveFeed, type FeedDetails, type FeedEvent, type FeedState, initialFeed, stopWatching, watchFeed } from './feed.ts'
import { scene } from './testExamples.ts'

const feedId = '8c2f6f10-4f0e-4b64-9b64-0000000000c1'
const importId = '8c2f6f10-4f0e-4b64-9b64-0000000000c2'
const at = '2026-03-02T10:00:00.000Z'
const inHours = (hours: number): string => new Date(Date.parse(at) + hours * 3_600_000).toISOString()
const details: FeedDetails = { address: 'https://feed.example.org/services', isTrusted: false, known: { etag: '"1"', basedOn: 0 } }
const { given } = scene<FeedState, FeedEvent, FeedDetails>(initialFeed, evolveFeed)

const daily = { feedId, address: details.address, isTrusted: false, every: 'day', at } as const
const watched: FeedEvent = { type: 'feed.watch-begun.v1', data: { feedId, every: 'day', begunAt: at, nextLookAt: at } }
const begun: FeedEvent = { type: 'feed.look-begun.v1', data: { feedId, runner: 'one', begunAt: at, nextLookAt: inHours(3) } }
const failed: FeedEvent = {
  type: 'feed.look-ended.v1',
  data: { feedId, begunAt: at, answer: 'failed', reason: 'unreachable', endedAt: at, nextLookAt: inHours(0.25) },
}
const stopped: FeedEvent = { type: 'feed.watch-ended.v1', data: { feedId, endedAt: at } }

test('a feed that is to be looked at is looked at first at once; its address is in no event', () =>
  given([])
    .when((now) => watchFeed(now, daily))
    .thenEvents([watched]))
test('the same rhythm again changes nothing', () =>
  given([watched, begun], details)
    .when((now) => watchFeed(now, daily))
    .thenNothing())
test('a look is taken on once its time has come', () =>
  given([watched], details)
    .when((now) => beginLook(now, { feedId, runner: 'one', at }))
    .thenEvents([begun]))
test.each([
  ['by whoever comes second', [watched, begun], at],
  ['of a feed that is looked at no more', [watched, stopped], at],
  ['before its time', [watched, begun, failed], inHours(0.2)],
])('a look is not taken on %s', (_who, events, when) =>
  given(events, details)
    .when((now) => beginLook(now, { feedId, runner: 'two', at: when }))
    .thenNothing(),
)
test('a look that never ended is taken over once its time is over', () =>
  given([watched, begun], details)
    .when((now) => beginLook(now, { feedId, runner: 'two', at: inHours(3) }))
    .thenEvents([{ type: 'feed.look-begun.v1', data: { feedId, runner: 'two', begunAt: inHours(3), nextLookAt: inHours(6) } }]))
test('a look that was taken over by another says nothing any more', () =>
  given([watched, begun, { type: 'feed.look-begun.v1', data: { feedId, runner: 'two', begunAt: inHours(3), nextLookAt: inHours(6) } }], details)
    .when((now) => endLook(now, { feedId, begunAt: at, outcome: { answer: 'unchanged' }, at: inHours(4) }))
    .thenNothing())
test('a look that failed comes again in a quarter of an hour, and after that later', () => {
  given([watched, begun], details)
    .when((now) => endLook(now, { feedId, begunAt: at, outcome: { answer: 'failed', reason: 'unreachable' }, at }))
    .thenEvents([failed])
  given([watched, begun, failed, begun], details)
    .when((now) => endLook(now, { feedId, begunAt: at, outcome: { answer: 'failed', reason: 'unreachable' }, at }))
    .thenEvents([{ ...failed, data: { ...failed.data, nextLookAt: inHours(0.5) } } as FeedEvent])
})
test('a look that was answered brings the next in a day', () =>
  given([watched, begun, failed, begun], details)
    .when((now) => endLook(now, { feedId, begunAt: at, outcome: { answer: 'staged', importId, known: undefined }, at }))
    .thenEvents([{ type: 'feed.look-ended.v1', data: { feedId, begunAt: at, answer: 'staged', importId, endedAt: at, nextLookAt: inHours(24) } }]))
test('stopping again changes nothing; what was never begun cannot be stopped', () => {
  given([watched, stopped], details)
    .when((now) => stopWatching(now, { feedId, at }))
    .thenNothing()
  given([])
    .when((now) => stopWatching(now, { feedId, at }))
    .thenRefused('feed-not-found')
})
test('each wait after a failure is at least as long as the one before, and a day at most', () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), (failures) => {
      expect(backOffMs(failures + 1)).toBeGreaterThanOrEqual(backOffMs(failures))
      expect(backOffMs(failures + 1)).toBeLessThanOrEqual(86_400_000)
    }),
  ))
