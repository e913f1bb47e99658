import { once } from 'node:events'
import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import { systemRuntime } from '@patchwork/runtime'
import express from 'express'
import { openFront } from './front.ts'

const openWith = async (work: (app: express.Express) => void, noticeMs = 0) => {
  const app = express()
  work(app)
  const front = await openFront({ host: '127.0.0.1', port: 0, runtime: systemRuntime, noticeMs })
  let stops = 0
  front.services.push({
    ...{ name: 'probe', mounts: [{ path: '/api/probe', app }], invariants: [], consumers: [], readModels: [] },
    ready: async () => undefined,
    stop: async () => {
      stops += 1
    },
  })
  return { front, stops: () => stops }
}
const statusOf = async (url: string) => (await fetch(url)).status

describe('the address of a process', () => {
  test('is alive from the first moment, and ready once it is open', async () => {
    const { front } = await openWith((app) => app.get('/', (_request, response) => void response.send('here')))
    expect([await statusOf(`${front.url}/livez`), await statusOf(`${front.url}/readyz`), await statusOf(`${front.url}/api/probe`)]).toEqual([200, 503, 503])
    front.open()
    expect([await statusOf(`${front.url}/readyz`), await statusOf(`${front.url}/api/probe`)]).toEqual([200, 200])
    await front.drain()
  })

  test('until it is open, a program is told so as of any other refusal, and a person in plain words', async () => {
    const { front } = await openWith(() => undefined)
    const asked = await fetch(`${front.url}/api/probe`, { method: 'POST' })
    expect([asked.status, asked.headers.get('retry-after'), asked.headers.get('content-type')]).toEqual([503, '2', 'application/problem+json; charset=utf-8'])
    expect(await asked.json()).toEqual({ type: '/problems/starting', status: 503, code: 'starting', title: 'Patchwork is starting. Try again in a moment.' })
    expect(await (await fetch(`${front.url}/find`)).text()).toBe('Patchwork is starting. Try again in a moment.')
    await front.drain()
  })

  test('given a request under way, when it drains, then that one is answered, the service is stopped once, and nobody else is let in', async () => {
    let answer = (): void => undefined
    let come = (): void => undefined
    const came = new Promise<void>((resolve) => {
      come = resolve
    })
    const { front, stops } = await openWith((app) =>
      app.get('/', (_request, response) => {
        answer = () => void response.send('done')
        come()
      }),
    )
    front.open()
    const underWay = fetch(`${front.url}/api/probe`)
    await came
    const drained = Promise.all([front.drain(), front.drain()])
    await expect(fetch(`${front.url}/livez`)).rejects.toThrow()
    answer()
    expect(await (await underWay).text()).toBe('done')
    await drained
    expect(stops()).toBe(1)
  })

  test('while others are given notice of the end it serves on, says that it is not ready, and closes each connection', async () => {
    const { front } = await openWith((app) => app.get('/', (_request, response) => void response.send('here')), 3_000)
    front.open()
    expect((await fetch(`${front.url}/api/probe`)).headers.get('connection')).toBe('keep-alive')
    const drained = front.drain()
    const served = await fetch(`${front.url}/api/probe`)
    expect([served.status, served.headers.get('connection')]).toEqual([200, 'close'])
    expect(await statusOf(`${front.url}/readyz`)).toBe(503)
    await drained
  })

  test('keeps a connection that waits longer than what stands before a place does', async () => {
    const { front } = await openWith((app) => app.get('/', (_request, response) => void response.send('here')))
    front.open()
    const [, seconds] = /timeout=(\d+)/.exec((await fetch(`${front.url}/api/probe`)).headers.get('keep-alive') ?? '') ?? []
    await front.drain()
    expect(Number(seconds)).toBeGreaterThan(120)
  })

  test('hands each request to what is mounted nearest above its address, which sees the rest of it', async () => {
    const saying = (who: string) =>
      express().use((request, response) => void response.json([who, request.baseUrl, request.url, request.originalUrl, request.path, request.query]))
    const { front } = await openWith((app) => app.use(saying('probe')))
    const none = { invariants: [], consumers: [], readModels: [], ready: async () => undefined, stop: async () => undefined }
    const mounts = [
      { path: '/', app: saying('pages') },
      { path: '/api/probe/operations', app: saying('operations') },
    ]
    front.services.push({ name: 'pages', mounts, ...none })
    front.open()
    const told = async (url: string) => (await (await fetch(`${front.url}${url}`)).json()) as unknown[]
    expect(await told('/api/probe')).toEqual(['probe', '/api/probe', '/', '/api/probe', '/', {}])
    expect(await told('/api/probe?a=1')).toEqual(['probe', '/api/probe', '/?a=1', '/api/probe?a=1', '/', { a: '1' }])
    expect(await told('/api/probe/x/y?a=1')).toEqual(['probe', '/api/probe', '/x/y?a=1', '/api/probe/x/y?a=1', '/x/y', { a: '1' }])
    expect((await told('/api/probe/operations/runs')).slice(0, 3)).toEqual(['operations', '/api/probe/operations', '/runs'])
    expect((await told('/api/probed')).slice(0, 3)).toEqual(['pages', '', '/api/probed'])
    expect((await told('/livezone')).slice(0, 3)).toEqual(['pages', '', '/livezone'])
    const { hostname, port } = new URL(front.url)
    const whole = request({ hostname, port, path: `${front.url}/api/probe/x?a=1`, agent: false }).end()
    const [answer] = await once(whole, 'response')
    expect(await json(answer)).toEqual(['probe', '/api/probe', '/x?a=1', '/api/probe/x?a=1', '/x', { a: '1' }])
    await front.drain()
  })

  test('says of what nobody serves that it is not there', async () => {
    const { front } = await openWith((app) => app)
    front.open()
    expect(await statusOf(`${front.url}/elsewhere`)).toBe(404)
    await front.drain()
  })
})
