import { openTranslations } from '../words/words.ts'
import { createFormat } from './format.ts'

const translations = openTranslations()
const english = createFormat('en', translations.in('en'))
const welsh = createFormat('cy', translations.in('cy'))

test.each([
  [0, '£0'],
  [5, '£0.05'],
  [450, '£4.50'],
  [1_200, '£12'],
  [123_456_789, '£1,234,567.89'],
])('%i pence are written %s', (pence, text) => expect(english.pounds(pence)).toBe(text))

test.each([
  ['00:00', 'midnight'],
  ['24:00', 'midnight'],
  ['09:00', '9am'],
  ['12:00', 'midday'],
  ['12:05', '12:05pm'],
  ['14:30', '2:30pm'],
  ['00:30', '12:30am'],
])('%s is said as %s', (time, text) => expect(english.clock(time)).toBe(text))

test.each([
  [0, 'very near'],
  [1_609.344, '1 mile'],
  [640, '0.4 miles'],
  [16_093, '10 miles'],
])('%d metres are %s', (metres, text) => expect(english.distance(metres)).toBe(text))

test('days and times are those of London, on both sides of both clock changes', () => {
  expect(english.dateTime('2026-03-29T00:30:00.000Z')).toBe('29 March 2026 at 12:30am')
  expect(english.dateTime('2026-03-29T01:30:00.000Z')).toBe('29 March 2026 at 2:30am')
  expect(english.dateTime('2026-10-25T00:30:00.000Z')).toBe('25 October 2026 at 1:30am')
  expect(english.dateTime('2026-10-25T01:30:00.000Z')).toBe('25 October 2026 at 1:30am')
  expect(english.date('2026-06-30T23:30:00.000Z')).toBe('1 July 2026')
  expect(welsh.date('2026-03-03T12:00:00.000Z')).toBe('3 Mawrth 2026')
})

test('seasons, weeks and places in a month are said with their days, each way by itself', () => {
  const hours = { from: '09:00', to: '12:00' }
  const said = english.times([
    { days: ['tuesday'], ...hours, interval: 2, startsOn: '2026-06-01' },
    { days: ['tuesday'], ...hours },
    { days: ['monday', 'tuesday'], ...hours, weeksOfMonth: [1, -1], startsOn: '2026-06-01', endsOn: '2026-08-31' },
    { days: [], ...hours, monthDays: [1, -1], endsOn: '2026-12-31' },
  ])
  expect(said.map(({ days }) => days)).toEqual([
    'Tuesday (every 2 weeks, from 1 June 2026)',
    'Tuesday',
    'Monday to Tuesday (in a month: first, last, 1 June 2026 to 31 August 2026)',
    'on these dates of a month: 1, 1 from the end, until 31 December 2026',
  ])
  expect(new Set(said.map(({ hours: one }) => one))).toEqual(new Set(['9am to midday']))
  expect(welsh.times([{ days: ['tuesday'], ...hours, weeksOfMonth: [2] }])).toEqual([{ days: 'Dydd Mawrth (mewn mis: ail)', hours: expect.any(String) }])
})

test('days with the same times are said together', () => {
  const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday']
  expect(
    english.times([
      { days: weekdays, from: '09:00', to: '17:00' },
      { days: ['saturday'], from: '10:00', to: '12:00' },
      { days: ['saturday'], from: '13:00', to: '15:30' },
    ]),
  ).toEqual([
    { days: 'Monday to Friday', hours: '9am to 5pm' },
    { days: 'Saturday', hours: '10am to midday, 1pm to 3:30pm' },
  ])
  expect(english.times([])).toEqual([])
})
