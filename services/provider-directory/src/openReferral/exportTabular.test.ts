import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemRuntime } from '@patchwork/runtime'
import { until } from '@patchwork/testing'
import { parse } from 'csv-parse/sync'
import { importedTaxonomies } from '../taxonomy/testFiles.ts'
import { mocksFolder, readJsonFile, tabularFolder, testWith } from '../testing/standard.ts'
import { type Place, startPlace } from '../testing/startPlace.ts'
import { exportTabular } from './exportTabular.ts'
import { headerOf, rowsOfOrganization, rowsOfService, tableNames } from './tabular.ts'

let place: Place
let server: Server
let scratch: string
let feed: string
let taxonomiesFolder: string
const listen = async (listener: RequestListener) => {
  const listening = createServer(listener).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  return { listening, address: `http://127.0.0.1:${(listening.address() as AddressInfo).port}` }
}
beforeAll(async () => {
  taxonomiesFolder = await importedTaxonomies()
  place = await startPlace({ taxonomiesFolder })
  const { offers } = await place.service().loadOpenData()
  await until(
    () => place.asAnyone('/offers?limit=1'),
    ({ body }) => body.total === offers,
  )
  const { listening, address } = await listen(place.front())
  server = listening
  feed = `${address}/open-referral-uk/v3`
  scratch = mkdtempSync(join(tmpdir(), 'patchwork-tabular-'))
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await place.stop()
  for (const folder of [scratch, taxonomiesFolder]) rmSync(folder, { recursive: true, force: true })
})

type Rows = Record<string, string>[]
const readTables = (folder: string): Record<string, Rows> =>
  Object.fromEntries(tableNames.map((table) => [table, parse(readFileSync(join(folder, `${table}.csv`)), { columns: true }) as Rows]))

test('the tables hold the whole feed, each row refers to one that is there, and the data package says what they are', async () => {
  const folder = join(scratch, 'whole')
  const counted: number[] = []
  const { rows, written } = await exportTabular({ feed, folder, dryRun: false, onProgress: (count) => counted.push(count) }, systemRuntime)
  expect(written).toBe(true)
  const tables = readTables(folder)
  for (const table of tableNames) expect({ table, rows: tables[table]?.length }).toEqual({ table, rows: rows[table] })
  expect(rows.services).toBe((await place.feed('/services?per_page=1')).body.total_items)
  expect(rows.organizations).toBe((await place.feed('/organizations?per_page=1')).body.total_items)
  expect(rows.service_at_location).toBe((await place.feed('/service_at_locations?per_page=1')).body.total_items)
  expect(counted.at(-1)).toBeGreaterThan(rows.services)
  // Two of ours and two that were imported.
  expect(rows.taxonomies).toBe(4)

  const described = readJsonFile(join(folder, 'datapackage.json'))
  expect(described.profile).toBe('tabular-data-package')
  expect(described.resources.map(({ path }: { path: string }) => path).sort()).toEqual(
    readdirSync(folder)
      .filter((name) => name.endsWith('.csv'))
      .sort(),
  )
  for (const { name, schema, rows: count } of described.resources) {
    const own = tables[name] ?? []
    expect({ name, count }).toEqual({ name, count: own.length })
    const ids = own.map(({ id }) => id)
    expect({ name, unique: new Set(ids).size }).toEqual({ name, unique: ids.length })
    if (own[0]) expect(Object.keys(own[0])).toEqual(schema.fields.map((field: { name: string }) => field.name))
    for (const field of schema.fields)
      if (field.constraints?.required)
        expect({ name, field: field.name, empty: own.filter((one) => one[field.name] === '').length }).toEqual({ name, field: field.name, empty: 0 })
    for (const { fields, reference } of schema.foreignKeys ?? []) {
      const there = new Set(tables[reference.resource]?.map(({ id }) => id))
      expect({ name, fields, missing: own.filter((one) => one[fields] !== '' && !there.has(one[fields])).length }).toEqual({ name, fields, missing: 0 })
    }
  }
  const [service] = (await place.feed('/services?per_page=1')).body.contents
  expect(tables.services?.find(({ id }) => id === service.id)).toMatchObject({ name: service.name, description: service.description, status: 'active' })
})

testWith(tabularFolder)('every column of every table is one of the standard’s, and none that it requires is missing', () => {
  const standard = (file: string) => readJsonFile(join(tabularFolder, 'schema', file))
  const byPath = new Map(
    readdirSync(join(tabularFolder, 'schema'))
      .filter((file) => file.endsWith('.json') && file !== 'openapi.json')
      .map((file) => [standard(file).path, standard(file)]),
  )
  for (const table of tableNames) {
    const { properties, required, tabular_required: needed = [] } = byPath.get(`${table}.csv`)
    const [columns = []] = parse(headerOf(table)) as string[][]
    expect({ table, strange: columns.filter((name) => !(name in properties)) }).toEqual({ table, strange: [] })
    expect({ table, missing: [...required, ...needed].filter((name: string) => !columns.includes(name)) }).toEqual({ table, missing: [] })
  }
})

testWith(mocksFolder)('all that a service holds is in the tables, whatever parts it has', () => {
  const service = readJsonFile(join(mocksFolder, 'V3.0-UK-Default', 'service_full.json'))
  const rows = [...rowsOfOrganization(service.organization), ...rowsOfService({ ...service, organization_id: service.organization.id })]
  const counts = Object.fromEntries(tableNames.map((table) => [table, rows.filter((row) => row.table === table).length]))
  expect(counts).toMatchObject({
    ...{ organizations: 1, organization_identifiers: 1, services: 1, locations: 1, addresses: 1, accessibility: 1, service_at_location: 1, schedules: 1 },
    ...{ service_areas: 1, funding: 1, cost_options: 1, contacts: 1, languages: 1, attributes: 1 },
  })
  expect(rows.find(({ table }) => table === 'attributes')?.fields).toMatchObject({
    link_id: service.id,
    link_entity: 'service',
    taxonomy_term_id: service.attributes[0].taxonomy_term.id,
  })
})

test('a dry run counts the same and writes nothing', async () => {
  const folder = join(scratch, 'dry')
  const counted = await exportTabular({ feed, folder, dryRun: true }, systemRuntime)
  expect(counted).toMatchObject({ written: false })
  expect(counted.rows.services).toBeGreaterThan(700)
  expect(readdirSync(scratch).filter((name) => name.startsWith('dry'))).toEqual([])
})

test('a folder with something in it is left as it is; an empty one is used', async () => {
  const folder = join(scratch, 'kept')
  mkdirSync(folder)
  const empty = await exportTabular({ feed, folder, dryRun: false }, systemRuntime)
  expect(empty.written).toBe(true)
  writeFileSync(join(folder, 'services.csv'), 'mine')
  await expect(exportTabular({ feed, folder, dryRun: false }, systemRuntime)).rejects.toThrow('is there already')
  expect(readFileSync(join(folder, 'services.csv'), 'utf8')).toBe('mine')
})

test.each([
  ['is not there', undefined, 'Nothing answers'],
  ['answers with an error', ((_request, response) => response.writeHead(500).end()) as RequestListener, 'status 500'],
  [
    'is a page for people',
    ((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>')) as RequestListener,
    'not with the lines',
  ],
  [
    'breaks off',
    ((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('{"id":"1","name":"a","description":"b"}\n{"id"')
      setTimeout(() => response.destroy(), 50)
    }) as RequestListener,
    'broke off',
  ],
])('a feed that %s leaves no folder behind', async (_what, listener, told) => {
  const { listening, address } = await listen(listener ?? (() => undefined))
  if (!listener) await new Promise((resolve) => listening.close(resolve))
  const folder = join(scratch, 'none')
  await expect(exportTabular({ feed: address, folder, dryRun: false }, systemRuntime)).rejects.toThrow(told)
  expect([existsSync(folder), existsSync(`${folder}.unfinished`)]).toEqual([false, false])
  listening.closeAllConnections()
  listening.close()
})

test('what CSV could misread comes back as it was', async () => {
  const words = 'Tea, "cake"\r\nand more; =1+1'
  const { listening, address } = await listen((request, response) => {
    const isServices = request.url?.startsWith('/services')
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(isServices ? `${JSON.stringify({ id: '1', name: words, status: 'active' })}\n` : '')
  })
  const folder = join(scratch, 'words')
  await exportTabular({ feed: address, folder, dryRun: false }, systemRuntime)
  expect(readTables(folder).services?.[0]?.name).toBe(words)
  listening.close()
})
