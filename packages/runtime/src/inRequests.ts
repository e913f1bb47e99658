import type { Runtime } from './runtime.ts'

/** Requests that leave without waiting for each other. More of them would each carry less. */
const underWayMax = 2
/** A request that has not been answered for so long holds up no other: its connection may be dead, or a member of the set far behind. */
const slowAfterMs = 250

/**
 * Gives a way to send what is asked for at a time in one request, and what comes while two of them are under way in the next: what nothing waits beside
 * goes alone and at once. `countOf` says how many of those that wait fit into a request, one at the least; `send` settles each of them and never rejects.
 */
export const inRequests = <Asked>(options: {
  runtime: Pick<Runtime, 'after'>
  countOf(waiting: readonly Asked[]): number
  send(request: readonly Asked[]): Promise<void>
}): ((asked: Asked) => void) => {
  const { runtime, countOf, send } = options
  const waiting: Asked[] = []
  let underWay = 0
  let isDepartureDue = false

  const depart = (): void => {
    isDepartureDue = false
    while (underWay < underWayMax && waiting.length > 0) void sendNext()
  }
  const sendNext = async (): Promise<void> => {
    underWay += 1
    let holdsUp = true
    const letOthersGo = () => {
      if (holdsUp) underWay -= 1
      holdsUp = false
      departSoon()
    }
    const forget = runtime.after(slowAfterMs, letOthersGo)
    await send(waiting.splice(0, countOf(waiting)))
    forget()
    letOthersGo()
  }
  // All that is asked for in one turn goes together.
  const departSoon = (): void => {
    if (isDepartureDue || waiting.length === 0 || underWay >= underWayMax) return
    isDepartureDue = true
    queueMicrotask(depart)
  }
  return (asked) => {
    waiting.push(asked)
    departSoon()
  }
}
