// One of the two servers that the bench `live` compares: node scripts/serveLive.ts ours|bare, with a channel to its parent. It tells { url }; asked { push: true } it
// tells every open stream of one message; asked { memory: true } it answers { rssBytes, open }. It serves until it is killed or its parent is gone.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { createSession, type Session } from 'better-sse'
import express, { type Request, type Response } from 'express'
import { createLiveChannel } from '../src/channels/liveChannel.ts'

/** A stream per person, named in the address. */
type Streams = { open(personId: string, request: Request, response: Response): Promise<void>; push(personId: string, messageId: string): void }

const ours = (): Streams =>
  createLiveChannel({
    runtime: systemRuntime,
    logger: createLogger({ service: 'bench', level: 'silent' }),
    unreadOf: async () => 0,
    arrivedSince: async () => ({ messages: [] }),
  })

const bare = (): Streams => {
  const sessions = new Map<string, Session>()
  return {
    open: async (personId, request, response) => {
      const session = await createSession(request, response)
      sessions.set(personId, session)
      session.push({ unread: 0 }, 'unread', '')
    },
    push: (personId, messageId) => void sessions.get(personId)?.push({ messageId }, 'message', messageId),
  }
}

const streams = process.argv[2] === 'ours' ? ours() : bare()
const people = new Set<string>()
const app = express()
app.get('/live/:personId', async (request, response) => {
  await streams.open(request.params.personId, request, response)
  people.add(request.params.personId)
})
const server = createServer(app).listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.send?.({ url: `http://127.0.0.1:${port}/live` })
})
process.on('message', (asked: { push?: true; memory?: true }) => {
  if (asked.push) for (const personId of people) streams.push(personId, systemRuntime.uuid())
  if (asked.memory) {
    // What opening so many at once took and holding them does not need: V8 hands it back by itself, but not soon.
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' } as never)
    process.send?.({ rssBytes: process.memoryUsage.rss(), open: people.size })
  }
})
process.on('disconnect', () => process.exit())
