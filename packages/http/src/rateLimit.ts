import type { Runtime } from '@patchwork/runtime'

/** Keys counted at a time; past it those whose window began longest ago go first. */
const keysMax = 100_000

export type RateLimit = {
  /** Counts one more for this key; false when it has had its share. */
  take(key: string): boolean
}

/**
 * Lets each key do something `count` times in the `perSeconds` after its first time. It counts in the memory of this process alone: each process has
 * its own count, and a restart begins anew.
 */
export const createRateLimit = ({ count, perSeconds }: { count: number; perSeconds: number }, runtime: Pick<Runtime, 'now'>): RateLimit => {
  // Windows are all of one length, so those that began first end first and stand first in the map.
  const windows = new Map<string, { endsAt: number; taken: number }>()
  const forgetEnded = (now: number): void => {
    for (const [key, { endsAt }] of windows) {
      if (endsAt > now && windows.size < keysMax) return
      windows.delete(key)
    }
  }
  return {
    take: (key) => {
      const now = runtime.now()
      const open = windows.get(key)
      if (open && open.endsAt > now) {
        open.taken += 1
        return open.taken <= count
      }
      windows.delete(key)
      forgetEnded(now)
      windows.set(key, { endsAt: now + perSeconds * 1_000, taken: 1 })
      return count > 0
    },
  }
}
