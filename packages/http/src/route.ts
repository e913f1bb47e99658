import type { Caller, Level, PolicyName } from '@patchwork/access'
import type { Command } from '@patchwork/aggregate'
import type { Role } from '@patchwork/events'
import type { Request, Response } from 'express'
import type { z } from 'zod'

type Shape = z.ZodType | undefined
type Parsed<Schema extends Shape> = Schema extends z.ZodType ? z.output<Schema> : undefined

/** What a route is asked, whole: parts of it are made when they are first looked at, so what is spread out of it lacks them. */
export type RouteRequest<Params extends Shape, Query extends Shape, Body extends Shape> = {
  caller: Caller
  /** What the policy gives this caller: with `own`, a list shows the caller's records only. */
  level: Exclude<Level, 'none'>
  params: Parsed<Params>
  query: Parsed<Query>
  body: Parsed<Body>
  /** The bytes as they came, at least one; none where the route declares no `rawBody`. */
  rawBody: Uint8Array
  /** The bytes as they come, to be read once and at most as many as the route's `streamedBody` says; none where it declares none. */
  streamedBody: AsyncIterable<Uint8Array>
  /** The command this request stands for: key from caller, path and Idempotency-Key; the body's hash; If-Match. */
  command: Command
  /** Ends when the client goes away. */
  signal: AbortSignal
  address: string
  /** For answers that are not one JSON body (event streams, files): the handler answers by itself and returns undefined. */
  raw: { request: Request; response: Response }
}

export type RouteAnswer<Answer extends Shape> = {
  /** 200 when absent. */
  status?: number
  body?: Answer extends z.ZodType ? z.input<Answer> : undefined
  /** The aggregate's sequence: becomes the ETag. */
  sequence?: number
  headers?: Record<string, string>
}

export type Route<Params extends Shape = Shape, Query extends Shape = Shape, Body extends Shape = Shape, Answer extends Shape = Shape> = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Express path below the service's mount, e.g. `/referrals/:id/accept`. */
  path: string
  /** The line of packages/access that decides who may. */
  policy: PolicyName
  /** One line for the reference, plain words. */
  summary: string
  /** Strict schemas: unknown fields are refused. */
  params?: Params
  query?: Query
  body?: Body
  /** In place of `body`: the route takes bytes as they are, at most so many. What they are is the handler's to check; the types are for the reference. */
  rawBody?: { bytesMax: number; contentTypes: readonly string[] }
  /**
   * The same for bytes that are too many to hold: the handler reads them as they come. Reading throws 413 past the limit and 400 where there are none. The
   * command has no hash of them, so a route that must know a repeat by its body keeps to `rawBody`.
   */
  streamedBody?: { bytesMax: number; contentTypes: readonly string[] }
  /** The answer's body; it is parsed before it leaves, so nothing undeclared gets out. Absent: no body, or the handler answers by itself. */
  answer?: Answer
  /** The status of success, for the reference; 200 when absent. */
  status?: 200 | 201 | 202 | 204
  /** Codes of the refusals a caller should expect, for the reference. */
  problems?: readonly string[]
  /**
   * For a policy with `own`: whether this record is the caller's. False or a throw of not-found is answered 404, so nobody learns that it exists.
   * `by-caller`: the handler shows or changes only what belongs to the caller, whatever was asked.
   */
  own?: ((request: RouteRequest<Params, Query, Body>) => Promise<boolean> | boolean) | 'by-caller'
  /** At most `count` requests in `perSeconds` from one address (and one person, when signed in); then 429. With `roles`, only people in these are counted. */
  rateLimit?: { count: number; perSeconds: number; roles?: readonly Role[] }
  handle: (request: RouteRequest<Params, Query, Body>) => Promise<RouteAnswer<Answer> | undefined>
}

// biome-ignore lint/suspicious/noExplicitAny: a table of routes holds routes of every shape
export type AnyRoute = Route<any, any, any, any>

/** Names one route, keeping the types of its parts. */
export const defineRoute = <
  Params extends Shape = undefined,
  Query extends Shape = undefined,
  Body extends Shape = undefined,
  Answer extends Shape = undefined,
>(
  route: Route<Params, Query, Body, Answer>,
): Route<Params, Query, Body, Answer> => route
