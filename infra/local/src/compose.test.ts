import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { metricDefinitions } from '@patchwork/telemetry'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { services } from './services.ts'

// No container engine runs here: docker-compose.yml is held to the schema of Compose, and to what runs without containers.

const root = fileURLToPath(new URL('../../..', import.meta.url))
const text = (path: string): string => readFileSync(join(root, path), 'utf8')

type Service = {
  image: string
  command?: string[]
  environment?: Record<string, string>
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  network_mode?: string
  networks?: string[]
  secrets?: string[]
  configs?: { source: string }[]
  volumes?: string[]
  depends_on?: Record<string, unknown>
  healthcheck?: { disable?: boolean }
}
type Compose = { services: Record<string, Service> } & Record<'networks' | 'volumes' | 'configs' | 'secrets', Record<string, { file?: string } | null>>
const compose = parse(text('docker-compose.yml'), { merge: true }) as Compose
const ours = Object.entries(compose.services).filter(([, { image }]) => image === 'patchwork')
const commandOf = ({ command = [] }: Service): string[] => command.map(String)

/** The variables that a process of ours tells of with --help, and those that it must be given. */
const readBy = async (script: string): Promise<{ known: string[]; required: string[] }> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, script), '--help'])
  const lines = stdout.split('\n').filter((line) => /^ {2}[A-Z][A-Z_]+ {2,}/.test(line))
  const nameOf = (line: string) => line.trim().split(' ')[0] as string
  return { known: lines.map(nameOf), required: lines.filter((line) => line.endsWith('(required)')).map(nameOf) }
}

test('docker-compose.yml is what the schema of Compose allows', () => {
  const path = createRequire(import.meta.url)
    .resolve('dclint/package.json')
    .replace(/package\.json$/, 'schemas/compose.schema.json')
  const { $schema: _version, ...schema } = JSON.parse(readFileSync(path, 'utf8')) as { $schema: string }
  const check = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema)
  check(compose)
  expect(check.errors ?? []).toEqual([])
  check({ services: { people: { imagee: 'patchwork' } } })
  expect(check.errors).not.toEqual(null)
})

test('every service that runs here is there, by the command that runs here', () => {
  for (const name of services) {
    const { start } = JSON.parse(text(`services/${name}/package.json`)).scripts as { start: string }
    const [node, ...parameters] = start.split(' ')
    expect([name, commandOf(compose.services[name] as Service)]).toEqual([
      name,
      [node, ...parameters.map((one) => (one.startsWith('src/') ? `services/${name}/${one}` : one))],
    ])
  }
  expect(Object.keys(compose.services)).toEqual(
    expect.arrayContaining(['kafka', 'mongodb', 'gateway', 'topics', 'indexes', 'collector', 'jaeger', 'prometheus', 'grafana']),
  )
})

const processes = ours.filter(([name]) => name !== 'machine')
test.each(processes)('%s is told what it needs, and nothing that it would not read', async (name, service) => {
  const script = commandOf(service).find((one) => one.startsWith('services/') || one.startsWith('infra/')) as string
  expect(existsSync(join(root, script))).toBe(true)
  const { known, required } = await readBy(script)
  expect(known.length).toBeGreaterThan(0)
  const set = Object.keys(service.environment ?? {})
  expect([name, set.filter((variable) => !known.includes(variable))]).toEqual([name, []])
  expect([name, required.filter((variable) => !set.includes(variable))]).toEqual([name, []])
})

test('the gateway leads to each service where it listens', () => {
  for (const name of services) {
    const { environment } = compose.services[name] as Service
    const variable = `${name.toUpperCase().replaceAll('-', '_')}_URLS`
    expect(compose.services.gateway?.environment?.[variable]).toBe(`http://127.0.0.1:${environment?.PORT}`)
    expect(compose.services[name]?.network_mode).toBe(compose.services.gateway?.network_mode)
  }
})

test('a process of ours gets no right that it does not need, and its health is looked at', () => {
  const image = text('infra/Dockerfile')
  expect(image).toMatch(/^USER node$/m)
  expect(image).toMatch(/^HEALTHCHECK .* CMD \["node", "infra\/local\/src\/health\.mjs"\]$/m)
  for (const [name, service] of ours) {
    const { read_only, cap_drop, security_opt } = service
    expect([name, read_only, cap_drop, security_opt]).toEqual([name, true, ['ALL'], ['no-new-privileges:true']])
    const isLooked = !['topics', 'indexes', 'machine'].includes(name)
    expect([name, service.healthcheck?.disable === true]).toEqual([name, !isLooked])
  }
})

test('what is named is there: files, networks, volumes, secrets, services that are waited for', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    const missing = [
      ...(service.networks ?? []).filter((one) => !(one in compose.networks)),
      ...(service.secrets ?? []).filter((one) => !(one in compose.secrets)),
      ...(service.configs ?? []).filter(({ source }) => !(source in compose.configs)),
      ...Object.keys(service.depends_on ?? {}).filter((one) => !(one in compose.services)),
      ...(service.network_mode?.startsWith('service:') && !(service.network_mode.slice(8) in compose.services) ? [service.network_mode] : []),
      ...(service.volumes ?? [])
        .map((one) => one.split(':')[0] as string)
        .filter((one) => !(one.startsWith('./') ? existsSync(join(root, one)) : one in compose.volumes)),
    ]
    expect([name, missing]).toEqual([name, []])
  }
  for (const { file } of Object.values(compose.configs).filter((one) => one !== null)) expect(existsSync(join(root, file as string))).toBe(true)
  for (const [, path] of text('infra/Dockerfile').matchAll(/^COPY (\.?\w[\w/.-]*(?: \w[\w/.-]*)?) \.\S*$/gm))
    for (const one of (path as string).split(' ')) expect([one, existsSync(join(root, one))]).toEqual([one, true])
})

test('secrets are files, and none is written in what is committed', () => {
  for (const one of Object.values(compose.secrets)) expect(Object.keys(one ?? {})).toEqual(['file'])
  const values = Object.values(compose.services).flatMap(({ environment }) => Object.entries(environment ?? {}))
  expect(values.filter(([variable, value]) => /PASSWORD|SECRET|TOKEN/.test(variable) && !String(value).startsWith('/run/secrets/'))).toEqual([])
  expect(values.filter(([, value]) => /\/\/[^/@]*:[^/@]*@/.test(String(value)))).toEqual([])
})

// As Prometheus writes the names of our metrics: dots are underscores, seconds stand at the end.
const inPrometheus = (kind: 'gauge' | 'histogram'): string[] =>
  Object.entries(metricDefinitions).flatMap(([name, definition]) =>
    definition.kind === kind ? [`${name.replaceAll('.', '_')}${definition.unit === 's' ? '_seconds' : ''}`] : [],
  )
const [gauges, histograms] = [inPrometheus('gauge'), inPrometheus('histogram')]
test('the dashboard shows every metric of ours, and asks for none that there is not', () => {
  const dashboard = JSON.parse(text('infra/grafana/dashboards/patchwork.json')) as {
    panels: { title: string; datasource: { uid: string }; targets: { expr: string }[] }[]
  }
  const asked = dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/\b(patchwork|http_server)_\w+(?=[[)])/g) ?? []))
  const known = [...gauges, ...histograms.flatMap((name) => [`${name}_bucket`, `${name}_count`])]
  expect(asked.filter((name) => !known.includes(name) && !/^patchwork_(aggregate|group|topic|state|outcome)$/.test(name))).toEqual([])
  for (const name of [...gauges, ...histograms.map((one) => `${one}_bucket`)]) expect(asked).toContain(name)
  const sources = parse(text('infra/grafana/provisioning/datasources/patchwork.yaml')) as { datasources: { uid: string; url: string }[] }
  for (const { datasource } of dashboard.panels) expect(sources.datasources.map(({ uid }) => uid)).toContain(datasource.uid)
  for (const { url } of sources.datasources) expect(Object.keys(compose.services)).toContain(new URL(url).hostname)
  const [provider] = (parse(text('infra/grafana/provisioning/dashboards/patchwork.yaml')) as { providers: { options: { path: string } }[] }).providers
  expect(compose.services.grafana?.volumes).toContain(`./infra/grafana/dashboards:${provider?.options.path}:ro`)
})
