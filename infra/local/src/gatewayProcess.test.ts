import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { freePort } from '@patchwork/testing'
import { services } from './services.ts'

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})
const start = (name: string, environment: Record<string, string>) => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script(name)], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
  children.push(child)
  const said = { errors: '' }
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said.errors += part
  })
  return { child, said, ended: once(child, 'close').then(([code]) => code as number) }
}
/** Everything that a place has, in one: it says which address it was asked for. */
const openServices = async () => {
  const state = { isReady: true }
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/readyz' && !state.isReady ? 503 : 200
    response.end(request.url)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { state, url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, close: () => server.close() }
}

test('before services that somebody else runs it passes requests on to those that are ready, and stops when it is told to', async () => {
  const place = await openServices()
  const port = String(await freePort())
  const addresses = Object.fromEntries(services.map((service) => [`${service.toUpperCase().replaceAll('-', '_')}_URLS`, place.url]))
  const { child, ended } = start('gatewayProcess.ts', { PORT: port, ...addresses })
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`).then(
      async (response) => [response.status, await response.text()],
      () => [0],
    )
  const until = async (path: string, status: number) => {
    for (let tries = 0; tries < 1_000 && (await ask(path))[0] !== status; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await until('/api/people/anybody', 200)
  expect([await ask('/api/people/anybody'), await ask('/find'), (await ask('/readyz'))[0]]).toEqual([[200, '/api/people/anybody'], [200, '/find'], 200])
  place.state.isReady = false
  await until('/find', 503)
  expect((await ask('/find'))[0]).toBe(503)
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  place.close()
})

test('without the addresses of the services it names what is missing, and ends with 2', async () => {
  const { ended, said } = start('gatewayProcess.ts', {})
  expect(await ended).toBe(2)
  for (const service of services) expect(said.errors).toContain(`${service.toUpperCase().replaceAll('-', '_')}_URLS: is missing`)
})

test('a container is healthy while its process is ready', async () => {
  const place = await openServices()
  const PORT = new URL(place.url).port
  expect(await start('health.mjs', { PORT }).ended).toBe(0)
  place.state.isReady = false
  expect(await start('health.mjs', { PORT }).ended).toBe(1)
  place.close()
  expect(await start('health.mjs', { PORT: String(await freePort()) }).ended).toBe(1)
})
