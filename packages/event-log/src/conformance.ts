import { EventEnvelope } from '@patchwork/events'
import { type EventHandler, type EventLog, type LogPosition, LogUnavailableError, type Subscription } from './eventLog.ts'

/** A log under test. */
export type LogUnderTest = {
  /** Another client of the same log, as another process (or the same, restarted) would have. */
  open(): Promise<EventLog>
  close(): Promise<void>
  /** Takes the log away without warning and brings it back; clients from before may be of no use any more. */
  restart?: () => Promise<void>
}

const limitMs = 60_000
let topicCount = 0

export const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const end = Date.now() + limitMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited in vain: ${what}`)
    await pause(10)
  }
}
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

export const eventOf = (subject: string, sequence: number, more: Partial<EventEnvelope> = {}): EventEnvelope => ({
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
  ...more,
})

export const numbers = (to: number, from = 1) => Array.from({ length: to - from + 1 }, (_, index) => from + index)
export const ofKey = (events: readonly EventEnvelope[], key: string) => events.filter(({ subject }) => subject === key).map(({ sequence }) => sequence)
/** Deliveries may repeat; what counts is where each first came. */
export const firsts = (sequences: readonly number[]) => [...new Set(sequences)]

/** Registers the tests that hold a driver to the text of EventLog, written as if the driver were unknown. Without a log they are shown as skipped. */
export const eventLogConformance = (name: string, underTest: LogUnderTest | undefined): void => {
  const describeOrSkip = underTest ? describe : describe.skip
  describeOrSkip(`the event log on ${name}`, () => {
    const { open, close, restart } = underTest ?? ({} as LogUnderTest)
    let log: EventLog
    const opened: EventLog[] = []
    const another = async () => {
      const made = await open()
      opened.push(made)
      return made
    }
    beforeAll(async () => {
      log = await another()
    }, limitMs)
    afterAll(async () => {
      for (const one of opened) await one.close()
      await close()
    }, limitMs)

    const newTopic = async () => {
      topicCount += 1
      const topic = `patchwork.test.t${process.pid}-${topicCount}`
      await log.ensureTopics([topic])
      return topic
    }
    const rule = (title: string, check: (topic: string) => Promise<void>) => test(title, async () => check(await newTopic()), 2 * limitMs)
    const publish = (topic: string, subject: string, from: number, to: number, by = log) =>
      by.publish(numbers(to, from).map((sequence) => ({ topic, event: eventOf(subject, sequence) })))
    const readAll = async (topic: string, by = log, from: LogPosition = {}) => {
      const events: EventEnvelope[] = []
      for await (const event of by.read(topic, { from })) events.push(event)
      return events
    }
    const collect = async (topic: string, group: string, by = log): Promise<{ events: EventEnvelope[]; subscription: Subscription }> => {
      const events: EventEnvelope[] = []
      const subscription = await by.subscribe({ group, topics: [topic], handler: async ([event]) => void events.push(event) })
      return { events, subscription }
    }

    describe('publishing and reading', () => {
      rule('what was published is read again as it was, in order per key', async (topic) => {
        await Promise.all([publish(topic, 'a', 1, 20), publish(topic, 'b', 1, 20)])
        const events = await readAll(topic)
        expect([ofKey(events, 'a'), ofKey(events, 'b')]).toEqual([numbers(20), numbers(20)])
        expect(events.find(({ id }) => id === 'a-7')).toEqual(eventOf('a', 7))
      })
      rule('what travels is an envelope still: with attributes of others, without those that may be missing, in any script', async (topic) => {
        const { causationid: _causation, traceparent: _trace, ...least } = eventOf('ключ 🗝️', 1)
        const sent = [least, eventOf('a', 1, { partitionhint: 'north', correlationid: 'ö', data: {} }), eventOf('a', 2, { commandkey: '' })]
        await log.publish(sent.map((event) => ({ topic, event })))
        const events = await readAll(topic)
        for (const event of sent) {
          expect(events.find(({ id }) => id === event.id)).toEqual(event)
          expect(EventEnvelope.parse(event)).toEqual(event)
        }
      })
      rule('one call may carry thousands of events, and large ones', async (topic) => {
        await publish(topic, 'many', 1, 3_000)
        const data = { text: 'x'.repeat(100_000) }
        await log.publish(numbers(25).map((sequence) => ({ topic, event: eventOf('large', sequence, { data }) })))
        const events = await readAll(topic)
        expect(ofKey(events, 'many')).toEqual(numbers(3_000))
        expect(ofKey(events, 'large')).toEqual(numbers(25))
        expect(events.find(({ id }) => id === 'large-25')?.data).toEqual(data)
      })
      rule('calls that overlap keep the order in which they were made, per key', async (topic) => {
        await Promise.all(numbers(200).map((sequence) => log.publish([{ topic, event: eventOf(`k${sequence % 3}`, sequence) }])))
        const events = await readAll(topic)
        for (const key of [0, 1, 2]) expect(ofKey(events, `k${key}`)).toEqual(numbers(200).filter((sequence) => sequence % 3 === key))
      })
      rule('publishing nothing is nothing, and making topics again changes nothing', async (topic) => {
        await log.publish([])
        await publish(topic, 'a', 1, 3)
        await log.ensureTopics([topic, topic])
        expect((await readAll(topic)).length).toBe(3)
      })
      rule('a topic that holds nothing reads as nothing', async (topic) => expect(await readAll(topic)).toEqual([]))
      rule('reading ends at what was there when it began', async (topic) => {
        await publish(topic, 'a', 1, 4)
        const events = log.read(topic)[Symbol.asyncIterator]()
        const first = await events.next()
        await publish(topic, 'a', 5, 6)
        const rest = []
        for (let next = await events.next(); !next.done; next = await events.next()) rest.push(next.value)
        expect(ofKey([first.value as EventEnvelope, ...rest], 'a')).toEqual(numbers(4))
      })
      rule('reading goes on from a position: everything published after it and nothing before, also through another connection', async (topic) => {
        expect(await readAll(topic, log, await log.end(topic))).toEqual([])
        await Promise.all(['a', 'b', 'c', 'd'].map((key) => publish(topic, key, 1, 5)))
        const end = JSON.parse(JSON.stringify(await log.end(topic)))
        expect(await readAll(topic, log, end)).toEqual([])
        await publish(topic, 'b', 6, 9)
        const other = await another()
        expect((await readAll(topic, other, end)).map(({ id }) => id)).toEqual(['b-6', 'b-7', 'b-8', 'b-9'])
        expect((await readAll(topic, other)).length).toBe(24)
        const now = await other.end(topic)
        expect(Object.entries(end).every(([part, at]) => (now[part] as number) >= (at as number))).toBe(true)
        expect(now).not.toEqual(end)
      })
      rule('reading may be left in the middle, and changes nothing for any group', async (topic) => {
        await publish(topic, 'a', 1, 30)
        for await (const { sequence } of log.read(topic)) if (sequence === 2) break
        const { events, subscription } = await collect(topic, `${topic}-g`)
        await subscription.caughtUp()
        expect(firsts(ofKey(events, 'a'))).toEqual(numbers(30))
        await subscription.stop()
      })
      rule('a log is closed whoever still reads it, and no part that was read passes for the whole', async (topic) => {
        await publish(topic, 'a', 1, 3_000)
        const first = await another()
        const events = first.read(topic)[Symbol.asyncIterator]()
        expect(await events.next()).toMatchObject({ done: false })
        await first.close()
        const rest = async () => {
          let count = 0
          while (!(await events.next()).done) count += 1
          return count
        }
        expect(['log-unavailable', 2_999]).toContain(await rest().catch((error: { code?: string }) => error.code))
      })
      rule('what one client published, another reads, also after the first has closed', async (topic) => {
        const first = await another()
        await publish(topic, 'a', 1, 4, first)
        await first.close()
        expect(ofKey(await readAll(topic, await another()), 'a')).toEqual(numbers(4))
      })
      rule('a closed log says so, and closing again changes nothing', async (topic) => {
        const closed = await another()
        await closed.ping()
        await closed.close()
        await closed.close()
        await expect(publish(topic, 'a', 1, 1, closed)).rejects.toThrow(LogUnavailableError)
        await expect(collect(topic, 'g', closed)).rejects.toThrow(LogUnavailableError)
      })
    })

    describe('groups', () => {
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
      rule('a subscription may follow several topics', async (topic) => {
        const second = await newTopic()
        await Promise.all([publish(topic, 'a', 1, 3), publish(second, 'b', 1, 3)])
        const events: EventEnvelope[] = []
        const subscription = await log.subscribe({ group: `${topic}-g`, topics: [topic, second], handler: async ([event]) => void events.push(event) })
        await subscription.caughtUp()
        expect([firsts(ofKey(events, 'a')), firsts(ofKey(events, 'b'))]).toEqual([numbers(3), numbers(3)])
        await subscription.stop()
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
      rule('what a group had in hand when it stopped comes again to the next, and so does what followed it', async (topic) => {
        await publish(topic, 'a', 1, 3)
        const seen: number[] = []
        const stuck = await log.subscribe({
          group: `${topic}-g`,
          topics: [topic],
          handler: async ([{ sequence }]) => {
            seen.push(sequence)
            if (sequence === 2) throw new Error('not now')
          },
        })
        await until('the second event is tried', () => seen.includes(2))
        await stuck.stop()
        expect(seen).not.toContain(3)
        const next = await collect(topic, `${topic}-g`)
        await next.subscription.caughtUp()
        expect(firsts(ofKey(next.events, 'a')).slice(-2)).toEqual([2, 3])
        await next.subscription.stop()
      })
      rule('stopping waits for the events in hand and tells their handlers, who may still finish', async (topic) => {
        await publish(topic, 'a', 1, 2)
        const finished: number[] = []
        let started = false
        const subscription = await log.subscribe({
          group: `${topic}-g`,
          topics: [topic],
          handler: async ([{ sequence }], { signal }) => {
            started = true
            await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
            await pause(50)
            finished.push(sequence)
          },
        })
        await until('an event is in hand', () => started)
        await subscription.stop()
        expect(finished).toEqual([1])
        const next = await collect(topic, `${topic}-g`)
        await next.subscription.caughtUp()
        expect(ofKey(next.events, 'a')).toEqual([2])
        await next.subscription.stop()
      })
      rule('a stopped subscription handles nothing more, and stopping again changes nothing', async (topic) => {
        const { events, subscription } = await collect(topic, `${topic}-g`)
        await subscription.stop()
        await subscription.stop()
        await publish(topic, 'a', 1, 2)
        await pause(100)
        expect(events).toEqual([])
      })
      rule('lag counts what was published and is not finished, by topic', async (topic) => {
        const second = await newTopic()
        const group = `${topic}-g`
        await publish(topic, 'a', 1, 7)
        await publish(second, 'a', 1, 2)
        expect(await log.lag(group, [topic, second])).toEqual([
          { topic, behind: 7 },
          { topic: second, behind: 2 },
        ])
        const { subscription } = await collect(topic, group)
        await subscription.caughtUp()
        await until('the lag goes', async () => (await log.lag(group, [topic]))[0]?.behind === 0)
        await subscription.stop()
        expect(await log.lag(group, [topic, second])).toEqual([
          { topic, behind: 0 },
          { topic: second, behind: 2 },
        ])
      })
      rule('caught up means handled, not only handed on', async (topic) => {
        await publish(topic, 'a', 1, 3)
        const handled: number[] = []
        const subscription = await log.subscribe({
          group: `${topic}-g`,
          topics: [topic],
          handler: async ([{ sequence }]) => {
            await pause(30)
            handled.push(sequence)
          },
        })
        await subscription.caughtUp()
        expect(firsts(handled)).toEqual(numbers(3))
        await subscription.stop()
      })
    })

    describe('handing on', () => {
      rule('an event that is refused comes again while its key waits, and every other key flows on', async (topic) => {
        let healed = false
        const handled: EventEnvelope[] = []
        let tries = 0
        const subscription = await log.subscribe({
          group: `${topic}-g`,
          topics: [topic],
          handler: async ([event]) => {
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
      rule('more refused keys than may be handled at a time hold up nobody else', async (topic) => {
        let healed = false
        const handled: EventEnvelope[] = []
        await log.publish(numbers(20).map((key) => ({ topic, event: eventOf(`bad-${key}`, 1) })))
        await log.publish(numbers(20).map((key) => ({ topic, event: eventOf(`good-${key}`, 1) })))
        const subscription = await log.subscribe({
          group: `${topic}-g`,
          topics: [topic],
          concurrencyMax: 2,
          handler: async ([event]) => {
            if (event.subject.startsWith('bad') && !healed) throw new Error('not yet')
            handled.push(event)
          },
        })
        await until('the others flow on', () => new Set(handled.map(({ subject }) => subject)).size === 20)
        healed = true
        await subscription.caughtUp()
        expect(new Set(handled.map(({ subject }) => subject)).size).toBe(40)
        await subscription.stop()
      })
      rule(
        'where runs are asked for, what has come of a key comes together, in order and no more than asked; a refused run comes again whole',
        async (topic) => {
          await log.publish(numbers(10).flatMap((sequence) => ['a', 'b'].map((key) => ({ topic, event: eventOf(key, sequence) }))))
          const runs: { key: string; sequences: number[] }[] = []
          let refused = false
          const subscription = await log.subscribe({
            group: `${topic}-g`,
            topics: [topic],
            runMax: 4,
            handler: async (run) => {
              const sequences = run.map(({ sequence }) => sequence)
              if (run[0].subject === 'a' && sequences.includes(3) && !refused) {
                refused = true
                throw new Error('not yet')
              }
              runs.push({ key: run[0].subject, sequences })
              expect(new Set(run.map(({ subject }) => subject)).size).toBe(1)
            },
          })
          await subscription.caughtUp()
          const ofBoth = ['a', 'b'].map((of) => runs.flatMap(({ key, sequences }) => (key === of ? sequences : [])))
          expect([refused, ...ofBoth.map(firsts)]).toEqual([true, numbers(10), numbers(10)])
          expect(Math.max(...runs.map(({ sequences }) => sequences.length))).toBeLessThanOrEqual(4)
          await subscription.stop()
        },
      )
      rule('a slow handler never has two events of one key', async (topic) => {
        const running = new Map<string, number>()
        let overlapped = false
        const subscription = await log.subscribe({
          group: `${topic}-g`,
          topics: [topic],
          handler: async ([{ subject }]) => {
            running.set(subject, (running.get(subject) ?? 0) + 1)
            overlapped ||= (running.get(subject) as number) > 1
            await pause(2)
            running.set(subject, (running.get(subject) as number) - 1)
          },
        })
        for (const key of ['a', 'b', 'c']) await publish(topic, key, 1, 15)
        await subscription.caughtUp()
        expect(overlapped).toBe(false)
        await subscription.stop()
      })
      rule('different keys are handled at a time, and no more than was asked for, over all topics', async (topic) => {
        const second = await newTopic()
        let running = 0
        let most = 0
        await Promise.all(numbers(20).flatMap((key) => [publish(topic, `k${key}`, 1, 2), publish(second, `k${key}`, 1, 2)]))
        const handler: EventHandler = async () => {
          running += 1
          most = Math.max(most, running)
          await pause(5)
          running -= 1
        }
        const subscription = await log.subscribe({ group: `${topic}-g`, topics: [topic, second], concurrencyMax: 3, handler })
        await subscription.caughtUp()
        expect(most).toBe(3)
        await subscription.stop()
      })
    })

    describe('members', () => {
      const join = async (by: number, topic: string, handled: { by: number; event: EventEnvelope }[]) => {
        const member = await another()
        return member.subscribe({
          group: `${topic}-g`,
          topics: [topic],
          handler: async ([event]) => {
            await pause(1)
            handled.push({ by, event })
          },
        })
      }
      rule('members of a group share its work; when one joins or leaves, nothing is lost and each key keeps its order', async (topic) => {
        const handled: { by: number; event: EventEnvelope }[] = []
        const keys = numbers(30).map((key) => `k${key}`)
        let published = 0
        let enough = false
        const publishing = (async () => {
          while (!enough) {
            published += 1
            await log.publish(keys.map((key) => ({ topic, event: eventOf(key, published) })))
            await pause(20)
          }
        })()
        const one = await join(1, topic, handled)
        await until('the first works', () => handled.length > 20)
        const other = await join(2, topic, handled)
        await until('the second works too', () => handled.some(({ by }) => by === 2))
        const before = handled.length
        await until('both go on', () => [1, 2].every((member) => handled.slice(before).some(({ by }) => by === member)))
        await one.stop()
        enough = true
        await publishing
        await other.caughtUp()
        const events = handled.map(({ event }) => event)
        for (const key of keys) expect(firsts(ofKey(events, key))).toEqual(numbers(published))
        await other.stop()
      })
      rule('what a member that leaves had not finished goes to those that stay', async (topic) => {
        await log.publish(numbers(30).map((key) => ({ topic, event: eventOf(`k${key}`, 1) })))
        const refusing = await (await another()).subscribe({ group: `${topic}-g`, topics: [topic], handler: () => Promise.reject(new Error('not by me')) })
        const handled: { by: number; event: EventEnvelope }[] = []
        const other = await join(2, topic, handled)
        await refusing.stop()
        await other.caughtUp()
        expect(new Set(handled.map(({ event }) => event.subject)).size).toBe(30)
        await other.stop()
      })
    })

    const ruleWithRestart = restart ? rule : (title: string, _check: (topic: string) => Promise<void>) => test.skip(title, () => undefined)
    describe('a restart', () => {
      ruleWithRestart('what was published and how far groups came is still there', async (topic) => {
        const group = `${topic}-g`
        await publish(topic, 'a', 1, 5)
        const first = await collect(topic, group)
        await first.subscription.caughtUp()
        await first.subscription.stop()
        await publish(topic, 'a', 6, 9)
        await restart?.()
        log = await another()
        await until('the log is back', () =>
          log.ping().then(
            () => true,
            () => false,
          ),
        )
        expect(ofKey(await readAll(topic), 'a')).toEqual(numbers(9))
        expect(await log.lag(group, [topic])).toEqual([{ topic, behind: 4 }])
        const second = await collect(topic, group)
        await second.subscription.caughtUp()
        expect(firsts(ofKey(second.events, 'a'))).toEqual([6, 7, 8, 9])
        await second.subscription.stop()
      })
    })
  })
}
