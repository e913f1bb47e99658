import { isDeepStrictEqual } from 'node:util'
import type { JsonSchema } from './reference.ts'

// Words about a field, not its meaning to a reader.
const wordsOnly = new Set(['$schema', '$id', 'title', 'description'])
const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What a reader of the released schema could no longer rely on, as sentences; none when the schema only gained optional fields or codes.
 * A field must stay, with its type, limits and whether it is required.
 */
export const lostOrChanged = (released: JsonSchema, current: JsonSchema, path = ''): string[] => {
  const at = path === '' ? 'the event' : path
  const [before, now] = [properties(released), properties(current)]
  const lost = Object.keys(before).filter((name) => !(name in now))
  const kept = Object.keys(before).filter((name) => name in now)
  return [
    ...lost.map((name) => `${path}/${name} is gone`),
    ...kept.flatMap((name) => lostOrChanged(before[name]!, now[name]!, `${path}/${name}`)),
    ...changedItems(released, current, path),
    ...codes(released)
      .filter((code) => !codes(current).includes(code))
      .map((code) => `${at} no longer has the code ${JSON.stringify(code)}`),
    ...changedRequired(released, current, path),
    ...changedKeywords(released, current).map((keyword) => `${at} has another ${keyword}`),
  ]
}

const properties = ({ properties = {} }: JsonSchema): Record<string, JsonSchema> => properties as Record<string, JsonSchema>
const codes = (schema: JsonSchema): unknown[] => (schema.enum as unknown[] | undefined) ?? []

const changedItems = (released: JsonSchema, current: JsonSchema, path: string): string[] =>
  isObject(released.items) && isObject(current.items) ? lostOrChanged(released.items, current.items, `${path}[]`) : []

const changedRequired = (released: JsonSchema, current: JsonSchema, path: string): string[] => {
  const [before, now] = [released, current].map(({ required = [] }) => required as string[]) as [string[], string[]]
  return [
    ...before.filter((name) => !now.includes(name)).map((name) => `${path}/${name} is no longer always there`),
    ...now.filter((name) => !before.includes(name)).map((name) => `${path}/${name} must be there, which older events do not keep`),
  ]
}

const changedKeywords = (released: JsonSchema, current: JsonSchema): string[] =>
  [...new Set([...Object.keys(released), ...Object.keys(current)])].filter((keyword) => {
    if (wordsOnly.has(keyword) || keyword === 'properties' || keyword === 'required') return false
    if (keyword === 'enum') return (released.enum === undefined) !== (current.enum === undefined)
    if (keyword === 'items' && isObject(released.items) && isObject(current.items)) return false
    return !isDeepStrictEqual(released[keyword], current[keyword])
  })
