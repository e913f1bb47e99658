import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { topics } from '@patchwork/events'
import { systemRuntime } from '@patchwork/runtime'
import { kafkaForTests } from '@patchwork/testing'
import { run } from './commandLine.ts'

const kafka = await kafkaForTests()
const folder = mkdtempSync(join(tmpdir(), 'patchwork-servers-'))
const withKafka = { KAFKA_BROKERS: kafka?.brokers.join(',') ?? '' }
afterAll(async () => {
  await kafka?.stop()
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
  testOnKafka(
    'shows what it would do, does it, and has nothing to do the second time',
    async () => {
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
    },
    120_000,
  )
  testOnKafka(
    'a plan with a refusal ends with 1, and says what is refused, why, and that nothing was done',
    async () => {
      await patchwork(['topics', 'apply'], withKafka)
      const refused = await patchwork(['topics', 'apply', '--partitions', '6'], withKafka)
      expect(refused.code).toBe(1)
      expect(refused.output.match(/^REFUSED /gm)).toHaveLength(topics.length)
      expect(refused.output).toContain('Nothing was done')
      expect((await patchwork(['topics', 'apply'], withKafka)).output).toContain('Nothing to do.')
    },
    120_000,
  )
})
