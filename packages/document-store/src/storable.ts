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
  check(body, '', 1)
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
    if (key.startsWith('$') || key.includes('.')) fail(path, 'has a key that begins with $ or holds a dot')
    if (!isPlainText(key) || reservedKeys.has(key)) fail(path, 'has a key that not every store keeps')
    check(inner, `${path}/${key}`, depth + 1)
  }
}

const checkNumber = (value: number, path: string): void => {
  if (!Number.isFinite(value)) fail(path, 'is not a finite number')
  if (Object.is(value, -0)) fail(path, 'is −0')
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) fail(path, 'is an integer beyond 2^53')
}

const fail = (path: string, reason: string): never => {
  throw new UnstorableError(path, reason)
}
