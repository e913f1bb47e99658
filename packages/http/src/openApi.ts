import { policies, roles } from '@patchwork/access'
import { z } from 'zod'
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi'
import type { AnyRoute } from './route.ts'

const ProblemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })

const allowed = (policy: AnyRoute['policy']): string => {
  const levels: Record<string, unknown> = policies[policy]
  return roles
    .filter((role) => levels[role] !== undefined && levels[role] !== 'none')
    .map((role) => `${role} (${String(levels[role])})`)
    .concat(Array.isArray(levels.services) ? levels.services.map((service) => `service ${service}`) : [])
    .join(', ')
}

const binaryContent = (contentTypes: readonly string[]) =>
  Object.fromEntries(contentTypes.map((type) => [type, { schema: { type: 'string' as const, format: 'binary' } }]))

/** The OpenAPI 3.1 document of a service, made from the schemas that guard its routes. `mountPath` is where they are served. */
export const openApiDocument = (service: string, routes: readonly AnyRoute[], mountPath = `/api/${service}`) => {
  const paths: ZodOpenApiPathsObject = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    const writes = route.method !== 'get'
    const binary = route.rawBody ?? route.streamedBody
    const headers = z.object({ 'Idempotency-Key': z.string().max(200).optional(), 'If-Match': z.string().max(40).optional() })
    paths[path] = {
      ...paths[path],
      [route.method]: {
        operationId: `${route.method}${path.replaceAll(/[^a-zA-Z0-9]+(\w?)/g, (_: string, letter: string) => letter.toUpperCase())}`,
        summary: route.summary,
        description: `Allowed: ${allowed(route.policy)}.${route.problems?.length ? ` Refusals: ${route.problems.join(', ')}.` : ''}`,
        'x-policy': route.policy,
        requestParams: {
          ...(route.params ? { path: route.params } : {}),
          ...(route.query ? { query: route.query } : {}),
          ...(writes ? { header: headers } : {}),
        },
        ...(route.body ? { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } } : {}),
        ...(binary ? { requestBody: { required: true, content: binaryContent(binary.contentTypes) } } : {}),
        responses: {
          [String(route.status ?? 200)]: { description: 'Done', ...(route.answer ? { content: { 'application/json': { schema: route.answer } } } : {}) },
          default: { description: 'Refused', content: { 'application/problem+json': { schema: ProblemBody } } },
        },
      },
    }
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title: `Patchwork: ${service}`, version: '1.0.0', license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: mountPath }],
    security: [{ bearer: [] }, {}],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    paths,
  })
}
