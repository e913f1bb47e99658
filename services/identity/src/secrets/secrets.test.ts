import { hkdfSync } from 'node:crypto'
import { Id } from '@patchwork/events'
import { systemRuntime } from '@patchwork/runtime'
import { TooManyPasswordsError } from '../domain/errors.ts'
import { deriveSecrets } from './derivedSecrets.ts'
import { createPasswordHasher } from './passwordHash.ts'

const secrets = deriveSecrets(new Uint8Array(32).fill(7))
const accountId = '8a6e0804-2bd0-4672-b79d-d97027f9071a'
const challengeId = '0190b6a2-1f2b-8c3d-9e4f-5a6b7c8d9e0f'

test('a link’s token tells whose it is, and is the same each time', () => {
  const token = secrets.linkToken(accountId, challengeId)
  expect(secrets.readLinkToken(token)).toEqual({ accountId, challengeId })
  expect(deriveSecrets(new Uint8Array(32).fill(7)).linkToken(accountId, challengeId)).toBe(token)
})
test('a token of another place, a changed one and a cut one are nobody’s', () => {
  const token = secrets.linkToken(accountId, challengeId)
  expect(secrets.readLinkToken(deriveSecrets(new Uint8Array(32).fill(8)).linkToken(accountId, challengeId))).toBeUndefined()
  for (let at = 0; at < token.length - 1; at += 1) {
    const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
    expect(secrets.readLinkToken(changed)).toBeUndefined()
  }
  expect(secrets.readLinkToken(token.slice(1))).toBeUndefined()
  expect(secrets.readLinkToken('')).toBeUndefined()
})
test('the web pages can work out their client’s secret by themselves', () =>
  expect(secrets.webClientSecret).toBe(Buffer.from(hkdfSync('sha256', new Uint8Array(32).fill(7), 'patchwork', 'oidc-web-client', 32)).toString('hex')))
test('a browser’s mark is good for one login only', () => {
  const mark = secrets.deviceMark('one', 'nonce')
  expect(secrets.isDeviceMark(mark, 'one', 'nonce')).toBe(true)
  expect(secrets.isDeviceMark(mark, 'other', 'nonce')).toBe(false)
  expect(secrets.isDeviceMark('', 'one', 'nonce')).toBe(false)
})

test('processes of one place show the same code for the first administrator, and another place’s opens nothing', () => {
  const { firstAdministratorCode, firstAdministratorAccountId } = deriveSecrets(new Uint8Array(32).fill(7))
  expect(secrets).toMatchObject({ firstAdministratorCode, firstAdministratorAccountId })
  expect(Id.parse(firstAdministratorAccountId)).toBe(firstAdministratorAccountId)
  expect(secrets.isFirstAdministratorCode(firstAdministratorCode.toLowerCase().replaceAll('-', ' '))).toBe(true)
  const elsewhere = deriveSecrets(new Uint8Array(32).fill(8))
  expect(elsewhere.firstAdministratorAccountId).not.toBe(firstAdministratorAccountId)
  for (const other of [elsewhere.firstAdministratorCode, firstAdministratorCode.slice(1), `${firstAdministratorCode}2`, ''])
    expect(secrets.isFirstAdministratorCode(other)).toBe(false)
})

const hasher = createPasswordHasher(systemRuntime)
test('a password matches what was kept of it, and no other does', async () => {
  const stored = await hasher.hash('correct horse battery')
  expect(stored).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/)
  expect(await hasher.matches('correct horse battery', stored)).toBe(true)
  expect(await hasher.matches('correct horse batterz', stored)).toBe(false)
  expect(await hasher.matches('correct horse battery', undefined)).toBe(false)
})
test('the same letter written in two ways is the same password', async () =>
  expect(await hasher.matches('cafe\u0301 society', await hasher.hash('caf\u00e9 society'))).toBe(true))
test('the same password is kept differently each time', async () =>
  expect(await hasher.hash('correct horse battery')).not.toBe(await hasher.hash('correct horse battery')))
test('an unknown form is refused, not taken for a wrong password', () => expect(hasher.matches('x', 'md5$1$2')).rejects.toThrow(/form/))
test('too many at once are told to come back', async () => {
  const crowd = createPasswordHasher(systemRuntime)
  const all = Array.from({ length: 103 }, () =>
    crowd.matches('x', 'scrypt$2$1$1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA').catch((error: unknown) => error),
  )
  const results = await Promise.all(all)
  expect(results.filter((result) => result instanceof TooManyPasswordsError)).toHaveLength(1)
  expect(await crowd.matches('x', undefined)).toBe(false)
})
