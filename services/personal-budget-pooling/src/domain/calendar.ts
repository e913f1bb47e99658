const dayMs = 86_400_000

/** The number of a calendar day (YYYY-MM-DD), counted from 1970: days can be added and compared by it. */
export const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00.000Z`) / dayMs

/** How many days lie from one day to another, both counted. */
export const daysFromTo = (fromOn: string, untilOn: string): number => dayNumber(untilOn) - dayNumber(fromOn) + 1
