import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** How a network misbehaves: late, cutting what is open, swallowing what comes back, or carrying nothing at all. */
export const weathers = ['delayed', 'reset', 'half-open', 'partitioned'] as const
export type Weather = (typeof weathers)[number]

/** A network between two programs of this machine, which can be made to misbehave. */
export type TcpProxy = {
  port: number
  /**
   * From now on, for what is open and what is opened; undefined is fair. What was held back never arrives. When it clears, connections that lost something
   * in a partition are cut; those that lost an answer while half-open stay silent for good, as when somebody on the way has forgotten them.
   */
  setWeather(weather: Weather | undefined): void
  /** How many connections and how many bytes went through, either way. */
  readonly connections: number
  readonly bytes: number
  stop(): Promise<void>
}

const delayMs = 300
const resetEveryMs = 400

type Pair = { client: Socket; server: Socket; lostIn?: Weather | undefined }

/**
 * Listens on a port of 127.0.0.1 (any that is free when absent) and passes on to another. Whoever connects while the network is partitioned or half-open
 * is taken and hears nothing, as with a firewall that drops.
 */
export const startTcpProxy = async (options: { to: number; port?: number }): Promise<TcpProxy> => {
  const pairs = new Set<Pair>()
  let weather: Weather | undefined
  let connections = 0
  let bytes = 0
  const cut = (pair: Pair) => {
    pairs.delete(pair)
    for (const socket of [pair.client, pair.server]) if (!socket.destroyed) socket.resetAndDestroy()
  }
  const passes = (from: 'client' | 'server') => weather !== 'partitioned' && !(weather === 'half-open' && from === 'server')
  const pipe = (pair: Pair, from: 'client' | 'server') => {
    const [source, target] = from === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
    const late: Buffer[] = []
    const write = (part: Buffer) => {
      if (target.destroyed || target.writableEnded) return
      bytes += part.length
      if (!target.write(part)) source.pause()
    }
    target.on('drain', () => source.resume())
    source.on('data', (part: Buffer) => {
      if (!passes(from)) pair.lostIn ??= weather
      if (pair.lostIn === 'partitioned' || (pair.lostIn === 'half-open' && from === 'server') || !passes(from)) return
      if (weather !== 'delayed' && late.length === 0) return write(part)
      late.push(part)
      setTimeout(() => {
        const next = late.shift()
        if (next && pair.lostIn === undefined) write(next)
      }, delayMs)
    })
    // An end that nothing may carry is one that the other side does not hear of.
    source.on('close', () => {
      if (passes('client') && passes('server') && pair.lostIn === undefined) setTimeout(() => target.destroy(), weather === 'delayed' ? delayMs : 0)
    })
    source.on('error', () => undefined)
  }
  const server = createServer({ noDelay: true }, (client) => {
    const pair: Pair = { client, server: connect({ port: options.to, host: '127.0.0.1', noDelay: true }) }
    connections += 1
    pairs.add(pair)
    for (const from of ['client', 'server'] as const) pipe(pair, from)
    const forgetWhenClosed = () => {
      if (client.destroyed && pair.server.destroyed) pairs.delete(pair)
    }
    client.on('close', forgetWhenClosed)
    pair.server.on('close', forgetWhenClosed)
    // What cannot be reached is refused, as it would be without this.
    pair.server.on('error', () => passes('server') && client.resetAndDestroy())
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const resets = setInterval(() => {
    if (weather === 'reset') for (const pair of pairs) cut(pair)
  }, resetEveryMs)
  resets.unref()
  let stopped: Promise<void> | undefined
  return {
    port: (server.address() as AddressInfo).port,
    setWeather: (next) => {
      weather = next
      if (next === 'reset') for (const pair of pairs) cut(pair)
      if (next !== undefined) return
      for (const pair of pairs) if (pair.lostIn === 'partitioned' || pair.client.destroyed || pair.server.destroyed) cut(pair)
    },
    get connections() {
      return connections
    },
    get bytes() {
      return bytes
    },
    stop: () => {
      stopped ??= (async () => {
        clearInterval(resets)
        const closed = once(server, 'close')
        server.close()
        for (const pair of pairs) cut(pair)
        await closed
      })()
      return stopped
    },
  }
}
