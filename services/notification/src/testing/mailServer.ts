import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export type ReceivedMail = { from: string; to: string[]; raw: string }
/** What the server does with the next mails: takes them, or answers with this reply, at the recipient or after the text. */
export type Mood = 'takes' | { at: 'recipient' | 'text'; code: number } | 'hangs-up-after-taking'

export type LoopbackMailServer = {
  url: string
  port: number
  received: ReceivedMail[]
  mood: Mood
  /** How many connections there were at the same time, at the most. */
  mostAtOnce: number
  stop(): Promise<void>
}

const reply = (code: number, about: string) => Object.assign(new Error(`no, not ${about}`), { responseCode: code })

/** A real SMTP server on loopback. With `user`, it wants to be signed in to; it thinks for `takesMs` before it takes a mail. */
export const startMailServer = async ({
  port = 0,
  user,
  takesMs = 0,
}: {
  port?: number
  user?: string
  takesMs?: number
} = {}): Promise<LoopbackMailServer> => {
  const server = new SMTPServer({
    disabledCommands: user === undefined ? ['AUTH', 'STARTTLS'] : ['STARTTLS'],
    authOptional: user === undefined,
    allowInsecureAuth: true,
    logger: false,
    onAuth: (auth, _session, callback) => (auth.username === user ? callback(null, { user }) : callback(new Error('who are you?'))),
    onConnect: (_session, callback) => {
      running.mostAtOnce = Math.max(running.mostAtOnce, server.connections.size)
      callback()
    },
    onRcptTo: ({ address }, _session, callback) => {
      const { mood } = running
      callback(typeof mood === 'object' && mood.at === 'recipient' ? reply(mood.code, address) : undefined)
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mood } = running
        if (typeof mood === 'object' && mood.at === 'text') return callback(reply(mood.code, 'that'))
        const { mailFrom, rcptTo } = session.envelope
        running.received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
        })
        if (mood === 'hangs-up-after-taking') {
          for (const connection of server.connections) connection.close()
          return
        }
        setTimeout(callback, takesMs)
      })
    },
  })
  server.on('error', () => undefined)
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  const bound = (server.server.address() as AddressInfo).port
  const running: LoopbackMailServer = {
    url: `smtp://127.0.0.1:${bound}`,
    port: bound,
    received: [],
    mood: 'takes',
    mostAtOnce: 0,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
  return running
}
