import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Aggregate, consume, type Invariant, on, openAggregates, type Ports } from '@patchwork/aggregate'
import { embeddedDocumentStore } from '@patchwork/document-store'
import { embeddedEventLog } from '@patchwork/event-log'
import { type DomainEvent, defineEvent } from '@patchwork/events'
import { type RunningService, shownConsumer } from '@patchwork/http'
import { openPlaceFile } from '@patchwork/place-file'
import { sleep, systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { startTestIssuer, type TestRole } from '@patchwork/testing'
import express from 'express'
import { z } from 'zod'
import { VerificationUnderWayError } from './errors.ts'
import { openOperationsStore } from './operationsStore.ts'
import { withOperations } from './withOperations.ts'

const topic = 'patchwork.example.bell'
const Rung = defineEvent({ type: 'bell.rung.v1', topic, meaning: 'A bell was rung.', data: z.object({}) })
type Rings = { rings: number }
const ring = (_: Aggregate<Rings, undefined>) => ({ events: [{ type: 'bell.rung.v1', data: {} } as DomainEvent<typeof Rung>] })

const issuer = await startTestIssuer()
afterAll(() => issuer.stop())
const personId = '7f1fda3c-6b57-4ef1-9f6c-0d5d3ff1a0a1'

type Run = { runId: string; status: string; startedBy: string; done: number; of: number; replayed?: number; stillParked?: number; checked?: object[] }
type Status = {
  processes: { isReady: boolean }[]
  consumers: { group: string; behind: number; parked: number }[]
  outboxes: { aggregate: string; waiting: number }[]
  verification?: Run
  replays: Run[]
}

/** Two processes of one service on the same store and log; its consumer cannot hear the bell that `deafTo` names. */
const given = async () => {
  const placeFile = await openPlaceFile({ path: ':memory:' })
  const log = embeddedEventLog({ placeFile, runtime: systemRuntime })
  const logger = createLogger({ level: 'silent' })
  const ports: Ports = { documents: embeddedDocumentStore(placeFile), log, runtime: systemRuntime, logger, dataKey: new Uint8Array(32) }
  const heard: string[] = []
  const state = { deafTo: 'cracked', isReady: true, holdUp: Promise.resolve(), atOnce: 0, atOnceMost: 0 }
  const bells: { update: (id: string) => Promise<unknown> }[] = []
  const start = async (own: Ports): Promise<RunningService> => {
    const evolve = ({ rings }: Rings) => ({ rings: rings + 1 })
    const bell = await openAggregates<Rings, DomainEvent<typeof Rung>>(
      { service: 'example', name: 'bell', topic, events: [Rung], initial: { rings: 0 }, evolve },
      own,
    )
    const hear = on(Rung, async ({ subject }) => {
      if (subject === state.deafTo) throw Object.assign(new Error('Not to be heard'), { code: 'cracked-bell' })
      heard.push(subject)
    })
    const consumer = await consume({ service: 'example', group: 'hearing', topics: [topic], handlers: [hear], attemptsMax: 1 }, own)
    bells.push({
      update: (id) => bell.update(id, { key: systemRuntime.uuid(), repeatable: false, body: null, at: new Date().toISOString() }, ring),
    })
    const looksLong: Invariant = {
      name: 'example: nobody looks while another does',
      check: async () => {
        state.atOnce += 1
        state.atOnceMost = Math.max(state.atOnceMost, state.atOnce)
        await state.holdUp
        state.atOnce -= 1
        return { checked: 1, violations: 0, examples: [] }
      },
    }
    return {
      ...{ name: 'example', mounts: [], invariants: [...bell.invariants, ...consumer.invariants, looksLong], readModels: [] },
      consumers: [shownConsumer('hearing', () => consumer)],
      ready: async () => {
        if (!state.isReady) throw new Error('Not ready')
      },
      stop: async () => {
        await consumer.stop()
        await bell.stop()
      },
    }
  }
  const processes = [await withOperations(ports, issuer, start), await withOperations(ports, issuer, start)]
  const app = express()
  // Whoever asks is answered now by the one and now by the other.
  let turn = 0
  app.use('/api/example/operations', (request, response, next) => {
    turn += 1
    processes[turn % processes.length]?.mounts[0]?.app(request, response, next)
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/example/operations`
  const ask = async (method: 'GET' | 'POST', path: string, { role = 'administrator', key, body }: { role?: TestRole; key?: string; body?: object } = {}) => {
    const headers = {
      authorization: `Bearer ${await issuer.tokenFor({ personId, role })}`,
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    }
    const response = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    return { status: response.status, body: (await response.json()) as never }
  }
  const status = async () => (await ask('GET', '/status')).body as Status
  return {
    ...{ ask, status, heard, state, ports },
    verifyByCommand: () => processes[0]!.verify(),
    ring: (id: string) => bells[0]?.update(id),
    // Shorter than it takes until a process that left without a word counts as gone.
    eventually: async (look: () => Promise<boolean>) => {
      for (let tries = 0; tries < 400; tries += 1) {
        if (await look()) return
        await sleep(systemRuntime, 50)
      }
      throw new Error('It did not come about')
    },
    stopOne: () => processes.pop()?.stop(),
    stop: async () => {
      for (const running of processes) await running.stop()
      server.closeAllConnections()
      server.close()
      await log.close()
      await placeFile.close()
    },
  }
}

let place: Awaited<ReturnType<typeof given>>
beforeEach(async () => {
  place = await given()
})
afterEach(() => place.stop())

const waitingNothing = JSON.stringify([{ aggregate: 'example/bell', waiting: 0 }])

test('whichever process is asked tells of all, of every consumer group and of every outbox', async () => {
  await place.ring('sound')
  await place.eventually(async () => place.heard.length === 1 && (await place.status()).consumers[0]?.behind === 0)
  await place.eventually(async () => (await place.status()).outboxes.every(({ waiting }) => waiting === 0))
  for (let asked = 0; asked < 2; asked += 1)
    await place.eventually(async () => {
      const { processes, consumers, outboxes, replays } = await place.status()
      const isQuiet = consumers.every(({ group, behind, parked }) => group === 'hearing' && behind === 0 && parked === 0)
      return isQuiet && processes.map(({ isReady }) => isReady).join() === 'true,true' && JSON.stringify(outboxes) === waitingNothing && replays.length === 0
    })
  await place.stopOne()
  await place.eventually(async () => (await place.status()).processes.length === 1)
})

test('what could not be handled is told with its reason while all else flows on, and a replay that its cause was mended for handles it, once', async () => {
  for (const id of ['cracked', 'sound', 'cracked']) await place.ring(id)
  await place.eventually(async () => (await place.status()).consumers[0]?.parked === 2 && place.heard.length === 1)
  const letters = (await place.ask('GET', '/dead-letters')).body as { items: object[]; isMore: boolean }
  expect(letters).toMatchObject({
    items: [
      { group: 'hearing', source: 'cracked', sequence: 1, type: 'bell.rung.v1', reason: 'failed: cracked-bell' },
      { group: 'hearing', source: 'cracked', sequence: 2, reason: 'behind' },
    ],
    isMore: false,
  })
  expect((await place.ask('GET', '/dead-letters?limit=1')).body).toMatchObject({ isMore: true })
  const tooEarly = await place.ask('POST', '/replays', { body: { group: 'hearing' } })
  expect(tooEarly).toMatchObject({ status: 202, body: { status: 'finished', replayed: 0, stillParked: 2, startedBy: personId } })
  place.state.deafTo = 'none'
  const key = 'mended-by-hand'
  const done = await place.ask('POST', '/replays', { key, body: { group: 'hearing' } })
  expect(done.body).toMatchObject({ status: 'finished', replayed: 2, stillParked: 0 })
  expect((await place.ask('POST', '/replays', { key, body: { group: 'hearing' } })).body).toEqual(done.body)
  expect((await place.ask('POST', '/replays', { key, body: {} })).body).toMatchObject({ code: 'idempotency-key-reused' })
  expect(place.heard).toEqual(['sound', 'cracked', 'cracked'])
  await place.eventually(async () => (await place.status()).replays.length === 2)
  expect((await place.ask('GET', '/dead-letters')).body).toEqual({ items: [], isMore: false })
})

test('a verification checks every invariant, and tells what it found to whoever asks later', async () => {
  await place.ring('cracked')
  await place.eventually(async () => (await place.status()).consumers[0]?.parked === 1)
  expect((await place.ask('POST', '/verifications')).status).toBe(202)
  // The other process may say for a second what it saw before.
  let verification: Run | undefined
  await place.eventually(async () => {
    verification = (await place.status()).verification
    return verification?.status === 'finished'
  })
  expect(verification).toMatchObject({ done: verification?.of, startedBy: personId })
  expect(verification?.checked).toContainEqual({
    name: 'hearing: nothing is parked',
    checked: 1,
    violations: 1,
    examples: [expect.stringContaining('cracked')],
  })
})

/** Whoever has it holds up its verification until it is let go. */
const heldUp = async (): Promise<() => void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  place.state.holdUp = promise
  return resolve
}

test('while one verification is under way another is refused in words, whoever is asked; a repeat of the first is not, and afterwards there may be another', async () => {
  const letGo = await heldUp()
  const key = 'begun-first'
  const first = place.ask('POST', '/verifications', { key })
  await place.eventually(async () => (await place.status()).verification?.status === 'running')
  const refusal = { status: 409, code: 'verification-under-way', detail: expect.stringContaining('has been under way since') }
  for (let asked = 0; asked < 2; asked += 1) expect((await place.ask('POST', '/verifications')).body).toMatchObject(refusal)
  await expect(place.verifyByCommand()).rejects.toThrow(VerificationUnderWayError)
  expect((await place.ask('POST', '/verifications', { key })).body).toMatchObject({ status: 'running' })
  letGo()
  await first
  await place.eventually(async () => (await place.status()).verification?.status === 'finished')
  expect((await place.ask('POST', '/verifications')).status).toBe(202)
})

test('of those that are begun in the same moment one goes on, and never two at a time', async () => {
  const letGo = await heldUp()
  const asked = Array.from({ length: 6 }, () => place.ask('POST', '/verifications'))
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(statuses.sort()).toEqual([202, 409, 409, 409, 409, 409])
  letGo()
  await place.eventually(async () => (await place.status()).verification?.status === 'finished')
  expect(place.state.atOnceMost).toBe(1)
})

test('what the command verifies stands there as its own, and it is given what was found', async () => {
  const checked = await place.verifyByCommand()
  expect(checked.map(({ name }) => name)).toContain('hearing: nothing is parked')
  await place.eventually(async () => (await place.status()).verification?.status === 'finished')
  const { verification } = await place.status()
  expect(verification?.checked).toEqual(checked)
  expect(verification).not.toHaveProperty('startedBy')
})

test('one whose process has gone without a word holds nobody up', async () => {
  const store = await openOperationsStore('example', place.ports)
  const gone = { runId: 'left-behind', process: 'gone' }
  expect(await store.claimVerification(gone, { goneMs: 30_000, isUnderWayHere: () => false })).toBeUndefined()
  await store.begin(gone.runId, { kind: 'verification', startedAt: '2026-03-02T10:00:00.000Z', process: gone.process, done: 0, of: 3 })
  expect((await place.ask('POST', '/verifications')).status).toBe(202)
})

test('a group that is not there is not found, and nobody but an administrator is told or obeyed', async () => {
  expect((await place.ask('POST', '/replays', { body: { group: 'nobody' } })).status).toBe(404)
  for (const role of ['resident', 'provider', 'navigator', 'coordinator', 'commissioner'] as const) {
    const asked = [place.ask('GET', '/status', { role }), place.ask('GET', '/dead-letters', { role }), place.ask('POST', '/verifications', { role })]
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([403, 403, 403])
  }
})
