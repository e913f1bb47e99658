import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Request, RequestHandler, Response } from 'express'

export type Raw = { request: Request; response: Response }
const linesAtOnce = 500
const secondMs = 1_000

/** For any page, without signing in, and to be read only. */
export const forEveryone: RequestHandler = (request, response, next) => {
  response.set({ 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'ETag, Last-Modified', 'Cross-Origin-Resource-Policy': 'cross-origin' })
  if (request.method === 'GET' || request.method === 'HEAD') return next()
  response.set('Allow', 'GET, HEAD, OPTIONS')
  if (request.method === 'OPTIONS') {
    response.set({ 'Access-Control-Allow-Methods': 'GET', 'Access-Control-Allow-Headers': '*', 'Access-Control-Max-Age': '86400' }).status(204).end()
    return
  }
  const problem = {
    type: '/problems/method-not-allowed',
    title: 'This can only be read',
    status: 405,
    detail: 'The open feed can be read with GET, and not changed here.',
    code: 'method-not-allowed',
  }
  response.status(405).type('application/problem+json').send(JSON.stringify(problem))
}

/** The page of a list with what the standard says around it. */
export const envelope = ({ total, page, perPage, contents }: { total: number; page: number; perPage: number; contents: object[] }) => {
  const totalPages = Math.max(1, Math.ceil(total / perPage))
  return {
    total_items: total,
    total_pages: totalPages,
    page_number: page,
    size: contents.length,
    first_page: page === 1,
    last_page: page >= totalPages,
    empty: contents.length === 0,
    contents,
  }
}

/**
 * Says since when an answer has been as it is; gives whether the caller has it already, who is then told so. The last second is not told: what changes
 * later within it would look the same.
 */
const isKnown = ({ request, response }: Raw, { etag, modifiedMs, nowMs }: { etag: string; modifiedMs: number | undefined; nowMs: number }): boolean => {
  const after = modifiedMs === undefined ? undefined : (Math.floor(modifiedMs / secondMs) + 1) * secondMs
  response.set({ ETag: etag, 'Cache-Control': 'public, no-cache' })
  if (after !== undefined && after <= nowMs) response.set('Last-Modified', new Date(after).toUTCString())
  if (!request.fresh) return false
  response.status(304).end()
  return true
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22)

/** Sends a body with its digest as ETag; to whoever has it already, that nothing is new. */
export const answer = (raw: Raw, body: object, at: { modifiedMs: number | undefined; nowMs: number }): undefined => {
  const text = JSON.stringify(body)
  if (!isKnown(raw, { ...at, etag: `"${digestOf(text)}"` })) raw.response.type('application/json').send(text)
}

export type Lines = (after: string | undefined, limit: number) => { lines: object[]; last: string | undefined }

/** Sends every entry of a list as a line, a few hundred at a time, no faster than they are taken. `version` is that of all there is to read. */
export const sendLines = async (
  raw: Raw,
  next: Lines,
  { signal, version, ...at }: { signal: AbortSignal; version: string; modifiedMs: number | undefined; nowMs: number },
): Promise<undefined> => {
  const { request, response } = raw
  if (isKnown(raw, { ...at, etag: `W/"${digestOf(`${version} ${request.originalUrl}`)}"` })) return
  response.type('application/x-ndjson')
  if (request.method === 'HEAD') return void response.end()
  for (let after: string | undefined; !signal.aborted; ) {
    const { lines, last } = next(after, linesAtOnce)
    const isTaken = lines.length === 0 || response.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    if (last === undefined || lines.length < linesAtOnce) break
    after = last
    // Whoever has gone away is noticed at the top.
    if (!isTaken) await once(response, 'drain', { signal }).catch(() => undefined)
  }
  response.end()
}
