import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that a system gives to whoever asks for any: none of these goes to another server or connection before it is used. */
const [lowest, beyond] = [20_000, 32_000]
const triesMax = 100
const given = new Set<number>()

/**
 * A port of this machine that nobody listens on now. No call in this process is given it again: two that are asked for at a time and used later would meet.
 * Throws where a hundred in a row are taken.
 */
export const freePort = async (): Promise<number> => {
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const port = randomInt(lowest, beyond)
    if (given.has(port)) continue
    given.add(port)
    const server = createServer().listen(port, '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
  throw new Error(`No port from ${lowest} to ${beyond - 1} is free`)
}
