import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigurationError, readEnvironment } from './environment.ts'
import { kafkaSecurityFrom, kafkaSecurityVariables } from './kafkaSecurity.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-security-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const fileOf = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const read = (environment: Record<string, string>) => kafkaSecurityFrom(readEnvironment(z.object(kafkaSecurityVariables), environment))
const signed = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_USERNAME: 'referral', KAFKA_SASL_PASSWORD_FILE: fileOf('password', 'open sesame \n') }

describe('how Kafka is spoken to', () => {
  test('without a word it is plain text', () => expect(read({})).toBeUndefined())
  test('secrets come from files, without the new line at their end', () =>
    expect(read({ ...signed, KAFKA_SSL_CA_FILE: fileOf('ca.pem', 'an authority\n'), KAFKA_SASL_MECHANISM: 'PLAIN' })).toEqual({
      ssl: { ca: ['an authority\n'] },
      sasl: { mechanism: 'plain', username: 'referral', password: 'open sesame ' },
    }))
  test('a certificate of its own is shown to Kafka', () =>
    expect(
      read({ KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CERTIFICATE_FILE: fileOf('cert.pem', 'mine'), KAFKA_SSL_KEY_FILE: fileOf('key.pem', 'secret') }),
    ).toEqual({ ssl: { cert: 'mine', key: 'secret' } }))
  test.each<[string, Record<string, string>, string]>([
    ['a file that is not there', { ...signed, KAFKA_SSL_CA_FILE: join(folder, 'none') }, 'KAFKA_SSL_CA_FILE: '],
    ['no user', { ...signed, KAFKA_SASL_USERNAME: '' }, 'KAFKA_SASL_USERNAME: is missing'],
    ['no password', { ...signed, KAFKA_SASL_PASSWORD_FILE: '' }, 'KAFKA_SASL_PASSWORD_FILE: is missing'],
    ['an empty password', { ...signed, KAFKA_SASL_PASSWORD_FILE: fileOf('empty', '\n') }, 'is empty'],
    ['a mechanism that it does not speak', { ...signed, KAFKA_SASL_MECHANISM: 'GSSAPI' }, 'is not PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512'],
    ['half a certificate', { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_KEY_FILE: fileOf('key', 'k') }, 'belong together'],
    ['a password that nobody would ask for', { ...signed, KAFKA_SECURITY_PROTOCOL: 'PLAINTEXT' }, 'KAFKA_SASL_USERNAME: is read only where'],
    ['an authority that nobody would ask', { KAFKA_SSL_CA_FILE: '/ca.pem' }, 'KAFKA_SSL_CA_FILE: is read only where KAFKA_SECURITY_PROTOCOL is SSL'],
  ])('%s is refused by its name', (_what, environment, words) => {
    expect(() => read(environment)).toThrow(ConfigurationError)
    expect(() => read(environment)).toThrow(words)
  })
})
