import { systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { createApp } from './app.ts'
import { type AnyRoute, defineRoute } from './route.ts'

const open = (route: AnyRoute) =>
  createApp({
    service: 'test',
    routes: [route],
    authenticate: async () => ({ kind: 'anyone' }),
    runtime: systemRuntime,
    logger: createLogger({ service: 'test', level: 'silent' }),
    ready: async () => {},
  })
const route = { method: 'get', path: '/things', summary: 'Things', handle: async () => ({}) } as const

test('a route with a policy opens', () => {
  open(defineRoute({ ...route, policy: 'directory.find' }))
})

test('a route without a policy does not compile, and stops the start where it gets that far', () => {
  // @ts-expect-error: a route names its policy
  expect(() => open(defineRoute(route))).toThrow('GET /api/test/things names no policy')
})

test('a route whose policy is not in packages/access does not compile, and stops the start where it gets that far', () => {
  // @ts-expect-error: a policy is a line of packages/access
  expect(() => open(defineRoute({ ...route, policy: 'thing.read' }))).toThrow('GET /api/test/things names no policy')
  // What every object has by birth is no policy either.
  // @ts-expect-error: a policy is a line of packages/access
  expect(() => open(defineRoute({ ...route, policy: 'constructor' }))).toThrow('names no policy')
})
