import { UnstorableError } from './errors.ts'

const bodyCharactersMax = 4 * 1024 * 1024
const depthMax = 60

/** The body as JSON text, after checking that every store keeps it as it is. Throws UnstorableError. */
export const toJsonText = (body: object): string => {
  checkValue(body, '', 0)
  const text = JSON.stringify(body)
  if (text.length > bodyCharactersMax) throw new UnstorableError('', `is larger than ${bodyCharactersMax} characters`)
  return text
}

const checkValue = (value: unknown, path: string, depth: number): void => {
  if (value === null || typeof value === 'boolean') return
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new UnstorableError(path, 'has half a character')
    return
  }
  if (typeof value === 'number') return checkNumber(value, path)
  if (typeof value !== 'object') throw new UnstorableError(path, `is ${typeof value}, which is not JSON`)
  if (depth >= depthMax) throw new UnstorableError(path, `is nested more than ${depthMax} levels deep`)
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) checkValue(value[index], `${path}[${index}]`, depth + 1)
    return
  }
  checkObject(value, path, depth)
}

const checkNumber = (value: number, path: string): void => {
  if (!Number.isFinite(value)) throw new UnstorableError(path, 'is not a finite number')
  if (Object.is(value, -0)) throw new UnstorableError(path, 'is minus zero')
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new UnstorableError(path, 'is an integer beyond 2^53')
}

const checkObject = (value: object, path: string, depth: number): void => {
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw new UnstorableError(path, 'is not a plain object')
  for (const [key, inner] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`
    if (key === '' || key.startsWith('$') || key.includes('.') || key.includes('\u0000') || !key.isWellFormed())
      throw new UnstorableError(at, 'is a name that not every store keeps')
    if (key === '__proto__') throw new UnstorableError(at, 'is a reserved name')
    checkValue(inner, at, depth + 1)
  }
}

const idBytesMax = 500

/** Text that every store keeps as it is: no half characters, no NUL. */
export const isPlainText = (value: string): boolean => value.isWellFormed() && !value.includes('\u0000')

/** An id that every store keeps and sorts alike: 1 to 500 bytes of plain text. */
export const isStorableId = (id: unknown): id is string => typeof id === 'string' && id.length > 0 && isPlainText(id) && Buffer.byteLength(id) <= idBytesMax

/** Throws UnstorableError unless it is a storable id. */
export const checkId = (id: string): void => {
  if (!isStorableId(id)) throw new UnstorableError('/_id', `must be 1 to ${idBytesMax} bytes of text`)
}
