import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Bench, median, rounded } from './figure.ts'

export const streamsOpen = 5_000
const openedAtOnce = 50
const rounds = 7
const memoryMbMax = 250
const aim = 0.8
const script = fileURLToPath(new URL('../../../services/notification/scripts/serveLive.ts', import.meta.url))

/** Live news to so many open pages through the notification service's channel, and through better-sse alone, each in a process of its own, turn by turn. */
export const live: Bench = {
  name: 'live',
  about: `server-sent events to ${rounded(streamsOpen)} open streams, against better-sse alone`,
  run: async ({ say }) => {
    say(`opening ${rounded(streamsOpen)} streams to each`)
    const [ours, bare] = [await openStreams('ours', streamsOpen), await openStreams('bare', streamsOpen)]
    try {
      const turns: { ours: number; bare: number }[] = []
      for (let round = 0; round <= rounds; round += 1) {
        say(round === 0 ? 'warming up' : `round ${round} of ${rounds}`)
        const turn = { ours: await ours.toldPerSecond(), bare: await bare.toldPerSecond() }
        if (round > 0) turns.push(turn)
      }
      const [memory, bareMemory] = [await ours.memoryMb(), await bare.memoryMb()]
      const ratio = median(turns.map((turn) => turn.ours / turn.bare))
      return [
        {
          bench: 'live',
          what: `Events/s to ${rounded(streamsOpen)} open streams`,
          measured: `${rounded(median(turns.map((turn) => turn.ours)))}/s, ratio ${rounded(ratio)}`,
          comparedTo: `better-sse alone ${rounded(median(turns.map((turn) => turn.bare)))}/s, read by one process`,
          aim: `ratio ≥ ${aim}`,
          met: ratio >= aim,
        },
        {
          bench: 'live',
          what: `Memory of a process with ${rounded(streamsOpen)} open streams`,
          measured: `${rounded(memory)} MB`,
          comparedTo: `better-sse alone ${rounded(bareMemory)} MB`,
          aim: `< ${memoryMbMax} MB`,
          met: memory < memoryMbMax,
        },
      ]
    } finally {
      await Promise.all([ours.stop(), bare.stop()])
    }
  },
}

export type Streams = { toldPerSecond(): Promise<number>; memoryMb(): Promise<number>; stop(): Promise<void> }

/** A server of its own with so many streams open to it. */
export const openStreams = async (which: 'ours' | 'bare', count: number): Promise<Streams> => {
  const child = spawn(process.execPath, ['--expose-gc', '--disable-warning=ExperimentalWarning', script, which], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { url } = await told<{ url: string }>(child)
  let came = 0
  let wanted = count
  let all = Promise.withResolvers<void>()
  const sockets: Socket[] = []
  const open = async (number: number): Promise<void> => {
    const { port, pathname } = new URL(url)
    const socket = connect(Number(port), '127.0.0.1')
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (part: Buffer) => {
      came += eventsIn(part)
      if (came >= wanted) all.resolve()
    })
    await once(socket, 'connect')
    socket.write(`GET ${pathname}/person-${number} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n`)
  }
  for (let number = 0; number < count; number += openedAtOnce)
    await Promise.all(Array.from({ length: Math.min(openedAtOnce, count - number) }, (_, more) => open(number + more)))
  // Each is greeted with how many messages are unread.
  await all.promise
  return {
    toldPerSecond: async () => {
      came = 0
      wanted = count
      all = Promise.withResolvers<void>()
      const from = performance.now()
      child.send({ push: true })
      await all.promise
      return (count * 1_000) / (performance.now() - from)
    },
    memoryMb: async () => {
      const answer = told<{ rssBytes: number; open: number }>(child, 'rssBytes')
      child.send({ memory: true })
      const { rssBytes, open: held } = await answer
      if (held !== count) throw new Error(`${held} of ${count} streams are open`)
      return rssBytes / 1_000_000
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
  }
}

/** The next thing that the server tells, or the next with this field. */
const told = async <Told>(child: ChildProcess, field?: string): Promise<Told> => {
  for (;;) {
    const [message] = (await once(child, 'message')) as [object]
    if (field === undefined || field in message) return message as Told
  }
}

/** What both begin an event with; the headers of the answer and how soon to come again have no name. */
const marker = Buffer.from('event:')
const eventsIn = (part: Buffer): number => {
  let count = 0
  for (let at = part.indexOf(marker); at >= 0; at = part.indexOf(marker, at + 1)) count += 1
  return count
}
