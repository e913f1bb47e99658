const seconds = 1_000
const minutes = 60 * seconds

const delaysMs = [5 * seconds, 15 * seconds, 30 * seconds, 1 * minutes, 2 * minutes, 5 * minutes, 10 * minutes, 20 * minutes] as const
const delayMsMost = 30 * minutes

/** How often a message is tried: with the delays above that is about 20 hours. */
export const attemptsMax = 48

/** How long to wait after attempt number `attempt` failed, in milliseconds: from 5 seconds to half an hour. */
export const delayMsAfter = (attempt: number): number => delaysMs[attempt - 1] ?? delayMsMost

/** `at`, moved by milliseconds. */
export const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString()
