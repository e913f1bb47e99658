import { randomBytes } from 'node:crypto'
import type { Collection, DocumentStore } from '@patchwork/document-store'
import type { EventHandler, EventLog } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import { sleep, systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import fc from 'fast-check'
import type { AggregateDefinition } from './aggregate.ts'
import { type AggregateBody, aggregateCollection, historyCollection } from './aggregateDocument.ts'
import { type Consumer, consume } from './consume.ts'
import { on } from './on.ts'
import { type OpenedAggregates, openAggregates } from './openAggregates.ts'
import { type Ports, type Step, steps } from './ports.ts'
import { collectionOf, openReadModel, type ReadModel, type ReadModelOptions } from './readModel.ts'
import { hooked } from './simulation/hooked.ts'
import { addCoins, addFirstCoins, CoinsAdded, commandOf, type Jar, type JarDetails, type JarEvent, jarDefinition, seal } from './testExamples.ts'

/** What a pair of drivers is: each `open` is as good as another process. */
export type Drivers = { open(): Promise<{ documents: DocumentStore; log: EventLog }>; close(): Promise<void> }

type Jars = OpenedAggregates<Jar, JarEvent, JarDetails>
type JarFact = { coins: number; events: string[] }
const patienceMs = 60_000

/** Waits for what must come, however slow the machine is. */
const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  for (const end = systemRuntime.now() + patienceMs; systemRuntime.now() < end; ) {
    if (await isSo()) return
    await sleep(systemRuntime, 20)
  }
  throw new Error('It did not come about')
}

/** The main rules of the protocol, held on one pair of drivers. `openDrivers` gives undefined where they cannot be had; the tests then say so and pass. */
export const wholePathRules = (name: string, openDrivers: () => Promise<Drivers | undefined>): void => {
  describe(`the whole path on ${name}`, () => {
    let drivers: Drivers | undefined
    const stops: (() => Promise<unknown>)[] = []
    beforeAll(async () => {
      drivers = await openDrivers()
    }, 400_000)
    afterEach(async () => {
      for (const stop of stops.splice(0).reverse()) await stop()
    })
    afterAll(async () => {
      await drivers?.close()
    })
    /** A test on drivers that may not be there. */
    const rule = (title: string, work: (openDrivers: Drivers) => Promise<void>, timeoutMs = 180_000) =>
      test(
        title,
        async () => {
          if (drivers) await work(drivers)
        },
        timeoutMs,
      )

    /** One process of the place `service`: its ports, and an end at the step it is told to die at. */
    const openProcess = async ({ open }: Drivers, options: { diesAt?: Step; laterMs?: () => number } = {}) => {
      const own = await open()
      let isDead = false
      const dead = () => Object.assign(new Error('this process is dead'), { kind: 'unavailable', code: 'store-unavailable' })
      const alive = <Method extends (...args: never[]) => unknown>(method: Method): Method =>
        ((...args: never[]) => (isDead ? Promise.reject(dead()) : method(...args))) as Method
      const documents: DocumentStore = {
        ...own.documents,
        collection: async <Body extends object>(definition: Parameters<DocumentStore['collection']>[0]) => {
          const collection = await own.documents.collection<Body>(definition)
          const methods = Object.entries(collection).map(([key, value]) => [key, typeof value === 'function' ? alive(value) : value])
          return Object.fromEntries(methods) as Collection<Body>
        },
      }
      const ports: Ports = {
        documents,
        log: { ...own.log, publish: alive(own.log.publish) },
        runtime: { ...systemRuntime, now: () => systemRuntime.now() + (options.laterMs?.() ?? 0) },
        logger: createLogger({ service: 'test', level: 'silent' }),
        dataKey: new Uint8Array(32).fill(9),
        onStep: (step) => {
          if (isDead || step === options.diesAt) {
            isDead = true
            throw dead()
          }
        },
      }
      stops.push(async () => {
        await own.log.close()
        await own.documents.close()
      })
      return { ports, hasDied: () => isDead }
    }
    const placeOf = () => {
      const service = `t${randomBytes(5).toString('hex')}`
      const onTopic = <Definition extends AggregateDefinition<Jar, JarEvent>>(definition: Definition, kind: string) => {
        const topic = `patchwork.${service}.${kind}`
        return { ...definition, service, name: kind, topic, events: definition.events.map((event) => ({ ...event, topic })) }
      }
      return { service, jars: onTopic(jarDefinition, 'jar'), shelf: onTopic(jarDefinition, 'shelf') }
    }
    type Place = ReturnType<typeof placeOf>
    const stopLater = <Stoppable extends { stop(): Promise<void> }>(one: Stoppable): Stoppable => {
      stops.push(() => one.stop())
      return one
    }
    const openJars = async (definition: AggregateDefinition<Jar, JarEvent>, ports: Ports): Promise<Jars> =>
      stopLater(await openAggregates<Jar, JarEvent, JarDetails>(definition, ports))
    /** Every coin that goes into a jar goes onto the shelf of the same name too. */
    const watch = async (place: Place, shelves: Jars, ports: Ports, fails: (event: EventEnvelope) => boolean = () => false): Promise<Consumer> =>
      stopLater(
        await consume(
          {
            service: place.service,
            group: `${place.service}-watchers`,
            topics: [place.jars.topic],
            attemptsMax: 2,
            handlers: [
              on(CoinsAdded, async (event, { command }) => {
                if (fails(event)) throw new Error('poison')
                await shelves.update(event.subject, command(), addCoins(event.data.coins))
              }),
            ],
          },
          ports,
        ),
      )
    const factsOf = (place: Place): ReadModelOptions<JarFact> => ({
      service: place.service,
      name: 'jar-facts',
      version: 1,
      topics: [place.jars.topic],
      fields: { coins: { path: 'coins', type: 'integer' } },
      indexes: { 'by-coins': { fields: ['coins'] } },
      idOf: ({ subject }) => subject,
      project: (fact, { id, data }) => ({ coins: (fact?.coins ?? 0) + Number(data.coins ?? 0), events: [...(fact?.events ?? []), id] }),
    })
    /** Two documents about all jars and shelves: many sources each, and events that are of no interest. */
    const tallyOf = (place: Place): ReadModelOptions<{ coins: number }> => ({
      service: place.service,
      name: 'tally',
      version: 1,
      topics: [place.jars.topic, place.shelf.topic],
      idOf: ({ data }) => (data.coins === 7 ? undefined : Number(data.coins) % 2 === 0 ? 'even' : 'odd'),
      project: (tally, { data }) => ({ coins: (tally?.coins ?? 0) + Number(data.coins) }),
    })
    const openFacts = async (place: Place, ports: Ports): Promise<ReadModel<JarFact>> => stopLater(await openReadModel(factsOf(place), ports))
    const expectWhole = async (...of: { invariants: Jars['invariants'] }[]) => {
      for (const { name: invariant, check } of of.flatMap(({ invariants }) => invariants)) {
        const { violations, examples } = await check()
        expect({ invariant, violations, examples }).toEqual({ invariant, violations: 0, examples: [] })
      }
    }

    /** An event of a jar as its service would have published it. */
    const coinsAdded = ({ service, jars }: Place, subject: string, sequence: number): EventEnvelope => ({
      specversion: '1.0',
      id: `${subject}-${sequence}`,
      source: `/patchwork/${service}/jar`,
      type: CoinsAdded.type,
      subject,
      time: '2025-01-06T09:00:00.000Z',
      datacontenttype: 'application/json',
      sequence,
      sequencetype: 'Integer',
      commandkey: jars.topic,
      data: { coins: sequence },
    })
    /** A group that notes what it did. */
    const takeNotes = async (place: Place, ports: Ports, react: (event: EventEnvelope) => Promise<unknown> = async () => {}) => {
      const done: string[] = []
      const note = on(CoinsAdded, async (event) => {
        await react(event)
        done.push(event.id)
      })
      const options = { service: place.service, group: `${place.service}-notes`, topics: [place.jars.topic], handlers: [note] }
      return { done, consumer: stopLater(await consume(options, ports)) }
    }

    rule('a command goes from its write to history, log, consumer and read model, once, in order, and everything holds', async (available) => {
      const place = placeOf()
      const { ports } = await openProcess(available)
      const jars = await openJars(place.jars, ports)
      const shelves = await openJars(place.shelf, ports)
      const consumer = await watch(place, shelves, ports)
      const facts = await openFacts(place, ports)
      const ids = ['a', 'b', 'c', 'd', 'e']
      await Promise.all(ids.flatMap((id) => Array.from({ length: 10 }, (_, at) => jars.update(id, commandOf(`${id}${at}`), addCoins(at + 1)))))
      await jars.relay.drained()
      await consumer.caughtUp()
      await facts.caughtUp()
      await shelves.relay.drained()
      for (const id of ids) {
        expect((await shelves.get(id))?.state.coins).toBe(55)
        expect((await facts.collection().get(id))?.body.coins).toBe(55)
        expect((await jars.history(id)).map(({ sequence }) => sequence)).toEqual(Array.from({ length: 10 }, (_, at) => at + 1))
      }
      const caused = (await shelves.history('a')).map(({ causationid }) => causationid)
      expect(caused).toEqual((await jars.history('a')).map(({ id }) => id))
      await expectWhole(jars, shelves, consumer, facts.consumer())
      const digest = await facts.digest()
      expect(await facts.rebuild()).toEqual({ documents: 5 })
      expect(await facts.digest()).toBe(digest)
    })

    rule('after a restart a repeat of each kind gets its first answer, another body is refused, and nothing is published twice for it', async (available) => {
      const place = placeOf()
      const before = await openJars(place.jars, (await openProcess(available)).ports)
      const first = await before.update('a', commandOf('event', { body: { coins: 3 } }), addCoins(3))
      const quiet = await before.update('a', commandOf('quiet'), addFirstCoins(3))
      await before.update('a', commandOf('sealed'), seal)
      await expect(before.update('a', commandOf('refused'), addCoins(1))).rejects.toMatchObject({ code: 'jar-sealed' })
      await before.relay.drained()
      await before.stop()
      const { ports } = await openProcess(available)
      const after = await openJars(place.jars, ports)
      expect(await after.update('a', commandOf('event', { body: { coins: 3 } }), addCoins(3))).toMatchObject({ answer: first.answer, repeated: true })
      expect(await after.update('a', commandOf('quiet'), addFirstCoins(3))).toMatchObject({ answer: quiet.answer, repeated: true })
      await expect(after.update('a', commandOf('refused'), addCoins(1))).rejects.toMatchObject({ code: 'jar-sealed', title: 'The jar is sealed' })
      await expect(after.update('a', commandOf('event', { body: { coins: 4 } }), addCoins(4))).rejects.toMatchObject({ code: 'idempotency-key-reused' })
      await after.relay.drained()
      const logged: number[] = []
      for await (const { sequence } of ports.log.read(place.jars.topic)) logged.push(sequence)
      expect(logged).toEqual([1, 2])
    })

    rule('two processes that carry out the same commands at once carry out each once', async (available) => {
      const place = placeOf()
      const [one, two] = [await openJars(place.jars, (await openProcess(available)).ports), await openJars(place.jars, (await openProcess(available)).ports)]
      const ask = (jars: Jars) => Promise.all(Array.from({ length: 60 }, (_, at) => jars.update(`jar-${at % 6}`, commandOf(`key-${at}`), addCoins(1))))
      const [left, right] = await Promise.all([ask(one), ask(two)])
      for (const [at, outcome] of left.entries()) expect(outcome.answer).toEqual(right[at]?.answer)
      expect(left.filter(({ repeated }) => repeated).length + right.filter(({ repeated }) => repeated).length).toBe(60)
      await Promise.all([one.relay.drained(), two.relay.drained()])
      for (let at = 0; at < 6; at += 1) expect((await one.get(`jar-${at}`))?.state).toEqual({ status: 'open', coins: 10, additions: 10 })
      await expectWhole(one)
    })

    rule('rule 11: every read model, dropped and rebuilt, is equal to the event ids', async (available) => {
      const place = placeOf()
      const { ports } = await openProcess(available)
      const jars = await openJars(place.jars, ports)
      const shelves = await openJars(place.shelf, ports)
      const consumer = await watch(place, shelves, ports)
      const models = [await openFacts(place, ports), stopLater(await openReadModel(tallyOf(place), ports))]
      const ids = ['a', 'b', 'c', 'd']
      await Promise.all(ids.flatMap((id) => [1, 2, 3, 4, 6, 7].map((coins) => jars.update(id, commandOf(`${id}${coins}`), addCoins(coins)))))
      await jars.update('e', commandOf('e'), addCoins(7))
      await jars.relay.drained()
      await consumer.caughtUp()
      await shelves.relay.drained()
      for (const model of models) await model.caughtUp()
      const digests = await Promise.all(models.map((model) => model.digest()))
      for (const options of [factsOf(place), tallyOf(place)]) await (await ports.documents.collection(collectionOf(options, 1))).clear()
      const dropped = await Promise.all(models.map((model) => model.digest()))
      for (const [at, digest] of dropped.entries()) expect(digest).not.toBe(digests[at])
      for (const model of models) await model.rebuild()
      expect(await Promise.all(models.map((model) => model.digest()))).toEqual(digests)
    })

    for (const step of steps) {
      rule(`a process that dies at ${step} loses nothing and repeats nothing`, async (available) => {
        const place = placeOf()
        const process = await openProcess(available, { diesAt: step })
        const dying = await openJars(place.jars, process.ports)
        const dyingShelves = await openJars(place.shelf, process.ports)
        const dyingWatch = await watch(place, dyingShelves, process.ports)
        const ask = (jars: Jars) =>
          Promise.allSettled(['a', 'b', 'c'].flatMap((id) => [1, 2].map((at) => jars.update(id, commandOf(`${id}${at}`), addCoins(at)))))
        await ask(dying)
        await until(async () => process.hasDied())
        await dyingWatch.stop()
        const { ports } = await openProcess(available)
        const jars = await openJars(place.jars, ports)
        const shelves = await openJars(place.shelf, ports)
        const consumer = await watch(place, shelves, ports)
        const answers = await ask(jars)
        expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'fulfilled'))
        await jars.relay.drained()
        await consumer.caughtUp()
        await shelves.relay.drained()
        for (const id of ['a', 'b', 'c']) {
          expect((await jars.get(id))?.state).toEqual({ status: 'open', coins: 3, additions: 2 })
          expect((await shelves.get(id))?.state).toEqual({ status: 'open', coins: 3, additions: 2 })
        }
        await expectWhole(jars, shelves, consumer)
      })
    }

    rule('rule 3: one command, and one cause, may have several events, each with an id of its own', async (available) => {
      const place = placeOf()
      const { ports } = await openProcess(available)
      const jars = await openJars(place.jars, ports)
      const coin = { type: CoinsAdded.type, data: { coins: 1 } }
      await jars.update('a', commandOf('k', { causationId: 'cause' }), () => ({ events: [coin, coin] }))
      await jars.update('b', commandOf('k', { causationId: 'cause' }), () => ({ events: [coin] }))
      await jars.relay.drained()
      const logged: EventEnvelope[] = []
      for await (const event of ports.log.read(place.jars.topic)) logged.push(event)
      expect(new Set(logged.map(({ id }) => id)).size).toBe(3)
      expect(logged.map(({ causationid }) => causationid)).toEqual(['cause', 'cause', 'cause'])
      await expectWhole(jars)
    })

    rule('rule 6: a reaction that decided nothing decides nothing again, though its process died before the mark and the world moved on', async (available) => {
      const place = placeOf()
      const dying = await openProcess(available, { diesAt: 'after-effect' })
      const { ports } = await openProcess(available)
      const watchJar = async (own: Ports) => {
        const shelves = await openJars(place.shelf, own)
        const addToKnown = on(CoinsAdded, async (event, { command }) => {
          await shelves.update('target', command(), (shelf) => (shelf.state.status === 'none' ? { events: [] } : addCoins(event.data.coins)(shelf)))
        })
        const options = { service: place.service, group: `${place.service}-one`, topics: [place.jars.topic], handlers: [addToKnown] }
        return { shelves, consumer: stopLater(await consume(options, own)) }
      }
      const first = await watchJar(dying.ports)
      await ports.log.publish([{ topic: place.jars.topic, event: coinsAdded(place, 'a', 1) }])
      await until(async () => dying.hasDied())
      await first.consumer.stop()
      const shelves = await openJars(place.shelf, ports)
      await shelves.update('target', commandOf('world-moves-on'), addCoins(10))
      const { consumer } = await watchJar(ports)
      await consumer.caughtUp()
      expect((await shelves.get('target'))?.state.coins).toBe(10)
    })

    rule('rule 7: what a command without events was answered is kept for 24 hours by time, however many come', async (available) => {
      const place = placeOf()
      let hours = 0
      const jars = await openJars(place.jars, (await openProcess(available, { laterMs: () => hours * 3_600_000 })).ports)
      const ask = (key: string) => jars.update('a', commandOf(key), () => ({ events: [], answer: { asked: hours } }))
      await ask('first')
      for (let more = 1; more <= 50; more += 1) await ask(`more-${more}`)
      hours = 23
      expect(await ask('first')).toMatchObject({ answer: { asked: 0 }, repeated: true })
      hours = 24.1
      expect(await ask('first')).toMatchObject({ answer: { asked: 24.1 }, repeated: false })
    })

    rule('rule 8: sixteen writers of one process never lose a race for the same document; who loses to others each time is told', async (available) => {
      const place = placeOf()
      const { ports } = await openProcess(available)
      const others = await openJars(place.jars, (await openProcess(available)).ports)
      let attempts = 0
      let lost = 0
      const documents = hooked(ports.documents, {
        jar: {
          replace: async (proceed, [, body]) => {
            // The relay writes too; only the great addition is raced.
            if ((body as AggregateBody & { state: Jar }).state.coins > 100) {
              attempts += 1
              await others.update('b', commandOf(`other-${attempts}`), addCoins(1))
            }
            const result = await proceed()
            if (result !== 'replaced') lost += 1
            return result
          },
        },
      })
      const jars = await openJars(place.jars, { ...ports, documents })
      await jars.update('a', commandOf('k0'), addCoins(1))
      await Promise.all(Array.from({ length: 16 }, (_, at) => jars.update('a', commandOf(`k${at + 1}`), addCoins(1))))
      await jars.relay.drained()
      expect([lost, (await jars.get('a'))?.state.coins]).toEqual([0, 17])
      await jars.update('b', commandOf('k0'), addCoins(1))
      await jars.relay.drained()
      await expect(jars.update('b', commandOf('k1'), addCoins(100))).rejects.toMatchObject({ code: 'busy', kind: 'unavailable' })
      expect([attempts, (await others.get('b'))?.state.coins]).toEqual([16, 17])
    })

    rule('rule 10: a slow former owner cannot move a mark back, which would make a gap of the next event', async (available) => {
      const place = placeOf()
      const { ports } = await openProcess(available)
      const handlers: EventHandler[] = []
      const subscribe: Ports['log']['subscribe'] = async ({ handler }) => {
        handlers.push(handler)
        return { caughtUp: async () => {}, stop: async () => {} }
      }
      const [entered, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const byHand = { ...ports, log: { ...ports.log, subscribe } }
      const former = await takeNotes(place, byHand, () => {
        entered.resolve()
        return held.promise
      })
      const next = await takeNotes(place, byHand)
      const { signal } = new AbortController()
      const deliver = (owner: number, sequence: number) => handlers[owner]!([coinsAdded(place, 'a', sequence)], { signal })
      await deliver(1, 1)
      const slow = deliver(0, 2)
      await entered.promise
      for (const sequence of [2, 3, 4]) await deliver(1, sequence)
      held.resolve()
      await slow
      // One that remembers nothing of its own goes by the mark that stands.
      const later = await takeNotes(place, byHand)
      await deliver(2, 5)
      expect([next.done, former.done, later.done]).toEqual([['a-1', 'a-2', 'a-3', 'a-4'], ['a-2'], ['a-5']])
      expect(await later.consumer.parked(10)).toEqual([])
    })

    rule('rule 10: after a gap an event waits, other keys flow on, and it goes on by itself when the gap is closed', async (available) => {
      const place = placeOf()
      const { ports } = await openProcess(available)
      const publish = (...events: EventEnvelope[]) => ports.log.publish(events.map((event) => ({ topic: place.jars.topic, event })))
      await ports.log.ensureTopics([place.jars.topic])
      const { done, consumer } = await takeNotes(place, ports)
      await publish(coinsAdded(place, 'a', 1), coinsAdded(place, 'a', 3), coinsAdded(place, 'a', 4), coinsAdded(place, 'b', 1))
      await consumer.caughtUp()
      expect([...done].sort()).toEqual(['a-1', 'b-1'])
      expect((await consumer.parked(10)).map(({ sequence, reason }) => [sequence, reason.why])).toEqual([
        [3, 'gap'],
        [4, 'behind'],
      ])
      expect(await consumer.replay()).toEqual({ replayed: 0, stillParked: 2 })
      await publish(coinsAdded(place, 'a', 2))
      await consumer.caughtUp()
      expect(done.filter((id) => id.startsWith('a'))).toEqual(['a-1', 'a-2', 'a-3', 'a-4'])
      expect(await consumer.parked(10)).toEqual([])
    })

    rule('rule 10: a group that is born late starts from the first event there ever was', async (available) => {
      const place = placeOf()
      const { ports } = await openProcess(available)
      const jars = await openJars(place.jars, ports)
      for (let at = 1; at <= 5; at += 1) await jars.update('a', commandOf(`k${at}`), addCoins(at))
      await jars.relay.drained()
      const { done, consumer } = await takeNotes(place, ports)
      await consumer.caughtUp()
      expect(done).toEqual((await jars.history('a')).map(({ id }) => id))
      await expectWhole(consumer)
    })

    rule('poison is parked with its reason, its key waits behind it, every other flows on, and a replay keeps the order', async (available) => {
      const place = placeOf()
      const { ports } = await openProcess(available)
      const jars = await openJars(place.jars, ports)
      const shelves = await openJars(place.shelf, ports)
      let isMended = false
      const consumer = await watch(place, shelves, ports, ({ data }) => data.coins === 13 && !isMended)
      for (const coins of [1, 13, 2])
        for (const id of ['a', 'b']) await jars.update(id, commandOf(`${coins}`), addCoins(id === 'b' && coins === 13 ? 3 : coins))
      await jars.relay.drained()
      await consumer.caughtUp()
      expect((await shelves.get('b'))?.state.coins).toBe(6)
      expect((await shelves.get('a'))?.state.coins).toBe(1)
      expect((await consumer.parked(10)).map(({ subject, sequence, reason }) => [subject, sequence, reason.why])).toEqual([
        ['a', 2, 'failed'],
        ['a', 3, 'behind'],
      ])
      isMended = true
      expect(await consumer.replay()).toEqual({ replayed: 2, stillParked: 0 })
      expect((await shelves.history('a')).map(({ data }) => data.coins)).toEqual([1, 13, 2])
      await shelves.relay.drained()
      await expectWhole(jars, shelves, consumer)
    })

    rule('an event that no store can keep, or a value that another one has, changes nothing', async (available) => {
      const place = placeOf()
      const { ports } = await openProcess(available)
      const evolve = (jar: Jar, event: JarEvent): Jar => ({
        ...jarDefinition.evolve(jar, event),
        additions: event.type === 'jar.coins-added.v1' && event.data.coins === 7 ? Number.NaN : 0,
      })
      const jars = await openJars({ ...place.jars, evolve, indexes: { ...place.jars.indexes, 'own-coins': { fields: ['coins'], unique: true } } }, ports)
      await jars.update('a', commandOf('k1'), addCoins(1))
      await expect(jars.update('a', commandOf('k2'), addCoins(7))).rejects.toMatchObject({ code: 'unstorable' })
      await expect(jars.update('b', commandOf('k3'), addCoins(1))).rejects.toMatchObject({ code: 'not-unique' })
      expect(await jars.get('b')).toBeUndefined()
      expect(await jars.update('a', commandOf('k2'), addCoins(1))).toMatchObject({ sequence: 2, state: { coins: 2 } })
      await jars.relay.drained()
      await expectWhole(jars)
    })

    rule('an id that knows refusals only is no aggregate to any reader', async (available) => {
      const place = placeOf()
      const jars = await openJars(place.jars, (await openProcess(available)).ports)
      const refuse = () => {
        throw Object.assign(new Error('no'), { kind: 'conflict', code: 'no', title: 'No' })
      }
      await jars.update('b', commandOf('k0'), addCoins(1))
      await expect(jars.update('a', commandOf('k1'), refuse)).rejects.toMatchObject({ code: 'no' })
      expect(await jars.get('a')).toBeUndefined()
      expect((await jars.find({})).aggregates.map(({ id }) => id)).toEqual(['b'])
      expect((await jars.find({ where: { status: { equals: null } } })).aggregates).toEqual([])
      expect([await jars.count(), await jars.count({ status: { equals: null } })]).toEqual([1, 0])
      expect(await jars.tally({ by: ['status'], sum: ['coins'] })).toEqual([{ by: { status: 'open' }, count: 1, sums: { coins: 1 } }])
    })

    rule(
      'whatever is asked, again or at once, in one process or two, the jars are what a plain count of the commands says',
      async (available) => {
        const processes = [await openProcess(available), await openProcess(available)]
        const asked = fc.record({ key: fc.nat(11), coins: fc.integer({ min: 1, max: 9 }), jar: fc.constantFrom('a', 'b'), by: fc.nat(1), waits: fc.boolean() })
        await fc.assert(
          fc.asyncProperty(fc.array(asked, { maxLength: 24 }), async (commands) => {
            const place = placeOf()
            const jars = await Promise.all(processes.map(({ ports }) => openJars(place.jars, ports)))
            const answered = new Map<string, string[]>()
            const underWay: Promise<unknown>[] = []
            for (const { key, coins, jar, by, waits } of commands) {
              const name = `${jar}/${key}`
              const work = jars[by]!.update(jar, commandOf(name, { body: coins }), addCoins(coins)).then(
                ({ answer }) => void answered.set(name, [...(answered.get(name) ?? []), JSON.stringify([coins, answer])]),
                (error: unknown) => expect(error).toMatchObject({ code: 'idempotency-key-reused' }),
              )
              underWay.push(work)
              if (waits) await work
            }
            await Promise.all(underWay)
            await Promise.all(jars.map(({ relay }) => relay.drained()))
            for (const answers of answered.values()) expect(new Set(answers).size).toBe(1)
            for (const jar of ['a', 'b']) {
              const won = [...answered].filter(([name]) => name.startsWith(`${jar}/`)).map(([, answers]) => JSON.parse(answers[0]!)[0] as number)
              expect((await jars[0]!.get(jar))?.state.coins ?? 0).toBe(won.reduce((sum, coins) => sum + coins, 0))
            }
            await expectWhole(jars[0]!)
            await Promise.all(jars.map(({ stop }) => stop()))
          }),
          { numRuns: 12 },
        )
      },
      300_000,
    )

    rule('rule 12: a log that lacks what history holds gets it again at the next start, in order and once', async (available) => {
      const place = placeOf()
      const { ports } = await openProcess(available)
      const isLost = { ...ports, log: { ...ports.log, publish: async () => {} } }
      const losing = await openJars(place.jars, isLost)
      for (let at = 1; at <= 5; at += 1) await losing.update('a', commandOf(`k${at}`), addCoins(at))
      await losing.relay.drained()
      await losing.stop()
      const logged = async () => {
        const sequences: number[] = []
        for await (const { sequence } of ports.log.read(place.jars.topic)) sequences.push(sequence)
        return sequences
      }
      for (let start = 1; start <= 3; start += 1) {
        await expectWhole(await openJars(place.jars, ports))
        expect(await logged()).toEqual([1, 2, 3, 4, 5])
      }
    })

    rule('rule 12: a store that is older than its log does not start', async (available) => {
      const place = placeOf()
      const { ports } = await openProcess(available)
      const before = await openJars(place.jars, ports)
      for (let at = 1; at <= 3; at += 1) await before.update('a', commandOf(`k${at}`), addCoins(at))
      await before.relay.drained()
      await before.stop()
      // The store as a copy would hold it that was made after the second event; the log goes on holding the third.
      const documents = await ports.documents.collection<{ sequence: number }>(aggregateCollection(place.jars))
      const history = await ports.documents.collection<{ event: EventEnvelope }>(historyCollection(place.jars))
      const stored = (await documents.get('a'))!
      await documents.replace('a', { ...stored.body, sequence: 2 }, { expectedRevision: stored.revision })
      const last = await history.find({ where: { subject: { equals: 'a' }, sequence: { above: 2 } } })
      for (const { id } of last.documents) await history.remove(id)
      await expect(openAggregates(place.jars, ports)).rejects.toMatchObject({ code: 'store-behind-log', examples: ['a'] })
    })
  })
}
