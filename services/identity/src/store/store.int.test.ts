import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DocumentStore, embeddedDocumentStore, mongoDocumentStore } from '@patchwork/document-store'
import { createSealer } from '@patchwork/encryption'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { mongoForTests } from '@patchwork/testing'
import { openAttempts } from './attempts.ts'
import { openLogins } from './logins.ts'
import { openOidcRecords } from './oidcRecords.ts'
import { openSigningKeys } from './signingKeys.ts'

const onEmbedded = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'patchwork-identity-store-'))
  const file = await openPlaceFile({ path: join(directory, 'patchwork.sqlite') })
  const documents = embeddedDocumentStore(file)
  return {
    documents,
    close: async () => {
      await documents.close()
      await file.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
const mongo = await mongoForTests()
const onMongo = async () => {
  const documents = mongoDocumentStore({ runtime: systemRuntime, uri: mongo?.uri ?? '' })
  return { documents, close: () => documents.close() }
}
const drivers = [['embedded', onEmbedded] as const, ...(mongo ? [['mongo', onMongo] as const] : [])]
afterAll(() => mongo?.stop())

// Two openings over one store stand for two processes of the service.
describe.each(drivers)('on %s', (_name, open) => {
  let documents: DocumentStore
  let close: () => Promise<void>
  const clock = { now: systemRuntime.now() }
  const runtime = { ...systemRuntime, now: () => clock.now }
  const sealer = createSealer(new Uint8Array(32).fill(1), 'identity', systemRuntime)
  const later = (ms: number) => {
    clock.now += ms
  }
  beforeAll(async () => {
    const opened = await open()
    documents = opened.documents
    close = opened.close
  })
  afterAll(() => close())

  test('of processes that start at once one makes the signing key, and all sign with it', async () => {
    const opened = await Promise.all([1, 2, 3].map(() => openSigningKeys(documents, sealer, runtime)))
    expect(new Set(opened.map((keys) => keys.map(({ kid }) => kid).join())).size).toBe(1)
    expect(opened[0]).toEqual([expect.objectContaining({ kty: 'EC', crv: 'P-256', alg: 'ES256', d: expect.stringMatching(/^[\w-]{43}$/) })])
  })

  describe('the reservation of an address', () => {
    const nobody = async () => false
    const at = () => new Date(clock.now).toISOString()
    test('of many who reserve it at once one has it', async () => {
      const logins = await openLogins(documents)
      const answers = await Promise.all(['a', 'b', 'c', 'd'].map((accountId) => logins.reserve('raced', accountId, at(), nobody)))
      expect(answers.filter((answer) => answer === 'reserved')).toHaveLength(1)
      expect(answers.filter((answer) => answer === 'pending')).toHaveLength(3)
    })
    test('whose account stands behind it keeps it; who never opened one loses it after a while', async () => {
      const logins = await openLogins(documents)
      expect(await logins.reserve('kept', 'a', at(), nobody)).toBe('reserved')
      expect(await logins.reserve('kept', 'a', at(), nobody)).toBe('reserved')
      expect(await logins.reserve('kept', 'b', at(), async () => true)).toBe('taken')
      later(20 * 60_000)
      expect(await logins.reserve('kept', 'b', at(), async () => true)).toBe('taken')
      expect(await logins.reserve('kept', 'b', at(), nobody)).toBe('reserved')
    })
    test('only who holds it gives it back', async () => {
      const logins = await openLogins(documents)
      await logins.reserve('given', 'a', at(), nobody)
      await logins.release('given', 'b')
      expect(await logins.accountIdOf('given')).toBe('a')
      await logins.release('given', 'a')
      await logins.release('given', 'a')
      expect(await logins.accountIdOf('given')).toBeUndefined()
    })
  })

  describe('failed sign-ins', () => {
    test('many at once count each, so that none slips through', async () => {
      const attempts = await Promise.all([openAttempts(documents, runtime), openAttempts(documents, runtime)])
      const begun = await Promise.all(Array.from({ length: 20 }, (_, n) => attempts[n % 2]?.begin('crowd')))
      expect(begun.filter((answer) => answer?.waitMs === 0).length).toBeLessThanOrEqual(5)
    })
    test('the wait doubles, has an end, and is forgotten after a day', async () => {
      const attempts = await openAttempts(documents, runtime)
      const waits: number[] = []
      for (let n = 0; n < 20; n += 1) {
        expect((await attempts.begin('slow')).waitMs).toBe(0)
        const { waitMs } = await attempts.begin('slow')
        if (waitMs > 0) waits.push(waitMs)
        later(300_000)
      }
      expect(waits.slice(0, 4)).toEqual([2_000, 4_000, 8_000, 16_000])
      expect(Math.max(...waits)).toBe(300_000)
      later(25 * 3_600_000)
      await attempts.sweep()
      for (let n = 0; n < 5; n += 1) expect((await attempts.begin('slow')).waitMs).toBe(0)
    })
  })

  describe('what the OpenID Connect library remembers', () => {
    test('a code is used up by one of those who bring it at once', async () => {
      const codes = (await openOidcRecords(documents, sealer, runtime)).adapterFor('AuthorizationCode')
      await codes.upsert('code', { accountId: 'a', grantId: 'g', jti: 'code' }, 60)
      const results = await Promise.allSettled([1, 2, 3, 4].map(() => codes.consume('code')))
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await codes.find('code')).toMatchObject({ consumed: expect.any(Number) })
    })
    test('ending an account’s sessions takes those from before, and nobody else’s', async () => {
      const records = await openOidcRecords(documents, sealer, runtime)
      const sessions = records.adapterFor('Session')
      await sessions.upsert('before', { accountId: 'one', uid: 'u1' }, 600)
      await sessions.upsert('other', { accountId: 'two', uid: 'u2' }, 600)
      const at = new Date(clock.now).toISOString()
      later(1)
      await sessions.upsert('after', { accountId: 'one', uid: 'u3' }, 600)
      await records.endAll('one', at)
      expect([await sessions.find('before'), await sessions.findByUid('u1')]).toEqual([undefined, undefined])
      expect(await sessions.findByUid('u2')).toMatchObject({ accountId: 'two' })
      expect(await sessions.find('after')).toMatchObject({ uid: 'u3' })
    })
    test('a grant takes its tokens with it', async () => {
      const records = await openOidcRecords(documents, sealer, runtime)
      const tokens = records.adapterFor('RefreshToken')
      await tokens.upsert('one', { grantId: 'mine' }, 60)
      await tokens.upsert('two', { grantId: 'other' }, 60)
      await tokens.revokeByGrantId('mine')
      expect([await tokens.find('one'), await tokens.find('two')]).toEqual([undefined, { grantId: 'other' }])
    })
    test('what has expired is swept away', async () => {
      const records = await openOidcRecords(documents, sealer, runtime)
      const interactions = records.adapterFor('Interaction')
      await interactions.upsert('short', { uid: 'short' }, 60)
      await interactions.upsert('long', { uid: 'long' }, 600)
      later(61_000)
      await records.sweep()
      expect([await interactions.find('short'), await interactions.find('long')]).toEqual([undefined, { uid: 'long' }])
    })
  })
})
