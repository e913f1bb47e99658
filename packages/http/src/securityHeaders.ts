import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import helmet, { type HelmetOptions } from 'helmet'

/**
 * Helmet's headers on each answer. They are the same for every request, so helmet is asked once, here. Throws at once for options that helmet refuses, and
 * for a directive that is a function: one that differs by request (a nonce) needs helmet itself.
 */
export const securityHeaders = (options: HelmetOptions): RequestHandler => {
  const { set, removed } = saidBy(options)
  return (_request, response, next) => {
    for (const name of removed) response.removeHeader(name)
    for (const [name, value] of set) response.setHeader(name, value)
    next()
  }
}

const saidBy = (options: HelmetOptions): { set: readonly [name: string, value: string][]; removed: readonly string[] } => {
  const policy = options.contentSecurityPolicy
  const directives = typeof policy === 'object' ? Object.values(policy.directives ?? {}) : []
  if (directives.some((values) => Array.isArray(values) && values.some((value) => typeof value === 'function')))
    throw new Error('A directive of a content security policy that is a function differs by request, and these headers do not')
  const set: [string, string][] = []
  const removed: string[] = []
  const probe = {
    setHeader: (name: string, value: string) => void set.push([name, value]),
    removeHeader: (name: string) => void removed.push(name),
  }
  helmet(options)({} as IncomingMessage, probe as unknown as ServerResponse, (error) => {
    if (error) throw error
  })
  return { set, removed }
}
