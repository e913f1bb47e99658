import { RefusedError } from './refusals.ts'
import {
  beginWatch,
  endWatch,
  endWatchOver,
  evolveSearchWatch,
  initialSearchWatch,
  noteMatches,
  renewWatch,
  type SearchWatch,
  type SearchWatchDecision,
  tellOfMatches,
} from './searchWatch.ts'
import { at, personId } from './testExamples.ts'

const searchWatchId = '0199a000-0000-4000-8000-00000000001a'
const [one, two] = ['0199a000-0000-4000-8000-00000000002a', '0199a000-0000-4000-8000-00000000002b']
const search = { text: 'choir', near: 'M33 7ZF' }
const after = (hours: number): string => new Date(Date.parse(at) + hours * 3_600_000).toISOString()

/** What the decisions make of a watch, one after another, and the types of their events. */
const watched = (...decides: ((watch: SearchWatch) => SearchWatchDecision)[]) => {
  let watch: SearchWatch = { state: initialSearchWatch, details: undefined }
  const types: string[] = []
  for (const decide of decides) {
    const { events, details } = decide(watch)
    types.push(...events.map(({ type }) => type.split('.')[1]!))
    watch = { state: events.reduce(evolveSearchWatch, watch.state), details: details ?? watch.details }
  }
  return { ...watch, types }
}
const begin = (watch: SearchWatch) => beginWatch(watch, { searchWatchId, personId, search, at })
const match = (offerIds: string[], hours: number) => (watch: SearchWatch) => noteMatches(watch, { searchWatchId, offerIds, at: after(hours) })
const tell = (hours: number) => (watch: SearchWatch) => tellOfMatches(watch, { searchWatchId, at: after(hours) })

test('D12 what is looked for is in no event, and everything is no search', () => {
  expect(JSON.stringify(begin({ state: initialSearchWatch, details: undefined }).events)).not.toMatch(/choir|M33/)
  const everything = () => beginWatch({ state: initialSearchWatch, details: undefined }, { searchWatchId, personId, search: { cost: 'free' }, at })
  expect(everything).toThrow(RefusedError)
})
test('D12 a person is told at once, then at most once in 24 hours for all that fits by then, and of one offer once', () => {
  const { types, state, details } = watched(begin, match([one], 1), match([two], 1), tell(1), match([one, two], 2), tell(30))
  expect(types).toEqual(['begun', 'matched', 'told'])
  expect([state, details?.told]).toEqual([expect.objectContaining({ status: 'open', toldAt: after(1) }), [two, one]])
  const later = watched(begin, match([one], 1), tell(1), match([two], 2), tell(24), tell(25))
  expect(later.types).toEqual(['begun', 'matched', 'told', 'matched', 'told'])
  expect(later.state).toMatchObject({ toldAt: after(25) })
})
test('D12 it ends after half a year unless it is renewed, and what was looked for is forgotten', () => {
  const over = (hours: number) => (watch: SearchWatch) => endWatchOver(watch, { searchWatchId, at: after(hours) })
  expect(watched(begin, over(182 * 24)).types).toEqual(['begun'])
  expect(watched(begin, over(183 * 24))).toMatchObject({ types: ['begun', 'ended'], state: { status: 'ended' }, details: { told: [] } })
  const renewed = watched(begin, (watch) => renewWatch(watch, { searchWatchId, at: after(100 * 24) }), over(183 * 24))
  expect(renewed.types).toEqual(['begun', 'renewed'])
  const taken = watched(begin, match([one], 1), (watch) => endWatch(watch, { searchWatchId, why: 'taken-back', at: after(2) }), tell(3), match([two], 4))
  expect([taken.types, taken.details]).toEqual([['begun', 'matched', 'ended'], { told: [] }])
  expect(() => renewWatch(taken, { searchWatchId, at: after(5) })).toThrow(RefusedError)
})
