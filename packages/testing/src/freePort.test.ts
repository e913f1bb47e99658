import { once } from 'node:events'
import { createServer } from 'node:net'
import { freePort } from './freePort.ts'

test('given many that ask before any of them listens, then each gets a port of its own', async () => {
  const ports: number[] = []
  for (let asked = 1; asked <= 2_000; asked += 1) ports.push(await freePort())
  expect(new Set(ports).size).toBe(2_000)
})

test('given a port, then it can be listened on', async () => {
  const server = createServer().listen(await freePort(), '127.0.0.1')
  await once(server, 'listening')
  await new Promise((resolve) => server.close(resolve))
})
