import { EventEnvelope } from '@patchwork/events'
import type { EventLog, Subscription } from './eventLog.ts'

/** A log under test: `open` gives another client of the same log, as another process (or the same, restarted) would have. */
export type LogUnderTest = { open(): Promise<EventLog>; close(): Promise<void> }

const limitMs = 40_000
let topicCount = 0

const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const end = Date.now() + limitMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const eventOf = (subject: string, sequence: number): EventEnvelope => ({
  specversion: '1.0',
  id: `${subject}-${sequence}`,
  source: '/patchwork/test',
  type: 'thing.happened.v1',
  subject,
  time: '2026-03-29T01:30:00.000Z',
  datacontenttype: 'application/json',
  sequence,
  sequencetype: 'Integer',
  commandkey: `key-${sequence}`,
  causationid: 'cause',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  data: { count: sequence, text: 'Siân 🙂 "quoted"', nested: { list: [1, null, true] } },
})

/** Registers the tests that hold a driver to the text of EventLog, written as if the driver were unknown. */
export const eventLogConformance = (name: string, start: () => Promise<LogUnderTest | undefined>): void => {
  describe(`the event log on ${name}`, () => {
    let underTest: LogUnderTest | undefined
    let log: EventLog
    const opened: EventLog[] = []
    const another = async () => {
      const made = await (underTest as LogUnderTest).open()
      opened.push(made)
      return made
    }
    beforeAll(async () => {
      underTest = await start()
      if (underTest) log = await another()
    }, 400_000)
    afterAll(async () => {
      for (const one of opened) await one.close()
      await underTest?.close()
    }, 60_000)

    const rule = (title: string, check: (topic: string) => Promise<void>) =>
      test(title, async () => {
        // A server that cannot be had was told, and counted, by whoever looked for it.
        if (!underTest) return
        topicCount += 1
        const topic = `patchwork.test.t${process.pid}-${topicCount}`
        await log.ensureTopics([topic])
        await check(topic)
      }, 120_000)
    const publish = (topic: string, subject: string, from: number, to: number) =>
      log.publish(Array.from({ length: to - from + 1 }, (_, index) => ({ topic, event: eventOf(subject, from + index) })))
    const readAll = async (topic: string) => {
      const events: EventEnvelope[] = []
      for await (const event of log.read(topic)) events.push(event)
      return events
    }
    const ofKey = (events: EventEnvelope[], key: string) => events.filter(({ subject }) => subject === key).map(({ sequence }) => sequence)
    const numbers = (to: number, from = 1) => Array.from({ length: to - from + 1 }, (_, index) => from + index)
    const collect = async (topic: string, group: string, by: EventLog = log): Promise<{ events: EventEnvelope[]; subscription: Subscription }> => {
      const events: EventEnvelope[] = []
      const subscription = await by.subscribe({ group, topics: [topic], handler: async (event) => void events.push(event) })
      return { events, subscription }
    }
    // Deliveries may repeat; what counts is where each first came.
    const firsts = (sequences: number[]) => [...new Set(sequences)]

    rule('what was published is read again as it was, in order per key', async (topic) => {
      await Promise.all([publish(topic, 'a', 1, 20), publish(topic, 'b', 1, 20)])
      const events = await readAll(topic)
      expect([ofKey(events, 'a'), ofKey(events, 'b')]).toEqual([numbers(20), numbers(20)])
      expect(events.find(({ id }) => id === 'a-7')).toEqual(eventOf('a', 7))
    })
    rule('making topics again changes nothing', async (topic) => {
      await publish(topic, 'a', 1, 3)
      await log.ensureTopics([topic])
      expect((await readAll(topic)).length).toBe(3)
    })
    rule('a topic that holds nothing reads as nothing', async (topic) => expect(await readAll(topic)).toEqual([]))
    rule('a new group begins at the beginning, and goes on with what comes', async (topic) => {
      await publish(topic, 'a', 1, 5)
      const { events, subscription } = await collect(topic, `${topic}-g`)
      await subscription.caughtUp()
      await publish(topic, 'a', 6, 9)
      await subscription.caughtUp()
      expect(firsts(ofKey(events, 'a'))).toEqual(numbers(9))
      await subscription.stop()
    })
    rule('groups do not know of each other', async (topic) => {
      const one = await collect(topic, `${topic}-one`)
      const other = await collect(topic, `${topic}-other`)
      await publish(topic, 'a', 1, 5)
      await Promise.all([one.subscription.caughtUp(), other.subscription.caughtUp()])
      expect([firsts(ofKey(one.events, 'a')), firsts(ofKey(other.events, 'a'))]).toEqual([numbers(5), numbers(5)])
      await Promise.all([one.subscription.stop(), other.subscription.stop()])
    })
    rule('what was finished does not come again after a stop in good order', async (topic) => {
      await publish(topic, 'a', 1, 5)
      const first = await collect(topic, `${topic}-g`)
      await first.subscription.caughtUp()
      await first.subscription.stop()
      const second = await collect(topic, `${topic}-g`)
      await publish(topic, 'a', 6, 6)
      await second.subscription.caughtUp()
      expect(ofKey(second.events, 'a')).toEqual([6])
      await second.subscription.stop()
    })
    rule('what a group had in hand when it stopped comes again to the next', async (topic) => {
      await publish(topic, 'a', 1, 3)
      const seen: number[] = []
      const stuck = await log.subscribe({
        group: `${topic}-g`,
        topics: [topic],
        handler: async ({ sequence }) => {
          seen.push(sequence)
          if (sequence === 2) throw new Error('not now')
        },
      })
      await until('the second event is tried', () => seen.includes(2))
      await stuck.stop()
      const next = await collect(topic, `${topic}-g`)
      await next.subscription.caughtUp()
      expect(firsts(ofKey(next.events, 'a')).slice(-2)).toEqual([2, 3])
      await next.subscription.stop()
    })
    rule('an event that is refused comes again while its key waits, and every other key flows on', async (topic) => {
      let healed = false
      const handled: EventEnvelope[] = []
      let tries = 0
      const subscription = await log.subscribe({
        group: `${topic}-g`,
        topics: [topic],
        handler: async (event) => {
          if (event.subject === 'bad' && event.sequence === 2) tries += 1
          if (event.subject === 'bad' && event.sequence === 2 && !healed) throw new Error('not yet')
          handled.push(event)
        },
      })
      await publish(topic, 'bad', 1, 4)
      for (const key of numbers(30)) await publish(topic, `good-${key}`, 1, 2)
      await until('the others flow on', () => numbers(30).every((key) => firsts(ofKey(handled, `good-${key}`)).length === 2))
      await until('it is tried again', () => tries >= 3)
      expect(firsts(ofKey(handled, 'bad'))).toEqual([1])
      healed = true
      await subscription.caughtUp()
      expect(firsts(ofKey(handled, 'bad'))).toEqual(numbers(4))
      await subscription.stop()
    })
    rule('one key at a time: a slow handler never has two events of one key', async (topic) => {
      const running = new Map<string, number>()
      let overlapped = false
      const subscription = await log.subscribe({
        group: `${topic}-g`,
        topics: [topic],
        handler: async ({ subject }) => {
          running.set(subject, (running.get(subject) ?? 0) + 1)
          overlapped ||= (running.get(subject) as number) > 1
          await new Promise((resolve) => setTimeout(resolve, 2))
          running.set(subject, (running.get(subject) as number) - 1)
        },
      })
      for (const key of ['a', 'b', 'c']) await publish(topic, key, 1, 15)
      await subscription.caughtUp()
      expect(overlapped).toBe(false)
      await subscription.stop()
    })
    rule('no more keys are handled at a time than was asked for', async (topic) => {
      let running = 0
      let most = 0
      await Promise.all(numbers(20).map((key) => publish(topic, `k${key}`, 1, 2)))
      const subscription = await log.subscribe({
        group: `${topic}-g`,
        topics: [topic],
        concurrencyMax: 1,
        handler: async () => {
          running += 1
          most = Math.max(most, running)
          await new Promise((resolve) => setTimeout(resolve, 1))
          running -= 1
        },
      })
      await subscription.caughtUp()
      // On Kafka the limit is per partition.
      expect(most).toBeLessThanOrEqual(name === 'Kafka' ? 12 : 1)
      await subscription.stop()
    })
    rule('members of a group share its work; when one joins or leaves, nothing is lost and each key keeps its order', async (topic) => {
      const handled: { by: number; event: EventEnvelope }[] = []
      const join = async (by: number) => {
        const member = name === 'SQLite' ? log : await another()
        return member.subscribe({
          group: `${topic}-g`,
          topics: [topic],
          handler: async (event) => {
            await new Promise((resolve) => setTimeout(resolve, 1))
            handled.push({ by, event })
          },
        })
      }
      const keys = numbers(12).map((key) => `k${key}`)
      const publishing = (async () => {
        for (const sequence of numbers(60)) {
          await log.publish(keys.map((key) => ({ topic, event: eventOf(key, sequence) })))
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      })()
      const one = await join(1)
      await until('the first works', () => handled.length > 20)
      const other = await join(2)
      await publishing
      await one.stop()
      await other.caughtUp()
      for (const key of keys)
        expect(
          firsts(
            ofKey(
              handled.map(({ event }) => event),
              key,
            ),
          ),
        ).toEqual(numbers(60))
      await other.stop()
    })
    rule('lag counts what was published and is not finished', async (topic) => {
      const group = `${topic}-g`
      await publish(topic, 'a', 1, 7)
      expect(await log.lag(group, [topic])).toEqual([{ topic, behind: 7 }])
      const { subscription } = await collect(topic, group)
      await subscription.caughtUp()
      await subscription.stop()
      expect(await log.lag(group, [topic])).toEqual([{ topic, behind: 0 }])
    })
    rule('what one client published, another reads, also after it closed', async (topic) => {
      await publish(topic, 'a', 1, 4)
      const other = await another()
      const events: EventEnvelope[] = []
      for await (const event of other.read(topic)) events.push(event)
      expect(ofKey(events, 'a')).toEqual(numbers(4))
    })
    rule('a stopped subscription handles nothing more, and stopping again changes nothing', async (topic) => {
      const { events, subscription } = await collect(topic, `${topic}-g`)
      await subscription.stop()
      await subscription.stop()
      await publish(topic, 'a', 1, 2)
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(events).toEqual([])
    })
    rule('what travels is an envelope, still', async (topic) => {
      await publish(topic, 'a', 1, 1)
      for (const event of await readAll(topic)) expect(EventEnvelope.parse(event)).toEqual(eventOf('a', 1))
    })
  })
}
