/** Stops what was scheduled; calling it again changes nothing. */
export type Cancel = () => void

/**
 * Everything a service takes from the world beside its two ports. It is handed in, never reached for,
 * so that a simulation can own time, chance and the network.
 */
export interface Runtime {
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** A random UUID (version 4). */
  uuid(): string
  /** `count` bytes from a cryptographic source. */
  randomBytes(count: number): Uint8Array
  /** Runs `action` once after `delayMs`. A pending timer keeps no process alive. */
  after(delayMs: number, action: () => void): Cancel
  /** The network, with the signature of the platform's fetch. */
  fetch: typeof globalThis.fetch
}

/** The present as a fixed-width ISO 8601 UTC string, the only form an instant is stored in. */
export const instant = (runtime: Pick<Runtime, 'now'>): string => new Date(runtime.now()).toISOString()

/** The calendar day (YYYY-MM-DD) of an instant in Europe/London, where every council this serves lives. */
export const calendarDay = (ms: number): string => londonDay.format(ms)

const londonDay = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London', year: 'numeric', month: '2-digit', day: '2-digit' })

/** A signal that aborts after `delayMs`, for what must not take longer. */
export const abortAfter = (runtime: Pick<Runtime, 'after'>, delayMs: number): AbortSignal => {
  const giveUp = new AbortController()
  runtime.after(delayMs, () => giveUp.abort(new DOMException('It took too long', 'TimeoutError')))
  return giveUp.signal
}

/** Resolves after `delayMs`, or at once when the signal aborts; it never rejects. */
export const sleep = (runtime: Pick<Runtime, 'after'>, delayMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const cancel = runtime.after(delayMs, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    const abort = () => {
      cancel()
      resolve()
    }
    signal?.addEventListener('abort', abort, { once: true })
  })

/** Work that is done again and again. */
export type Repeated<Result> = {
  /** Does it now; a call during one joins it. Rejects as the work does. */
  runOnce(): Promise<Result>
  /** Ends after the one under way, however that ends. A repeat changes nothing. */
  stop(): Promise<void>
}

/**
 * Does `work` every `everyMs`, first after that time and then counted from the end of the one before, never two at once. One that fails is told to
 * `onError` and done again the next time.
 */
export const repeatedly = <Result>(
  runtime: Pick<Runtime, 'after'>,
  { everyMs, work, onError }: { everyMs: number; work: () => Promise<Result>; onError: (error: unknown) => void },
): Repeated<Result> => {
  let underWay: Promise<Result> | undefined
  let stopped = false
  const runOnce = (): Promise<Result> => {
    underWay ??= work().finally(() => {
      underWay = undefined
    })
    return underWay
  }
  const plan = (): Cancel =>
    runtime.after(everyMs, () => {
      runOnce()
        .catch(onError)
        .finally(() => {
          if (!stopped) cancel = plan()
        })
    })
  let cancel = plan()
  return {
    runOnce,
    stop: async () => {
      stopped = true
      cancel()
      await underWay?.catch(() => undefined)
    },
  }
}
