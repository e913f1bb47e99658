import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import mongoose from 'mongoose'
import { type MongoForTests, mongoForTests, withDatabase } from './mongo.ts'

const mongo = await mongoForTests()
afterAll(() => mongo?.stop())
const within = async (condition: () => boolean): Promise<boolean> => {
  const until = Date.now() + 20_000
  while (!condition() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50))
  return condition()
}

test('the database is named in the address, whatever the address looks like', () => {
  expect(withDatabase('mongodb://a:1,b:2/?replicaSet=r', 'd')).toBe('mongodb://a:1,b:2/d?replicaSet=r')
  expect(withDatabase('mongodb://user:secret@a/other?x=y', 'd')).toBe('mongodb://user:secret@a/d?x=y')
  expect(withDatabase('mongodb+srv://a', 'd')).toBe('mongodb+srv://a/d')
})

const onOwnServer = (mongo as MongoForTests | undefined)?.process ? test : test.skip

onOwnServer('the server keeps its address and what it acknowledged over a kill -9', async () => {
  const write = async (run: (connection: mongoose.Connection) => Promise<unknown>) => {
    const connection = await mongoose.createConnection(mongo!.uri).asPromise()
    const result = await run(connection)
    await connection.close()
    return result
  }
  await write((connection) => connection.db!.collection('kept').insertOne({ a: 1 }, { writeConcern: { w: 1, journal: true } }))
  await mongo!.process!.restart()
  expect(await write((connection) => connection.db!.collection('kept').countDocuments())).toBe(1)
})

onOwnServer('the server answers a question for which it must sort some thousands of documents', async () => {
  const connection = await mongoose.createConnection(mongo!.uri).asPromise()
  const collection = connection.db!.collection<{ _id: number; rank: number; label: string }>('sorted')
  await Promise.all([collection.createIndex({ rank: 1, _id: 1 }), collection.createIndex({ label: 1, rank: 1 })])
  await collection.insertMany(Array.from({ length: 14_000 }, (_, n) => ({ _id: n, rank: Math.floor(n / 3), label: 'x'.repeat(900) })))
  const behind = { $or: [{ rank: { $lt: 4_600 } }, { rank: { $eq: 4_600 }, _id: { $gt: 13_800 } }] }
  const found = await collection
    .find({ $and: [{ rank: { $gte: 0 } }, behind] })
    .sort({ rank: -1, _id: 1 })
    .limit(200)
    .toArray()
    .finally(() => connection.close())
  expect(found).toHaveLength(200)
})

onOwnServer('the server has the memory of a server, not the least that one can have', async () => {
  const connection = await mongoose.createConnection(mongo!.uri).asPromise()
  const { wiredTiger } = await connection.db!.admin().serverStatus()
  await connection.close()
  expect(wiredTiger.cache['maximum bytes configured']).toBeGreaterThan(256 * 1_048_576)
})

onOwnServer('the server ends with whoever started it, also by kill -9, and leaves no data', async () => {
  const script = `const { startMongoEngine } = await import(${JSON.stringify(new URL('./mongoEngine.ts', import.meta.url).href)})
    const server = await startMongoEngine('d'); console.log(server.uri); setInterval(() => {}, 1_000)`
  const parent = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => parent.stdout.once('data', resolve))
  const [engine] = (await import('node:fs')).readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8').trim().split(' ')
  const folder = (await import('node:fs'))
    .readFileSync(`/proc/${engine}/cmdline`, 'utf8')
    .split('\0')
    .find((part) => part.includes('patchwork-mongodb-'))!
  expect(existsSync(folder)).toBe(true)
  parent.kill('SIGKILL')
  expect(await within(() => !existsSync(`/proc/${engine}`) && !existsSync(folder))).toBe(true)
})
