import { RefusedError } from './refusals.ts'

/** Days of the week, Monday first. */
export const weekDays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type WeekDay = (typeof weekDays)[number]

/**
 * On these days from one wall-clock time to another, Europe/London. `to` at or before `from` is on the next day; `24:00` is midnight at its end. Every week,
 * unless it says more; both days of a season are in it.
 */
export type WeeklyTime = {
  days: WeekDay[]
  from: string
  to: string
  /** Every so many weeks, or months where one of the next two says that months are meant, counted from that of `startsOn`. */
  interval?: number
  /** The first of these days in a month is 1, the last -1. */
  weeksOfMonth?: number[]
  /** On these dates of a month, -1 the last; `days` narrows them. */
  monthDays?: number[]
  startsOn?: string
  endsOn?: string
}

export const minutesPerDay = 24 * 60
const minutesPerWeek = 7 * minutesPerDay

export const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** Throws RefusedError `empty-time` for a time that ends the minute it begins. */
export const checkTimes = (times: readonly WeeklyTime[]): void => {
  const empty = times.findIndex(({ from, to }) => minuteOf(from) === minuteOf(to))
  if (empty !== -1) throw new RefusedError('empty-time', `/times/${empty}/to`)
}

/** The times as spans of minutes since Monday 00:00, none longer than the week, a span over Sunday's midnight cut in two: fit to be asked often. */
export const toSpans = (times: readonly WeeklyTime[]): Uint16Array => {
  const spans = times.flatMap(({ days, from, to }) =>
    days.flatMap((day) => {
      const start = weekDays.indexOf(day) * minutesPerDay + minuteOf(from)
      const length = minuteOf(to) - minuteOf(from)
      const end = start + (length > 0 ? length : length + minutesPerDay)
      return end <= minutesPerWeek ? [start, end] : [start, minutesPerWeek, 0, end - minutesPerWeek]
    }),
  )
  return Uint16Array.from(spans)
}

/** Whether a minute of the week lies in one of the spans; each holds its first minute and not its last. */
export const isWithin = (spans: Uint16Array, minuteOfWeek: number): boolean => {
  for (let at = 0; at < spans.length; at += 2) if (minuteOfWeek >= spans[at]! && minuteOfWeek < spans[at + 1]!) return true
  return false
}
