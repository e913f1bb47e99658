import { z } from 'zod'

// Besides control characters: what turns the direction of the text around it (a name could then read as another), the word joiner, and code points
// that are no characters. Joiners (U+200C, U+200D) stay: Persian, Hindi and emoji are written with them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const control = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2060\u2066-\u2069\ufeff\p{Noncharacter_Code_Point}]/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const controlButBreaks = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028-\u202e\u2060\u2066-\u2069\ufeff\p{Noncharacter_Code_Point}]/u
// Some letters and symbols (Hangul fillers, the empty Braille pattern) show nothing.
const visible = /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800]]/v

const text = (lengthMax: number, forbidden: RegExp) =>
  z
    .string({ error: (issue) => (issue.input === undefined ? 'Enter something here.' : 'This must be text.') })
    .transform((value) => value.replaceAll('\r\n', '\n').normalize('NFC').trim())
    .refine((value) => value.isWellFormed() && !forbidden.test(value), {
      error: 'This has characters that cannot be shown. Type it again without them.',
      params: { code: 'control-characters' },
    })
    .refine((value) => value.length <= lengthMax, { error: `Use ${lengthMax} characters or fewer.`, params: { code: 'too-long' } })
    .refine((value) => visible.test(value), { error: 'Enter something here.', params: { code: 'missing' } })

/**
 * One line of text in any script, trimmed and in NFC, 1 to `lengthMax` UTF-16 units with at least one that can be seen, without control characters and
 * those that change the direction of others. HTML is kept as text; pages escape it.
 */
export const plainText = (lengthMax: number) => text(lengthMax, control)

/** As plainText, with line breaks and tabs. */
export const multilineText = (lengthMax: number) => text(lengthMax, controlButBreaks)

/** Path parameters of a route about one record. */
export const IdParams = z.strictObject({ id: z.uuid() })

/** Query of a list: `limit` 1 to 200 (50 when absent), `after` from the page before. */
export const ListQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50), after: z.string().max(2_000).optional() })

const postcodeAreas = new Set(
  (
    'AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX ' +
    'IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR ' +
    'SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE'
  ).split(' '),
)
/** Every district of the areas that the ONS Postcode Directory of May 2025 was read for (docs/adr/0030): there is no M37, but an M33 0AA may be new. */
const districtsOf: Readonly<Record<string, ReadonlySet<string>>> = {
  M: new Set(
    '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 38 40 41 43 44 45 46 50 52 60 61 90 99'.split(' '),
  ),
  WA: new Set('1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 55 88'.split(' ')),
}
const postcodeShape = /^([A-Z]{1,2})([0-9][0-9A-Z]?) [0-9][ABD-HJLN-UW-Z]{2}$/

const canBe = (postcode: string): boolean => {
  const [, area = '', district = ''] = postcodeShape.exec(postcode) ?? []
  return postcodeAreas.has(area) && (districtsOf[area]?.has(district) ?? true)
}

/**
 * A UK postcode in capitals with one space, however it was typed. Its area must exist, and its district where all of the area's are known; whether
 * the place itself is known, the directory says.
 */
export const Postcode = z
  .string({ error: 'Enter a postcode, like M33 7ZF.' })
  .max(20, { error: 'Enter a postcode, like M33 7ZF.' })
  .transform((value) =>
    value
      .replaceAll(/\s+/g, '')
      .toUpperCase()
      .replace(/(.{3})$/, ' $1'),
  )
  .refine(canBe, {
    error: 'There is no such postcode. Enter one like M33 7ZF.',
    params: { code: 'invalid-postcode' },
  })
