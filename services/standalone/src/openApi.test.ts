import { validate } from '@readme/openapi-parser'
import type { Express } from 'express'
import { type ApiDocument, apiDocuments } from './testing/apiDocuments.ts'
import { openPlace } from './testing/openPlace.ts'

const opened = await openPlace()
afterAll(() => opened.stop())
const documents = await apiDocuments(opened)

/** What an app answers besides its own routes. */
const everyAppHas = ['GET /livez', 'GET /readyz', 'GET /openapi.json']

const routesIn = (app: Express): string[] =>
  app.router.stack.flatMap(({ route }) => (route?.stack ?? []).map(({ method }) => `${method.toUpperCase()} ${route?.path.replaceAll(/:(\w+)/g, '{$1}')}`))

describe.each(documents.map((document) => ({ at: document.mountPath, document })))('the OpenAPI document of $at', ({ at, document }) => {
  const { mountPath: _, ...asServed } = document

  test('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    const result = await validate(structuredClone(asServed) as never)
    expect(result).toMatchObject({ valid: true, warnings: [] })
  })

  test('names every route that is served, and no other, each by an id of its own', () => {
    const app = opened.place.services.flatMap(({ mounts }) => mounts).find(({ path }) => path === at)?.app as Express
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    )
    expect(operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`).sort()).toEqual(
      routesIn(app)
        .filter((route) => !everyAppHas.includes(route))
        .sort(),
    )
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
  })

  test('says where the API is', async () => {
    expect(document.servers.map(({ url }) => url)).toEqual([at])
  })
})

test('a document that breaks the standard is refused', async () => {
  const [{ mountPath: _, ...document }] = documents as [ApiDocument]
  expect(await validate({ ...structuredClone(document), info: { title: 'No version' } } as never)).toMatchObject({ valid: false })
})
