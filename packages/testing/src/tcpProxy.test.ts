import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { startTcpProxy, type TcpProxy } from './tcpProxy.ts'

const opened: { close: () => Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

/** A server that says everything back in capitals, and what it heard. */
const given = async (): Promise<{ proxy: TcpProxy; heard: () => string }> => {
  const sockets = new Set<Socket>()
  let heard = ''
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (part) => {
      heard += part
      socket.write(String(part).toUpperCase())
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await startTcpProxy({ to: (server.address() as AddressInfo).port })
  const close = async () => {
    await proxy.stop()
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  opened.push({ close })
  return { proxy, heard: () => heard }
}
const open = async ({ port }: TcpProxy) => {
  const socket = connect(port, '127.0.0.1')
  const state = { answered: '', ended: '' }
  socket.on('data', (part) => {
    state.answered += part
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    state.ended = error.code ?? ''
  })
  socket.on('close', () => {
    state.ended ||= 'closed'
  })
  await once(socket, 'connect')
  opened.push({ close: async () => socket.destroy() })
  return { socket, state }
}
const until = async (holds: () => boolean) => {
  for (let tries = 0; tries < 400 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 25))
  expect(holds()).toBe(true)
}
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 600))

test('in fair weather all passes, in order', async () => {
  const { proxy } = await given()
  const { socket, state } = await open(proxy)
  for (const word of ['one ', 'two ', 'three']) socket.write(word)
  await until(() => state.answered === 'ONE TWO THREE')
  expect([proxy.connections, proxy.bytes]).toEqual([1, 26])
})

test('delayed, all passes later and in order, also what is said after it cleared', async () => {
  const { proxy } = await given()
  const { socket, state } = await open(proxy)
  proxy.setWeather('delayed')
  const before = performance.now()
  socket.write('late ')
  await until(() => state.answered === 'LATE ')
  expect(performance.now() - before).toBeGreaterThan(500)
  socket.write('later ')
  await new Promise((resolve) => setTimeout(resolve, 50))
  proxy.setWeather(undefined)
  socket.write('last')
  await until(() => state.answered === 'LATE LATER LAST')
})

test('reset, what is open is cut, and what is opened again is too', async () => {
  const { proxy } = await given()
  const first = await open(proxy)
  first.socket.write('x')
  await until(() => first.state.answered === 'X')
  proxy.setWeather('reset')
  await until(() => first.state.ended === 'ECONNRESET')
  const second = await open(proxy)
  await until(() => second.state.ended === 'ECONNRESET')
})

test('half-open, what is said arrives and no answer comes; when it clears, what had lost an answer stays silent and a new one works', async () => {
  const { proxy, heard } = await given()
  const { socket, state } = await open(proxy)
  proxy.setWeather('half-open')
  socket.write('heard')
  await until(() => heard() === 'heard')
  // Until the answer to it is lost, too.
  await aWhile()
  proxy.setWeather(undefined)
  socket.write(' and more')
  await until(() => heard() === 'heard and more')
  await aWhile()
  expect(state).toEqual({ answered: '', ended: '' })
  const again = await open(proxy)
  again.socket.write('again')
  await until(() => again.state.answered === 'AGAIN')
})

test('partitioned, nothing arrives either way, nobody is told, and whoever connects waits', async () => {
  const { proxy, heard } = await given()
  const { socket, state } = await open(proxy)
  proxy.setWeather('partitioned')
  const late = await open(proxy)
  for (const one of [socket, late.socket]) one.write('lost')
  await aWhile()
  expect([heard(), state, late.state]).toEqual(['', { answered: '', ended: '' }, { answered: '', ended: '' }])
  proxy.setWeather(undefined)
  await until(() => state.ended === 'ECONNRESET' && late.state.ended === 'ECONNRESET')
})

test('what cannot be reached is refused', async () => {
  const { port } = await given().then(async ({ proxy }) => {
    await proxy.stop()
    return proxy
  })
  const proxy = await startTcpProxy({ to: port })
  opened.push({ close: proxy.stop })
  const { state } = await open(proxy)
  await until(() => state.ended !== '')
})
