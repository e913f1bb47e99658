import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { topics } from '@patchwork/events'
import { systemRuntime } from '@patchwork/runtime'
import { kafkaForTests, mongoForTests } from '@patchwork/testing'
import mongoose from 'mongoose'
import { run } from './commandLine.ts'
import { declaredCollections } from './declaredCollections.ts'

const [kafka, mongo] = [await kafkaForTests(), await mongoForTests()]
const folder = mkdtempSync(join(tmpdir(), 'patchwork-servers-'))
const withMongo = { MONGODB_URI: mongo?.uri ?? '' }
const withKafka = { KAFKA_BROKERS: kafka?.brokers.join(',') ?? '' }
afterAll(async () => {
  await Promise.all([kafka?.stop(), mongo?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

const patchwork = async (args: readonly string[], environment: NodeJS.ProcessEnv) => {
  const said = { output: '', errors: '' }
  const collect = (name: keyof typeof said) =>
    new PassThrough().setEncoding('utf8').on('data', (part: string) => {
      said[name] += part
    })
  const [output, errors] = [collect('output'), collect('errors')]
  const surroundings = { environment: { DATA_DIR: folder, LOG_LEVEL: 'silent', ...environment }, runtime: systemRuntime, signals: new EventEmitter() }
  const code = await run(args, { ...surroundings, output, errors })
  return { code, ...said }
}

describe('patchwork topics apply', () => {
  test('without Kafka it says what to set', async () => {
    const { code, errors } = await patchwork(['topics', 'apply'], {})
    expect([code, errors]).toEqual([2, expect.stringContaining('Set KAFKA_BROKERS')])
  })
  test.each([
    ['--partitions', '0'],
    ['--partitions', 'many'],
    ['--replication', '10'],
  ])('%s %s is wrong usage', async (...args) => {
    const { code, errors } = await patchwork(['topics', 'apply', ...args], withKafka)
    expect([code, errors]).toEqual([2, expect.stringContaining('Give a whole number')])
  })
  const testOnKafka = kafka ? test : test.skip
  testOnKafka('shows what it would do, does it, and has nothing to do the second time', async () => {
    const planned = await patchwork(['topics', 'apply', '--dry-run', '--json'], withKafka)
    expect(planned.code).toBe(0)
    const { applied, plan } = JSON.parse(planned.output)
    expect([applied, plan.map(({ topic }: { topic: string }) => topic)]).toEqual([false, topics])
    const words = await patchwork(['topics', 'apply', '--dry-run'], withKafka)
    // Still the same plan: nothing was done.
    for (const { topic, action } of plan) expect(words.output).toMatch(new RegExp(`^${action} +${topic} \\(12 partitions\\)$`, 'm'))

    expect(await patchwork(['topics', 'apply'], withKafka)).toMatchObject({ code: 0, output: expect.stringMatching(/^(Done|Nothing to do)\.$/m) })
    const again = await patchwork(['topics', 'apply'], withKafka)
    expect([again.code, again.output.trim().split('\n').at(-1)]).toEqual([0, 'Nothing to do.'])
  })
  testOnKafka('a plan with a refusal ends with 1, and says what is refused, why, and that nothing was done', async () => {
    await patchwork(['topics', 'apply'], withKafka)
    const refused = await patchwork(['topics', 'apply', '--partitions', '6'], withKafka)
    expect(refused.code).toBe(1)
    expect(refused.output.match(/^REFUSED /gm)).toHaveLength(topics.length)
    expect(refused.output).toContain('Nothing was done')
    expect((await patchwork(['topics', 'apply'], withKafka)).output).toContain('Nothing to do.')
  })
})

describe('patchwork indexes apply', () => {
  test('without MongoDB it says what to set', async () => {
    const { code, errors } = await patchwork(['indexes', 'apply'], {})
    expect([code, errors]).toEqual([2, expect.stringContaining('Set MONGODB_URI')])
  })
  test('a server that does not answer ends it with 1, in words', async () => {
    const { code, errors } = await patchwork(['indexes', 'apply'], { MONGODB_URI: 'mongodb://someone:secret@127.0.0.1:1/place' })
    expect([code, errors]).toEqual([1, expect.stringMatching(/\w{3}/)])
    expect(errors).not.toContain('secret')
  })
  const onMongo = mongo ? test : test.skip
  onMongo(
    'shows every index that a service declares, makes it, puts right what differs, leaves what is not ours, and has nothing to do the second time',
    async () => {
      const declared = await declaredCollections(systemRuntime)
      const wanted = declared.flatMap(({ service, name, indexes }) =>
        [...Object.keys(indexes), 'of-another-shape'].map((index) => `${service}__${name} ${index}`),
      )
      expect(wanted.length).toBeGreaterThan(50)
      const planned = await patchwork(['indexes', 'apply', '--dry-run'], withMongo)
      expect(
        planned.output
          .match(/^make .*$/gm)
          ?.map((line) => line.replace(/^make +/, ''))
          .sort(),
      ).toEqual(wanted.sort())
      expect(planned.output).toContain('Nothing was done: this is what would be.')

      const connection = await mongoose.createConnection(withMongo.MONGODB_URI).asPromise()
      expect(await connection.db!.listCollections().toArray()).toEqual([])
      await connection.db!.collection('of_somebody_else').insertOne({ a: 1 })
      const made = await patchwork(['indexes', 'apply'], withMongo)
      expect(made.output).toMatch(/^left +of_somebody_else: /m)
      expect(made.output.trim().split('\n').at(-1)).toBe('Done.')
      const again = await patchwork(['indexes', 'apply', '--json'], withMongo)
      const { applied, plan } = JSON.parse(again.output)
      expect([again.code, applied]).toEqual([0, true])
      expect(plan.filter((one: { make?: string[]; drop?: string[] }) => one.make?.length || one.drop?.length)).toEqual([])
      expect(plan).toContainEqual({ collection: 'of_somebody_else', action: 'left' })

      const [collection, index] = wanted[0]!.split(' ') as [string, string]
      await connection.db!.collection(collection).dropIndex(index)
      await connection.db!.collection(collection).createIndex({ by: 1 }, { name: 'by-hand' })
      const mended = await patchwork(['indexes', 'apply'], withMongo)
      expect(mended.output).toMatch(new RegExp(`^make +${collection} ${index}$`, 'm'))
      expect(mended.output).toMatch(new RegExp(`^drop +${collection} by-hand: `, 'm'))
      expect((await patchwork(['indexes', 'apply'], withMongo)).output).toContain('Nothing to do.')
      await connection.close()
    },
  )
})
