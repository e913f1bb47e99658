import { type Cancel, repeatedly } from './index.ts'

/** Time that stands until it is told to go on: `pass` lets the one timer that is set go off. */
const givenTime = () => {
  let pending: { delayMs: number; action: () => void } | undefined
  return {
    after: (delayMs: number, action: () => void): Cancel => {
      const timer = { delayMs, action }
      pending = timer
      return () => {
        if (pending === timer) pending = undefined
      }
    },
    waitsMs: () => pending?.delayMs,
    pass: async () => {
      const timer = pending
      pending = undefined
      timer?.action()
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
    },
  }
}
const givenWork = () => {
  const time = givenTime()
  const begun: PromiseWithResolvers<number>[] = []
  const errors: unknown[] = []
  const repeated = repeatedly(time, {
    everyMs: 600,
    work: () => {
      const one = Promise.withResolvers<number>()
      begun.push(one)
      return one.promise
    },
    onError: (error) => errors.push(error),
  })
  return { time, begun, errors, repeated }
}
const turns = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}

test('work is done after its time, and again that long after its end, also where it failed', async () => {
  const { time, begun, errors } = givenWork()
  expect([begun.length, time.waitsMs()]).toEqual([0, 600])
  await time.pass()
  expect([begun.length, time.waitsMs()]).toEqual([1, undefined])
  begun[0]?.reject(new Error('away'))
  await turns()
  expect([errors.length, time.waitsMs()]).toEqual([1, 600])
  await time.pass()
  expect(begun.length).toBe(2)
})

test('a call while it is done joins it, and gets what it gives', async () => {
  const { time, begun, repeated } = givenWork()
  await time.pass()
  const joined = [repeated.runOnce(), repeated.runOnce()]
  begun[0]?.resolve(7)
  expect(await Promise.all(joined)).toEqual([7, 7])
  expect(begun.length).toBe(1)
})

test('stopped, it waits for the one under way, however that ends, and does no more', async () => {
  const { time, begun, repeated } = givenWork()
  await time.pass()
  let isStopped = false
  const stopping = repeated.stop().then(() => {
    isStopped = true
  })
  await turns()
  expect(isStopped).toBe(false)
  begun[0]?.reject(new Error('away'))
  await stopping
  await turns()
  expect(time.waitsMs()).toBeUndefined()
  await repeated.stop()
})
