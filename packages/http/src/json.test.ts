import fc from 'fast-check'
import { parseJsonBody } from './json.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('a JSON body', () => {
  test('is read as JSON.parse reads it, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => expect(parseJsonBody(bytes(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)))),
    )
  })
  test.each([
    ['a field given twice', '{"a":1,"a":2}', 'repeated-field'],
    ['a field given twice, once escaped', '{"a":1,"\\u0061":2}', 'repeated-field'],
    ['a field given twice, deep inside', '{"x":[{"b":{"c":1,"c":1}}]}', 'repeated-field'],
    ['text that is no JSON', '{a:1}', 'not-json'],
    ['more than one value', '{} {}', 'not-json'],
    ['nesting past the limit', `${'['.repeat(60)}${']'.repeat(60)}`, 'too-deep'],
  ])('with %s is refused', (_what, text, code) => {
    expect(() => parseJsonBody(bytes(text))).toThrow(expect.objectContaining({ code }))
  })
  test('the same name in two objects, or as a value, is no repetition', () => {
    expect(parseJsonBody(bytes('{"a":{"a":"a"},"b":[{"a":"{\\"a\\":1"},{"a":2}]}'))).toEqual({ a: { a: 'a' }, b: [{ a: '{"a":1' }, { a: 2 }] })
  })
  test('that is not UTF-8 is refused', () => {
    expect(() => parseJsonBody(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(expect.objectContaining({ code: 'not-utf-8' }))
  })
})
