import fc from 'fast-check'
import {
  type AssetEvent,
  type BuildingWords,
  describeAsset,
  evolveAsset,
  hideAsset,
  initialAsset,
  type ListAsset,
  listAsset,
  removeAsset,
  type SkillWords,
  showAsset,
  showings,
} from './asset.ts'
import { assetScene, at, organisationId, personId } from './testExamples.ts'

const { given } = assetScene
const assetId = '0199a000-0000-4000-8000-0000000000ab'
const wardCode = 'E05015254'
const skill: SkillWords = {
  kind: 'skill',
  name: 'I can mend bicycles',
  description: 'Punctures, brakes and gears.',
  wardCode,
  gift: 'hands',
  shownAs: 'first-name',
  calledName: 'Nora Lindqvist',
  reach: { phone: '07700 900123' },
}
const hall: BuildingWords = {
  kind: 'building',
  name: 'The hall on Ash Road',
  description: 'A room with a kitchen.',
  place: { address: '1 Ash Road', postcode: 'M33 7ZF', location: { latitude: 53.4, longitude: -2.3, wardCode } },
  accessibility: ['step-free'],
  contact: {},
}
const share: ListAsset = { assetId, category: 'garden-and-home', words: skill, holder: { personId }, at }
const listed: AssetEvent = { type: 'asset.listed.v1', data: { assetId, kind: 'skill', category: 'garden-and-home', wardCode, personId, listedAt: at } }
const hidden: AssetEvent = { type: 'asset.hidden.v1', data: { assetId, kind: 'skill', hiddenAt: at } }
const removed: AssetEvent = { type: 'asset.removed.v1', data: { assetId, kind: 'skill', removedAt: at } }
const details = { words: { ...skill, calledName: 'Nora', modifiedAt: at } }

test('D13 a skill is a record of its own kind: whose it is, its kind of help and its ward; what it says stands in no event', () => {
  given([])
    .when((now) => listAsset(now, share))
    .thenEvents([listed])
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.constantFrom(...showings), (words, shownAs) => {
      const { events } = listAsset({ state: initialAsset, details: undefined }, { ...share, words: { ...skill, name: words, description: words, shownAs } })
      expect(events).toEqual([listed])
    }),
  )
})
test('D13 of the name of whoever shares a skill only as much is kept as they chose to show', () => {
  const kept = (shownAs: SkillWords['shownAs']) =>
    listAsset({ state: initialAsset, details: undefined }, { ...share, words: { ...skill, shownAs } }).details?.words
  expect(kept('name')).toHaveProperty('calledName', 'Nora Lindqvist')
  expect(kept('first-name')).toHaveProperty('calledName', 'Nora')
  expect(kept('ask')).not.toHaveProperty('calledName')
})
test('whoever is to be shown by name says it, and everyone who shares says how the network reaches them, and in which ward', () => {
  const { calledName: _none, wardCode: _nowhere, ...nameless } = skill
  const nobody = given([])
  nobody.when((now) => listAsset(now, { ...share, words: { ...nameless, wardCode } })).thenRefused('called-name-missing', '/calledName')
  nobody.when((now) => listAsset(now, { ...share, words: { ...skill, reach: {} } })).thenRefused('reach-missing', '/reach/email')
  nobody.when((now) => listAsset(now, { ...share, words: nameless })).thenRefused('ward-missing', '/wardCode')
  nobody.when((now) => listAsset(now, { ...share, words: { ...nameless, wardCode, shownAs: 'ask' } })).thenEvents([listed])
})
test('D13 people share skills, organisations speak for everything else', () => {
  const nobody = given([])
  nobody.when((now) => listAsset(now, { ...share, holder: { organisationId } })).thenRefused('holder-of-asset')
  nobody.when((now) => listAsset(now, { ...share, words: hall })).thenRefused('holder-of-asset')
  nobody
    .when((now) => listAsset(now, { ...share, words: hall, holder: { organisationId } }))
    .thenEvents([{ type: 'asset.listed.v1', data: { assetId, kind: 'building', category: 'garden-and-home', wardCode, organisationId, listedAt: at } }])
})
test('D9 the ward of a building that nobody may find stands in no event, whether it was said or looked up', () => {
  const refuge = { ...hall, wardCode, place: { ...hall.place, sensitive: true as const } }
  given([])
    .when((now) => listAsset(now, { ...share, words: refuge, holder: { organisationId } }))
    .thenEvents([{ type: 'asset.listed.v1', data: { assetId, kind: 'building', category: 'garden-and-home', organisationId, listedAt: at } }])
})
test('a building, land and a group are somewhere; a fund may be for the whole place', () => {
  const nobody = given([])
  nobody.when((now) => listAsset(now, { ...share, words: { ...hall, place: {} }, holder: { organisationId } })).thenRefused('ward-missing', '/wardCode')
  const fund = { kind: 'money', name: 'A fund', description: '', purpose: 'Street parties', contact: {} } as const
  nobody
    .when((now) => listAsset(now, { ...share, words: fund, holder: { organisationId } }))
    .thenEvents([{ type: 'asset.listed.v1', data: { assetId, kind: 'money', category: 'garden-and-home', organisationId, listedAt: at } }])
})
test('saying the same anew changes nothing; saying something else tells of it without the words', () => {
  const shared = given([listed], details)
  shared.when((now) => describeAsset(now, { ...share, at: '2026-03-03T10:00:00.000Z' })).thenNothing()
  shared
    .when((now) => describeAsset(now, { ...share, words: { ...skill, name: 'I can bake' }, category: 'food' }))
    .thenEvents([{ type: 'asset.described.v1', data: { assetId, kind: 'skill', category: 'food', wardCode } }])
  shared.when((now) => describeAsset(now, { ...share, words: hall })).thenRefused('kind-of-asset-fixed', '/kind')
})
test('what is hidden can be shown again, with all that was known of it, and each of them once', () => {
  const shared = given([listed], details)
  shared.when((now) => hideAsset(now, { assetId, at })).thenEvents([hidden])
  shared.when((now) => showAsset(now, { assetId, at })).thenNothing()
  const away = given([listed, hidden], details)
  away.when((now) => hideAsset(now, { assetId, at })).thenNothing()
  away.when((now) => showAsset(now, { assetId, at })).thenEvents([listed])
})
test('D13 what is removed is forgotten, once, and cannot be shown or described again', () => {
  given([listed], details)
    .when((now) => removeAsset(now, { assetId, at }))
    .thenDecision(({ events, details: left }) => expect([events, left]).toEqual([[removed], {}]))
  const gone = given([listed, removed], {})
  gone.when((now) => removeAsset(now, { assetId, at })).thenNothing()
  gone.when((now) => showAsset(now, { assetId, at })).thenRefused('asset-not-found')
  gone.when((now) => hideAsset(now, { assetId, at })).thenRefused('asset-not-found')
  gone.when((now) => describeAsset(now, share)).thenRefused('asset-not-found')
})
test('an order that no one decides leaves what is gone gone', () => {
  const gone = [listed, removed].reduce(evolveAsset, initialAsset)
  expect(evolveAsset(gone, hidden)).toEqual(gone)
  expect(gone).toEqual({ status: 'removed', kind: 'skill', personId, removedAt: at })
})
