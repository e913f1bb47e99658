const daysMax = 250
const dayMs = 86_400_000

const londonClock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/**
 * The instant `days` working days after `at` (ISO UTC), at the same time by the clock in London. Days are counted from the day after;
 * Saturdays, Sundays and `bankHolidays` (YYYY-MM-DD) do not count. Throws RangeError unless `days` is a whole number from 1 to 250.
 */
export const addWorkingDays = (at: string, days: number, bankHolidays: ReadonlySet<string>): string => {
  if (!Number.isInteger(days) || days < 1 || days > daysMax) throw new RangeError(`days is a whole number from 1 to ${daysMax}`)
  const clock = londonWallClock(Date.parse(at))
  let wall = clock
  for (let left = days; left > 0; ) {
    wall += dayMs
    if (isWorkingDay(wall, bankHolidays)) left -= 1
  }
  return new Date(instantOf(wall)).toISOString()
}

// A wall clock is held as the milliseconds it would be if London kept UTC all year: days can then be added without a thought of summer time.
const londonWallClock = (ms: number): number => {
  const parts = Object.fromEntries(londonClock.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second, ((ms % 1000) + 1000) % 1000)
}

const isWorkingDay = (wall: number, bankHolidays: ReadonlySet<string>): boolean => {
  const date = new Date(wall)
  return date.getUTCDay() !== 0 && date.getUTCDay() !== 6 && !bankHolidays.has(date.toISOString().slice(0, 10))
}

// London is at UTC or one hour ahead. The clocks change on Sundays, so no time of a working day is missing or comes twice.
const instantOf = (wall: number): number => {
  const summer = wall - 3_600_000
  return londonWallClock(summer) === wall ? summer : wall
}
