import { compareWords, followedWords, givenBackWords, ownWords, withOwnWords, withTakenWords } from './mergedWords.ts'
import type { OrganisationDetails } from './organisation.ts'
import { at } from './testExamples.ts'

const standing: OrganisationDetails = { name: 'Sale Neighbours', phone: '0161 496 0000', modifiedAt: at }
const feed: OrganisationDetails = {
  name: 'Sale Neighbors',
  phone: '0161 496 0001',
  email: 'a@example.org',
  modifiedAt: at,
  merge: { fields: ['phone', 'email'] },
}
const merged = withTakenWords(standing, 'm1', feed)

test('D10 the chosen words stand, and undoing gives back what stood before, field by field', () => {
  expect(merged).toMatchObject({ name: 'Sale Neighbours', phone: '0161 496 0001', email: 'a@example.org' })
  expect(ownWords(merged)).toEqual(standing)
  expect(givenBackWords(merged, 'm1')).toEqual(standing)
})

test('D10 what somebody changed since stays when a merge is undone', () => {
  expect(givenBackWords({ ...merged, phone: '0161 496 0002' }, 'm1')).toEqual({ ...standing, phone: '0161 496 0002' })
})

test('D10 all numbers of both are kept, and parted again', () => {
  const [one, other] = [
    { scheme: 'GB-CHC', identifier: '1' },
    { scheme: 'GB-COH', identifier: '2' },
  ]
  const both = withTakenWords({ ...standing, identifiers: [one!] }, 'm1', { ...feed, identifiers: [one!, other!] })
  expect(both.identifiers).toEqual([one, other])
  expect(givenBackWords(both, 'm1')).toEqual({ ...standing, identifiers: [one] })
})

test('D10 a second merge builds on the first, and either can be undone first', () => {
  const third: OrganisationDetails = { ...feed, phone: '0161 496 0003', merge: { fields: ['phone'] } }
  const twice = withTakenWords(merged, 'm2', third)
  expect(twice.phone).toBe('0161 496 0003')
  expect(givenBackWords(givenBackWords(twice, 'm2'), 'm1')).toEqual(standing)
  const firstGone = givenBackWords(twice, 'm1')
  expect(firstGone.phone).toBe('0161 496 0003')
  expect(givenBackWords(firstGone, 'm2')).toEqual(standing)
  expect(ownWords(twice)).toEqual(standing)
})

test('D10 where the merged one changes, as its feed does, the words that were taken follow, and those that were changed here do not', () => {
  const later = { ...feed, phone: '0161 496 0009', email: 'b@example.org' }
  expect(followedWords(merged, 'm1', later)).toMatchObject({ phone: '0161 496 0009', email: 'b@example.org' })
  const changed = followedWords({ ...merged, email: 'own@example.org' }, 'm1', later)
  expect(changed.email).toBe('own@example.org')
  expect(givenBackWords(changed, 'm1')).toEqual({ ...standing, email: 'own@example.org' })
})

test('D10 a feed of the one that stands says its own words anew; what was chosen goes on standing over them', () => {
  const said = { name: 'Sale Neighbours Group', phone: '0161 496 0099', modifiedAt: at }
  const next = withOwnWords(merged, said)
  expect(next).toMatchObject({ name: 'Sale Neighbours Group', phone: '0161 496 0001' })
  expect(ownWords(next)).toEqual(said)
})

test('D10 what people say here stands, then the newer, and a difference in writing is none', () => {
  const older = { ...feed, website: 'http://www.sale.example.org/', modifiedAt: '2026-01-01T00:00:00.000Z' }
  const compared = compareWords({ details: { ...standing, website: 'https://sale.example.org' }, isOwn: false }, { details: older, isOwn: true })
  expect(compared.map(({ field, is, stands }) => [field, is, stands])).toEqual([
    ['name', 'conflict', 1],
    ['email', 'one-only', 1],
    ['phone', 'conflict', 1],
    ['website', 'equal', 1],
  ])
  expect(compareWords({ details: standing, isOwn: false }, { details: older, isOwn: false })[0]).toMatchObject({ field: 'name', stands: 0 })
})
