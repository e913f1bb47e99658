import type { z } from 'zod'

type Issue = z.core.$ZodRawIssue

const valuesShownMax = 30

/**
 * Zod's findings in words for the caller of an API, where the schema has none of its own: `schema.parse(value, { error: plainWords })`. Names what is
 * expected, never what was sent.
 */
export const plainWords = (issue: Issue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'This is missing.' : `This must be ${kinds[issue.expected] ?? 'something else'}.`
    case 'invalid_value':
      return oneOf(issue.values.map(String))
    case 'too_big':
      return `${limit(issue.origin, Number(issue.maximum), 'or fewer', 'or less', 'at most')}.`
    case 'too_small':
      return `${limit(issue.origin, Number(issue.minimum), 'or more', 'or more', 'at least')}.`
    case 'invalid_format':
      return formats[issue.format] ?? 'This is not written as it must be. The OpenAPI document says how.'
    case 'not_multiple_of':
      return `This must be a multiple of ${issue.divisor}.`
    case 'unrecognized_keys':
      return 'There is no such field.'
    case 'invalid_union':
      return 'This fits none of the forms that it can have. The OpenAPI document says which.'
    default:
      return 'This is not valid.'
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  boolean: 'true or false',
  object: 'an object with fields',
  record: 'an object with fields',
  array: 'a list',
  null: 'null',
  date: 'a date',
}

const formats: Readonly<Record<string, string>> = {
  uuid: 'This must be an id, like 7f1fda3c-6b57-4ef1-9f6c-0d5d3ff1a0a1.',
  email: 'Enter an e-mail address, like name@example.com.',
  url: 'Enter a web address, like https://example.org.',
  date: 'Enter a date that there is, like 2026-03-31.',
  datetime: 'Enter a date and a time that there is, like 2026-03-31T17:00:00Z.',
  time: 'Enter a time, like 17:00.',
}

const oneOf = (values: readonly string[]): string =>
  values.length === 1
    ? `This must be ${values[0]}.`
    : values.length <= valuesShownMax
      ? `This must be one of: ${values.join(', ')}.`
      : 'This is not one of the values that it can have. The OpenAPI document lists them.'

const limit = (origin: string, count: number, ofCharacters: string, ofNumber: string, ofList: string): string => {
  if (origin === 'string') return `Use ${count} ${count === 1 ? 'character' : 'characters'} ${ofCharacters}`
  if (origin === 'array' || origin === 'set') return `Give ${ofList} ${count}`
  return `This must be ${count} ${ofNumber}`
}
