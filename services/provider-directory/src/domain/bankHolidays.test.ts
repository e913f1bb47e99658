import Holidays from 'date-holidays'
import { easterSunday, isBankHoliday } from './bankHolidays.ts'
import { dayOf, partsOf, toDay, writtenDay } from './days.ts'

// As https://www.gov.uk/bank-holidays.json lists them, and lists for years before it.
const listed: Readonly<Record<number, string>> = {
  2012: '01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26',
  2020: '01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28',
  2021: '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28',
  2022: '01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27',
  2023: '01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26',
  2024: '01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26',
  2025: '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26',
  2026: '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28',
  2027: '01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28',
}
const standingIn = ['01-01', '12-25', '12-26']
const daysOf = (year: number) => Array.from({ length: 366 }, (_, at) => dayOf(year, 1, 1) + at).filter((day) => partsOf(day).year === year)

test.each(Object.keys(listed).map(Number))('the bank holidays of %i are those that are listed, with the days that a substitute stands for', (year) => {
  const found = daysOf(year)
    .filter(isBankHoliday)
    .map((day) => writtenDay(day).slice(5))
  expect(found).toEqual([...new Set([...listed[year]!.split(' '), ...standingIn])].sort())
})
// What another calendar knows, kept by others. Of what was proclaimed for one year alone it lacks some; those are in two further lists
// (the calendars of jfin and of pandas_market_calendars) as they are here.
const othersLack: Readonly<Record<number, { isNone: string[]; isOne: string[] }>> = {
  2002: { isNone: ['2002-05-27'], isOne: ['2002-06-03', '2002-06-04'] },
  2011: { isNone: [], isOne: ['2011-04-29'] },
  2012: { isNone: ['2012-05-28'], isOne: ['2012-06-04'] },
}
test.each(['ENG', 'WLS'])('the bank holidays of the years 2000 to 2050 are those of another calendar for %s', (nation) => {
  const calendar = new Holidays('GB', nation, { types: ['public', 'bank'] })
  for (let year = 2000; year <= 2050; year += 1) {
    const { isNone, isOne } = othersLack[year] ?? { isNone: [], isOne: [] }
    const theirs = calendar
      .getHolidays(year)
      .map(({ date }) => date.slice(0, 10))
      .filter((day) => !isNone.includes(day))
    expect(daysOf(year).filter(isBankHoliday).map(writtenDay)).toEqual([...new Set([...theirs, ...isOne])].sort())
  }
})
test.each([
  ['1961-04-02', 1961],
  ['2000-04-23', 2000],
  ['2008-03-23', 2008],
  ['2011-04-24', 2011],
  ['2038-04-25', 2038],
  ['2049-04-18', 2049],
])('Easter is on %s', (day, year) => expect(writtenDay(easterSunday(year))).toBe(day))
test('each year has eight at least, each a weekday or one that a substitute stands for', () => {
  for (let year = 1980; year <= 2100; year += 1) expect(daysOf(year).filter(isBankHoliday).length).toBeGreaterThanOrEqual(8)
  expect(isBankHoliday(toDay('2026-11-27'))).toBe(false)
})
