const hourMs = 3_600_000

/** The last Sunday of a month, at 01:00 UTC: when the clocks of the United Kingdom change, in March and in October. */
const lastSundayMs = (year: number, month: number): number => {
  const lastDay = new Date(Date.UTC(year, month + 1, 0, 1))
  return lastDay.getTime() - lastDay.getUTCDay() * 24 * hourMs
}

/** How far the clocks of the United Kingdom are from UTC at an instant, like `+01:00`, and since which instant they have been so. */
export const clocksAt = (nowMs: number): { offset: '+00:00' | '+01:00'; since: string } => {
  const year = new Date(nowMs).getUTCFullYear()
  const changes = [
    { atMs: lastSundayMs(year - 1, 9), offset: '+00:00' },
    { atMs: lastSundayMs(year, 2), offset: '+01:00' },
    { atMs: lastSundayMs(year, 9), offset: '+00:00' },
  ] as const
  const { atMs, offset } = changes.findLast((change) => change.atMs <= nowMs)!
  return { offset, since: new Date(atMs).toISOString() }
}
