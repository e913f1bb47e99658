// One of the two servers that the bench `http` compares: node bench/httpServer.ts ours|bare. Tells its parent { url, token } and serves until it is killed.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SpanProcessor } from '@opentelemetry/sdk-trace-node'
import { createApp, createAuthenticator, defineRoute } from '@patchwork/http'
import { systemRuntime } from '@patchwork/runtime'
import { openFront } from '@patchwork/service-process'
import { createLogger, startTracing } from '@patchwork/telemetry'
import { startTestIssuer } from '@patchwork/testing'
import express from 'express'
import { z } from 'zod'

const personId = '2f0f6a2c-98be-4c5b-9a3e-6f1f6f0a7c21'
/** About as much as a page asks of a service: a referral as its navigator sees it. */
const Answer = z.object({
  id: z.uuid(),
  status: z.string(),
  categories: z.array(z.string()),
  steps: z.array(z.object({ what: z.string(), at: z.string(), by: z.uuid() })),
})
const answer: z.infer<typeof Answer> = {
  id: personId,
  status: 'accepted',
  categories: ['garden-and-home', 'company'],
  steps: ['sent', 'read', 'asked', 'answered', 'accepted', 'begun'].map((what) => ({ what, at: '2026-01-05T09:00:00.000Z', by: personId })),
}

/** Spans are recorded in full, and dropped where an exporter would take them to be sent later. */
const keptByNobody: SpanProcessor = { onStart: () => undefined, onEnd: () => undefined, forceFlush: async () => undefined, shutdown: async () => undefined }

const ours = async (): Promise<{ url: string; token: string }> => {
  const issuer = await startTestIssuer()
  const service = 'bench'
  // Every request is logged and traced. The lines go to standard output, as a service's do.
  const logger = createLogger({ service, level: 'debug' })
  startTracing([keptByNobody])
  const route = defineRoute({
    method: 'get',
    path: '/people/:personId',
    policy: 'person.read-self',
    own: ({ caller, params }) => caller.kind === 'person' && caller.personId === params.personId,
    summary: 'One record of the caller.',
    params: z.strictObject({ personId: z.uuid() }),
    answer: Answer,
    handle: async () => ({ body: answer, sequence: 3 }),
  })
  const authenticate = createAuthenticator({ service, ...issuer, dataKey: systemRuntime.randomBytes(32), runtime: systemRuntime })
  const api = createApp({ service, routes: [route], authenticate, runtime: systemRuntime, logger, ready: async () => undefined })
  const front = await openFront({ host: '127.0.0.1', port: 0, runtime: systemRuntime })
  const nothing = { invariants: [], consumers: [], readModels: [], ready: async () => undefined, stop: async () => undefined }
  front.services.push({ name: service, mounts: [{ path: '/api/bench', app: api }], ...nothing })
  front.open()
  return { url: front.url, token: await issuer.tokenFor({ personId, role: 'resident' }) }
}

const bare = async (): Promise<{ url: string; token: string }> => {
  const app = express()
  app.disable('x-powered-by').set('etag', false)
  app.get('/api/bench/people/:personId', (_request, response) => void response.json(answer))
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'none' }
}

const { url, token } = process.argv[2] === 'ours' ? await ours() : await bare()
process.send?.({ url: `${url}/api/bench/people/${personId}`, token })
