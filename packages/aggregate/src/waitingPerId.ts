import { BusyError } from './errors.ts'
import { type QueuePerId, waitingMax } from './queuePerId.ts'

/** Carried out at once at most: all of it goes into one write, and the first waits for the last. */
const togetherMax = 64

/**
 * Collects what waits for one id while something else is done to it. When the id's turn comes, all that waits then is handed to `carryOut` in the order
 * asked, which must settle each of it and not reject.
 */
export const waitingPerId = <Waiting>(queue: QueuePerId, carryOut: (id: string, waiting: readonly Waiting[]) => Promise<void>) => {
  const lines = new Map<string, Waiting[]>()

  const serve = async (id: string): Promise<void> => {
    const waiting = lines.get(id) ?? []
    await carryOut(id, waiting.splice(0, togetherMax))
    if (waiting.length === 0) lines.delete(id)
    // In a turn of its own, so that what else waits for this id is not held up.
    else void queue.run(id, () => serve(id))
  }

  return {
    /** Throws BusyError when 2,000 wait already. */
    add: (id: string, one: Waiting): void => {
      const waiting = lines.get(id)
      if (waiting === undefined) {
        lines.set(id, [one])
        void queue.run(id, () => serve(id))
      } else if (waiting.length >= waitingMax) throw new BusyError()
      else waiting.push(one)
    },
  }
}
