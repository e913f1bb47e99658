import { parted, quietened, spellingsOf } from '../../scripts/mendText.ts'
import { demonstrationPlaceFolder } from '../config.ts'
import { openCouncilArea } from '../place/place.ts'
import { charityCategory } from './charityCategory.ts'
import { parseOpeningWords } from './openingWords.ts'
import { readRecords } from './readRecords.ts'
import { phoneNumber, tidyName, webAddress } from './tidy.ts'

const area = openCouncilArea(demonstrationPlaceFolder)
const records = readRecords(area)
const offers = records.flatMap((record) => record.offers)
const offerNamed = (name: string) => offers.find(({ details }) => details.name === name)

test('every record of the files is there, but sports facilities for private use', () => {
  const bySource = Object.groupBy(offers, ({ details }) => details.source.code)
  expect(Object.fromEntries(Object.entries(bySource).map(([code, found]) => [code, found?.length]))).toEqual({
    charities: 736,
    'food-banks': 7,
    pharmacies: 57,
    libraries: 13,
    'sports-clubs': 140,
    'sports-facilities': 314 - 82,
    'mental-health-services': 60,
    'care-homes': 56,
    'general-practices': 26,
    'childrens-centres': 2,
  })
})
test('no two offers, and no two organisations, come from the same record', () => {
  const keys = (sources: { code: string; recordId: string }[]) => sources.map(({ code, recordId }) => `${code}/${recordId}`)
  for (const all of [keys(offers.map(({ details }) => details.source)), keys(records.map(({ details }) => details.source))])
    expect(new Set(all).size).toBe(all.length)
})
test('each record says where it comes from, and the place has the words its licence asks for', () => {
  const codes = new Set(area.about.sources.map(({ code }) => code))
  for (const { details } of [...offers, ...records]) expect(codes.has(details.source.code)).toBe(true)
})
test('made-up contacts of the raw data are nowhere', () => {
  expect(JSON.stringify(records)).not.toMatch(/redacted-|07700/)
})
test('a pharmacy’s weekly hours become times, days with the same hours together', () => {
  expect(offerNamed('Asda Pharmacy')?.details.times).toEqual([
    { days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'], from: '09:00', to: '12:30' },
    { days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'], from: '13:00', to: '16:30' },
    { days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'], from: '17:00', to: '21:00' },
    { days: ['sunday'], from: '10:30', to: '16:30' },
  ])
})
test('a food bank’s words about its hours are kept, and read where they mean one thing only', () => {
  expect(offerNamed('Food bank: Trafford Christian Life Centre')?.details).toMatchObject({
    timesInWords: 'Tues 11am - 2pm, Fri 11.30am -1.30pm',
    times: [
      { days: ['tuesday'], from: '11:00', to: '14:00' },
      { days: ['friday'], from: '11:30', to: '13:30' },
    ],
  })
  expect(offerNamed('The Globe: Old Trafford Pantry')?.details).toMatchObject({ timesInWords: 'Friday 2 - 4.30pm', times: [] })
})
test('a care home is personal care under its CQC number', () => {
  const homes = offers.filter(({ category }) => category === 'care-homes')
  expect(homes).toHaveLength(56)
  for (const { personalCare, details } of homes)
    expect({ personalCare, cqc: details.personalCareGate?.cqcNumber }).toEqual({ personalCare: true, cqc: expect.stringMatching(/^1-\d+$/) })
})
test('a charity says what it does in its own words, and one that says nothing has no description made up for it', () => {
  const silent = records.filter(({ details }) => details.source.code === 'charities' && details.description === undefined)
  expect(silent).toHaveLength(19)
})
test('a postcode outside the files has no place', () => {
  const away = offers.filter(({ details }) => details.place.postcode !== undefined && details.place.location === undefined)
  expect(away.length).toBeGreaterThan(150)
})

test('no text shouts, and no sentence runs into the next', () => {
  const texts = records
    .flatMap(({ details, offers: theirs }) => [details.description, ...theirs.map((offer) => offer.details.description)])
    .filter(Boolean) as string[]
  expect(texts.filter((text) => (text.match(/(?<!\p{L})\p{Lu}{4,}(?!\p{L})/gu) ?? []).length > 5)).toEqual([])
  expect(texts.filter((text) => /\p{Ll}{4}[.!?]\p{Lu}\p{Ll}/u.test(text))).toEqual([])
  expect(texts.filter((text) => /\p{Ll}{4}(?:To|The|We|Provision|Providing|Advancement)\b/u.test(text))).toEqual([])
})
test.each([
  ['relief for their dependentsTo make grants', 'relief for their dependents. To make grants'],
  ['wildlife champion.The charity', 'wildlife champion. The charity'],
  ['families and carers.b)To provide', 'families and carers. b) To provide'],
  ['every day life.collection of books for props.teaching', 'every day life. collection of books for props. teaching'],
  ['HISTORY SOCIETYRESEARCH', 'HISTORY SOCIETY. RESEARCH'],
  ['by the IAMRoadSmart test, e.g. at www.example.org.uk or a@example.org', 'by the IAMRoadSmart test, e.g. at www.example.org.uk or a@example.org'],
])('%j is parted as %j', (together, apart) => expect(parted(together)).toBe(apart))
test('a text in capitals is written as the others write its words; any other stays as it is', () => {
  const spellings = spellingsOf(['We work in Manchester for the NHS', 'help in Manchester, by the NHS, for people'])
  expect(quietened('HELP FOR PEOPLE IN MANCHESTER. PAID BY THE NHS, E.G. AT HOME', spellings)).toBe(
    'Help for people in Manchester. Paid by the NHS, e.g. at home',
  )
  expect(quietened('Help IN MANCHESTER, it is said by many people', spellings)).toBe('Help IN MANCHESTER, it is said by many people')
})
test.each([
  ['Melody Christian Ministries', 'Gospel dance. collection of second hand garden tools', 'community-groups', 'join-in'],
  ['Altrincham and Bowdon Civic Society', 'formed over 50 years ago', 'community-groups', 'join-in'],
  ['Timperley Amateur Boxing Club', 'travelling by the club minibus', 'sport-and-leisure', 'join-in'],
  ['Be Breast Aware', 'the physical and mental health of sufferers of breast cancer', 'health', 'be-helped'],
  ['Animals in Distress', 'care for animals in need', 'community-groups', 'join-in'],
  ['The Cheshire Gardens Trust', 'visits and lectures', 'community-groups', 'join-in'],
  ['Irish Community Care', 'social groups for the over 50s', 'befriending', 'be-helped'],
  ['Grit Street Aid', 'assistance to rough sleepers', 'housing', 'be-helped'],
  ['Bowdon Church School PTA', 'events', 'learning-and-work', 'be-helped'],
])('%s is of the kind that it is', (name, activities, category, track) => expect(charityCategory(name, activities)).toEqual({ category, track }))

test.each([
  ['THE CHESHIRE WILDLIFE TRUST LIMITED', 'The Cheshire Wildlife Trust Limited'],
  ["SOUTH MANCHESTER DOWN'S SYNDROME SUPPORT GROUP", "South Manchester Down's Syndrome Support Group"],
  ['NEW WELLINGTON SCHOOL PSA', 'New Wellington School PSA'],
  ['ST-MARY (OLD TRAFFORD ) FRIENDS OF', 'St-Mary (Old Trafford) Friends of'],
  ['Iga-Learning CIO', 'Iga-Learning CIO'],
])('%s is written %s', (capitals, written) => expect(tidyName(capitals)).toBe(written))
test.each([
  ['1617486414', '0161 748 6414'],
  ['01614941704', '0161 494 1704'],
  ['0333 003 5865', '0333 003 5865'],
  ['01948820728', '01948 820728'],
  ['02079460000', '020 7946 0000'],
  ['--', undefined],
  ['00000 000000', undefined],
  ['', undefined],
])('the number %p is written %p', (digits, written) => expect(phoneNumber(digits)).toBe(written))
test.each([
  ['www.kotha.org.uk', 'http://www.kotha.org.uk'],
  ['https://lgbt.foundation/', 'https://lgbt.foundation/'],
  ['N/A', undefined],
  ['none yet', undefined],
  ['javascript:alert(1)', undefined],
  ['', undefined],
])('the address %p is written %p', (typed, written) => expect(webAddress(typed)).toBe(written))
test.each([
  ['Thursday 10:30am - 12:30pm', [{ days: ['thursday'], from: '10:30', to: '12:30' }]],
  ['Monday 12noon - 2pm', [{ days: ['monday'], from: '12:00', to: '14:00' }]],
  ['Friday 2 - 4.30pm', undefined],
  ['Friday 4pm - 2pm', undefined],
  ['First Monday of the month', undefined],
  ['Monday 9am - 5pm, by appointment', undefined],
])('%s is read as %j', (words, times) => expect(parseOpeningWords(words)).toEqual(times))
test.each([
  ['Citizens Advice Trafford', '', 'advice-and-money', 'be-helped'],
  ['Stretford Foodbank', 'We provide emergency food to people in crisis.', 'food', 'be-helped'],
  ['Sale Choral Society', 'To sing together.', 'community-groups', 'join-in'],
  ['Raglan Road Pre-School Playgroup', 'Social isolation of mothers.', 'children-and-families', 'be-helped'],
])('%s (%s) is %s, to %s', (name, activities, category, track) => expect(charityCategory(name, activities)).toEqual({ category, track }))
