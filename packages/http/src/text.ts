import { z } from 'zod'

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const controlButBreaks = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff]/

const text = (lengthMax: number, forbidden: RegExp) =>
  z
    .string({ error: (issue) => (issue.input === undefined ? 'Enter something here.' : 'This must be text.') })
    .transform((value) => value.replaceAll('\r\n', '\n').normalize('NFC').trim())
    .refine((value) => value.isWellFormed() && !forbidden.test(value), {
      error: 'This has characters that cannot be shown. Type it again without them.',
      params: { code: 'control-characters' },
    })
    .refine((value) => value.length <= lengthMax, { error: `Use ${lengthMax} characters or fewer.`, params: { code: 'too-long' } })
    .refine((value) => value.length > 0, { error: 'Enter something here.', params: { code: 'missing' } })

/** One line of text in any script, trimmed and in NFC, 1 to `lengthMax` UTF-16 units, without control characters. HTML is kept as text; pages escape it. */
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
const postcodeShape = /^([A-Z]{1,2})[0-9][0-9A-Z]? [0-9][ABD-HJLN-UW-Z]{2}$/

/** A UK postcode in capitals with one space, however it was typed; its area must exist. Whether the place itself is known, the directory says. */
export const Postcode = z
  .string({ error: 'Enter a postcode, like M33 7ZF.' })
  .max(20, { error: 'Enter a postcode, like M33 7ZF.' })
  .transform((value) =>
    value
      .replaceAll(/\s+/g, '')
      .toUpperCase()
      .replace(/(.{3})$/, ' $1'),
  )
  .refine((value) => postcodeAreas.has(postcodeShape.exec(value)?.[1] ?? ''), {
    error: 'There is no such postcode. Enter one like M33 7ZF.',
    params: { code: 'invalid-postcode' },
  })
