import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { until } from './startedPlace.ts'

/** A real mail server on loopback that keeps what it is given. */
export type Mailbox = {
  url: string
  /** The newest mail to an address, as it came over the wire, once there are `count` of them. */
  mailTo(address: string, count?: number): Promise<string>
  /** The link to this page in the newest mail to an address that has one, once it is there. */
  linkFor(address: string, path: string): Promise<string>
  stop(): Promise<void>
}

// Quoted-printable breaks long lines with "=" and writes "=" as "=3D".
const plain = (content: string): string => content.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=')

export const openMailbox = async (): Promise<Mailbox> => {
  const mails: { to: string[]; content: string }[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    // A message that is cut off was not taken: whoever sends it tries again.
    onData: (stream, session, done) =>
      void text(stream).then((content) => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), content })
        done()
      }, done),
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  const mailTo = (address: string, count = 1) =>
    until(`${count} mails to ${address}`, () => {
      const theirs = mails.filter(({ to }) => to.includes(address))
      return theirs.length >= count && theirs.at(-1)?.content
    })
  return {
    url: `smtp://127.0.0.1:${port}`,
    mailTo,
    linkFor: (address, path) =>
      until(`a mail to ${address} with a link to ${path}`, () => {
        const link = new RegExp(`https?://[^\\s"<>]*${path}\\?token=[^\\s"<>]+`)
        return mails
          .filter(({ to }) => to.includes(address))
          .map(({ content }) => link.exec(plain(content))?.[0])
          .findLast((found) => found !== undefined)
      }),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
