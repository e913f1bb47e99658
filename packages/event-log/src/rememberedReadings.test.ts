import type { EventEnvelope } from '@patchwork/events'
import { openPlaceFile, type PlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import fc from 'fast-check'
import { eventOf, numbers } from './conformance.ts'
import { embeddedEventLog } from './embedded/embeddedEventLog.ts'
import type { EventLog } from './eventLog.ts'
import { rememberReadings } from './rememberedReadings.ts'

const topic = 'patchwork.test.thing'
let placeFile: PlaceFile
let driver: EventLog
let fromDriver: number
beforeEach(async () => {
  placeFile = await openPlaceFile({ path: ':memory:' })
  const log = embeddedEventLog({ placeFile, runtime: systemRuntime })
  fromDriver = 0
  driver = {
    ...log,
    read: async function* (...asked) {
      for await (const event of log.read(...asked)) {
        fromDriver += 1
        yield event
      }
    },
  }
  await driver.ensureTopics([topic])
})
afterEach(async () => {
  await driver.close()
  await placeFile.close()
})
const publish = (sequences: readonly number[], key = 'a') => driver.publish(sequences.map((sequence) => ({ topic, event: eventOf(key, sequence) })))
const all = async (log: EventLog): Promise<EventEnvelope[]> => {
  const read: EventEnvelope[] = []
  for await (const event of log.read(topic)) read.push(event)
  return read
}
const idsOf = (events: readonly EventEnvelope[]) => events.map(({ id }) => id)

test('while something is asked a topic is read once, and each further reading gives what came since too', async () => {
  const { log, whileAsking } = rememberReadings(driver)
  await publish(numbers(5))
  await whileAsking(async () => {
    expect(await all(log)).toEqual(await all(driver))
    fromDriver = 0
    await publish([6, 7])
    expect(idsOf(await all(log))).toEqual(numbers(7).map((sequence) => `a-${sequence}`))
    expect(idsOf(await all(log))).toHaveLength(7)
    expect(fromDriver).toBe(2)
  })
})

test('afterwards nothing is remembered, nor while only another asks no more', async () => {
  const { log, whileAsking } = rememberReadings(driver)
  await publish(numbers(5))
  await whileAsking(() => whileAsking(() => all(log)))
  fromDriver = 0
  await all(log)
  expect(fromDriver).toBe(5)
})

test('a topic that would take too much memory is read each time, and whole', async () => {
  const { log, whileAsking } = rememberReadings(driver, { eventsMax: 4 })
  await publish(numbers(3))
  await whileAsking(async () => {
    await all(log)
    await publish([4, 5, 6])
    for (let times = 0; times < 2; times += 1) {
      fromDriver = 0
      expect(idsOf(await all(log))).toEqual(numbers(6).map((sequence) => `a-${sequence}`))
    }
    expect(fromDriver).toBe(6)
  })
})

test('a reading that was left in the middle is not taken for the whole', async () => {
  const { log, whileAsking } = rememberReadings(driver)
  await publish(numbers(5))
  await whileAsking(async () => {
    for await (const { sequence } of log.read(topic)) if (sequence === 2) break
    expect(idsOf(await all(log))).toHaveLength(5)
  })
})

test('whatever is published between and during readings, each gives every event that was there when it began, in order and once', async () => {
  const steps = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), before: fc.nat(3), during: fc.nat(2) }), { minLength: 1, maxLength: 6 })
  let run = 0
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(3, 10, 1_000), async (rounds, eventsMax) => {
      run += 1
      const own = `${topic}-${run}`
      await driver.ensureTopics([own])
      const next = new Map<string, number>()
      const add = async (key: string, count: number) => {
        for (let left = count; left > 0; left -= 1) {
          const sequence = (next.get(key) ?? 0) + 1
          next.set(key, sequence)
          await driver.publish([{ topic: own, event: eventOf(key, sequence) }])
        }
      }
      const { log, whileAsking } = rememberReadings(driver, { eventsMax })
      await whileAsking(async () => {
        for (const { key, before, during } of rounds) {
          await add(key, before)
          const there = new Map(next)
          const read: EventEnvelope[] = []
          for await (const event of log.read(own)) {
            if (read.length === 0) await add(key, during)
            read.push(event)
          }
          for (const [subject, sequence] of there) {
            const found = read.filter((event) => event.subject === subject).map((event) => event.sequence)
            expect(found).toEqual(numbers(found.length))
            expect(found.length).toBeGreaterThanOrEqual(sequence)
          }
        }
      })
    }),
    { numRuns: 60 },
  )
})
