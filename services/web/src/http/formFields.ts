import { multilineText, Postcode, plainText } from '@patchwork/http'
import { z } from 'zod'

// What fields send is text. Each of these gives a value or a code; the words for the code stand in words/*.json under `problems`.

const emailLengthMax = 254
const passwordLengthMax = 1_000

/** One line that must be there. */
export const line = (lengthMax: number) => plainText(lengthMax)
/** One line, or nothing: then undefined. */
export const optionalLine = (lengthMax: number) => orNothing(plainText(lengthMax))
/** Several lines that must be there. */
export const lines = (lengthMax: number) => multilineText(lengthMax)
export const optionalLines = (lengthMax: number) => orNothing(multilineText(lengthMax))

/** An e-mail address. */
export const email = () => plainText(emailLengthMax).pipe(z.email({ error: 'not-an-email' }))
export const optionalEmail = () => orNothing(email())

/** A password as it was typed; the rules for it are the identity service's. */
export const password = () => z.string().min(1, { error: 'missing' }).max(passwordLengthMax, { error: 'too-long' })

/** A UK postcode in capitals with its space. */
export const postcode = () => z.string({ error: 'missing' }).trim().min(1, { error: 'missing' }).pipe(Postcode)
export const optionalPostcode = () => orNothing(Postcode)

/** One of these codes. */
export const choice = <const Codes extends readonly string[]>(codes: Codes) => z.enum(codes, { error: 'choose-one' })
export const optionalChoice = <const Codes extends readonly string[]>(codes: Codes) => orNothing(choice(codes))

/** Any number of these codes: checkboxes. A browser sends nothing for none, and no list for one. */
export const choices = <const Codes extends readonly string[]>(codes: Codes) =>
  z.preprocess(
    (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]),
    z.array(z.enum(codes, { error: 'choose-from-list' })).max(codes.length),
  )

/** A box that is ticked or not. */
export const ticked = () => z.preprocess((value) => value === 'yes', z.boolean())

/** A whole number between two. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string({ error: 'missing' })
    .trim()
    .min(1, { error: 'missing' })
    .regex(/^-?\d{1,12}$/, { error: 'not-a-whole-number' })
    .transform(Number)
    .pipe(z.int().min(min, { error: 'too-small' }).max(max, { error: 'too-large' }))
export const optionalWholeNumber = (min: number, max: number) => orNothing(wholeNumber(min, max))

/** Pounds as people write them (`£12`, `12.50`), in pence. */
export const pounds = (penceMax: number) =>
  z
    .string({ error: 'missing' })
    .trim()
    .min(1, { error: 'missing' })
    .regex(/^£? ?\d{1,7}(\.\d\d?)?$/, { error: 'not-an-amount' })
    .transform((value) => Math.round(Number(value.replace(/[£ ]/g, '')) * 100))
    .pipe(z.int().max(penceMax, { error: 'too-large' }))

/** A file of at most so many bytes that must be there. */
export const sentFile = (bytesMax: number) =>
  z.preprocess(
    (value) => (value instanceof File && value.size === 0 && value.name === '' ? undefined : value),
    z.file({ error: 'missing' }).min(1, { error: 'file-empty' }).max(bytesMax, { error: 'file-too-large' }),
  )

/** A file of at most so many bytes, or none: browsers send an empty one. */
export const optionalFile = (bytesMax: number) =>
  z.preprocess(
    (value) => (value === '' || (value instanceof File && value.size === 0) ? undefined : value),
    z.file({ error: 'missing' }).max(bytesMax, { error: 'file-too-large' }).optional(),
  )

/** An empty field is one that says nothing. */
export const orNothing = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (typeof value === 'string' && value.trim() === '' ? undefined : value), schema.optional())

/** Says what is wrong at a field. `isRefused` says whether a field was refused by itself: nothing can be told of what needs it. */
export type Refuse = ((field: string, code: string) => void) & { isRefused: (field: string) => boolean }

/**
 * A form some of whose fields need each other: `check` is asked whatever else is wrong, so that everything is told at once. A field that was refused by itself has
 * no value there, and is told one thing only.
 */
export const together = <Form extends z.ZodObject>(form: Form, check: (values: Partial<z.output<Form>>, refuse: Refuse) => void) =>
  form.superRefine(
    (values, context) => {
      const refused = new Set(context.issues.map(({ path }) => path?.[0]))
      const isRefused = (field: string) => refused.has(field)
      const refuse = (field: string, code: string) => {
        if (!isRefused(field)) context.addIssue({ code: 'custom', path: [field], message: code, params: { code } })
      }
      const sound = Object.fromEntries(Object.entries(values).filter(([field]) => !isRefused(field))) as Partial<z.output<Form>>
      check(sound, Object.assign(refuse, { isRefused }))
    },
    { when: () => true },
  )
