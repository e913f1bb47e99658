import type { Writable } from 'node:stream'

/** Shows what is going on and how far, on a terminal in place, elsewhere a line per step and per tenth. */
export interface Progress {
  /** Begins a step; `unit` names what it will count. */
  step(words: string, unit?: string): void
  /** How far the step is: `count` of `total` of its unit. */
  advance(count: number, total: number): void
  done(): void
}

/** Progress written to a stream, which should be standard error. */
export const progressTo = (stream: Writable & { isTTY?: boolean }): Progress => {
  let words = ''
  let unit = ''
  let lastTenth = 0
  const endLine = () => {
    if (words !== '' && stream.isTTY) stream.write('\n')
  }
  return {
    step: (next, counted = '') => {
      endLine()
      words = next
      unit = counted === '' ? '' : ` ${counted}`
      lastTenth = 0
      stream.write(stream.isTTY ? `${words} …` : `${words}\n`)
    },
    advance: (count, total) => {
      const tenth = Math.floor((count * 10) / Math.max(total, 1))
      if (stream.isTTY) stream.write(`\r${words} … ${count.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')}${unit}`)
      else if (tenth > lastTenth) stream.write(`${words}: ${count} of ${total}${unit}\n`)
      lastTenth = tenth
    },
    done: () => {
      endLine()
      words = ''
    },
  }
}
