import type { Operation, SqlValue, Statement } from './placeFile.ts'

/**
 * Operations as they cross to the worker: one flat list, as an object of its own for each statement costs more to copy than all that it holds. A
 * statement's text crosses once and goes by its number from then on.
 */
export type Packed = {
  /** Texts that have no number yet, in the order of their numbers. */
  texts: string[]
  /** The numbers given so far are given anew, from 0. */
  startsAnew: boolean
  /** For each operation its number of statements; for each of those its text's number, its mode, how many changes it must make, its parameters and how many. */
  values: SqlValue[]
}

/** Texts that have a number at a time. */
const textsMax = 5_000
const modes: readonly Statement['mode'][] = ['run', 'all', 'get']
const anyChanges = -1

/** Packs for one `openUnpacking`, which must be given all that it packs, in order. */
export const openPacking = () => {
  const numbers = new Map<string, number>()
  return (operations: readonly Operation[]): Packed => {
    const startsAnew = numbers.size >= textsMax
    if (startsAnew) numbers.clear()
    const packed: Packed = { texts: [], startsAnew, values: [] }
    const { texts, values } = packed
    const numberOf = (sql: string): number => {
      const known = numbers.get(sql)
      if (known !== undefined) return known
      texts.push(sql)
      numbers.set(sql, numbers.size)
      return numbers.size - 1
    }
    for (const { statements } of operations) {
      values.push(statements.length)
      for (const { sql, mode, expectChanges = anyChanges, parameters = [] } of statements) {
        values.push(numberOf(sql), modes.indexOf(mode), expectChanges, parameters.length)
        for (const parameter of parameters) values.push(parameter)
      }
    }
    return packed
  }
}

/** Gives the operations again that an `openPacking` packed. */
export const openUnpacking = () => {
  const known: string[] = []
  return ({ texts, startsAnew, values }: Packed): Operation[] => {
    if (startsAnew) known.length = 0
    known.push(...texts)
    const operations: Operation[] = []
    for (let at = 0; at < values.length; ) {
      const statements: Statement[] = []
      let left = values[at++] as number
      for (; left > 0; left -= 1) {
        const [sql, mode, expected, count] = [known[values[at] as number], modes[values[at + 1] as number], values[at + 2] as number, values[at + 3] as number]
        const parameters = values.slice(at + 4, at + 4 + count)
        at += 4 + count
        const statement = { sql: sql as string, mode: mode as Statement['mode'], parameters }
        statements.push(expected === anyChanges ? statement : { ...statement, expectChanges: expected })
      }
      operations.push({ statements })
    }
    return operations
  }
}
