import type { RequestHandler } from 'express'
import express from 'express'
import { visitorOf } from './visitor.ts'

/** A form with a file may be this large: a photo from a phone is read whole, so that the page can say what is wrong with it. */
const formBytesMax = 12 * 1024 * 1024
const partsMax = 50

/** The form could not be read. */
class FormNotReadError extends Error {
  readonly status = 400
}

const readBytes = express.raw({ type: 'multipart/form-data', limit: formBytesMax })

/**
 * Reads a form that carries a file into `request.body`, as other forms are: text fields as text, files as File. Nobody who has not signed in may send one.
 * Throws 413 for more than 12 MiB, 400 for what is no such form; then nothing of it is kept.
 */
export const readSentFiles: RequestHandler = (request, response, next) => {
  if (!request.is('multipart/form-data') || !visitorOf(response).session) return next()
  readBytes(request, response, (failed?: unknown) => {
    if (failed) return next(failed)
    fieldsOf(request.body as Buffer, request.get('content-type') ?? '').then(
      (fields) => {
        request.body = fields
        next()
      },
      () => next(new FormNotReadError()),
    )
  })
}

// The platform's own reader of forms (RFC 7578): it is held to the web's test suite.
const fieldsOf = async (bytes: Buffer, contentType: string): Promise<Record<string, unknown>> => {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData()
  const fields: Record<string, unknown> = Object.create(null)
  let parts = 0
  for (const [name, value] of form.entries()) {
    parts += 1
    if (parts > partsMax) throw new FormNotReadError()
    fields[name] = name in fields ? [fields[name], value].flat() : value
  }
  return { ...fields }
}
