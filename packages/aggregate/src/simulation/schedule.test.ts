import { playSchedule } from './schedule.ts'

const seeds = Number(process.env.SEEDS ?? 40)
const firstSeed = Number(process.env.FIRST_SEED ?? 1)

test('no schedule of crashes, lying failures, repeats, poison and slow former owners loses, repeats or reorders anything', async () => {
  const failing: string[] = []
  let crashes = 0
  let parked = 0
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const result = await playSchedule(seed)
    crashes += result.crashes
    parked += result.parked
    if (result.violations.length > 0) failing.push(`seed ${seed}: ${result.violations.slice(0, 3).join('; ')}`)
  }
  expect({ failing: failing.slice(0, 5), count: failing.length }).toEqual({ failing: [], count: 0 })
  expect(crashes).toBeGreaterThan(0)
  expect(parked).toBeGreaterThan(0)
}, 600_000)
