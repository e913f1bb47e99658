import { type Consumer, consume, on } from '@patchwork/aggregate'
import type { Collection } from '@patchwork/document-store'
import { defineEvent, type EventEnvelope } from '@patchwork/events'
import { systemRuntime as runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { type OpenedPorts, pairsOfPorts } from '../src/openedPorts.ts'
import { until } from '../src/startedPlace.ts'
import type { Fault } from './fault.ts'

const topic = 'patchwork.example.letter'
const group = 'letters'
const LetterWritten = defineEvent({ type: 'letter.written.v1', topic, meaning: 'Something is to be told.', data: z.object({ publishedAt: z.number() }) })
const keysCount = 40
const perKey = 6
/** The poison stands at this sequence of its key; what follows must wait behind it. */
const poisonedAt = 3
const everyMs = 25
const lateAimMs = 1_000
const pointOf = (pair: string): string => `an event whose reaction fails, ${pair}`

type Letter = { key: string; sequence: number; place: number }

/** A fault of the program for one event and no other. */
class SpiltInkError extends Error {
  readonly code = 'spilt-ink'
}

const openLetters = async ({ ports, close: closePorts }: OpenedPorts) => {
  const { log } = ports
  const letters: Collection<Letter> = await ports.documents.collection<Letter>({ service: 'example', name: 'letters', fields: {}, indexes: {} })
  await log.ensureTopics([topic])
  const late = new Map<string, number>()
  let place = 0
  let poisonedId: string | undefined
  const write = on(LetterWritten, async ({ id, subject, sequence, data: { publishedAt } }) => {
    if (id === poisonedId) throw new SpiltInkError()
    place += 1
    await letters.insert(id, { key: subject, sequence, place })
    late.set(subject, Math.max(late.get(subject) ?? 0, runtime.now() - publishedAt))
  })
  const consumer: Consumer = await consume({ service: 'example', group, topics: [topic], handlers: [write] }, ports)
  const poison = (eventId: string | undefined) => {
    poisonedId = eventId
  }
  const close = async () => {
    await consumer.stop()
    await closePorts()
  }
  return { log, letters, consumer, late, poison, close }
}

const eventOf = (key: string, sequence: number): EventEnvelope => ({
  specversion: '1.0',
  id: `${key}-${sequence}`,
  source: '/patchwork/example/letter',
  type: LetterWritten.type,
  subject: key,
  time: new Date(runtime.now()).toISOString(),
  datacontenttype: 'application/json',
  sequence,
  sequencetype: 'Integer',
  commandkey: `${key}-${sequence}`,
  data: { publishedAt: runtime.now() },
})

const strikeOnce = async (opened: OpenedPorts): Promise<number> => {
  const place = await openLetters(opened)
  try {
    const keys = Array.from({ length: keysCount }, (_, index) => `letter-${index}`)
    const poisoned = keys[0] as string
    place.poison(`${poisoned}-${poisonedAt}`)
    // 40 operations in a second, of all keys in turn.
    for (let sequence = 1; sequence <= perKey; sequence += 1)
      for (const key of keys) {
        await place.log.publish([{ topic, event: eventOf(key, sequence) }])
        await new Promise((resolve) => setTimeout(resolve, everyMs))
      }
    await place.consumer.caughtUp()
    const parked = await place.consumer.parked(100)
    expect(parked.map(({ group: by, subject, sequence, reason }) => ({ by, subject, sequence, reason }))).toEqual(
      Array.from({ length: perKey - poisonedAt + 1 }, (_, index) => ({
        by: group,
        subject: poisoned,
        sequence: poisonedAt + index,
        reason: index === 0 ? { why: 'failed', code: 'spilt-ink' } : { why: 'behind' },
      })),
    )
    expect(await place.letters.count()).toBe(keysCount * perKey - parked.length)
    const lateMs = Math.max(...[...place.late].filter(([key]) => key !== poisoned).map(([, ms]) => ms))
    expect(await place.consumer.replay(poisoned)).toEqual({ replayed: 0, stillParked: parked.length })
    place.poison(undefined)
    expect(await place.consumer.replay(poisoned)).toEqual({ replayed: parked.length, stillParked: 0 })
    await until('every letter is written', async () => (await place.letters.count()) === keysCount * perKey)
    const written = await place.letters.getMany(Array.from({ length: perKey }, (_, index) => `${poisoned}-${index + 1}`))
    const inOrder = written.map(({ body }) => body).sort((one, other) => one.place - other.place)
    expect(inOrder.map(({ sequence }) => sequence)).toEqual(Array.from({ length: perKey }, (_, index) => index + 1))
    for (const { name, check } of place.consumer.invariants) expect({ name, violations: (await check()).violations }).toEqual({ name, violations: 0 })
    return lateMs
  } finally {
    await place.close()
  }
}

/** An event that one group cannot handle until its cause is mended. */
export const poisonEvent: Fault = {
  name: 'poison event',
  on: 'alone',
  title: 'O1 an event that cannot be handled is parked with its group and reason, its key waits behind it, all others flow on, and replay brings it in order',
  unit: 'events',
  counts: { ci: 2, full: 20 },
  points: Object.keys(pairsOfPorts).map(pointOf),
  strike: async ({ count, struck, say }) => {
    const pairs = Object.entries(pairsOfPorts)
    let lateMs = 0
    for (let strike = 0; strike < count; strike += 1) {
      const [pair, open] = pairs[strike % pairs.length] as (typeof pairs)[number]
      lateMs = Math.max(lateMs, await strikeOnce(await open()))
      struck(pointOf(pair))
    }
    say(`no other key more than ${lateMs} ms late (aim ${lateAimMs})`)
  },
}
