import { type WeekDay, type WeeklyTime, weekDays } from '../domain/weeklyTimes.ts'

const part = /^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\s+(\S+(?:\s*(?:am|pm|noon))?)\s*[-–]\s*(\S+(?:\s*(?:am|pm|noon))?)$/i
const clock = /^(\d{1,2})(?:[:.](\d\d))?\s*(am|pm|noon)$/i

/** Times from words like `Tues 11am - 2pm, Fri 11.30am -1.30pm`; undefined when any part could mean something else. */
export const parseOpeningWords = (words: string): WeeklyTime[] | undefined => {
  const times = words.split(',').map((piece) => parsePart(piece.trim()))
  return times.every((time) => time !== undefined) ? times : undefined
}

const parsePart = (words: string): WeeklyTime | undefined => {
  const [, day, start, end] = part.exec(words) ?? []
  const from = start && parseClock(start)
  const to = end && parseClock(end)
  if (day === undefined || !from || !to || to <= from) return undefined
  return { days: [weekDays.find((name) => name.startsWith(day.toLowerCase())) as WeekDay], from, to }
}

// Without am, pm or noon, "2" may be either: that is not ours to guess.
const parseClock = (words: string): string | undefined => {
  const [, hourWords, minute = '00', half] = clock.exec(words) ?? []
  const hour = Number(hourWords)
  if (half === undefined || hour < 1 || hour > 12 || Number(minute) > 59) return undefined
  const hours = (hour % 12) + (half.toLowerCase() === 'am' ? 0 : 12)
  return `${String(hours).padStart(2, '0')}:${minute}`
}
