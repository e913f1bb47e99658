import type { Writable } from 'node:stream'
import type { ImportProgress } from '@patchwork/provider-directory'
import type { CopyProgress } from './backup.ts'
import type { OperationProgress } from './operations.ts'

/** Shows what is going on and how far, on a terminal in place, elsewhere a line per step and per tenth. */
export interface Progress {
  /** Begins a step; `unit` names what it will count. */
  step(words: string, unit?: string): void
  /** How far the step is: `count` of `total` of its unit. */
  advance(count: number, total: number): void
  /** The same where nobody knows of how many. */
  count(count: number, perSecond: number): void
  done(): void
}

const countedEvery = 10_000

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
    count: (count, perSecond) => {
      const told = `${words}: ${count.toLocaleString('en-GB')} records, ${perSecond.toLocaleString('en-GB')}/s`
      if (stream.isTTY) stream.write(`\r${told}`)
      else if (Math.floor(count / countedEvery) > lastTenth) stream.write(`${told}\n`)
      lastTenth = Math.floor(count / countedEvery)
    },
    done: () => {
      endLine()
      words = ''
    },
  }
}

const doing: Record<ImportProgress['doing'] | CopyProgress['doing'], string> = {
  reading: 'Reading',
  taking: 'Taking',
  'putting-back': 'Putting back',
  copying: 'Copying',
  checking: 'Checking',
}

/** Shows the steps of a long operation: an import's with how many records and how fast, a copy's with how much of it. */
export const operationProgressTo = (progress: Progress): ((told: OperationProgress) => void) => {
  let step: OperationProgress['doing'] | undefined
  return (told) => {
    if (told.doing !== step) progress.step(doing[told.doing], 'unit' in told ? told.unit : '')
    step = told.doing
    if ('unit' in told) progress.advance(told.count, told.total)
    else progress.count(told.count, told.perSecond)
  }
}
