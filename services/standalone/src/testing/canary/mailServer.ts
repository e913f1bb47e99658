import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { eventually } from '../openPlace.ts'

/** A mail server on loopback that keeps what it takes, and refuses every address it is told to with words that name it. */
export const openMailServer = async () => {
  const mails: { to: string; content: string }[] = []
  const refused = new Set<string>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: ({ address }, _session, done) =>
      done(refused.has(address) ? Object.assign(new Error(`nobody here is called ${address}`), { responseCode: 550 }) : undefined),
    // A message that is cut off was not taken: whoever sends it tries again.
    onData: (stream, session, done) =>
      void text(stream).then((content) => {
        const plain = content.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=')
        for (const { address } of session.envelope.rcptTo) mails.push({ to: address, content: plain })
        done()
      }, done),
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    refused,
    /** The path of the newest link to this page in a mail to this address, once it is there. */
    linkTo: (address: string, page: string): Promise<string> =>
      eventually(`a mail to ${address} with a link to ${page}`, async () => {
        const links = mails.filter(({ to }) => to === address).map(({ content }) => new RegExp(`${page}\\?token=[\\w.-]+`).exec(content)?.[0])
        return links.findLast((link) => link !== undefined)
      }),
    stop: (): Promise<void> => new Promise((resolve) => server.close(() => resolve())),
  }
}
export type MailServer = Awaited<ReturnType<typeof openMailServer>>
