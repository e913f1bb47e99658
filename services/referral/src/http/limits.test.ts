import { newId, type Place, startPlace } from '../testing/startPlace.ts'
import { needOf, resident } from '../testing/stories.ts'
import { selfReferralLimit } from './limits.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place.stop())

test('R5 who tries to refer themselves without end is slowed, also under another name from the same address; navigators are not', async () => {
  const { personId, self, navigator } = await resident(place)
  const statuses: number[] = []
  for (let count = 0; count <= selfReferralLimit.count; count += 1) statuses.push((await self('/needs', { body: { ...needOf(personId), words: '' } })).status)
  expect(statuses.slice(0, -1)).toEqual(Array(selfReferralLimit.count).fill(400))
  expect(statuses.at(-1)).toBe(429)
  const another = newId()
  expect((await place.as('resident', another)('/needs', { body: needOf(another) })).status).toBe(429)
  expect((await navigator('/needs', { body: needOf(personId) })).status).toBe(201)
})
