import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { sleep, systemRuntime } from '@patchwork/runtime'
import { importedTaxonomies } from '../src/taxonomy/testFiles.ts'
import { startPlace } from '../src/testing/startPlace.ts'

// Schemathesis, from Python's package registry, asks the open feed whatever the standard's own OpenAPI document allows and does not allow, of a place that
// holds the open data of Trafford, two imported taxonomies and, where it is there, the real feed of Bristol. Every check of it but one: the document knows no answer but 200, and
// for what is not there 404 is right.

const version = '4.32.5'
const seed = '20260301'
const examplesMax = '25'
const limitMs = 120_000
const installLimitMs = 300_000

const repository = join(import.meta.dirname, '../../..')
const environment = join(repository, '.cache', `schemathesis-${version}`)
const program = join(environment, 'bin/schemathesis')
// The standard's files and the feed lie beside this repository, where they are; they are not ours to copy.
const openApiFile = join(repository, '../shared/interop/oruk-live-local/openapi.json')
const bristolFile = join(repository, '../shared/data/oruk-v1-bristol-2024-12.json')

/** Puts Schemathesis into a folder of its own; says why where it cannot be had. */
const install = (): string | undefined => {
  if (existsSync(program)) return undefined
  mkdirSync(environment, { recursive: true })
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', environment],
    [join(environment, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', `schemathesis==${version}`],
  ] as const) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: installLimitMs })
    if (status !== 0) return `${command} ${args.join(' ')}: ${error?.message ?? stderr}`
  }
  return undefined
}

const skip = (why: string, mayBeSkipped: boolean): never => {
  console.log(`${mayBeSkipped ? 'Skipped' : 'Failed'}: ${why}`)
  console.log(mayBeSkipped ? 'Tests: 1 skipped, 1 total' : 'Tests: 1 failed, 1 total')
  process.exit(mayBeSkipped ? 0 : 1)
}

/** A place with both, listening on this machine. */
const open = async () => {
  const taxonomiesFolder = await importedTaxonomies()
  const place = await startPlace({ taxonomiesFolder })
  const { offers } = await place.service().loadOpenData()
  let expected = offers
  if (existsSync(bristolFile)) {
    const { imports } = place.service()
    const { importId, ended } = await imports.stage({
      origin: { kind: 'file', path: bristolFile },
      format: { kind: 'open-referral' },
      source: 'bristol',
      asOf: '2024-12-13',
    })
    expected += (await ended).new
    await (await imports.accept(importId)).ended
  }
  while ((await place.asAnyone('/offers?limit=1')).body.total < expected) await sleep(systemRuntime, 50)
  const server = createServer(place.front()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/open-referral-uk/v3`,
    expected,
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await place.stop()
      rmSync(taxonomiesFolder, { recursive: true, force: true })
    },
  }
}

/** Values that mean something here, so that half of the requests reach more than a refusal: ids that there are, instants, postcodes and distances. */
const knownValues = async (address: string): Promise<string> => {
  const lists = ['services', 'service_at_locations', 'organizations', 'taxonomies', 'taxonomy_terms']
  const dictionaries: Record<string, string[]> = {
    instants: ['2020-01-01', '2023-04-04T00:00:00.000Z', '2026-01-01T00:00:00+01:00', '2099-01-01T00:00:00Z'],
    postcodes: ['M33 7ZF', 'wa141ah'],
    metres: ['0', '500', '25000'],
    formats: ['json'],
    words: ['support', 'lunch club', 'hospice'],
  }
  for (const list of lists) {
    const { contents } = (await (await fetch(`${address}/${list}?per_page=10`)).json()) as { contents: { id: string }[] }
    dictionaries[list] = contents.map(({ id }) => id)
  }
  const bound = (parameters: Record<string, string>) =>
    Object.entries(parameters).map(([name, dictionary]) => `${JSON.stringify(name)} = { dictionary = "${dictionary}", probability = 0.5 }`)
  const everywhere = {
    'query.modified_after': 'instants',
    'query.postcode': 'postcodes',
    'query.proximity': 'metres',
    'query.format': 'formats',
    'query.search': 'words',
    'query.organization_id': 'organizations',
    'query.taxonomy_term_id': 'taxonomy_terms',
    'query.taxonomy_id': 'taxonomies',
  }
  return [
    ...Object.entries(dictionaries).map(([name, values]) => `[dictionaries.${name}]\nvalues = ${JSON.stringify(values)}`),
    `[parameters]\n${bound(everywhere).join('\n')}`,
    ...lists.map((list) => `[[operations]]\ninclude-path = "/${list}/{id}"\n[operations.parameters]\n${bound({ 'path.id': list }).join('\n')}`),
  ].join('\n\n')
}

if (!existsSync(openApiFile)) skip('the standard’s OpenAPI document is not there (../shared/interop/oruk-live-local/openapi.json)', true)
const why = install()
if (why !== undefined) skip(`Schemathesis cannot be had: ${why}`, process.env.REQUIRE_REAL_SERVERS !== '1')

const { address, expected, stop } = await open()
console.log(`A place of ${expected} offers answers at ${address}`)
const config = join(environment, 'schemathesis.toml')
writeFileSync(config, await knownValues(address))
const running = spawn(
  program,
  [
    ...['--config-file', config, 'run', openApiFile],
    ...['--url', address, '--exclude-checks', 'status_code_conformance', '--seed', seed, '--max-examples', examplesMax],
    ...['--generation-database', 'none', '--no-color', ...process.argv.slice(2)],
  ],
  { stdio: 'inherit', timeout: limitMs, cwd: environment },
)
const [code] = await once(running, 'exit')
await stop()
if (code === null) console.log(`It did not end within ${limitMs / 1_000} s.`)
console.log(code === 0 ? 'Tests: 1 passed, 1 total' : 'Tests: 1 failed, 1 total')
process.exit(code === 0 ? 0 : 1)
