import type { TraitKind } from '../domain/likeness.ts'
import { newId, type Place, startPlace } from '../testing/startPlace.ts'
import { type Likenesses, openLikenesses } from './likeness.ts'

let place: Place
let likenesses: Likenesses<TraitKind>
beforeAll(async () => {
  place = await startPlace()
  likenesses = await openLikenesses('organisation', place.ports())
})
afterAll(() => place.stop())

const name = (value: string) => ({ kind: 'name' as const, value })
const phone = { kind: 'phone' as const, value: '01614960000' }

test('D10 what a crash cut off between keeping and comparing is not known yet, and is compared again', async () => {
  const id = newId()
  await likenesses.keep(id, async () => [name('bowls'), phone])
  expect(await likenesses.has(id, [phone])).toBe(false)
  await likenesses.compared(id)
  expect(await likenesses.has(id, [phone])).toBe(true)
  // The same again changes nothing; something new has to be compared.
  await likenesses.keep(id, async () => [name('bowls'), phone])
  expect(await likenesses.has(id, [phone])).toBe(true)
  await likenesses.keep(id, async () => [name('chess'), phone])
  expect(await likenesses.has(id, [phone])).toBe(false)
})
test('D10 the others are those that share something, each with what; what more than twenty share says nothing', async () => {
  const [one, other] = [newId(), newId()]
  const many = name('everybody')
  for (let count = 0; count < 20; count += 1) await likenesses.keep(newId(), async () => [many])
  await likenesses.keep(other, async () => [name('zither'), many, phone])
  const traits = await likenesses.keep(one, async () => [name('zither'), many])
  expect(await likenesses.others(one, traits)).toEqual(new Map([[other, new Set(['name'])]]))
})
