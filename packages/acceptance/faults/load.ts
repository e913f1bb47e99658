import type { StartedPlace } from '../src/startedPlace.ts'
import { KeptRequests } from './keptRequests.ts'
import { LoopPromises } from './loopPromises.ts'
import { PoolPromises } from './poolPromises.ts'

const loopsAtOnce = 8

/** The loop and the pool, run by several at once from its beginning until it is stopped, and all that they were told. */
export class Load {
  readonly requests: KeptRequests
  readonly loop: LoopPromises
  readonly pool: PoolPromises
  private readonly startedAt = performance.now()
  private readonly workers: Promise<void>[]
  private ranMs = 0
  private running = true
  private failure: unknown

  private constructor(requests: KeptRequests, loop: LoopPromises, pool: PoolPromises) {
    this.requests = requests
    this.loop = loop
    this.pool = pool
    this.workers = [...Array.from({ length: loopsAtOnce }, () => loop), pool].map((turning) => this.work(turning))
  }

  static async begin(place: StartedPlace): Promise<Load> {
    const requests = await KeptRequests.begin(place)
    return new Load(requests, await LoopPromises.begin(requests), await PoolPromises.begin(requests))
  }

  private async work(turning: LoopPromises | PoolPromises): Promise<void> {
    while (this.running)
      await turning.turn().catch((error) => {
        this.failure ??= error
        this.running = false
      })
  }

  /** Throws what went wrong for the load so far: an answer that no fault excuses, or none at all for minutes. */
  expectUnbroken(): void {
    if (this.failure) throw this.failure
  }

  /** Begins nothing new and waits until everything that was begun is answered. Throws what went wrong. A repeat changes nothing. */
  async stop(): Promise<void> {
    this.running = false
    await Promise.all(this.workers)
    this.ranMs ||= performance.now() - this.startedAt
    this.expectUnbroken()
  }

  /** How many requests were answered and how many in a second, over the whole time, whatever was broken meanwhile. */
  get words(): string {
    const { operations } = this.requests
    return `${operations.toLocaleString('en-GB')} operations at ${Math.round((operations * 1_000) / (this.ranMs || performance.now() - this.startedAt))}/s`
  }
}
