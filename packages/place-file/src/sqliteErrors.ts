import type { DatabaseSync } from 'node:sqlite'
import type { Failure, Refused } from './placeFile.ts'

// SQLite's result codes. The low byte is the primary code.
const primary = { busy: 5, noMemory: 7, readOnly: 8, inputOutput: 10, corrupt: 11, full: 13, cannotOpen: 14, constraint: 19, notADatabase: 26 }
const kinds: Record<number, Refused['kind']> = { 2067: 'unique', 1555: 'primary-key', 2579: 'primary-key' }

/** Errors of node:sqlite fail `instanceof Error` under some test runners, so they are known by their shape. */
const shapeOf = (error: unknown): { message: string; code: number } => {
  const { message, errcode } = (error ?? {}) as { message?: unknown; errcode?: unknown }
  return { message: typeof message === 'string' ? message : String(error), code: typeof errcode === 'number' ? errcode : 0 }
}

/** Why a file could not be opened, in our words. */
export const toOpenRefusal = (error: unknown): { reason: 'locked' | 'damaged' | 'unavailable'; message: string } => {
  const { message, code } = shapeOf(error)
  switch (code & 0xff) {
    case primary.busy:
      return { reason: 'locked', message }
    case primary.notADatabase:
      return { reason: 'damaged', message: 'it is not a file of Patchwork' }
    case primary.corrupt:
      return { reason: 'damaged', message: 'its contents are damaged' }
    case primary.cannotOpen:
      return { reason: 'unavailable', message: 'it cannot be opened; is its folder there, and may this user read and write in it?' }
    case primary.readOnly:
      return { reason: 'unavailable', message: 'this user may not write to it or to its folder' }
    default:
      return { reason: 'unavailable', message }
  }
}

/** Why an operation failed, when it is not a constraint that refused it. */
export const toFailure = (error: unknown): Failure => {
  const { message, code } = shapeOf(error)
  switch (code & 0xff) {
    case primary.full:
      return { failure: 'full', message }
    case primary.inputOutput:
    case primary.noMemory:
    case primary.readOnly:
    case primary.corrupt:
    case primary.cannotOpen:
    case primary.busy:
      return { failure: 'unavailable', message }
    default:
      return { failure: 'bad-statement', message }
  }
}

export const isFull = (error: unknown): boolean => toFailure(error).failure === 'full'

/** What a constraint refused, by the names of the table and index and never the value; undefined when the error is of another kind. */
export const toRefused = (error: unknown, database: DatabaseSync): Refused | undefined => {
  const { message, code } = shapeOf(error)
  if ((code & 0xff) !== primary.constraint) return undefined
  const constraint = message.replace(/^.*failed: /, '')
  const index = indexBehind(constraint, database)
  return { outcome: 'refused', kind: kinds[code] ?? 'other', constraint, ...(index !== undefined && { index }) }
}

/** SQLite tells an index on columns by its columns and one on expressions by its name; callers want the name. */
const indexBehind = (constraint: string, database: DatabaseSync): string | undefined => {
  const named = /^index '(.+)'$/.exec(constraint)?.[1]
  if (named !== undefined) return named
  const columns = constraint.split(', ')
  const table = columns[0]!.slice(0, columns[0]!.indexOf('.'))
  const wanted = columns.map((column) => column.slice(table.length + 1)).join()
  const indexes = database.prepare('SELECT name FROM pragma_index_list(?) WHERE "unique" = 1 AND origin = \'c\'').all(table)
  const columnsOf = database.prepare('SELECT name FROM pragma_index_info(?) ORDER BY seqno')
  return indexes
    .map(({ name }) => String(name))
    .find(
      (name) =>
        columnsOf
          .all(name)
          .map((column) => column.name)
          .join() === wanted,
    )
}
