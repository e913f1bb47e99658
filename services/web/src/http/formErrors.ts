import type { ZodError } from 'zod'
import { ServiceProblem } from '../serviceCalls.ts'
import type { Language, Translate, Translations } from '../words/words.ts'

/** What is wrong, at a field or (no field) with the whole form. */
export type FormError = { field?: string; code: string; values?: Readonly<Record<string, string | number>> }

/** What a page itself finds wrong with what was entered, with the values its words ask for: which line it is, by how much. Thrown from `save`. */
export class FormRefusal extends Error {
  readonly code = 'form-refused'
  readonly errors: readonly FormError[]
  constructor(errors: readonly FormError[]) {
    super('The form was refused')
    this.errors = errors
  }
}

/** The same in words, as the error summary and the fields show it. */
export type ShownErrors = { list: { text: string; href?: string }[]; byField: Record<string, string> }

/** What a form's own schema found: one error per field. A field that the form does not have, or one sent twice, is a form that cannot be read. */
export const errorsOfForm = (error: ZodError): FormError[] => {
  const found = new Map<string, FormError>()
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') found.set('', { code: 'form-not-read' })
    else {
      const field = issue.path
        .map(String)
        .filter((step) => !/^\d+$/.test(step))
        .join('-')
      if (!found.has(field)) found.set(field, { field, code: codeOf(issue as { code: string; message: string; params?: Record<string, unknown> }) })
    }
  }
  return [...found.values()]
}

const codeOf = ({ code, message, params }: { code: string; message: string; params?: Record<string, unknown> }): string => {
  if (typeof params?.code === 'string') return params.code
  return /^[a-z]+(-[a-z]+)*$/.test(message) ? message : code.replaceAll('_', '-')
}

/** What a service found: at the fields it names where the form has them, else for the whole form. */
export const errorsOfProblem = (problem: ServiceProblem, fields: ReadonlySet<string>): FormError[] => {
  const named = problem.fields.map(({ pointer, code }): FormError => {
    const field = pointer
      .split('/')
      .filter((step) => step !== '' && !/^\d+$/.test(step))
      .join('-')
    return fields.has(field) ? { field, code } : { code }
  })
  return named.length > 0 ? named : [{ code: problem.code }]
}

/**
 * Each error in words: the page's own for this field and code, the page's own for the code, the general ones, and in the end words that fit any
 * (`problems.unforeseen`). Also gives the codes that no words are for.
 */
export const inWords = (
  errors: readonly FormError[],
  page: string,
  t: Translate,
  translations: Translations,
  language: Language,
): ShownErrors & { unknownCodes: string[] } => {
  const shown: ShownErrors & { unknownCodes: string[] } = { list: [], byField: {}, unknownCodes: [] }
  for (const { field, code, values } of errors) {
    const keys = [...(field === undefined ? [] : [`${page}.errors.${field}.${code}`]), `${page}.errors.${code}`, `problems.${code}`]
    const known = keys.find((key) => translations.has(key, language))
    if (known === undefined) shown.unknownCodes.push(code)
    const text = t(known ?? 'problems.unforeseen', values)
    if (field !== undefined) shown.byField[field] ??= text
    shown.list.push(field === undefined ? { text } : { text, href: `#${field}` })
  }
  return shown
}

/** Problems that a form can be shown again for; all others are pages of their own. */
export const isForTheForm = (error: unknown): error is ServiceProblem =>
  error instanceof ServiceProblem && ([400, 409, 412, 422, 429].includes(error.status) || error.status >= 500)

/** Nothing was refused: it may have happened or not, and the same form may be sent again. */
export const mayHaveHappened = (problem: ServiceProblem): boolean => problem.status >= 500
