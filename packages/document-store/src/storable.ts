import { UnstorableError } from './errors.ts'

/** The length of a body as JSON. MongoDB's own limit is 16 MiB of BSON, which for bodies of tiny values is six times as long. */
const bodyBytesMax = 2 * 1024 * 1024
/** MongoDB refuses documents nested deeper than about 180. */
const depthMax = 100
const idBytesMax = 1_024
/** Keys that mean something to JavaScript or to the BSON encoder and would not come back as they went in. */
const reservedKeys = new Set(['', '__proto__', '_bsontype'])

/**
 * The body as the JSON text that every store gives back as it is. Throws UnstorableError with the path of the first value that one of the
 * stores would change or refuse: undefined, NaN, infinities, −0, integers beyond 2^53, dates and other objects, lone surrogates, keys with `$` or dots.
 */
export const toJsonText = (body: object): string => {
  if (Array.isArray(body) || !isPlain(body)) throw new UnstorableError('', 'must be an object of JSON values')
  // Nearly every body is sound: where one is not, it is gone through once more to say where.
  if (!isSound(body, 1)) check(body, '', 1)
  const text = JSON.stringify(body)
  if (Buffer.byteLength(text) > bodyBytesMax) throw new UnstorableError('', `is larger than ${bodyBytesMax} bytes`)
  return text
}

/** Throws UnstorableError for an id that cannot be stored. */
export const checkId = (id: string): void => {
  if (!isStorableId(id)) throw new UnstorableError('/_id', `must be text of 1 to ${idBytesMax} bytes without NUL characters or lone surrogates`)
}

/** Whether an id can be stored: one that cannot is nobody's, so asking for it finds nothing. */
export const isStorableId = (id: unknown): id is string => typeof id === 'string' && id.length > 0 && isPlainText(id) && Buffer.byteLength(id) <= idBytesMax

/** Whether both stores compare a text by its bytes, to its end. */
export const isPlainText = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

/** An object of an own class, a Date or a Map has a prototype that has a prototype; plain ones have not, whatever realm made them. */
const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Keys found sound before: bodies share the few names that their types have. */
const soundKeys = new Set<string>()
const soundKeysMax = 10_000

const isSoundKey = (key: string): boolean => {
  if (soundKeys.has(key)) return true
  if (key.startsWith('$') || key.includes('.') || !isPlainText(key) || reservedKeys.has(key)) return false
  if (soundKeys.size < soundKeysMax) soundKeys.add(key)
  return true
}

/** Whether `check` passes: the same rules without the path, which would be most of the work. */
const isSound = (value: unknown, depth: number): boolean => {
  if (typeof value === 'string') return value.isWellFormed()
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'number') return isSoundNumber(value)
  if (typeof value !== 'object' || depth > depthMax) return false
  if (Array.isArray(value)) {
    for (let position = 0; position < value.length; position += 1) if (!isSound(value[position], depth + 1)) return false
    return true
  }
  if (!isPlain(value)) return false
  for (const key of Object.keys(value)) if (!isSoundKey(key) || !isSound((value as Record<string, unknown>)[key], depth + 1)) return false
  return true
}

const isSoundNumber = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0) && (!Number.isInteger(value) || Number.isSafeInteger(value))

const check = (value: unknown, path: string, depth: number): void => {
  if (value === null || typeof value === 'boolean') return
  if (typeof value === 'object') checkInside(value, path, depth)
  else if (typeof value === 'number') checkNumber(value, path)
  else if (typeof value !== 'string') fail(path, `is ${typeof value}, which is not JSON`)
  else if (!value.isWellFormed()) fail(path, 'holds a lone surrogate')
}

const checkInside = (value: object, path: string, depth: number): void => {
  if (depth > depthMax) fail(path, `is nested deeper than ${depthMax}`)
  if (Array.isArray(value)) {
    // By position, so that a hole is met as the undefined it is.
    for (let position = 0; position < value.length; position += 1) check(value[position], `${path}/${position}`, depth + 1)
    return
  }
  if (!isPlain(value)) fail(path, 'is an object of a class, which is not JSON')
  for (const [key, inner] of Object.entries(value)) {
    if (!isSoundKey(key)) fail(path, 'has a key that begins with $, holds a dot, or is one that not every store keeps')
    check(inner, `${path}/${key}`, depth + 1)
  }
}

const checkNumber = (value: number, path: string): void => {
  if (!isSoundNumber(value)) fail(path, Number.isFinite(value) ? 'is −0 or an integer beyond 2^53' : 'is not a finite number')
}

const fail = (path: string, reason: string): never => {
  throw new UnstorableError(path, reason)
}
