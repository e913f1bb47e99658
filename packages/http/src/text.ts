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
