import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Consumer, Ports } from '@patchwork/aggregate'
import { type DocumentStore, embeddedDocumentStore, mongoDocumentStore } from '@patchwork/document-store'
import { embeddedEventLog } from '@patchwork/event-log'
import { AccountClosed, type EventEnvelope } from '@patchwork/events'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { mongoForTests, until } from '@patchwork/testing'
import { listAsset, showAsset } from '../domain/asset.ts'
import { openDirectory } from '../store/directory.ts'
import { newId, startPlace } from '../testing/startPlace.ts'
import { hideSkillsOfClosedAccounts } from './closedAccounts.ts'

const mongo = await mongoForTests()
const drivers = ['embedded', ...(mongo ? ['mongo'] : [])] as const
afterAll(() => mongo?.stop())

const hourMs = 3_600_000
const closing = (personId: string, atMs: number) => {
  const accountId = newId()
  const event = { id: newId(), source: '/patchwork/identity/account', type: AccountClosed.type, subject: accountId, time: new Date(atMs).toISOString() }
  const rest = { specversion: '1.0', datacontenttype: 'application/json', sequence: 1, sequencetype: 'Integer', commandkey: accountId }
  return { topic: AccountClosed.topic, event: { ...event, ...rest, data: { accountId, personId, closedBy: newId() } } as unknown as EventEnvelope }
}
const words = {
  kind: 'skill',
  name: 'I can mend bicycles',
  description: '',
  wardCode: 'E05015254',
  gift: 'hands',
  shownAs: 'ask',
  reach: { phone: '07700 900123' },
} as const

const openPlace = async (driver: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-closed-accounts-'))
  const placeFile = await openPlaceFile({ path: join(folder, 'patchwork.sqlite') })
  const documents: DocumentStore = driver === 'mongo' ? mongoDocumentStore({ runtime: systemRuntime, uri: mongo?.uri ?? '' }) : embeddedDocumentStore(placeFile)
  const logger = createLogger({ level: 'silent' })
  const log = embeddedEventLog({ placeFile, runtime: systemRuntime, logger })
  const ports: Ports = { documents, log, runtime: systemRuntime, logger, dataKey: new Uint8Array(32).fill(3) }
  const directory = await openDirectory(ports)
  const { assets } = directory
  await log.ensureTopics([AccountClosed.topic])
  let consumer: Consumer | undefined = await hideSkillsOfClosedAccounts(directory, ports)
  const command = (at: string) => ({ key: newId(), repeatable: false, body: null, at })
  const share = async (personId: string, atMs: number) => {
    const [assetId, at] = [newId(), new Date(atMs).toISOString()]
    await assets.update(assetId, command(at), (asset) => listAsset(asset, { assetId, category: 'garden-and-home', words, holder: { personId }, at }))
    return assetId
  }
  return {
    share,
    show: async (assetId: string, atMs: number) => {
      const at = new Date(atMs).toISOString()
      await assets.update(assetId, command(at), (asset) => showAsset(asset, { assetId, at }))
    },
    close: (personId: string, atMs: number) => log.publish([closing(personId, atMs)]),
    settled: async () => {
      for (let turn = 0; turn < 2; turn += 1) {
        await assets.relay.drained()
        await consumer?.caughtUp()
      }
    },
    again: async () => {
      await consumer?.stop()
      consumer = await hideSkillsOfClosedAccounts(directory, ports)
    },
    statusOf: async (assetId: string) => (await assets.get(assetId))?.state.status,
    parked: async () => consumer?.parked(10),
    end: async () => {
      await consumer?.stop()
      await Promise.all(Object.values(directory).map((one) => one.stop()))
      await log.close()
      await documents.close()
      await placeFile.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

describe.each(drivers)('on %s', (driver) => {
  let place: Awaited<ReturnType<typeof openPlace>>
  beforeEach(async () => {
    place = await openPlace(driver)
  })
  afterEach(() => place.end())
  const now = Date.parse('2026-03-02T10:00:00Z')

  test('D13 the skills of a person whose account is closed are hidden, and nobody else’s', async () => {
    const [personId, another] = [newId(), newId()]
    const [one, two, theirs] = [await place.share(personId, now - hourMs), await place.share(personId, now), await place.share(another, now)]
    await place.close(personId, now)
    await place.settled()
    expect([await place.statusOf(one), await place.statusOf(two), await place.statusOf(theirs)]).toEqual(['hidden', 'hidden', 'listed'])
    expect(await place.parked()).toEqual([])
  })
  test('D13 what is shared a moment after the closing, with a token from before it, is hidden by its own event, and so is what is shown again', async () => {
    const personId = newId()
    const before = await place.share(personId, now - hourMs)
    await place.close(personId, now)
    await place.settled()
    const late = await place.share(personId, now + 60_000)
    await place.show(before, now + 60_000)
    await place.settled()
    expect([await place.statusOf(late), await place.statusOf(before)]).toEqual(['hidden', 'hidden'])
  })
  test('D13 who has another account later shows their skills again, and they stay, also when a first start reads all that ever happened', async () => {
    const personId = newId()
    const skill = await place.share(personId, now - hourMs)
    await place.close(personId, now)
    await place.settled()
    await place.show(skill, now + 2 * hourMs)
    await place.settled()
    expect(await place.statusOf(skill)).toBe('listed')
    await place.close(personId, now)
    await place.again()
    await place.settled()
    expect(await place.statusOf(skill)).toBe('listed')
  })
})

test('D13 a skill of a closed account is found no more, and what was said of it is kept for its person', async () => {
  const place = await startPlace()
  try {
    const personId = newId()
    const ask = place.as('resident', personId)
    const body = { ...words, kind: undefined, description: undefined, category: 'garden-and-home', isAdult: true }
    const { assetId } = (await ask('/skills', { body })).body
    const found = async () => (await place.asAnyone('/assets?text=bicycles')).body.total
    await until(found, (total) => total === 1)
    await place.ports().log.publish([closing(personId, Date.now())])
    await until(found, (total) => total === 0)
    expect((await place.asAnyone(`/assets/${assetId}`)).status).toBe(404)
    expect((await place.as('navigator')(`/skills/${assetId}/sharer`)).status).toBe(404)
    expect((await ask('/skills/mine')).body.items).toMatchObject([{ assetId, status: 'hidden' }])
  } finally {
    await place.stop()
  }
})
