import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EventLog, kafkaEventLog, LogRefusedError } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import { systemRuntime } from '@patchwork/runtime'
import { firstThatStarts, makeCertificate, startKafkaBroker } from '@patchwork/testing'
import { readEnvironment } from './environment.ts'
import { ServiceEnvironment, settingsFrom } from './serviceSettings.ts'

const [plain, scram] = [
  { mechanism: 'plain', username: 'council', password: 'openSesame1' },
  { mechanism: 'scram-sha-512', username: 'referral', password: 'openSesame2' },
] as const
// Only a broker of our own can be told whom to let in.
const broker = await firstThatStarts(
  'Kafka',
  { 'broker from Maven': () => startKafkaBroker({ users: [plain, scram] }) },
  { mendedBy: 'install Java and Maven' },
)
const folder = mkdtempSync(join(tmpdir(), 'patchwork-guarded-'))
const opened: EventLog[] = []
afterAll(async () => {
  await Promise.all(opened.map((log) => log.close()))
  await broker?.stop()
  rmSync(folder, { recursive: true, force: true })
})
const fileOf = (text: string): string => {
  const path = join(folder, systemRuntime.uuid())
  writeFileSync(path, text)
  return path
}

/** The log as a service opens it from these variables. */
const logFor = (variables: Record<string, string>): EventLog => {
  const needed = { PUBLIC_URL: 'http://127.0.0.1', MONGODB_URI: 'mongodb://127.0.0.1/example', DATA_KEY_FILE: '/run/secrets/data.key' }
  const { kafkaBrokers: brokers, kafkaSecurity } = settingsFrom(readEnvironment(ServiceEnvironment, { ...needed, ...variables })).process
  const log = kafkaEventLog({ brokers, clientId: 'test', runtime: systemRuntime, ...kafkaSecurity })
  opened.push(log)
  return log
}
const settings = (user: { mechanism: string; username: string; password: string }, more: Record<string, string> = {}) => ({
  KAFKA_BROKERS: broker?.guarded?.brokers.join(',') ?? '',
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SSL_CA_FILE: broker?.guarded?.caFile ?? '',
  KAFKA_SASL_MECHANISM: user.mechanism.toUpperCase(),
  KAFKA_SASL_USERNAME: user.username,
  KAFKA_SASL_PASSWORD_FILE: fileOf(`${user.password}\n`),
  ...more,
})
const event: EventEnvelope = {
  ...{ specversion: '1.0', id: 'a-1', source: '/patchwork/test', type: 'thing.happened.v1', subject: 'a', time: '2026-03-29T01:30:00.000Z' },
  ...{ datacontenttype: 'application/json', sequence: 1, sequencetype: 'Integer', commandkey: 'key', data: {} },
}
const refusalOf = async (variables: Record<string, string>): Promise<LogRefusedError> => {
  const refused = await logFor(variables)
    .ensureTopics(['patchwork.guarded.refused'])
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(LogRefusedError)
  return refused as LogRefusedError
}

const runs = broker ? describe : describe.skip
runs('a broker that is spoken to with TLS and lets in only whom it knows', () => {
  test.each([plain, scram])('takes events of who signs in by $mechanism, and gives them back to a consumer', async (user) => {
    const log = logFor(settings(user))
    const topic = `patchwork.guarded.${user.mechanism}`
    await log.ensureTopics([topic])
    await log.publish([{ topic, event }])
    const heard: string[] = []
    const subscription = await log.subscribe({ group: `${topic}-g`, topics: [topic], handler: async ([{ id }]) => void heard.push(id) })
    await subscription.caughtUp()
    expect(heard).toEqual(['a-1'])
    await subscription.stop()
  })
  test.each([plain, scram])('refuses a wrong password by $mechanism at once, in words without it', async (user) => {
    const { message, cause } = await refusalOf(settings(user, { KAFKA_SASL_PASSWORD_FILE: fileOf('notTheOne3') }))
    expect(message).toMatch(/^Kafka does not let this process in: .*auth/i)
    expect(`${message} ${String((cause as Error).stack)}`).not.toMatch(/notTheOne3|openSesame/)
  })
  test('is refused where another authority is trusted than the one that vouches for it', async () => {
    const { pem } = await makeCertificate(folder, 'another')
    expect((await refusalOf(settings(scram, { KAFKA_SSL_CA_FILE: pem }))).message).toMatch(/^Kafka's certificate is not one that this process trusts \(/)
  })
  test('is refused where only the authorities that Node.js knows are trusted', async () => {
    expect((await refusalOf(settings(scram, { KAFKA_SSL_CA_FILE: '' }))).message).toMatch(/^Kafka's certificate is not one that this process trusts \(/)
  })
})
