import { STATUS_CODES } from 'node:http'
import { ZodError } from 'zod'

/** RFC 9457, with `errors` naming the fields. */
export type Problem = {
  type: string
  title: string
  status: number
  detail?: string
  /** Stable, kebab-case; pages turn it into words. */
  code?: string
  errors?: { pointer: string; code: string; detail: string }[]
}

const statusOf = { invalid: 422, unauthenticated: 401, forbidden: 403, 'not-found': 404, conflict: 409, stale: 412, 'too-many': 429, unavailable: 503 } as const

/** An error that a rule throws knows its kind and code; only this file knows statuses. `field` points at what to mend, as a JSON pointer. */
export type DomainError = Error & { kind: keyof typeof statusOf; code: string; title?: string; field?: string }

export const isDomainError = (error: unknown): error is DomainError =>
  typeof error === 'object' && error !== null && 'kind' in error && 'code' in error && typeof error.kind === 'string' && error.kind in statusOf

/** There is nothing under this address, or nothing that the caller may know of. */
export class NotFoundError extends Error {
  readonly kind = 'not-found'
  readonly code = 'not-found'
  readonly title = 'Not found'
  constructor(what = 'There is nothing here, or it is not yours to see.') {
    super(what)
  }
}

/** The request cannot be read at all; `pointer` says where. */
export class InvalidRequestError extends Error {
  readonly status = 400
  readonly pointer: string
  readonly code: string
  constructor(pointer: string, code: string, detail: string) {
    super(detail)
    this.pointer = pointer
    this.code = code
  }
}

const toPointer = (path: readonly PropertyKey[]): string => path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** What the caller is told. An unforeseen error's message stays in the log: the answer is a bare 500. */
export const toProblem = (error: unknown): Problem => {
  if (error instanceof ZodError || (error as { name?: string } | null)?.name === 'ZodError') {
    const errors = (error as ZodError).issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ pointer: toPointer([...issue.path, key]), code: 'unknown-field', detail: 'There is no such field.' }))
        : [{ pointer: toPointer(issue.path), code: codeOf(issue), detail: issue.message }],
    )
    return { ...invalidRequest, detail: 'Nothing was changed. `errors` says what to mend, field by field.', errors: errors.slice(0, 50) }
  }
  if (error instanceof InvalidRequestError)
    return { ...invalidRequest, detail: error.message, errors: [{ pointer: error.pointer, code: error.code, detail: error.message }] }
  if (isDomainError(error)) {
    const status = statusOf[error.kind]
    const problem: Problem = {
      type: `/problems/${error.code}`,
      title: error.title ?? STATUS_CODES[status] ?? 'Error',
      status,
      detail: error.message,
      code: error.code,
    }
    return error.field === undefined ? problem : { ...problem, errors: [{ pointer: error.field, code: error.code, detail: error.message }] }
  }
  return isExposed(error) ? problemOfExpress(error) : unforeseen
}

const invalidRequest = { type: '/problems/invalid-request', title: 'The request is not valid', status: 400, code: 'invalid-request' } as const
const unforeseen: Problem = {
  type: '/problems/unforeseen',
  title: 'Something went wrong',
  status: 500,
  detail: 'Something went wrong here, not with what was sent. Try again; if it goes on, tell whoever runs this place.',
  code: 'unforeseen',
}

// A refinement may name its own code through `params`; otherwise zod's, in kebab case.
const codeOf = (issue: { code: string; params?: Record<string, unknown> | undefined }): string =>
  typeof issue.params?.code === 'string' ? issue.params.code : issue.code.replaceAll('_', '-')

/** Express's own errors, refusing what no route has seen yet: a body too large, an encoding that it does not know, an address that it cannot read. */
type ExpressError = { status: number; type?: unknown; code?: unknown; limit?: unknown }
const isExposed = (error: unknown): error is ExpressError =>
  typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' && error.status >= 400 && error.status < 500

/** Its message stays with us: it may repeat what was sent. */
const problemOfExpress = (error: ExpressError): Problem => {
  const [code, detail] = wordsOfExpress(error)
  return { type: `/problems/${code}`, title: STATUS_CODES[error.status] ?? 'Error', status: error.status, detail, code }
}

const wordsOfExpress = (error: ExpressError): [code: string, detail: string] => {
  if (error.type === 'entity.too.large') return ['body-too-large', `The body is too large. Send at most ${Number(error.limit) / 1024} KB.`]
  if (error.type === 'encoding.unsupported')
    return ['encoding-not-known', 'This Content-Encoding is not known here. Send gzip, deflate or br, or the body as it is.']
  if (error.type === 'request.aborted' || error.type === 'request.size.invalid') return ['body-cut-off', 'The body is not as long as its Content-Length says.']
  // How zlib and Brotli name what they cannot unpack.
  if (typeof error.code === 'string' && /^(Z_|ERR_)/.test(error.code)) return ['body-not-readable', 'The body is not what its Content-Encoding says.']
  if (error instanceof URIError) return ['address-not-readable', 'The address has a % that stands for nothing.']
  return ['invalid-request', 'The request cannot be read.']
}
