import { get, type IncomingMessage } from 'node:http'

export type StreamEvent = { event: string; data: unknown }

/** Reads server-sent events over real HTTP, as a page does. */
export const openStream = (url: string, token: string | undefined) =>
  new Promise<{ status: number; headers: IncomingMessage['headers']; events: StreamEvent[]; comments: () => number; ended: Promise<void>; close: () => void }>(
    (resolve, reject) => {
      const request = get(
        url,
        { headers: { accept: 'text/event-stream', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) } },
        (response) => {
          const events: StreamEvent[] = []
          let comments = 0
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            text += chunk
            const blocks = text.split('\n\n')
            text = blocks.pop() ?? ''
            for (const block of blocks) {
              const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(block)?.[1]
              const data = field('data')
              if (data !== undefined) events.push({ event: field('event') ?? 'message', data: JSON.parse(data) })
              else if (block.startsWith(':')) comments += 1
            }
          })
          const ended = new Promise<void>((end) => response.on('close', end))
          response.on('error', () => undefined)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, events, comments: () => comments, ended, close: () => request.destroy() })
        },
      )
      request.on('error', reject)
    },
  )
