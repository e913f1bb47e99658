import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { systemRuntime } from '@patchwork/runtime'
import { mongoForTests, startTcpProxy, weathers } from '@patchwork/testing'
import mongoose, { type Connection } from 'mongoose'
import { documentStoreConformance, servedQuestions } from '../conformance.ts'
import type { Collection, CollectionDefinition, Query } from '../documentStore.ts'
import { StoreUnavailableError } from '../errors.ts'
import { planConditions, planFind } from '../query.ts'
import { concernsOf } from './concerns.ts'
import { schemaOf } from './documents.ts'
import type { DocumentModel } from './mongoCollection.ts'
import { mongoDocumentStore } from './mongoDocumentStore.ts'
import { tallyPipeline, toFilter, toSort } from './questions.ts'

const mongo = await mongoForTests()
afterAll(() => mongo?.stop())
const onMongo = mongo ? describe : describe.skip
const onOwnServer = mongo?.process ? test : test.skip
/** A store whose commands can be listened to, by its client once it is connected. */
const monitored = () => {
  const others = new Set(mongoose.connections)
  return {
    store: mongoDocumentStore({ runtime: systemRuntime, uri: `${mongo!.uri}${mongo!.uri.includes('?') ? '&' : '?'}monitorCommands=true` }),
    connectedClient: () => mongoose.connections.find((connection) => !others.has(connection))!.getClient(),
  }
}
const plain = (name: string): CollectionDefinition => ({ service: 'testing', name, fields: {}, indexes: {} })

onMongo('the store on MongoDB', () => {
  documentStoreConformance(async () => ({ open: async () => mongoDocumentStore({ runtime: systemRuntime, uri: mongo!.uri }), stop: async () => {} }), {
    runs: 40,
  })

  describe('reads no whole collection for a question that an index serves', () => {
    const { definition, bodies, queries, inOrderOfAnIndex } = servedQuestions
    const store = mongoDocumentStore({ runtime: systemRuntime, uri: mongo?.uri ?? '' })
    let connection: Connection
    let model: DocumentModel
    let collection: Collection<object>
    beforeAll(async () => {
      collection = await store.collection(definition)
      await Promise.all(bodies.map((body, n) => collection.insert(`d${n}`, body)))
      connection = await mongoose.createConnection(mongo!.uri).asPromise()
      model = connection.model('served', schemaOf(definition, 'testing__served')) as unknown as DocumentModel
    })
    afterAll(async () => {
      await connection.close()
      await store.close()
    })
    type Explained = { queryPlanner: { winningPlan: object }; executionStats: { nReturned: number; totalDocsExamined: number; totalKeysExamined: number } }
    test.each(queries.map((query) => [JSON.stringify(query), query] as const))('%s', async (_title, query) => {
      const { after } = await collection.find({ ...query, limit: 2 })
      for (const page of [query, ...(after === undefined ? [] : [{ ...query, limit: 2, after }])]) {
        const plan = planFind(definition, page)
        const explained = await model
          .find(toFilter(definition, plan))
          .sort(toSort(definition, plan))
          .limit(plan.limit + 1)
          .explain('executionStats')
        expect(JSON.stringify(explained)).not.toContain('COLLSCAN')
        const { totalDocsExamined } = (explained as unknown as Explained).executionStats
        expect(totalDocsExamined).toBeLessThanOrEqual(40)
      }
      const filter = toFilter(definition, planConditions(definition, query.where))
      expect(JSON.stringify(await model.collection.aggregate(tallyPipeline(filter, ['kind'], ['rank'])).explain('queryPlanner'))).not.toContain('COLLSCAN')
    })
    test.each(inOrderOfAnIndex.map((query) => [JSON.stringify(query), query] as const))(
      'a page in the order of an index is read in it: %s',
      async (_title, query) => {
        for (let page: Query = query, pages = 0; pages < 3; pages += 1) {
          const plan = planFind(definition, page)
          const cursor = model.find(toFilter(definition, plan)).sort(toSort(definition, plan))
          const { queryPlanner, executionStats } = (await cursor.limit(plan.limit + 1).explain('executionStats')) as unknown as Explained
          const stages = [...JSON.stringify(queryPlanner.winningPlan).matchAll(/"stage":"(\w+)"/g)].map(([, stage]) => stage)
          expect(stages).toEqual(['LIMIT', 'FETCH', 'IXSCAN'])
          expect(executionStats.totalDocsExamined).toBeLessThanOrEqual(plan.limit + 3)
          const { after } = await collection.find(page)
          page = { ...query, after: after! }
        }
      },
    )
  })

  test('15. every write asks the server for what its kind must have done before it answers', async () => {
    const { store, connectedClient } = monitored()
    const collection = await store.collection<{ n: number }>(plain('concerned'))
    const client = connectedClient()
    const writes: Record<string, unknown>[] = []
    client.on('commandStarted', ({ commandName, command }) => {
      if (['insert', 'update', 'delete', 'findAndModify', 'bulkWrite'].includes(commandName)) writes.push({ [commandName]: command.writeConcern })
    })
    await collection.insert('a', { n: 1 })
    await collection.replace('a', { n: 2 }, { expectedRevision: 1 })
    await collection.remove('a')
    await collection.insert('b', { n: 1 })
    await Promise.all([collection.insert('c', { n: 1 }), collection.replace('b', { n: 2 }, { expectedRevision: 1 })])
    await collection.clear()
    const { writeConcern } = concernsOf(await client.db().admin().command({ hello: 1 }))
    const concern = { w: writeConcern.w, j: writeConcern.journal, wtimeout: writeConcern.wtimeoutMS }
    expect(writes).toEqual(['insert', 'update', 'delete', 'insert', 'bulkWrite', 'delete'].map((name) => ({ [name]: concern })))
    await store.close()
  })

  test('given many documents, a start reads none of them to see whether another definition wrote some', async () => {
    const definition = plain('many-at-a-start')
    const before = mongoDocumentStore({ runtime: systemRuntime, uri: mongo!.uri })
    const notes = await before.collection<{ n: number }>(definition)
    await Promise.all(Array.from({ length: 300 }, (_, n) => notes.insert(`n${n}`, { n })))
    await before.close()

    const { store, connectedClient } = monitored()
    await store.collection(plain('opened-first'))
    const client = connectedClient()
    const asked: Record<string, unknown>[] = []
    client.on('commandStarted', ({ commandName, command }) => {
      if (commandName === 'find') asked.push(command)
    })
    await store.collection(definition)
    const reads = await Promise.all(
      asked.map(async ({ find, filter, sort, projection, limit, batchSize }) => {
        const question = Object.fromEntries(Object.entries({ find, filter, sort, projection, limit, batchSize }).filter(([, value]) => value !== undefined))
        const { executionStats } = await client.db().command({ explain: question, verbosity: 'executionStats' })
        return executionStats.totalKeysExamined + executionStats.totalDocsExamined
      }),
    )
    expect(reads).toEqual([0])
    await store.close()
  })

  test('what is read by id at a time goes in few requests, and each reader has a document of their own', async () => {
    const { store, connectedClient } = monitored()
    const notes = await store.collection<{ n: number }>(plain('read-together'))
    const many = Array.from({ length: 100 }, (_, n) => n)
    await Promise.all(many.map((n) => notes.insert(`n${n}`, { n })))
    let requests = 0
    const client = connectedClient()
    client.on('commandStarted', ({ commandName }) => {
      if (commandName === 'find') requests += 1
    })
    const [nobody, again, ...found] = await Promise.all([notes.get('nobody'), notes.get('n7'), ...many.map((n) => notes.get(`n${n}`))])
    expect(nobody).toBeUndefined()
    expect(found.map((one) => one?.body.n)).toEqual(many)
    expect(again).toEqual(found[7])
    expect(again!.body).not.toBe(found[7]!.body)
    // A hundred of them go in one, and the two left over in another.
    expect(requests).toBe(2)
    expect(await notes.get('n3')).toMatchObject({ revision: 1, body: { n: 3 } })
    await store.close()
  })

  test('what is written at a time goes in few requests, and each write has the answer that it would have alone', async () => {
    const { store, connectedClient } = monitored()
    const people = await store.collection<{ mail: string }>({
      ...plain('gathered'),
      fields: { mail: { path: 'mail', type: 'string' } },
      indexes: { 'by-mail': { fields: ['mail'], unique: true } },
    })
    const notes = await store.collection<{ n: number }>(plain('gathered-beside'))
    await people.insert('taken', { mail: 'a' })
    await notes.insert('moved-on', { n: 0 })
    await notes.replace('moved-on', { n: 1 }, { expectedRevision: 1 })
    let requests = 0
    const client = connectedClient()
    client.on('commandStarted', ({ commandName }) => {
      if (['insert', 'update', 'bulkWrite'].includes(commandName)) requests += 1
    })
    const told = (answer: Promise<unknown>) => answer.catch((error: { code: string; index?: string }) => `${error.code} ${error.index ?? ''}`.trim())
    const many = Array.from({ length: 100 }, (_, n) => n)
    const answers = await Promise.all([
      told(people.insert('taken', { mail: 'b' })),
      told(people.insert('new', { mail: 'a' })),
      told(people.insert('two-at-once', { mail: 'c' }).then(({ revision }) => revision)),
      told(people.insert('two-at-once', { mail: 'd' })),
      told(notes.replace('moved-on', { n: 2 }, { expectedRevision: 1 })),
      told(notes.replace('nobody', { n: 2 }, { expectedRevision: 1 })),
      told(notes.replace('moved-on', { n: 2 }, { expectedRevision: 2 })),
      told(notes.replace('moved-on', { n: 3 }, { expectedRevision: 2 })),
      ...many.map((n) => told(notes.insert(`n${n}`, { n }).then(({ revision }) => revision))),
    ])
    expect(answers.slice(0, 8)).toEqual(['already-exists', 'not-unique by-mail', 1, 'already-exists', 'stale', 'missing', 'replaced', 'stale'])
    expect(new Set(answers.slice(8))).toEqual(new Set([1]))
    // One for all, and one for each that was refused.
    expect(requests).toBe(4)
    expect(await people.get('two-at-once')).toMatchObject({ revision: 1, body: { mail: 'c' } })
    expect(await people.get('new')).toBeUndefined()
    expect(await notes.get('moved-on')).toMatchObject({ revision: 3, body: { n: 2 } })
    expect(await notes.count()).toBe(101)
    await store.close()
  })

  onOwnServer('a request on a connection that fell silent holds up nobody else for long', async () => {
    const network = await startTcpProxy({ to: Number(new URL(mongo!.uri).port) })
    const uri = mongo!.uri.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${network.port}`)
    const store = mongoDocumentStore({ runtime: systemRuntime, uri, silenceMs: 15_000 })
    const collection = await store.collection<{ n: number }>(plain('held-up'))
    const settled: string[] = []
    // Connections that stand already, as the driver makes only two at a time.
    await Promise.all(Array.from({ length: 10 }, () => collection.count()))
    network.setWeather('half-open')
    const silent: Promise<number>[] = []
    // Not in one turn, or they would be one request.
    for (const id of ['a', 'b', 'c', 'd']) {
      const insert = collection.insert(id, { n: 1 })
      silent.push(
        insert.then(
          () => settled.push(id),
          () => settled.push(`${id} refused`),
        ),
      )
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    network.setWeather(undefined)
    await until(() => collection.insert('e', { n: 1 }).then(() => settled.push('e')))
    expect(settled[0]).toBe('e')
    await Promise.all(silent)
    expect(settled.length).toBe(5)
    await store.close()
    await network.stop()
  })

  onOwnServer('13. a write that was applied and whose answer was lost is told as unavailable, happened once, and is never repeated unseen', async () => {
    const proxy = await losingProxy(Number(new URL(mongo!.uri).port))
    const store = mongoDocumentStore({ runtime: systemRuntime, uri: mongo!.uri.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${proxy.port}`) })
    const collection = await store.collection<{ note: string }>(plain('lost-answers'))
    await collection.insert('a', { note: 'before' })
    proxy.loseAnswers(true)
    await expect(collection.replace('a', { note: 'command-key' }, { expectedRevision: 1 })).rejects.toThrow(StoreUnavailableError)
    await expect(collection.insert('b', { note: 'command-key' })).rejects.toThrow(StoreUnavailableError)
    const together = await Promise.allSettled(['c', 'd'].map((id) => collection.insert(id, { note: 'command-key' })))
    expect(together.map(({ status, reason }: { status: string; reason?: unknown }) => [status, reason])).toEqual(
      ['c', 'd'].map(() => ['rejected', expect.any(StoreUnavailableError)]),
    )
    proxy.loseAnswers(false)
    const found = await until(() => collection.get('a'))
    expect(found).toEqual({ id: 'a', revision: 2, body: { note: 'command-key' } })
    expect((await collection.getMany(['b', 'c', 'd'])).map(({ revision }) => revision)).toEqual([1, 1, 1])
    expect(await collection.replace('a', { note: 'again' }, { expectedRevision: 1 })).toBe('stale')
    await store.close()
    proxy.close()
  })

  onOwnServer('15. what resolved survives a kill -9; meanwhile calls are refused as unavailable, and afterwards the same store goes on', async () => {
    const store = mongoDocumentStore({ runtime: systemRuntime, uri: mongo!.uri })
    const collection = await store.collection<{ n: number }>(plain('killed'))
    const acknowledged: string[] = []
    let isKilled = false
    const write = async (writer: number) => {
      for (let n = 0; !isKilled; n += 1)
        await collection.insert(`${writer}-${n}`, { n }).then(
          () => acknowledged.push(`${writer}-${n}`),
          (error: unknown) => expect(error).toBeInstanceOf(StoreUnavailableError),
        )
    }
    const writers = Promise.all([0, 1, 2, 3].map(write))
    await until(async () => acknowledged.length > 200 || undefined)
    await mongo!.process!.kill()
    isKilled = true
    await writers
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError)
    await expect(collection.get('0-0')).rejects.toThrow(StoreUnavailableError)
    await mongo!.process!.start()
    await until(() => store.ping().then(() => true))
    const kept = new Set((await collection.getMany(acknowledged)).map(({ id }) => id))
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
    await store.close()
  })

  onOwnServer('a connection that falls silent for good is given up and told as unavailable, and the same store goes on over another', async () => {
    const network = await startTcpProxy({ to: Number(new URL(mongo!.uri).port) })
    const store = mongoDocumentStore({ runtime: systemRuntime, uri: mongo!.uri.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${network.port}`), silenceMs: 5_000 })
    const collection = await store.collection<{ note: string }>(plain('silent'))
    network.setWeather('half-open')
    const silent = expect(collection.insert('a', { note: 'written, and nobody told' })).rejects.toThrow(StoreUnavailableError)
    const beside = mongoDocumentStore({ runtime: systemRuntime, uri: mongo!.uri })
    await until(async () => (await beside.collection(plain('silent'))).get('a'))
    // Before the weather clears: an answer that was still on its way would arrive.
    await silent
    network.setWeather(undefined)
    expect(await until(() => collection.get('a'))).toMatchObject({ revision: 1, body: { note: 'written, and nobody told' } })
    await Promise.all([store.close(), beside.close()])
    await network.stop()
  })

  onOwnServer('whatever the network to it does, a call is answered or refused as unavailable, and the same store goes on', async () => {
    const network = await startTcpProxy({ to: Number(new URL(mongo!.uri).port) })
    const store = mongoDocumentStore({ runtime: systemRuntime, uri: mongo!.uri.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${network.port}`), silenceMs: 5_000 })
    const collection = await store.collection<{ n: number }>(plain('network'))
    await collection.insert('counted', { n: 0 })
    let isOver = false
    const failures = new Set<string>()
    const told = (error: unknown) => void (error instanceof StoreUnavailableError || failures.add(`${error}`))
    const worker = async (worker: number) => {
      for (let n = 0; !isOver; n += 1) {
        await collection.insert(`${worker}-${n}`, { n }).catch(told)
        await collection.replace('counted', { n }, { expectedRevision: 1 }).catch(told)
        await collection.get(`${worker}-${n}`).catch(told)
        await collection.find({ limit: 200 }).catch(told)
        await store.ping().catch(told)
      }
    }
    const workers = Promise.all(Array.from({ length: 8 }, (_, at) => worker(at)))
    for (const weather of weathers) {
      network.setWeather(weather)
      await new Promise((resolve) => setTimeout(resolve, 2_500))
      network.setWeather(undefined)
      expect(await until(() => store.ping().then(() => true))).toBe(true)
    }
    isOver = true
    await workers
    expect([...failures]).toEqual([])
    await store.close()
    await network.stop()
  })

  onOwnServer(
    'when the driver has lost sight of the server it is connected anew: meanwhile a call is answered or refused as unavailable, and the same store goes on',
    async () => {
      const warned: string[] = []
      const logger = { warn: (_fields: object, message: string) => void warned.push(message) }
      const store = mongoDocumentStore({ runtime: systemRuntime, uri: mongo!.uri, lostAfterMs: 5_000, logger })
      const collection = await store.collection<{ n: number }>(plain('out-of-sight'))
      const lost = mongoose.connections.at(-1)!.getClient()
      let isOver = false
      const failures = new Set<string>()
      const acknowledged: string[] = []
      const told = (error: unknown) => void (error instanceof StoreUnavailableError || failures.add(`${error}`))
      const worker = async (worker: number) => {
        for (let n = 0; !isOver; n += 1) {
          const id = `${worker}-${n}`
          await collection.insert(id, { n }).then(() => acknowledged.push(id), told)
          await collection.get(id).catch(told)
          await collection.remove(`${worker}-none`).catch(told)
          await collection.count({}).catch(told)
          await store.ping().catch(told)
          // What is refused at once would leave nobody else a turn.
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
      }
      const workers = Promise.all([0, 1, 2, 3].map(worker))
      await until(async () => acknowledged.length > 20 || undefined)
      // As it was seen where a server was killed: a look begins, and never ends.
      lost.emit('serverHeartbeatStarted', { connectionId: 'somewhere:1' } as never)
      await until(async () => warned.some((words) => words.includes('connects anew')) || undefined)
      const before = acknowledged.length
      await until(async () => acknowledged.length > before + 20 || undefined)
      isOver = true
      await workers
      expect([...failures]).toEqual([])
      expect(mongoose.connections.some((connection) => connection.readyState === 1 && connection.getClient() === lost)).toBe(false)
      const kept = new Set((await collection.getMany(acknowledged)).map(({ id }) => id))
      expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
      // Each kind of call goes on, and so does what is opened only now.
      expect(await collection.count({})).toBeGreaterThanOrEqual(acknowledged.length)
      expect(await collection.remove(acknowledged[0]!)).toBe('removed')
      expect((await collection.find({ limit: 1 })).documents).toHaveLength(1)
      expect(await collection.replace(acknowledged[1]!, { n: -1 }, { expectedRevision: 1 })).toBe('replaced')
      await collection.clear()
      expect(await (await store.collection(plain('opened-later'))).count({})).toBe(0)
      await store.close()
      await expect(collection.get('0-0')).rejects.toThrow(StoreUnavailableError)
    },
  )

  test('a server that is not there is refused as unavailable, soon and in words without the address', async () => {
    const store = mongoDocumentStore({ runtime: systemRuntime, uri: 'mongodb://someone:secret@127.0.0.1:1/place' })
    const error = await store.ping().catch((failure: unknown) => failure as Error)
    expect(error).toBeInstanceOf(StoreUnavailableError)
    expect((error as Error).message).not.toMatch(/secret|127/)
    await store.close()
  })
})

const until = async <Answer>(ask: () => Promise<Answer | undefined>): Promise<Answer | undefined> => {
  const end = Date.now() + 30_000
  for (;;) {
    const answer = await ask().catch(() => undefined)
    if (answer !== undefined || Date.now() > end) return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Between the store and the server: when told so it lets a write through and cuts the line at the answer. */
const losingProxy = async (to: number): Promise<{ port: number; loseAnswers(on: boolean): void; close(): void }> => {
  let isLosing = false
  const sockets = new Set<Socket>()
  const server: Server = createServer((client) => {
    const inner = dial(to, '127.0.0.1')
    let isWrite = false
    for (const socket of [client, inner]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        inner.destroy()
      })
    }
    client.on('data', (chunk) => {
      // Only the answers to writes are lost: heartbeats go on, so that the driver would have every reason to try again.
      isWrite = chunk.includes('lost-answers')
      inner.write(chunk)
    })
    inner.on('data', (chunk) => (isLosing && isWrite ? client.destroy() : client.write(chunk)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    loseAnswers: (on) => {
      isLosing = on
    },
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
