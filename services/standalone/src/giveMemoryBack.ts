import { memoryUsage } from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Collects garbage once, as when memory has run out, so that the system gets back at once what opening and loading a place needed and running it does not.
 * Left to itself, V8 keeps that room for as long as little is asked of the place; after a common collection it keeps the emptied pages for some eight seconds.
 * Takes some 50 ms; a repeat is harmless.
 */
export const giveMemoryBack = (): void => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })

type Collecting = { type: 'major'; execution: 'sync'; flavor: 'regular' | 'last-resort' }
let collector: ((how: Collecting) => void) | undefined
const collect = (how: Collecting): void => {
  setFlagsFromString('--expose-gc')
  collector ??= runInNewContext('gc') as (how: Collecting) => void
  collector(how)
}

/** Bytes that may come into being between two collections, whether they are still needed or not. */
const grownBytesMax = 24_000_000

/**
 * Keeps a process of one long task near what it really holds: V8 by itself lets some 250 MB of what nobody needs any more stand while memory is to be had. The
 * part of its heap for what is new stays as large as it is, and `look`, called again and again, collects once 24 MB have come. Costs about a tenth of the time.
 */
export const staySmall = (): { look: () => void } => {
  giveMemoryBack()
  // Read each time that this part is about to grow; a V8 that has no such flag says so on standard error and goes on.
  setFlagsFromString('--semi-space-growth-factor=1')
  let after = memoryUsage().heapUsed
  return {
    look: () => {
      if (memoryUsage().heapUsed < after + grownBytesMax) return
      // The room is needed again at once: to hand its pages back and fetch them anew would cost a fifth of the time.
      collect({ type: 'major', execution: 'sync', flavor: 'regular' })
      after = memoryUsage().heapUsed
    },
  }
}
