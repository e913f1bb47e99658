import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { keptOpenMs } from '@patchwork/service-process'
import { type Instance, openGateway, serviceFor } from './gateway.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const processWith = (answer: RequestListener): Promise<Instance> => listening(createServer(answer))
const listening = async (server: Server): Promise<Instance> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, isReceiving: true }
}
const saying = (word: string) => processWith((_request, response) => void response.end(word))
const gatewayOver = async (instances: Record<string, Instance[]>) => {
  const gateway = await openGateway({ port: 0, instances: new Map(Object.entries(instances)) })
  stops.unshift(gateway.stop)
  return gateway
}
const textOf = async (url: string) => (await fetch(url)).text()

test.each([
  ['/api/people/people/me', 'people'],
  ['/api/nobody', undefined],
  ['/open-referral-uk/v3/services', 'provider-directory'],
  ['/open-referral-ukraine', 'web'],
  ['/identity', 'identity'],
  ['/', 'web'],
  ['/find', 'web'],
])('%s is offered by %s', (path, service) => expect(serviceFor(path, new Set(['people', 'web']))).toBe(service))

test('requests go round the processes of a service, and past one that does not receive', async () => {
  const [one, other] = [await saying('one'), await saying('other')]
  const { url } = await gatewayOver({ web: [one, other] })
  const said = [await textOf(url), await textOf(url), await textOf(url), await textOf(url)]
  expect(said.toSorted()).toEqual(['one', 'one', 'other', 'other'])
  one.isReceiving = false
  expect([await textOf(url), await textOf(url)]).toEqual(['other', 'other'])
  other.isReceiving = false
  const refused = await fetch(url)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2'])
})

test('where a process is gone the caller is told to try again', async () => {
  const { url } = await gatewayOver({ web: [{ url: 'http://127.0.0.1:9', isReceiving: true }] })
  expect((await fetch(url)).status).toBe(503)
})

test('what only reads goes past a process that was killed; what changes something is never sent twice', async () => {
  const { url } = await gatewayOver({ web: [await saying('here'), { url: 'http://127.0.0.1:9', isReceiving: true }] })
  expect([await textOf(url), await textOf(url), await textOf(url)]).toEqual(['here', 'here', 'here'])
  const sent = [await fetch(url, { method: 'POST' }), await fetch(url, { method: 'POST' })]
  expect(sent.map(({ status }) => status).toSorted()).toEqual([200, 503])
})

test('given a connection that waits for its next request, it is the gateway that closes it, before the process might do so as the request comes', async () => {
  const closedBy = Promise.withResolvers<string>()
  const server = createServer({ keepAliveTimeout: 2_000 }, (_request, response) => void response.end('here'))
  server.once('connection', (socket) => {
    socket.once('end', () => closedBy.resolve('the gateway'))
    socket.once('close', () => closedBy.resolve('the process'))
  })
  const web = await listening(server)
  const { url } = await gatewayOver({ web: [web] })
  await textOf(url)
  expect(await closedBy.promise).toBe('the gateway')
})

test('a caller’s connection that waits for its next request is kept for as long as the caller is told', async () => {
  const { url } = await gatewayOver({
    web: [await listening(createServer({ keepAliveTimeout: keptOpenMs }, (_request, response) => void response.end('here')))],
  })
  const kept = async (path: string) => (await fetch(`${url}${path}`)).headers.get('keep-alive')
  // What a process says goes along, so the gateway must keep to it; of itself it says what it does.
  expect([await kept('/'), await kept('/livez')]).toEqual(['timeout=130', 'timeout=130'])
})

test('the caller’s address goes along, and a body arrives as it was sent', async () => {
  const web = await processWith(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    response.end(JSON.stringify({ body, url: request.url, from: request.headers['x-forwarded-for'] }))
  })
  const { url } = await gatewayOver({ web: [web] })
  const answer = await fetch(`${url}/find?text=a`, { method: 'POST', body: 'words', headers: { 'x-forwarded-for': '2001:db8::1' } })
  expect(await answer.json()).toEqual({ body: 'words', url: '/find?text=a', from: expect.stringMatching(/^2001:db8::1, ?.*127\.0\.0\.1$/) })
})

test('each server-sent event arrives before the next is sent, and a reader who leaves is missed', async () => {
  let stream: ServerResponse | undefined
  const web = await processWith((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    stream = response
  })
  const { url } = await gatewayOver({ web: [web] })
  const reading = get(url)
  const [answer] = (await once(reading, 'response')) as [IncomingMessage]
  for (const word of ['first', 'second']) {
    stream?.write(`data: ${word}\n\n`)
    const [part] = await once(answer, 'data')
    expect(String(part)).toBe(`data: ${word}\n\n`)
  }
  const left = once(stream as ServerResponse, 'close')
  answer.on('error', () => undefined)
  reading.destroy()
  await left
})
