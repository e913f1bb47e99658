import { InvalidRequestError } from './problem.ts'

const depthMax = 50

/**
 * The value of a JSON text; refuses, with the place, what JSON.parse takes silently: a field written twice, bytes that are not UTF-8,
 * and nesting past 50 levels. Throws InvalidRequestError.
 */
export const parseJsonBody = (bytes: Uint8Array): unknown => {
  const text = decode(bytes)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new InvalidRequestError('', 'not-json', 'The body is not JSON.')
  }
  refuseRepeatedFields(text)
  return value
}

const decode = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new InvalidRequestError('', 'not-utf-8', 'The body is not UTF-8 text.')
  }
}

// Runs over text that JSON.parse has accepted, so it only has to follow strings and brackets.
const refuseRepeatedFields = (text: string): void => {
  const open: (Set<string> | undefined)[] = []
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g
  for (let match = tokens.exec(text); match; match = tokens.exec(text)) {
    const token = match[0]
    if (token === '{' || token === '[') {
      if (open.length >= depthMax) throw new InvalidRequestError('', 'too-deep', `The body is nested more than ${depthMax} levels deep.`)
      open.push(token === '{' ? new Set() : undefined)
    } else if (token === '}' || token === ']') open.pop()
    else if (match[1] !== undefined) {
      const field: string = JSON.parse(token.slice(0, token.length - match[1].length))
      const fields = open.at(-1)
      if (fields?.has(field)) throw new InvalidRequestError(`/${field.slice(0, 100)}`, 'repeated-field', 'This field is given more than once.')
      fields?.add(field)
    }
  }
}
