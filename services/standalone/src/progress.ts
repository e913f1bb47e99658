import type { Writable } from 'node:stream'

/** Shows what is going on and how far, on a terminal in place, elsewhere a line per step and per tenth. */
export interface Progress {
  step(words: string): void
  /** How far the step is: `count` of `total`. */
  advance(count: number, total: number): void
  done(): void
}

/** Progress written to a stream, which should be standard error. */
export const progressTo = (stream: Writable & { isTTY?: boolean }): Progress => {
  let words = ''
  let lastTenth = 0
  const endLine = () => {
    if (words !== '' && stream.isTTY) stream.write('\n')
  }
  return {
    step: (next) => {
      endLine()
      words = next
      lastTenth = 0
      stream.write(stream.isTTY ? `${words} …` : `${words}\n`)
    },
    advance: (count, total) => {
      const tenth = Math.floor((count * 10) / Math.max(total, 1))
      if (stream.isTTY) stream.write(`\r${words} … ${count.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')}`)
      else if (tenth > lastTenth) stream.write(`${words}: ${count} of ${total}\n`)
      lastTenth = tenth
    },
    done: () => {
      endLine()
      words = ''
    },
  }
}
