import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type RequestHandler } from 'express'
import helmet, { type HelmetOptions } from 'helmet'
import { securityHeaders } from './securityHeaders.ts'

/** Names and values as they go over the wire, in their order. */
const headersOf = async (handler: RequestHandler): Promise<string[]> => {
  const app = express().use(handler)
  app.get('/', (_request, response) => {
    response.sendDate = false
    response.end()
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const [answer]: IncomingMessage[] = await once(get({ port: (server.address() as AddressInfo).port, agent: false }), 'response')
  answer?.resume()
  server.close()
  return answer?.rawHeaders ?? []
}

const ours: HelmetOptions = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  referrerPolicy: { policy: 'no-referrer' },
}

test.each<[string, HelmetOptions]>([
  ['those of the APIs', ours],
  ['helmet’s own', {}],
  ['without strict transport', { referrerPolicy: { policy: 'no-referrer' }, strictTransportSecurity: false }],
])('the headers are helmet’s to the byte, and what helmet takes away is gone: %s', async (_which, options) => {
  const headers = await headersOf(securityHeaders(options))
  expect(headers).toEqual(await headersOf(helmet(options)))
  expect(headers).toEqual(expect.arrayContaining(['Content-Security-Policy', 'X-Content-Type-Options', 'nosniff']))
  expect(headers).not.toContain('X-Powered-By')
})

test('a policy with a directive that differs by request is refused at once, for it would be the same for everybody', () => {
  const scriptSrc = [() => "'nonce-1'"]
  expect(() => securityHeaders({ contentSecurityPolicy: { directives: { scriptSrc } } })).toThrow('differs by request')
})
