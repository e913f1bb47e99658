import { embeddedDocumentStore } from '@patchwork/document-store'
import { createSealer } from '@patchwork/encryption'
import { openPlaceFile, type PlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { absoluteMs, idleMs, openSessionStore, type SignedIn } from './sessionStore.ts'

const startedAtMs = Date.parse('2026-03-02T09:00:00.000Z')
const minuteMs = 60_000
const someone = systemRuntime.uuid()

let placeFile: PlaceFile
let nowMs = startedAtMs
let renewals = 0
let isEnded = false

beforeEach(async () => {
  placeFile = await openPlaceFile({ path: ':memory:' })
  nowMs = startedAtMs
  renewals = 0
  isEnded = false
})
afterEach(() => placeFile.close())

const documents = () => embeddedDocumentStore(placeFile)
/** One process; several of them share the documents. */
const openStore = () =>
  openSessionStore({
    documents: documents(),
    sealer: createSealer(new Uint8Array(32), 'web', systemRuntime),
    runtime: { ...systemRuntime, now: () => nowMs },
    renew: async (signedIn) => {
      renewals += 1
      const renewed = { ...signedIn, accessToken: `${signedIn.accessToken}+`, accessTokenEndsAt: at(10 * minuteMs) }
      await new Promise((resolve) => setTimeout(resolve, 30))
      return isEnded ? undefined : renewed
    },
  })

const at = (ms: number) => new Date(nowMs + ms).toISOString()
const signedIn = (): SignedIn => ({
  personId: someone,
  accountId: someone,
  role: 'resident',
  accessToken: 'secret-access-token',
  accessTokenEndsAt: at(10 * minuteMs),
  refreshToken: 'secret-refresh-token',
  idToken: 'secret-id-token',
})

test('a session is found by its secret, and by nothing else', async () => {
  const store = await openStore()
  const secret = await store.open(signedIn())
  expect(await store.read(secret)).toMatchObject({ personId: someone, role: 'resident', accessToken: 'secret-access-token' })
  expect(await store.read(`${secret}x`)).toBeUndefined()
  expect(await store.read('')).toBeUndefined()
})

test('neither tokens nor the secret of the cookie, nor who it is, can be read where it is stored', async () => {
  const secret = await (await openStore()).open(signedIn())
  const stored = await documents().collection<object>({
    service: 'web',
    name: 'sessions',
    fields: { idleUntil: { path: 'idleUntil', type: 'string' } },
    indexes: { 'by-idle-until': { fields: ['idleUntil'] } },
  })
  const page = JSON.stringify(await stored.find({ where: { idleUntil: { above: '' } } }))
  for (const hidden of [secret, someone, 'secret-access-token', 'secret-refresh-token', 'secret-id-token', 'resident']) expect(page).not.toContain(hidden)
})

test('it ends 30 minutes after the last request, and 12 hours after signing in whatever happens', async () => {
  const store = await openStore()
  const idle = await store.open(signedIn())
  nowMs += idleMs - 1
  expect(await store.read(idle)).toBeDefined()
  nowMs += idleMs
  expect(await store.read(idle)).toBeUndefined()

  const busy = await store.open(signedIn())
  const end = nowMs + absoluteMs
  for (nowMs += 20 * minuteMs; nowMs < end; nowMs += 20 * minuteMs) expect(await store.read(busy)).toBeDefined()
  expect(await store.read(busy)).toBeUndefined()
})

test('ending it ends it for good; a repeat changes nothing', async () => {
  const store = await openStore()
  const secret = await store.open(signedIn())
  const session = (await store.read(secret))!
  await store.end(session.sessionId)
  await store.end(session.sessionId)
  expect(await store.read(secret)).toBeUndefined()
  expect(await (await openStore()).read(secret)).toBeUndefined()
})

test('tokens that are about to end are renewed once, by one of many requests in several processes', async () => {
  const stores = [await openStore(), await openStore()]
  const secret = await stores[0]!.open(signedIn())
  nowMs += 10 * minuteMs - 5_000
  const sessions = await Promise.all([0, 1, 0, 1, 0, 1].map(async (which) => ({ store: stores[which]!, session: (await stores[which]!.read(secret))! })))
  const bearers = await Promise.all(sessions.map(({ store, session }) => store.bearer(session)))
  expect(new Set(bearers)).toEqual(new Set(['secret-access-token+']))
  expect(renewals).toBe(1)
  expect((await stores[1]!.read(secret))?.accessToken).toBe('secret-access-token+')
})

test('a session whose sign-in the issuer has ended is over', async () => {
  const store = await openStore()
  const secret = await store.open(signedIn())
  const session = (await store.read(secret))!
  isEnded = true
  nowMs += 10 * minuteMs
  expect(await store.bearer(session)).toBeUndefined()
  expect(await store.read(secret)).toBeUndefined()
})

test('a process that died while renewing holds up nobody for longer than its lease', async () => {
  const store = await openStore()
  const secret = await store.open(signedIn())
  const dying = await openSessionStore({
    documents: documents(),
    sealer: createSealer(new Uint8Array(32), 'web', systemRuntime),
    runtime: { ...systemRuntime, now: () => nowMs },
    renew: () => new Promise(() => undefined),
  })
  nowMs += 10 * minuteMs
  void dying.bearer((await dying.read(secret))!)
  await new Promise((resolve) => setTimeout(resolve, 50))
  const waiting = store.bearer((await store.read(secret))!)
  nowMs += 11_000
  expect(await waiting).toBe('secret-access-token+')
})

test('sweeping removes what has ended and nothing else', async () => {
  const store = await openStore()
  const old = await store.open(signedIn())
  nowMs += idleMs / 2
  const fresh = await store.open(signedIn())
  nowMs += idleMs / 2 + 1
  await store.sweep()
  const stored = await documents().collection<object>({
    service: 'web',
    name: 'sessions',
    fields: { idleUntil: { path: 'idleUntil', type: 'string' } },
    indexes: { 'by-idle-until': { fields: ['idleUntil'] } },
  })
  expect(await stored.count()).toBe(1)
  expect(await store.read(old)).toBeUndefined()
  expect(await store.read(fresh)).toBeDefined()
})
