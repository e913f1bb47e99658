import { decideNeed, evolveNeed, type RecordNeed, unrecorded } from './need.ts'
import { later, margaret, needId, outcomeIds, ruth, strangers } from './testExamples.ts'

const record: RecordNeed = {
  type: 'RecordNeed',
  needId,
  personId: margaret.personId,
  track: 'join-in',
  category: 'food',
  wardCode: undefined,
  outcomeIds,
  by: margaret,
  navigatorId: undefined,
  at: later,
}
const told = [expect.objectContaining({ type: 'need.recorded.v1' })]

test('R5 a resident records their own need', () => expect(decideNeed(unrecorded, record)).toEqual(told))
test('R2 a navigator records the need of a person they registered', () =>
  expect(decideNeed(unrecorded, { ...record, by: ruth, navigatorId: ruth.personId })).toEqual(told))
test('R2 a navigator does not record for a person nobody registered with them', () => {
  for (const navigatorId of [undefined, margaret.personId])
    expect(() => decideNeed(unrecorded, { ...record, by: ruth, navigatorId })).toThrow(expect.objectContaining({ code: 'not-found' }))
})
test.each(Object.entries(strangers))('R2 %s records nothing for them', (_, by) =>
  expect(() => decideNeed(unrecorded, { ...record, by, navigatorId: ruth.personId })).toThrow(expect.objectContaining({ code: 'not-found' })),
)
test('R17 one person holds needs of both tracks', () =>
  expect((['be-helped', 'join-in'] as const).map((track) => decideNeed(unrecorded, { ...record, track })[0]?.data.track)).toEqual(['be-helped', 'join-in']))
test('R1 a need that stands is not recorded again', () => {
  const [event] = decideNeed(unrecorded, record)
  if (!event) throw new Error('nothing was recorded')
  expect(decideNeed(evolveNeed(unrecorded, event), record)).toEqual([])
})
