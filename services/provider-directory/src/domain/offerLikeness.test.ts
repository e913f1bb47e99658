import { offerLikenessOf, offerTraitsOf } from './offerLikeness.ts'

type Offer = Parameters<typeof offerLikenessOf>[0]
const club: Offer = {
  name: 'Thursday lunch club',
  place: { postcode: 'M33 7ZF' },
  times: [{ days: ['thursday'], from: '12:00', to: '14:30' }],
}
const at = (from: string, ...days: ('monday' | 'thursday')[]) => [{ days, from, to: '23:00' }]

const names = ['Sale Neighbours']
const likenessOf = (changes: Partial<Offer>) => offerLikenessOf(club, { ...club, ...changes }, names)

test('D10 the same name in other words and another spelling, at one place and time, is likely the same thing', () => {
  for (const name of ['Thursday lunch club', 'Lunch Clubs on Thursdays', 'The Lunch Club', 'Sale Neighbours: lunch club'])
    expect([name, likenessOf({ name })]).toEqual([name, { certainty: 99, reasons: ['same-name', 'same-postcode', 'same-times'] }])
  expect(likenessOf({ name: 'Luncheon club (Thursdays)' })).toEqual({ certainty: 90, reasons: ['similar-name', 'same-postcode', 'same-times'] })
  expect(likenessOf({ name: 'Community lunch club' })).toEqual({ certainty: 75, reasons: ['similar-name', 'same-postcode', 'same-times'] })
})
test('D10 what one of the two does not say speaks neither for nor against; a near spelling, or a name with a word more, is not enough alone', () => {
  expect(likenessOf({ place: {}, times: [] })).toEqual({ certainty: 60, reasons: ['same-name'] })
  expect(likenessOf({ name: 'Luncheon club', place: {}, times: [] })).toBeUndefined()
  expect(likenessOf({ name: 'Community lunch club', times: [] })).toBeUndefined()
})
test('D10 one name at two places, or on two days, is two offers; so are two things at one place and time', () => {
  expect(likenessOf({ place: { postcode: 'M33 2AB' } })).toBeUndefined()
  expect(likenessOf({ name: 'Monday lunch club', times: at('12:00', 'monday') })).toBeUndefined()
  expect(likenessOf({ name: 'Chair yoga' })).toBeUndefined()
})
test('D10 the name of their organisation makes no two of its offers alike', () => {
  const centre = ['Ashton On Mersey Health And Fitness Centre']
  const pitch = { name: `Grass pitches at ${centre}`, place: { postcode: 'M33 5BP' }, times: [] }
  for (const other of ['Sports halls', 'Artificial grass pitches', 'Outdoor tennis courts'])
    expect([other, offerLikenessOf(pitch, { ...pitch, name: `${other} at ${centre}` }, centre)]).toEqual([other, undefined])
  expect(offerLikenessOf({ ...pitch, name: 'Indoor tennis' }, { ...pitch, name: 'Outdoor tennis' }, centre)).toBeUndefined()
  // One that is called as its organisation is has that name alone.
  expect(offerLikenessOf({ ...pitch, name: centre[0]! }, pitch, centre)).toBeUndefined()
  expect(offerLikenessOf(pitch, { ...pitch, name: 'Grass pitch' }, centre)).toEqual({ certainty: 80, reasons: ['same-name', 'same-postcode'] })
})
test('D10 an offer is known by its name, place and beginnings, and by whose it is', () => {
  expect(offerTraitsOf({ ...club, times: at('12:00', 'thursday', 'monday') }, 'o')).toEqual([
    { kind: 'name', value: 'o club lunch' },
    { kind: 'postcode', value: 'o M337ZF' },
    { kind: 'times', value: 'o monday 12:00' },
    { kind: 'times', value: 'o thursday 12:00' },
  ])
  expect(offerTraitsOf({ name: 'Thursdays', place: {}, times: [] }, 'o')).toEqual([{ kind: 'name', value: 'o thursday' }])
})
