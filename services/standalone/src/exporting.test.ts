import { EventEmitter } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { systemRuntime } from '@patchwork/runtime'
import { run } from './commandLine.ts'

const scratch = mkdtempSync(join(tmpdir(), 'patchwork-exporting-'))
const organization = { id: 'o', name: 'Sale Neighbours', description: 'Neighbours.' }
const lists: Record<string, object[]> = {
  taxonomies: [],
  taxonomy_terms: [],
  organizations: [organization],
  services: [{ id: 's', organization_id: 'o', name: 'Lunch, every day', status: 'active' }],
}
let server: Server
let port: number
beforeAll(async () => {
  server = createServer((request, response) => {
    const list = /^\/open-referral-uk\/v3\/(\w+)\?format=ndjson/.exec(request.url ?? '')?.[1] ?? ''
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end((lists[list] ?? []).map((one) => `${JSON.stringify(one)}\n`).join(''))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.close()
  rmSync(scratch, { recursive: true, force: true })
})

const patchwork = async (args: string[], environment: NodeJS.ProcessEnv = { PORT: String(port) }) => {
  const words = { output: '', errors: '' }
  const collect = (kind: 'output' | 'errors') =>
    new PassThrough().setEncoding('utf8').on('data', (part: string) => {
      words[kind] += part
    })
  const code = await run(['export', 'hsds', ...args], {
    environment: { DATA_DIR: join(scratch, 'no-place'), ...environment },
    runtime: systemRuntime,
    output: collect('output'),
    errors: collect('errors'),
    signals: new EventEmitter(),
  })
  return { code, ...words }
}

test('the feed of the place on this machine becomes a folder of tables; a repeat does not write over it', async () => {
  const folder = join(scratch, 'tables')
  const first = await patchwork([folder])
  expect(first).toMatchObject({ code: 0, output: expect.stringMatching(/1 {2}services\.csv\n[\s\S]*Written to .*tables, with datapackage\.json/) })
  expect(readFileSync(join(folder, 'services.csv'), 'utf8')).toContain('"Lunch, every day"')
  expect(readdirSync(folder)).toContain('datapackage.json')
  expect(await patchwork([folder])).toMatchObject({ code: 1, errors: expect.stringContaining('is there already') })
  // It asks a place that runs, and makes none.
  expect(existsSync(join(scratch, 'no-place'))).toBe(false)
})

test('a dry run counts and writes nothing; it says so to people and to programs', async () => {
  const folder = join(scratch, 'dry')
  expect(await patchwork([folder, '--dry-run'])).toMatchObject({ code: 0, output: expect.stringContaining('Nothing was written.') })
  expect(JSON.parse((await patchwork([folder, '--dry-run', '--json'])).output)).toMatchObject({ written: false, rows: { services: 1, organizations: 1 } })
  expect(existsSync(folder)).toBe(false)
})

test('another place is named by its address, with or without the path of its feed', async () => {
  for (const at of [`http://127.0.0.1:${port}`, `http://127.0.0.1:${port}/`, `http://127.0.0.1:${port}/open-referral-uk/v3`])
    expect(await patchwork([join(scratch, 'none'), '--dry-run', '--at', at], {})).toMatchObject({ code: 0 })
})

test('help, wrong usage and a place that does not run are told apart', async () => {
  expect(await patchwork(['--help'])).toMatchObject({ code: 0, output: expect.stringContaining('--dry-run') })
  expect(await patchwork([])).toMatchObject({ code: 2 })
  expect(await patchwork([join(scratch, 'none'), '--at', 'here'])).toMatchObject({ code: 2, errors: expect.stringContaining('http://') })
  expect(await patchwork([join(scratch, 'none')], { PORT: '1' })).toMatchObject({ code: 1, errors: expect.stringContaining('Nothing answers') })
})
