import { createWriteStream, openAsBlob } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Busboy } from '@fastify/busboy'
import type { Role } from '@patchwork/events'
import type { Request, RequestHandler } from 'express'
import { visitorOf } from './visitor.ts'

/** Forms with large files that are taken in at the same time: each is on the disk while its page is answered. */
const formsAtOnceMax = 4
const limits = { files: 1, fields: 50, parts: 51, fieldNameSize: 100, fieldSize: 64 * 1024, headerPairs: 20 }

/** The form could not be read. */
class FormNotReadError extends Error {
  readonly status = 400
}

/** Others send large files just now. */
class TooManyFormsError extends Error {
  readonly status = 429
}

type Spooling = { bytesMax: number; roles: readonly Role[]; spoolFolder?: string }
type Fields = Record<string, unknown>

/**
 * Reads a form that carries a large file into `request.body`, as other forms are, with the file as a File whose bytes stay in a temporary file that is gone
 * once the page is answered. Nobody but people in these roles may send one. Past the limit a file is not read further: it has a byte more than it may, for
 * the form to refuse at its field, and what comes after it in the form is not known. Throws 400 for what is no such form, 429 while others are sent.
 */
export const spoolSentFiles = ({ bytesMax, roles, spoolFolder = tmpdir() }: Spooling): RequestHandler => {
  let formsAtOnce = 0
  return async (request, response, next) => {
    const { session } = visitorOf(response)
    if (!request.is('multipart/form-data') || !session || !roles.includes(session.role)) return next()
    if (formsAtOnce >= formsAtOnceMax) return next(new TooManyFormsError())
    formsAtOnce += 1
    const folder = await mkdtemp(join(spoolFolder, 'patchwork-form-'))
    response.once('close', () => {
      formsAtOnce -= 1
      void rm(folder, { recursive: true, force: true })
    })
    try {
      request.body = await readForm(request, join(folder, 'file'), bytesMax)
      next()
    } catch (error) {
      next(error)
    }
  }
}

const readForm = (request: Request, path: string, bytesMax: number): Promise<Fields> =>
  new Promise((resolve, reject) => {
    const fields: Fields = Object.create(null)
    const parser = openParser(request, bytesMax)
    if (!parser) return reject(new FormNotReadError())
    let spooled: Promise<void> = Promise.resolve()
    const gaveUp = new AbortController()
    const add = (name: string, value: unknown): void => {
      fields[name] = name in fields ? [fields[name], value].flat() : value
    }
    const done = (): void => void spooled.then(() => resolve({ ...fields }), reject)
    /** The rest is read and thrown away, so that the browser gets to see the answer. */
    const readNoFurther = (): void => {
      request.unpipe(parser)
      request.resume()
    }
    const refuse = (): void => {
      readNoFurther()
      gaveUp.abort()
      reject(new FormNotReadError())
    }
    parser.on('field', (name, value, isNameCut, isValueCut) => (isNameCut || isValueCut ? refuse() : add(name, value)))
    parser.on('file', (name, stream, fileName) => {
      stream.once('limit', () => {
        readNoFurther()
        stream.push(null)
        done()
      })
      spooled = pipeline(stream, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal: gaveUp.signal }).then(async () =>
        add(name, new File([await openAsBlob(path)], fileName ?? '')),
      )
      // Whoever waits for the form hears of it.
      spooled.catch(() => undefined)
    })
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) parser.once(limit, refuse)
    parser.once('error', refuse)
    parser.once('finish', done)
    request.once('close', () => request.complete || refuse())
    request.pipe(parser)
  })

const openParser = (request: Request, bytesMax: number): InstanceType<typeof Busboy> | undefined => {
  try {
    const headers = { ...request.headers, 'content-type': request.get('content-type') ?? '' }
    return new Busboy({ headers, limits: { ...limits, fileSize: bytesMax + 1 } })
  } catch {
    // No boundary is named.
    return undefined
  }
}
