import { until } from '../src/startedPlace.ts'

const aimMs = 5_000
const readyWithinMs = 180_000

/** Whether whatever is at an address says that it can do its work. */
export const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
    async (response) => {
      await response.arrayBuffer()
      return response.ok
    },
    () => false,
  )

/** How long what was killed took until it was ready again. */
export class ReadyAgain {
  private readonly tookMs: number[] = []

  /** Waits until it is so, or until `isGone` says that it was killed before; then nothing is measured, and it gives false. */
  async measure(what: string, url: string, isGone: () => boolean, since = performance.now()): Promise<boolean> {
    const became = await until(`${what} is ready again`, async () => (isGone() ? 'gone' : (await isReady(url)) && 'ready'), readyWithinMs)
    if (became === 'ready') this.tookMs.push(performance.now() - since)
    return became === 'ready'
  }

  get words(): string {
    if (this.tookMs.length === 0) return 'never seen ready'
    const inOrder = this.tookMs.toSorted((left, right) => left - right)
    const seconds = (ms: number | undefined) => `${((ms ?? 0) / 1_000).toFixed(1)} s`
    const late = inOrder.filter((ms) => ms > aimMs).length
    return `ready again after ${seconds(inOrder[Math.floor(inOrder.length / 2)])} (median of ${inOrder.length}), ${seconds(inOrder.at(-1))} at most, ${late} over ${aimMs / 1_000} s`
  }
}
