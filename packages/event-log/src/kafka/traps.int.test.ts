import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { freePort, kafkaForTests, kcatForTests, startKafkaBroker, startTcpProxy } from '@patchwork/testing'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { eventOf, firsts, numbers, ofKey, pause, until } from '../conformance.ts'
import type { EventLog } from '../eventLog.ts'
import { openAdmin } from './admin.ts'
import { type KafkaOptions, kafkaEventLog } from './kafkaEventLog.ts'

// Four things in which Kafka's client for Node.js is known to fail those who use it plainly, and what a slow handler does to it, on a broker that
// is really stopped, restarted and shared out anew.

const [kafka, kcat] = [await kafkaForTests(), await kcatForTests()]
const broker = kafka?.process
const limitMs = 240_000
const crashed = 'the consumer crashed; another is made'

const onKafka = kafka ? test : test.skip
const onOurBroker = broker ? test : test.skip

describe('the traps of Kafka’s client', () => {
  const brokers = kafka?.brokers ?? ['']
  const opened: EventLog[] = []
  const open = (options: Partial<KafkaOptions> = {}) => {
    const said: string[] = []
    const logger = createLogger({ level: 'debug', destination: { write: (line: string) => void said.push(JSON.parse(line).msg) } })
    const log = kafkaEventLog({ brokers, clientId: `trap-${opened.length}`, runtime: systemRuntime, logger, ...options })
    opened.push(log)
    return { log, times: (words: string) => said.filter((one) => one === words).length }
  }
  const freshAdmin = () => openAdmin({ kafka: new Kafka({ brokers, clientId: 'plain', logLevel: logLevel.NOTHING }), runtime: systemRuntime })
  // The connection of one from before a restart is of no use any more.
  const withAdmin = async <Result>(ask: (admin: Admin) => Promise<Result>): Promise<Result> => {
    const fresh = freshAdmin()
    return fresh.ask(ask).finally(fresh.close)
  }
  let count = 0
  const newTopic = () => `patchwork.traps.t${process.pid}-${++count}`
  const membersOf = async (group: string) => (await withAdmin((admin) => admin.describeGroups([group]))).groups[0]?.members.map(({ memberId }) => memberId)
  afterAll(async () => {
    await Promise.all(opened.map((log) => log.close()))
    await kafka?.stop()
  })

  onKafka(
    '1. a handler that throws a plain error restarts no consumer: its key comes again after a back-off, and every other flows on',
    async () => {
      const { log, times } = open()
      const [topic, heard] = [newTopic(), [] as string[]]
      await log.ensureTopics([topic])
      let [attempts, isMended] = [0, false]
      const group = `${topic}-g`
      const subscription = await log.subscribe({
        ...{ group, topics: [topic] },
        handler: async ([{ id, subject }]) => {
          if (subject === 'bad' && !isMended) {
            attempts += 1
            if (attempts % 2 === 0) throw new TypeError('a mistake of ours')
            throw undefined
          }
          heard.push(id)
        },
      })
      // A group's first member may find its coordinator still on the way up.
      await until('it is a member', async () => (await membersOf(group))?.length === 1)
      const [members, crashes] = [await membersOf(group), times(crashed)]
      await log.publish([
        { topic, event: eventOf('bad', 1) },
        { topic, event: eventOf('bad', 2) },
      ])
      for (const sequence of numbers(60)) await log.publish([{ topic, event: eventOf(`good-${sequence % 6}`, sequence) }])
      await until('the good are heard and the bad was tried again', () => heard.length === 60 && attempts > 5)
      expect([await membersOf(group), times(crashed)]).toEqual([members, crashes])
      isMended = true
      await subscription.caughtUp()
      expect(heard.slice(60)).toEqual(['bad-1', 'bad-2'])
      expect(new Set(heard).size).toBe(62)
      await subscription.stop()
    },
    limitMs,
  )

  onOurBroker(
    '2. a broker that is away leaves no consumer dead: the member that there was goes on when it is back, and waits for no session to end',
    async () => {
      // Longer than anybody waits here: a member that were made anew would have to.
      const { log, times } = open({ sessionMs: 290_000 })
      const [topic, heard] = [newTopic(), [] as number[]]
      const group = `${topic}-g`
      await log.ensureTopics([topic])
      const subscription = await log.subscribe({ group, topics: [topic], handler: async ([{ sequence }]) => void heard.push(sequence) })
      await log.publish([{ topic, event: eventOf('a', 1) }])
      await until('the first comes', () => heard.length === 1)
      await subscription.caughtUp()
      const before = { members: await membersOf(group), crashes: times(crashed) }
      await broker?.kill()
      // The client alone gives up after two seconds.
      await pause(8_000)
      await broker?.start()
      const publish = () => log.publish([{ topic, event: eventOf('a', 2) }])
      await until('it is taken', () =>
        publish().then(
          () => true,
          () => false,
        ),
      )
      await until('it is heard', () => heard.includes(2))
      expect({ members: await membersOf(group), crashes: times(crashed) }).toEqual(before)
      await subscription.stop()
      // Not even the first came again.
      expect(heard.filter((sequence) => sequence === 1)).toEqual([1])
    },
    limitMs,
  )

  onOurBroker(
    'a subscription ends while the broker is away, with what it could not commit, and leaves nobody in the group when it is back',
    async () => {
      const { log } = open({ sessionMs: 6_000 })
      const topic = newTopic()
      const group = `${topic}-g`
      await log.ensureTopics([topic])
      const [began, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const subscription = await log.subscribe({
        ...{ group, topics: [topic] },
        handler: async () => {
          began.resolve()
          await gate.promise
        },
      })
      await log.publish([{ topic, event: eventOf('a', 1) }])
      await began.promise
      await broker?.kill()
      gate.resolve()
      await subscription.stop()
      await broker?.start()
      await until('the broker has forgotten it', async () => (await membersOf(group))?.length === 0)
    },
    limitMs,
  )

  const withKcat = kafka && kcat ? test : test.skip
  withKcat(
    '2. a batch that the client cannot read crashes it for good, again and again: the process lives on, and so does the subscription once it is gone',
    async () => {
      const { log, times } = open()
      const [topic, heard] = [newTopic(), [] as string[]]
      // Not a topic of ours: those are kept uncompressed for this reason.
      await withAdmin((admin) => admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] }))
      const subscription = await log.subscribe({ group: `${topic}-g`, topics: [topic], handler: async ([{ id }]) => void heard.push(id) })
      await kcat?.(['-b', brokers.join(','), '-P', '-t', topic, '-k', 'a', '-z', 'snappy'], `${'much the same '.repeat(200)}\n`)
      await until('two clients have ended on it', () => times(crashed) >= 2)
      await log.publish([{ topic, event: eventOf('a', 1) }])
      await withAdmin(async (admin) => {
        // It deletes only of topics that it has heard of.
        await admin.fetchTopicOffsets(topic)
        await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '1' }] })
      })
      await until('what follows is heard', () => heard.length > 0)
      await subscription.stop()
      expect(firsts(heard as never)).toEqual(['a-1'])
    },
    limitMs,
  )

  onKafka(
    '3. handlers that take longer than the session, and a second member that joins meanwhile, bring no storm of repeats',
    async () => {
      const keys = numbers(24).map((key) => `k${key}`)
      const [each, sessionMs] = [20, 4_000]
      const topic = newTopic()
      const { log } = open({ sessionMs })
      await log.ensureTopics([topic])
      for (const sequence of numbers(each)) await log.publish(keys.map((key) => ({ topic, event: eventOf(key, sequence) })))
      const heard: { subject: string; sequence: number; by: number }[] = []
      const member = (by: number, of: EventLog) =>
        of.subscribe({
          ...{ group: `${topic}-g`, topics: [topic], concurrencyMax: 4 },
          handler: async ([{ subject, sequence }]) => {
            await pause(100)
            heard.push({ subject, sequence, by })
          },
        })
      const first = await member(1, log)
      await until('the first is under way', () => heard.length > 40)
      const second = await member(2, open({ sessionMs }).log)
      await first.caughtUp()
      await Promise.all([first.stop(), second.stop()])
      for (const key of keys) expect(firsts(heard.filter(({ subject }) => subject === key).map(({ sequence }) => sequence))).toEqual(numbers(each))
      // The second got its share, and only what was in hand or done out of turn when it came was done again.
      expect(heard.filter(({ by }) => by === 2).length).toBeGreaterThan(each)
      expect(heard.length - keys.length * each).toBeLessThan(keys.length * 4)
    },
    limitMs,
  )

  onOurBroker(
    '4. of publishes that overlap an outage none that was taken overtakes one of its key that was taken before',
    async () => {
      const { log } = open()
      const topic = newTopic()
      await log.ensureTopics([topic])
      const taken = new Map<string, number[]>(['a', 'b'].map((key) => [key, []]))
      let sequence = 0
      // Nobody waits for the answer to the one before: that is what overlaps.
      const publishing: Promise<void>[] = []
      const burst = async () => {
        for (const _ of numbers(40)) {
          sequence += 1
          for (const [key, sequences] of taken) {
            const mine = sequence
            publishing.push(
              log.publish([{ topic, event: eventOf(key, mine) }]).then(
                () => void sequences.push(mine),
                () => undefined,
              ),
            )
          }
          await pause(5)
        }
      }
      for (let times = 0; times < 3; times += 1) {
        await burst()
        const overlapping = burst()
        await broker?.kill()
        await overlapping
        const during = burst()
        await broker?.start()
        await during
      }
      await burst()
      await Promise.all(publishing)
      const logged = []
      for await (const event of log.read(topic)) logged.push(event)
      for (const [key, sequences] of taken) {
        const inLog = firsts(ofKey(logged, key)).filter((one) => sequences.includes(one))
        expect(sequences.length).toBeGreaterThan(40)
        expect(inLog).toEqual(sequences.toSorted((one, other) => one - other))
      }
    },
    limitMs,
  )

  onOurBroker(
    'a connection that stays silent is given up: events are published and come again over another, and no consumer crashes first',
    async () => {
      const advertisedPort = await freePort()
      const far = await startKafkaBroker({ advertisedPort })
      const network = await startTcpProxy({ to: far.port, port: advertisedPort })
      const { log, times } = open({ brokers: far.brokers })
      const [topic, heard] = [newTopic(), [] as number[]]
      await log.ensureTopics([topic])
      const subscription = await log.subscribe({ group: `${topic}-g`, topics: [topic], handler: async ([{ sequence }]) => void heard.push(sequence) })
      await log.publish([{ topic, event: eventOf('a', 1) }])
      await until('the first comes', () => heard.length === 1)
      // A group's first member may find its coordinator still on the way up, and crash on that.
      const crashes = times(crashed)
      network.setWeather('half-open')
      await pause(2_000)
      // What was open stays silent for good, as when somebody on the way has forgotten it.
      network.setWeather(undefined)
      let refused = 0
      await until('it is taken', () =>
        log.publish([{ topic, event: eventOf('a', 2) }]).then(
          () => true,
          () => {
            refused += 1
            return false
          },
        ),
      )
      await until('it is heard', () => heard.includes(2))
      // The client alone asks five times on the connection that it has, ten seconds each, and its consumers nine times.
      expect(refused).toBeLessThan(3)
      expect(times(crashed)).toBe(crashes)
      await subscription.stop()
      await log.close()
      await network.stop()
      await far.stop()
    },
    limitMs,
  )

  onKafka(
    'a question that Kafka refuses cuts off none of those that are asked beside it',
    async () => {
      const { log } = open()
      const [topic, group] = [newTopic(), `living-${process.pid}`]
      await log.ensureTopics([topic])
      const subscription = await log.subscribe({ group, topics: [topic], handler: async () => undefined })
      await until('it is a member', async () => (await membersOf(group))?.length === 1)
      const admin = freshAdmin()
      for (const _ of numbers(20)) {
        // A group that has members is not to be deleted.
        const refused = admin
          .ask((client) => client.deleteGroups([group]))
          .then(
            () => 'taken',
            () => 'refused',
          )
        const answers = numbers(5).map(async (afterMs) => {
          await pause(afterMs)
          return (await admin.ask((client) => client.fetchTopicOffsets(topic))).length
        })
        expect(await Promise.all([refused, ...answers])).toEqual(['refused', 12, 12, 12, 12, 12])
      }
      await Promise.all([admin.close(), subscription.stop()])
    },
    limitMs,
  )

  onKafka(
    'a handler that is slow pauses its partition, so that memory stays bounded; nothing is lost and each is heard once, in order',
    async () => {
      setFlagsFromString('--expose-gc')
      const collect = runInNewContext('gc') as () => void
      const heldBytes = () => {
        collect()
        const { heapUsed, external } = process.memoryUsage()
        return heapUsed + external
      }
      const { log, times } = open({ partitions: 1 })
      const topic = newTopic()
      await log.ensureTopics([topic])
      const [events, bytesEach] = [2_400, 40_000]
      for (const sequence of numbers(events)) await log.publish([{ topic, event: eventOf('a', sequence, { data: { text: 'x'.repeat(bytesEach) } }) }])
      const before = heldBytes()
      let openGate = () => {}
      const gate = new Promise<void>((resolve) => {
        openGate = resolve
      })
      const heard: number[] = []
      const subscription = await log.subscribe({
        ...{ group: `${topic}-g`, topics: [topic] },
        handler: async ([{ sequence }]) => {
          await gate
          heard.push(sequence)
        },
      })
      await until('its partition waits', () => times('a partition waits until there is room for more of its events') > 0)
      await pause(2_000)
      expect(heldBytes() - before).toBeLessThan((events * bytesEach) / 2)
      openGate()
      await subscription.caughtUp()
      await subscription.stop()
      expect(heard).toEqual(numbers(events))
    },
    limitMs,
  )
})
