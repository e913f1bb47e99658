import type { z } from 'zod'
import type { WholeOffer } from '../../directory/offer.ts'
import { choice, orNothing, ticked } from '../../http/formFields.ts'
import type { FieldValues } from '../../http/page.ts'
import { day } from './londonDay.ts'

// Seasons, weeks and days that differ: what the form of an offer asks for beside the hours of each day, and what it has no room for.

/** Every so many weeks, or one place in a month: what people say of their own times. */
export const repeats = ['2-weeks', '3-weeks', '4-weeks', 'first', 'second', 'third', 'fourth', 'last'] as const
type Repeat = (typeof repeats)[number]
/** Days that differ which the form has rows for. */
export const rowsMax = 10
export const rows = Array.from({ length: rowsMax }, (_, at) => at + 1)

const optionalDay = () => orNothing(day())

export type Time = WholeOffer['times'][number]
export type Exception = WholeOffer['exceptions'][number]
/** What all times of the form have in common. */
type Common = Pick<Time, 'interval' | 'weeksOfMonth' | 'startsOn' | 'endsOn'>

const said: Readonly<Record<Repeat, Common>> = {
  ...{ '2-weeks': { interval: 2 }, '3-weeks': { interval: 3 }, '4-weeks': { interval: 4 } },
  ...{ first: { weeksOfMonth: [1] }, second: { weeksOfMonth: [2] }, third: { weeksOfMonth: [3] }, fourth: { weeksOfMonth: [4] }, last: { weeksOfMonth: [-1] } },
}
const sameText = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
const repeatOf = ({ interval, weeksOfMonth }: Common): Repeat | undefined =>
  repeats.find((repeat) => sameText([said[repeat].interval, said[repeat].weeksOfMonth], [interval, weeksOfMonth]))

const keyOf = ({ interval, weeksOfMonth, startsOn, endsOn }: Common): string => JSON.stringify([interval, weeksOfMonth, startsOn, endsOn])
const isInForm = (time: Time): boolean => time.monthDays === undefined && ((time.interval ?? time.weeksOfMonth) === undefined || repeatOf(time) !== undefined)

/** The `clock` of the form of an offer reads a time of day as people type it. */
export const openingFields = <Clock extends z.ZodType>(clock: () => Clock) => ({
  repeat: orNothing(choice(repeats)),
  startsOn: optionalDay(),
  endsOn: optionalDay(),
  closedOnBankHolidays: ticked(),
  ...(Object.fromEntries(
    rows.flatMap((row) => [
      [`differs-${row}-on`, optionalDay()],
      [`differs-${row}-until`, optionalDay()],
      [`differs-${row}-from`, clock()],
      [`differs-${row}-to`, clock()],
    ]),
  ) as Record<`differs-${number}-${'on' | 'until'}`, ReturnType<typeof optionalDay>> & Record<`differs-${number}-${'from' | 'to'}`, Clock>),
})
type OpeningValues = {
  repeat?: Repeat | undefined
  startsOn?: string | undefined
  endsOn?: string | undefined
  closedOnBankHolidays: boolean
} & Record<`differs-${number}-${'on' | 'until' | 'from' | 'to'}`, string | undefined>

const rowOf = (values: Partial<OpeningValues>, row: number) => ({
  ...{ on: values[`differs-${row}-on`], until: values[`differs-${row}-until`] },
  ...{ from: values[`differs-${row}-from`], to: values[`differs-${row}-to`] },
})

/** What one field needs of another, told at the field that can mend it. */
export const checkOpening = (values: Partial<OpeningValues>, refuse: (field: string, code: string) => void): void => {
  if (values.repeat?.endsWith('weeks') && values.startsOn === undefined) refuse('startsOn', 'start-missing')
  if (values.startsOn !== undefined && values.endsOn !== undefined && values.endsOn < values.startsOn) refuse('endsOn', 'days-turned-round')
  const before: Exception[] = []
  for (const row of rows) {
    const { on, until, from, to } = rowOf(values, row)
    if (on === undefined) {
      if ((until ?? from ?? to) !== undefined) refuse(`differs-${row}-on`, 'not-a-date')
      continue
    }
    if (until !== undefined && until < on) refuse(`differs-${row}-until`, 'days-turned-round')
    if (from === undefined && to !== undefined) refuse(`differs-${row}-from`, 'other-time-missing')
    if (from !== undefined && to === undefined) refuse(`differs-${row}-to`, 'other-time-missing')
    if (from !== undefined && from === to) refuse(`differs-${row}-to`, 'empty-time')
    if (before.some((other) => other.on <= (until ?? on) && on <= (other.until ?? other.on))) refuse(`differs-${row}-on`, 'exceptions-overlap')
    before.push({ on, until, times: [] })
  }
}

/** What is said of all times of the form. */
export const commonOf = ({ repeat, startsOn, endsOn }: OpeningValues): Common => ({
  ...(repeat === undefined ? {} : said[repeat]),
  ...(startsOn === undefined ? {} : { startsOn }),
  ...(endsOn === undefined ? {} : { endsOn }),
})

/** The days that differ, as the directory takes them. */
export const differingIn = (values: OpeningValues, others: readonly Exception[]) => {
  const exceptions = rows.flatMap((row): Exception[] => {
    const { on, until, from, to } = rowOf(values, row)
    return on === undefined ? [] : [{ on, ...(until === undefined ? {} : { until }), times: from === undefined || to === undefined ? [] : [{ from, to }] }]
  })
  const all = [...exceptions, ...others].sort((one, other) => (one.on < other.on ? -1 : 1))
  return { ...(all.length > 0 ? { exceptions: all } : {}), ...(values.closedOnBankHolidays ? { closedOnBankHolidays: true } : {}) }
}

/** The first time of each day among those that have the same season and weeks as the first that the form can say; and all others. */
export const splitTimes = (times: readonly Time[]) => {
  const first = new Map<string, { from: string; to: string }>()
  const others: Time[] = []
  const common = times.find(isInForm)
  for (const { days, ...time } of times) {
    if (!common || keyOf(time) !== keyOf(common) || time.monthDays !== undefined) others.push({ days, ...time })
    else
      for (const weekDay of days) {
        // A time field knows no 24:00.
        if (first.has(weekDay) || time.to === '24:00') others.push({ days: [weekDay], ...time })
        else first.set(weekDay, { from: time.from, to: time.to })
      }
  }
  return { first, others, common: first.size > 0 ? common : undefined }
}

const splitExceptions = (exceptions: readonly Exception[]) => {
  const inRows = exceptions.filter(({ times }) => times.length === 0 || (times.length === 1 && times[0]!.to !== '24:00')).slice(0, rowsMax)
  return { inRows, others: exceptions.filter((exception) => !inRows.includes(exception)) }
}

/** The days that differ which the form has no room for: with hours twice a day, or behind its last row. */
export const otherExceptionsOf = ({ exceptions }: Pick<WholeOffer, 'exceptions'>): Exception[] => splitExceptions(exceptions).others

/** What the fields of seasons and of days that differ hold for an offer that is there. */
export const fillOpening = ({ times, exceptions, closedOnBankHolidays }: Pick<WholeOffer, 'times' | 'exceptions' | 'closedOnBankHolidays'>): FieldValues => {
  const { common } = splitTimes(times)
  return {
    repeat: common && repeatOf(common),
    startsOn: common?.startsOn,
    endsOn: common?.endsOn,
    closedOnBankHolidays: closedOnBankHolidays ? 'yes' : undefined,
    ...Object.fromEntries(
      splitExceptions(exceptions).inRows.flatMap(({ on, until, times: [hours] }, at) => [
        [`differs-${at + 1}-on`, on],
        [`differs-${at + 1}-until`, until],
        [`differs-${at + 1}-from`, hours?.from],
        [`differs-${at + 1}-to`, hours?.to],
      ]),
    ),
  }
}
