import { type Runtime, systemRuntime } from '@patchwork/runtime'
import fc from 'fast-check'
import { eventOf, numbers, pause, until } from './conformance.ts'
import type { EventHandler } from './eventLog.ts'
import { type LoggedEvent, openKeyedWork } from './keyedWork.ts'
import { openSlots } from './slots.ts'

const logged = (offset: number, key: string): LoggedEvent => ({ offset, key, event: eventOf(key, offset) })
const runMax = 5
// Back-offs without the waiting.
const hurried: Runtime = { ...systemRuntime, after: (_delayMs, action) => systemRuntime.after(0, action) }
const open = (onMoved: (offset: number) => void = () => {}) => openKeyedWork({ runtime: hurried, group: 'g', topic: 't', onMoved })

describe('work by key', () => {
  test('whoever comes, goes, refuses or is slow: each key keeps its order, and the position never passes an unfinished event', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 60 }),
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.record({ slots: fc.integer({ min: 1, max: 3 }), runMax: fc.integer({ min: 1, max: 4 }) }), { minLength: 1, maxLength: 3 }),
        async (keys, tempers, members) => {
          const finished = new Set<number>()
          const order = new Map<string, number[]>()
          const running = new Set<string>()
          let position = -1
          let calls = 0
          let longest = 0
          const work = open((offset) => {
            expect(offset).toBeGreaterThanOrEqual(position)
            position = offset
            for (const passed of numbers(offset, 0)) expect(finished).toContain(passed)
          })
          const handler: EventHandler = async (run) => {
            const [{ subject }] = run
            expect(running).not.toContain(subject)
            running.add(subject)
            const temper = tempers[calls++ % tempers.length] as number
            if (temper > 6) await pause(0)
            running.delete(subject)
            // Refusing for ever would be another property.
            if (temper > 7 && calls < 300) throw new Error('not now')
            const sequences = run.map(({ sequence }) => sequence)
            order.set(subject, [...(order.get(subject) ?? []), ...sequences])
            for (const sequence of sequences) finished.add(sequence)
            longest = Math.max(longest, run.length)
          }
          const leave = members.map(({ slots, runMax }) => work.join({ handler, slots: openSlots(slots), runMax }))
          for (let offset = 0; offset < keys.length; ) {
            const from = offset
            offset = Math.min(keys.length, from + 1 + ((tempers[from % tempers.length] as number) % runMax))
            // In runs, as a batch is taken; at some offsets stands nothing to hand on.
            const isEmpty = (one: number) => tempers[one % tempers.length] === 0
            const run = numbers(offset - 1, from)
            for (const one of run.filter(isEmpty)) finished.add(one)
            work.take(run.filter((one) => !isEmpty(one)).map((one) => logged(one, `k${keys[one]}`)))
            work.pass(offset - 1)
            // A stream read again from before.
            if (tempers[from % tempers.length] === 5) work.take([logged(Math.max(0, from - 1), 'again')])
            if (tempers[from % tempers.length] === 6 && leave.length > 1) await leave.pop()?.()
            if (tempers[from % tempers.length] === 3) await pause(0)
          }
          await until('all are finished', () => position === keys.length - 1)
          for (const sequences of order.values()) expect(sequences).toEqual(sequences.toSorted((one, other) => one - other))
          expect(finished.size).toBe(keys.length)
          expect([...order.values()].flat().length).toBe(keys.filter((_key, one) => tempers[one % tempers.length] !== 0).length)
          expect(longest).toBeLessThanOrEqual(Math.max(...members.map(({ runMax }) => runMax)))
          await Promise.all(leave.map((go) => go()))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('behind a stuck key the others go on, up to a limit; then the stream waits, and goes on when it is mended', async () => {
    let mended = false
    let moved = -1
    const work = open((offset) => {
      moved = offset
    })
    const leave = work.join({
      slots: openSlots(4),
      runMax: 1,
      handler: async ([{ subject }]) => {
        if (subject === 'stuck' && !mended) throw new Error('not now')
      },
    })
    let offset = 0
    const takeAll = (key: () => string, limit: number) => {
      const until = offset + limit
      while (offset < until && work.room() > 0) work.take([logged(offset++, key())])
    }
    takeAll(() => 'stuck', 1)
    for (let round = 0; round < 10; round += 1) {
      takeAll(() => `k${offset % 7}`, 2_000)
      await until('the others are handled', () => work.room() > 4_000)
    }
    expect(offset).toBe(20_001)
    expect(moved).toBe(-1)
    takeAll(() => 'stuck', 20_000)
    expect(offset).toBeLessThan(20_001 + 5_000)
    expect(work.room()).toBe(0)
    mended = true
    await until('all is handled', () => moved === offset - 1)
    expect(work.room()).toBeGreaterThan(0)
    await leave()
  })

  test('whoever leaves waits for what is in hand, however often it is asked to, and is handed nothing more', async () => {
    const [gate, handled] = [Promise.withResolvers<void>(), [] as number[]]
    const work = open()
    const leave = work.join({
      slots: openSlots(2),
      runMax: 1,
      handler: async ([{ sequence }]) => {
        await gate.promise
        handled.push(sequence)
      },
    })
    work.take(numbers(5, 0).map((offset) => logged(offset, `k${offset}`)))
    const gone: number[] = []
    const leaving = [leave().then(() => gone.push(handled.length)), leave().then(() => gone.push(handled.length))]
    await pause(0)
    expect(gone).toEqual([])
    gate.resolve()
    await Promise.all(leaving)
    expect([gone, handled]).toEqual([
      [2, 2],
      [0, 1],
    ])
  })

  test('a slot that is given back is offered to every stream in turn', async () => {
    const slots = openSlots(1)
    const handled: string[] = []
    const streams = ['one', 'two', 'three'].map((name) => {
      const work = openKeyedWork({ runtime: hurried, group: 'g', topic: name, onMoved: () => {} })
      work.join({ slots, runMax: 1, handler: async () => void handled.push(name) })
      return work
    })
    for (const offset of numbers(9, 0)) for (const [index, work] of streams.entries()) work.take([logged(offset, `${index}-${offset}`)])
    await until('all are handled', () => handled.length === 30)
    expect(new Set(handled.slice(0, 6)).size).toBe(3)
  })
})
