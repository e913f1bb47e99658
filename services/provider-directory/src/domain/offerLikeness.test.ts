import { offerLikenessOf, offerTraitsOf } from './offerLikeness.ts'

const club = {
  name: 'Thursday lunch club',
  place: { postcode: 'M33 7ZF' },
  times: [{ days: ['thursday' as const], from: '12:00', to: '14:30' }],
}
const at = (from: string, ...days: ('monday' | 'thursday')[]) => [{ days, from, to: '23:00' }]

test('D10 the same name in other words and another spelling, at one place and time, is likely the same thing', () => {
  for (const name of ['Thursday lunch club', 'Lunch Clubs on Thursdays', 'The Lunch Club', 'Luncheon club (Thursdays)'])
    expect([name, offerLikenessOf(club, { ...club, name })?.reasons.slice(1)]).toEqual([name, ['same-postcode', 'same-times']])
  expect(offerLikenessOf(club, { ...club, name: 'Lunch Club' })).toEqual({ certainty: 99, reasons: ['same-name', 'same-postcode', 'same-times'] })
  expect(offerLikenessOf(club, { ...club, name: 'Luncheon club' })).toEqual({ certainty: 90, reasons: ['similar-name', 'same-postcode', 'same-times'] })
})
test('D10 what one of the two does not say speaks neither for nor against; a near spelling alone is not enough', () => {
  expect(offerLikenessOf(club, { ...club, place: {}, times: [] })).toEqual({ certainty: 60, reasons: ['same-name'] })
  expect(offerLikenessOf(club, { name: 'Luncheon club', place: {}, times: [] })).toBeUndefined()
})
test('D10 one name at two places, or on two days, is two offers; so are two things at one place and time', () => {
  expect(offerLikenessOf(club, { ...club, place: { postcode: 'M33 2AB' } })).toBeUndefined()
  expect(offerLikenessOf(club, { ...club, name: 'Monday lunch club', times: at('12:00', 'monday') })).toBeUndefined()
  expect(offerLikenessOf(club, { ...club, name: 'Chair yoga' })).toBeUndefined()
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
