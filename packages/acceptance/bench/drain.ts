import { consume, on } from '@patchwork/aggregate'
import type { EventLog } from '@patchwork/event-log'
import { type Bench, type Figure, median, rounded } from './figure.ts'
import { drainBullMq, drainPgBoss, drainPgBossInParts, type Peer } from './queuePeers.ts'
import { type Between, commandOf, eventOf, now, type OpenedPair, openFile, openServers, Raised, raise } from './tally.ts'

const rounds = 3
const events = 10_000
/** Passed on and consumed before the log goes away: servers and processes have been at work for a while. */
const eventsBefore = 2_000
const sources = 1_000
const writersAtOnce = 64

/**
 * What waits when the log was away, from the moment it is back until a consumer has handled the last of it; beside two queues that hold as many jobs with the
 * same in them, from the moment a worker comes until it has finished the last.
 */
export const drain: Bench = {
  name: 'drain',
  about: `${rounded(events)} events waiting in outboxes passed on and consumed, against as many jobs in pg-boss and BullMQ`,
  run: async ({ directory, say }) => {
    const measured = new Map<string, number[]>()
    const missing: Figure[] = []
    const ways: [string, () => Promise<number>][] = [
      ['SQLite', () => drainedPerSecond((between) => openFile(directory, between))],
      ['Kafka + MongoDB', () => drainedPerSecond(openServers)],
    ]
    const peers: Peer[] = [drainPgBoss, drainBullMq, drainPgBossInParts]
    for (const peer of peers) {
      const why = await peer.missing()
      if (why === undefined) ways.push([peer.name, () => peer.perSecond({ directory, before: eventsBefore, jobs: events, dataOf: eventOf })])
      else missing.push({ bench: 'drain', what: `Drain against ${peer.name}`, measured: 'not measured', comparedTo: why, aim: 'ahead', met: undefined })
    }
    for (let round = 1; round <= rounds; round += 1)
      for (const [name, run] of ways) {
        say(`${name}, round ${round} of ${rounds}`)
        measured.set(name, [...(measured.get(name) ?? []), await run()])
      }
    const rate = (name: string): number => median(measured.get(name) ?? [])
    const beside = ways.slice(2).map(([name]) => name)
    // What fails as one is a figure to know, and not the same promise.
    const alike = beside.filter((name) => name !== drainPgBossInParts.name)
    const figures = ways.slice(0, 2).map(
      ([name]): Figure => ({
        bench: 'drain',
        what: `Outbox drain to a consumer's mark, ${name}`,
        measured: `${rounded(rate(name))}/s (${rounded(events)} events of ${rounded(sources)} aggregates)`,
        comparedTo: beside.map((peer) => `${peer} ${rounded(rate(peer))}/s`).join(', ') || 'no peer is to be had',
        aim: 'ahead of both',
        met: alike.length === 0 ? undefined : alike.every((peer) => rate(name) > rate(peer)),
      }),
    )
    return [...figures, ...missing]
  },
}

/** Events per second from the moment the log lets them through to the moment the group's marks stand behind the last. */
const drainedPerSecond = async (open: (between: Between) => Promise<OpenedPair>): Promise<number> => {
  let back: PromiseWithResolvers<void> | undefined
  const held: Between = (log): EventLog => ({
    ...log,
    publish: async (published) => back?.promise.then(() => log.publish(published)) ?? log.publish(published),
  })
  const pair = await open(held)
  try {
    const tallies = await pair.open('tally')
    let handled = 0
    const count = on(Raised, async () => {
      handled += 1
    })
    const consumer = await consume({ service: 'bench', group: 'bench-drain', topics: [Raised.topic], handlers: [count] }, pair.ports)
    const write = async (from: number, to: number): Promise<void> => {
      let next = from
      const writer = async () => {
        for (let number = next++; number < to; number = next++) await tallies.update(`source-${number % sources}`, commandOf(`drain-${number}`), raise(now()))
      }
      await Promise.all(Array.from({ length: writersAtOnce }, writer))
    }
    const drained = async (): Promise<void> => {
      await tallies.relay.drained()
      await consumer.caughtUp()
    }
    try {
      await write(0, eventsBefore)
      await drained()
      back = Promise.withResolvers()
      await write(eventsBefore, eventsBefore + events)
      const from = performance.now()
      back.resolve()
      await drained()
      const tookMs = performance.now() - from
      if (handled < eventsBefore + events) throw new Error(`${handled} of ${eventsBefore + events} events were handled`)
      return (events * 1_000) / tookMs
    } finally {
      back?.resolve()
      await consumer.stop()
    }
  } finally {
    await pair.close()
  }
}
