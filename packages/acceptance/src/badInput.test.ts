import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { policies } from '@patchwork/access'
import { dataKeyFrom } from '@patchwork/encryption'
import { serviceTokenKey, signServiceToken } from '@patchwork/http'
import { systemRuntime } from '@patchwork/runtime'
import { startTestIssuer, type TestIssuer, type TestRole } from '@patchwork/testing'
import { StartedPlace } from './startedPlace.ts'

// What no caller should send, sent to every route of every service as somebody who may use it. The routes are those of the OpenAPI documents of a
// running place: a new service, route or field is tried from the day it is there.

type Schema = {
  $ref?: string
  type?: string | string[]
  format?: string
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  additionalProperties?: boolean | Schema
}
type Parameter = { in: string; name: string; schema: Schema }
type Operation = { parameters?: Parameter[]; requestBody?: { content: { 'application/json'?: { schema: Schema } } }; 'x-policy': keyof typeof policies }
type Document = { servers: [{ url: string }]; paths: Record<string, Record<string, Operation>>; components?: { schemas?: Record<string, Schema> } }
type Route = {
  name: string
  service: string
  method: string
  path: string
  operation: Operation
  body?: Schema
  isLenient: boolean
  takesFiles: boolean
  whole: Document
}
type Sent = { path?: string; raw?: string | Buffer; headers?: Record<string, string> }
type Problem = { status: number; type: string; code?: string; detail?: string; title?: string; errors?: { pointer: string; code: string; detail: string }[] }

const servicesFolder = fileURLToPath(new URL('../../../services', import.meta.url))
const openReferral = '/open-referral-uk/v3'
const peoplesRoles: readonly TestRole[] = ['resident', 'provider', 'navigator', 'coordinator', 'commissioner', 'administrator']
/** Compared with what is known, and never shown: these may hold any character. */
const secrets: ReadonlySet<unknown> = new Set(['password', 'token', 'code'])
/** Whatever comes is a feed until it is read; that there is an end to it is tested where it is counted. */
const takesAnyBytes: ReadonlySet<string> = new Set(['POST /api/provider-directory/imports/files'])
const longText = 'x'.repeat(10_000)

let place: StartedPlace
let issuer: TestIssuer
let routes: Route[]
let before: Map<string, string>

beforeAll(async () => {
  issuer = await startTestIssuer()
  place = await StartedPlace.open({ empty: true, environment: { OIDC_ISSUER: issuer.issuer, OIDC_JWKS_URL: issuer.jwksUrl, LOG_LEVEL: 'error' } })
  // What a start writes by itself is there after the first one.
  await place.end()
  await place.start()
  await place.end()
  before = stored()
  await place.start()
  routes = await everyRoute()
})
afterAll(async () => {
  await place?.remove()
  await issuer?.stop()
})

/**
 * What is written anew whatever is asked: how far store and log were compared, which processes there are, and how often it was looked whether the store
 * can be written.
 */
const newAtEachStart = (table: string): boolean => table === 'document_store_pings' || /__(log-standings|operations-processes)$/.test(table)

/** A digest of each table of the place's file. */
const stored = (): Map<string, string> => {
  const database = new DatabaseSync(join(place.dataDirectory, 'patchwork.sqlite'), { readOnly: true })
  try {
    const tables = database.prepare(`select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name`).all() as {
      name: string
    }[]
    return new Map(
      tables
        .filter(({ name }) => !newAtEachStart(name))
        .map(({ name }) => {
          const hash = createHash('sha256')
          for (const row of database.prepare(`select * from "${name}"`).iterate()) hash.update(JSON.stringify(row))
          return [name, hash.digest('hex')]
        }),
    )
  } finally {
    database.close()
  }
}

const everyRoute = async (): Promise<Route[]> => {
  const names = readdirSync(servicesFolder).filter((name) => !['standalone', 'web'].includes(name) && statSync(join(servicesFolder, name)).isDirectory())
  const addresses = [...names.map((name) => ({ service: name, at: `/api/${name}` })), { service: 'provider-directory', at: openReferral }]
  const found: Route[] = []
  for (const { service, at } of addresses) {
    const answer = await fetch(`${place.url}${at}/openapi.json`)
    if (!answer.ok) throw new Error(`${service} has no OpenAPI document at ${at}/openapi.json: ${answer.status}`)
    const whole = (await answer.json()) as Document
    for (const [path, methods] of Object.entries(whole.paths))
      for (const [method, operation] of Object.entries(methods)) {
        const body = operation.requestBody?.content['application/json']?.schema
        const name = `${method.toUpperCase()} ${at}${path}`
        found.push({
          name,
          service,
          method: method.toUpperCase(),
          path: `${at}${path}`,
          operation,
          isLenient: at === openReferral,
          takesFiles: operation.requestBody !== undefined && body === undefined,
          whole,
          ...(body && { body }),
        })
      }
  }
  return found
}

const resolved = (schema: Schema, whole: Document): Schema => {
  const at = schema.$ref ? whole.components?.schemas?.[schema.$ref.split('/').at(-1)!] : undefined
  return at ? resolved(at, whole) : schema
}

/** Every shape that a schema can have: the schema itself, or each of its alternatives. */
const shapesOf = (schema: Schema, whole: Document): Schema[] => {
  const here = resolved(schema, whole)
  const others = here.anyOf ?? here.oneOf ?? here.allOf
  return others ? others.flatMap((one) => shapesOf(one, whole)) : [here]
}

/** A step of the way to a field: 0 for the first of a list, or a name, with what beside it says which of several shapes is meant. */
type Way = readonly (0 | { name: string; beside: Record<string, unknown> })[]

/** The way to each field that holds text, a number or the like. */
const leavesOf = (schema: Schema, whole: Document, way: Way = []): { way: Way; schema: Schema }[] =>
  shapesOf(schema, whole).flatMap((shape) => {
    if (shape.properties) {
      const fields = Object.entries(shape.properties)
      const beside = Object.fromEntries(fields.flatMap(([name, inner]) => (inner.const === undefined ? [] : [[name, inner.const]])))
      return fields.flatMap(([name, inner]) => leavesOf(inner, whole, [...way, { name, beside }]))
    }
    if (shape.items) return leavesOf(shape.items, whole, [...way, 0])
    return [{ way, schema: shape }]
  })

/** A body with this value at the end of a way, and nothing else. */
const bodyWith = (way: Way, value: unknown): unknown =>
  way.reduceRight<unknown>((inner, step) => (step === 0 ? [inner] : { ...step.beside, [step.name]: inner }), value)

/** Somebody who may use the route, and whom no other request has been counted for. */
const authorizationFor = async ({ operation, service }: Route): Promise<Record<string, string>> => {
  const policy: Record<string, unknown> = policies[operation['x-policy']]
  const address = { 'x-forwarded-for': `2001:db8::${systemRuntime.uuid().slice(0, 4)}:${systemRuntime.uuid().slice(0, 4)}` }
  const role = peoplesRoles.find((one) => policy[one] !== undefined && policy[one] !== 'none')
  if (role !== undefined) {
    const token = await issuer.tokenFor({ personId: systemRuntime.uuid(), role })
    return { ...address, authorization: `Bearer ${token}` }
  }
  if (policy.anyone !== undefined) return address
  const [asking] = policy.services as string[]
  const key = serviceTokenKey(dataKeyFrom(`${place.dataDirectory}.key`, systemRuntime))
  return { ...address, authorization: `Bearer ${await signServiceToken(key, asking!, service, systemRuntime.now())}` }
}

const send = async (route: Route, { path, raw, headers = {} }: Sent): Promise<{ status: number; type: string; problem: Problem }> => {
  const at = path ?? route.path.replaceAll(/\{\w+\}/g, () => systemRuntime.uuid())
  const response = await fetch(`${place.url}${at}`, {
    method: route.method,
    redirect: 'error',
    headers: { ...(await authorizationFor(route)), ...(raw === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(raw === undefined ? {} : { body: raw as string }),
  })
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, type, problem: (type.includes('json') ? JSON.parse(text) : { text }) as Problem }
}

const plainWords = /^[A-Z`].{6,}[.!?]$/s
// How zod, Express and Node say things.
const jargon =
  /Invalid (?:input|UUID|option|string|ISO|email|URL)|expected|received|Too (?:big|small)|Unrecognized|undefined|NaN|regex|JSON at position|Unexpected/

/** What is wrong with a refusal; nothing when it is as every refusal must be. */
const faultsOf = ({ status, type, problem }: Awaited<ReturnType<typeof send>>): string[] => {
  const faults: string[] = []
  if (status < 400 || status > 499) faults.push(`answered ${status}`)
  if (!type.startsWith('application/problem+json')) faults.push(`is ${type || 'of no type'}`)
  if (!/^[a-z]+(-[a-z0-9]+)*$/.test(problem.code ?? '')) faults.push(`code ${problem.code}`)
  if (problem.status !== status) faults.push(`says ${problem.status}`)
  for (const { detail, code, pointer } of [{ detail: problem.detail ?? '', code: problem.code, pointer: undefined }, ...(problem.errors ?? [])])
    if (!plainWords.test(detail) || jargon.test(detail)) faults.push(`${pointer ?? ''} ${code}: ${JSON.stringify(detail)}`)
  return faults
}

type Expected = { status?: number; code?: string; at?: string; fieldCode?: string }

/** Sends each thing to its route and collects whatever was not refused as it must be. */
const refusals = async (tries: readonly { route: Route; what: string; sent: Sent; expected?: Expected }[]): Promise<string[]> => {
  expect(tries.length).toBeGreaterThan(0)
  const wrong: string[] = []
  for (const { route, what, sent, expected = {} } of tries) {
    const answer = await send(route, sent)
    const faults = faultsOf(answer)
    const { status, code, at, fieldCode } = expected
    if (status !== undefined && answer.status !== status) faults.push(`answered ${answer.status}, not ${status}`)
    if (code !== undefined && answer.problem.code !== code) faults.push(`has code ${answer.problem.code}, not ${code}`)
    if (at !== undefined || fieldCode !== undefined) {
      const isThere = answer.problem.errors?.some(
        (error) => (at === undefined || error.pointer === at || error.pointer.startsWith(`${at}/`)) && (fieldCode === undefined || error.code === fieldCode),
      )
      if (!isThere) faults.push(`has no ${fieldCode ?? 'error'} at ${at}: ${JSON.stringify(answer.problem.errors)}`)
    }
    if (faults.length > 0) wrong.push(`${route.name}, ${what}: ${faults.join('; ')}`)
  }
  return wrong
}

const withBody = () =>
  routes.flatMap((route) => (route.body ? [{ route, shapes: shapesOf(route.body, route.whole), leaves: leavesOf(route.body, route.whole) }] : []))
const nameOf = (step: Way[number] | undefined): string | undefined => (step === 0 ? undefined : step?.name)
const pointerOf = (way: Way): string => way.map((step) => `/${step === 0 ? 0 : step.name}`).join('')

describe('every route of every service refuses in words', () => {
  test('an unknown field of its body, whatever else is there', async () =>
    expect(
      await refusals(
        withBody().map(({ route }) => ({
          route,
          what: 'unknown field',
          sent: { raw: JSON.stringify({ surprise: true }) },
          expected: { status: 400, code: 'invalid-request', at: '/surprise', fieldCode: 'unknown-field' },
        })),
      ),
    ).toEqual([]))

  test('a field that is given twice', async () =>
    expect(
      await refusals(
        withBody().flatMap(({ route, shapes }) =>
          shapes.flatMap(({ properties = {} }) =>
            Object.keys(properties)
              .slice(0, 1)
              .map((name) => ({
                route,
                what: `${name} twice`,
                sent: { raw: `{${JSON.stringify(name)}:"a",${JSON.stringify(name)}:"b"}` },
                expected: { status: 400, at: `/${name}`, fieldCode: 'repeated-field' },
              })),
          ),
        ),
      ),
    ).toEqual([]))

  test('a body that is no object, no JSON, no UTF-8, or none', async () => {
    const bodies: [string, string | Buffer, string][] = [
      ['a list', '[]', 'invalid-type'],
      ['text', '"x"', 'invalid-type'],
      ['null', 'null', 'invalid-type'],
      ['a number', '7', 'invalid-type'],
      ['half of a body', '{"a":', 'not-json'],
      ['a form', 'a=b', 'not-json'],
      ['other bytes', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 'not-utf-8'],
      ['nothing', '', 'missing-body'],
      ['200 levels', '['.repeat(200) + ']'.repeat(200), 'too-deep'],
    ]
    const wrong = await refusals(
      withBody().flatMap(({ route }) => bodies.map(([what, raw, fieldCode]) => ({ route, what, sent: { raw }, expected: { status: 400, fieldCode } }))),
    )
    expect(wrong).toEqual([])
  })

  test('a body of 1 MB, and one that is not what its encoding says, whether it takes a body or not', async () => {
    const large = `{"words":"${'x'.repeat(1_000_000)}"}`
    const wrong = await refusals(
      routes
        .filter(({ method }) => method !== 'GET')
        .flatMap((route) => [
          ...(takesAnyBytes.has(`${route.method} ${route.path}`)
            ? []
            : [{ route, what: '1 MB', sent: { raw: large }, expected: route.takesFiles ? {} : { status: 413, code: 'body-too-large' } }]),
          { route, what: 'no gzip', sent: { raw: '{}', headers: { 'content-encoding': 'gzip' } }, expected: { status: 400, code: 'body-not-readable' } },
          { route, what: 'zip', sent: { raw: '{}', headers: { 'content-encoding': 'zip' } }, expected: { status: 415, code: 'encoding-not-known' } },
        ]),
    )
    expect(wrong).toEqual([])
  })

  test('an operator object, and a value of another type, in each field', async () => {
    const wrong = await refusals(
      withBody().flatMap(({ route, leaves }) =>
        leaves
          .filter(({ way }) => way.length > 0)
          .flatMap(({ way, schema }) => [
            {
              route,
              what: `{$ne} at ${pointerOf(way)}`,
              sent: { raw: JSON.stringify(bodyWith(way, { $ne: null })) },
              expected: { status: 400, at: pointerOf(way) },
            },
            {
              route,
              what: `another type at ${pointerOf(way)}`,
              sent: { raw: JSON.stringify(bodyWith(way, schema.type === 'string' || schema.enum ? 7 : 'seven')) },
              expected: { status: 400, at: pointerOf(way) },
            },
          ]),
      ),
    )
    expect(wrong).toEqual([])
  })

  test('10,000 characters, control characters and characters that turn the text around, in each field of text', async () => {
    const texts: [string, string][] = [
      ['10,000 characters', longText],
      ['control characters', 'a\u0000\u0007b'],
      ['a right-to-left override', 'a\u202eb'],
      ['nothing to see', '\u200b\u200b'],
    ]
    const wrong = await refusals(
      withBody().flatMap(({ route, leaves }) =>
        leaves
          .filter(({ schema }) => schema.type === 'string' && schema.const === undefined)
          .flatMap(({ way }) =>
            texts.map(([what, text]) => ({
              route,
              what: `${what} at ${pointerOf(way)}`,
              sent: { raw: JSON.stringify(bodyWith(way, text)) },
              ...(text !== longText && secrets.has(nameOf(way.at(-1))) ? {} : { expected: { status: 400, at: pointerOf(way) } }),
            })),
          ),
      ),
    )
    expect(wrong).toEqual([])
  })

  test('days and instants that there are not', async () => {
    const dates = withBody().flatMap(({ route, leaves }) =>
      leaves
        .filter(({ schema }) => schema.format === 'date' || schema.format === 'date-time')
        .flatMap(({ way, schema }) =>
          ['2026-02-30', '2025-02-29', '2026-13-01', '2026-04-31', '0000-00-00', 'tomorrow'].map((day) => ({
            route,
            what: `${day} at ${pointerOf(way)}`,
            sent: { raw: JSON.stringify(bodyWith(way, schema.format === 'date' || day === 'tomorrow' ? day : `${day}T09:00:00Z`)) },
            expected: { status: 400, at: pointerOf(way) },
          })),
        ),
    )
    expect(await refusals(dates)).toEqual([])
  })

  test('an unknown name in its address, a name given twice, one with an operator, and one of 10,000 characters', async () => {
    const wrong = await refusals(
      routes.flatMap((route) => {
        const names = (route.operation.parameters ?? []).filter((parameter) => parameter.in === 'query').map(({ name }) => name)
        const address = (query: string) => ({ path: `${route.path.replaceAll(/\{\w+\}/g, () => systemRuntime.uuid())}?${query}` })
        const each = names.map((name) => ({
          route,
          what: `${name} twice`,
          sent: address(`${name}=1&${name}=2`),
          expected: { status: 400, at: `/${name}`, fieldCode: 'repeated-field' },
        }))
        // The standard's clients send parameters of its other versions: what is not known there means nothing.
        if (names.length === 0 || route.isLenient) return each
        const unknown = { status: 400, fieldCode: 'unknown-field' }
        return [
          ...each,
          ...names.map((name) => ({ route, what: `long ${name}`, sent: address(`${name}=${longText}`), expected: { status: 400, at: `/${name}` } })),
          { route, what: 'unknown name', sent: address('surprise=1'), expected: { ...unknown, at: '/surprise' } },
          { route, what: 'operator', sent: address(`${names[0]}[$ne]=`), expected: unknown },
        ]
      }),
    )
    expect(wrong).toEqual([])
  })

  test('an id that is none', async () => {
    const wrong = await refusals(
      routes
        .filter(({ operation }) => operation.parameters?.some(({ in: where, schema }) => where === 'path' && schema.format === 'uuid'))
        .flatMap((route) =>
          ['1', '%7B%22%24ne%22%3Anull%7D', `${'a'.repeat(1_000)}`, '%00', "'%20or%201=1", '%E0%A4%A'].map((id) => ({
            route,
            what: `id ${id.slice(0, 30)}`,
            sent: { path: route.path.replaceAll(/\{\w+\}/g, id), ...(route.body ? { raw: '{}' } : {}) },
            expected: { status: 400 },
          })),
        ),
    )
    expect(wrong).toEqual([])
  })

  test('a key or a revision that no client of ours would send', async () => {
    const wrong = await refusals(
      withBody().flatMap(({ route, leaves: [leaf] }) => [
        { route, what: 'short key', sent: { raw: JSON.stringify(bodyWith(leaf?.way ?? [], 'x')), headers: { 'idempotency-key': 'x' } } },
        { route, what: 'made-up revision', sent: { raw: JSON.stringify(bodyWith(leaf?.way ?? [], 'x')), headers: { 'if-match': 'yesterday' } } },
      ]),
    )
    expect(wrong).toEqual([])
  })

  test('and nothing of all this is in any store', async () => {
    await place.end()
    const after = stored()
    expect([...after].filter(([table, digest]) => before.get(table) !== digest).map(([table]) => table)).toEqual([])
    expect(after.size).toBeGreaterThan(10)
  })
})
