import type { Fault } from './fault.ts'

const drainAimMs = 30_000

/** Kafka killed under load and started again later on the same data. */
export const kafkaStopped: Fault = {
  name: 'Kafka stopped',
  on: 'distributed',
  title: 'O1 while Kafka is away every write is taken, and what waited is told when it is back',
  unit: 'seconds without Kafka',
  counts: { ci: 20, full: 120 },
  points: ['Kafka'],
  strike: async ({ around, load, count, struck, say }) => {
    const { requests } = load
    await around.kafka.kill()
    const before = { answered: requests.operations, refused: requests.unavailable.length, unanswered: requests.unanswered }
    for (let second = 1; second <= count; second += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      struck('Kafka')
    }
    const answered = requests.operations - before.answered
    const refused = requests.unavailable.slice(before.refused)
    const unanswered = requests.unanswered - before.unanswered
    await around.kafka.start()
    const startedAt = performance.now()
    await load.stop()
    await load.loop.everybodyIsTold()
    await load.pool.everybodyIsTold()
    const drainedMs = performance.now() - startedAt
    const late = drainedMs > drainAimMs ? `, over the aim of ${drainAimMs / 1_000} s` : ''
    say(
      `${answered.toLocaleString('en-GB')} writes taken meanwhile and ${refused.length + unanswered} not, drained ${(drainedMs / 1_000).toFixed(1)} s after${late}`,
    )
    expect(answered).toBeGreaterThan(0)
    expect({ refused: refused.slice(0, 3), unanswered }).toEqual({ refused: [], unanswered: 0 })
  },
}
