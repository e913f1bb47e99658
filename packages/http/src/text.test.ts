import { multilineText, Postcode, plainText } from './text.ts'

describe('text that a person typed', () => {
  test.each(['Zoë', '名前', 'محمد', "O'Brien-Smith", 'Siân Ôl', '<b>bold</b>', '🙂', '👩‍👩‍👧', 'می‌خواهم', 'क्‍ष', 'Ó', '?'])('keeps %s as it is', (name) =>
    expect(plainText(50).parse(`  ${name} `)).toBe(name.normalize('NFC')),
  )
  test('is stored in one form, however it was composed', () => expect(plainText(10).parse('e\u0301')).toBe('é'))
  test.each([
    ['a control character', 'a\u0000b', 'control-characters'],
    ['a line break in one line', 'a\nb', 'control-characters'],
    ['half a character', 'a\ud800', 'control-characters'],
    ['a right-to-left override', 'Anna \u202enaf', 'control-characters'],
    ['an isolate', 'a\u2066b\u2069', 'control-characters'],
    ['a word joiner', 'a\u2060b', 'control-characters'],
    ['what is no character', 'a\ufdd0', 'control-characters'],
    ['what is no character on another plane', 'a\u{1ffff}', 'control-characters'],
    ['zero-width spaces alone', '\u200b\u200b', 'missing'],
    ['joiners alone', '\u200d\u200c\u200d', 'missing'],
    ['letters that show nothing', '\u3164\u115f', 'missing'],
    ['the empty Braille pattern', '\u2800', 'missing'],
    ['an accent on nothing', '\u0301', 'missing'],
    ['10,000 characters', 'x'.repeat(10_000), 'too-long'],
    ['nothing', '   ', 'missing'],
  ])('with %s is refused', (_what, value, code) => {
    const result = plainText(100).safeParse(value)
    expect(result.error?.issues.map((issue) => (issue as { params?: { code: string } }).params?.code)).toContain(code)
  })
  test.each([[{ $ne: null }], [['a']], [1], [null], [true]])('refuses %j, which is no text', (value) =>
    expect(plainText(10).safeParse(value).success).toBe(false),
  )
  test.each([
    ['a right-to-left override', 'one\n\u202etwo', 'control-characters'],
    ['nothing to see in any line', '\u200b\n\u200b', 'missing'],
  ])('with %s is refused where lines are meant, too', (_what, value, code) => {
    const result = multilineText(100).safeParse(value)
    expect(result.error?.issues.map((issue) => (issue as { params?: { code: string } }).params?.code)).toEqual([code])
  })
  test('keeps line breaks where lines are meant', () => expect(multilineText(50).parse('one\r\ntwo')).toBe('one\ntwo'))
})

describe('a postcode', () => {
  test.each([
    ['m337zf', 'M33 7ZF'],
    [' WA14  1EF ', 'WA14 1EF'],
    ['EC1A1BB', 'EC1A 1BB'],
    ['w1a 0ax', 'W1A 0AX'],
    ['b33 8th', 'B33 8TH'],
    ['m330aa', 'M33 0AA'],
  ])('%s is read as %s', (typed, read) => expect(Postcode.parse(typed)).toBe(read))
  test.each(['', 'M33', 'QQ1 1AA', 'M33 7CI', 'M37 1AA', 'M1A 1AA', 'M01 1AA', 'WA17 1AA', '12345', 'M337ZFX', 'M33 7Z\u0000', 'near the park', 'M33-7ZF'])(
    '%j does not exist',
    (typed) => expect(Postcode.safeParse(typed).error?.issues).toEqual([expect.objectContaining({ params: { code: 'invalid-postcode' } })]),
  )
})
