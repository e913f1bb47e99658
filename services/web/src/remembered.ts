import type { Runtime } from '@patchwork/runtime'

const retryAfterMs = 5_000

/**
 * Keeps what `load` gave for `freshMs`. While it cannot be loaded anew the old value stands; before there is one, undefined, and it is tried again
 * at most every 5 s. Callers at the same time share one load.
 */
export const remembered = <Value>(runtime: Pick<Runtime, 'now'>, freshMs: number, load: () => Promise<Value>): (() => Promise<Value | undefined>) => {
  let value: Value | undefined
  let loadAgainAt = Number.NEGATIVE_INFINITY
  let loading: Promise<void> | undefined
  return async () => {
    if (runtime.now() >= loadAgainAt) {
      loading ??= load()
        .then(
          (loaded) => {
            value = loaded
            loadAgainAt = runtime.now() + freshMs
          },
          () => {
            loadAgainAt = runtime.now() + retryAfterMs
          },
        )
        .finally(() => {
          loading = undefined
        })
      // Whoever has an old value need not wait for the new one.
      if (value === undefined) await loading
    }
    return value
  }
}
