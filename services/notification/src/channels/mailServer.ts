import { abortAfter, type Runtime } from '@patchwork/runtime'
import { createTransport } from 'nodemailer'
import type { DelayReason } from '../domain/message.ts'

export type Mail = { messageId: string; to: string; subject: string; text: string; html: string; language: string; date: Date }

/** What the mail server said. `replyCode` is its number; its words are never kept, for they may repeat the address. */
export type MailResult =
  | { kind: 'accepted' }
  | { kind: 'refused'; replyCode?: number }
  | { kind: 'later'; reason: Extract<DelayReason, 'mail-server-unreachable' | 'mail-server-set-up' | 'refused-for-now'>; replyCode?: number }

export type MailServer = {
  /** Hands one mail over, within `sendMsMax`; never rejects. */
  send(mail: Mail, signal: AbortSignal): Promise<MailResult>
}

const connectMsMax = 10_000
const silenceMsMax = 45_000
/** How long one mail may take in all, a slow server's checks included. */
export const sendMsMax = 60_000

/**
 * A mail server reached over SMTP (`smtp://user:password@host:587`, `smtps://…`), one connection for each mail.
 * The Message-ID is made from the message's own id: should this process die between the server's acceptance and our note of it, the mail is handed
 * over again when the lease ends, and the same Message-ID lets the servers and mailboxes behind it recognise the second copy. SMTP offers no more:
 * the ledger shows such an attempt as `unknown`.
 */
export const createMailServer = ({ url, from }: { url: string; from: string }, runtime: Pick<Runtime, 'after'>): MailServer => {
  const transport = createTransport({
    url,
    connectionTimeout: connectMsMax,
    greetingTimeout: connectMsMax,
    socketTimeout: silenceMsMax,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const host = hostOf(from)
  return {
    send: async ({ messageId, to, subject, text, html, language, date }, signal) => {
      try {
        await transport.sendMail({
          from,
          // An object, so that no character of the address is read as a second address.
          to: { name: '', address: to },
          subject,
          text,
          html,
          date,
          messageId: `<${messageId}@${host}>`,
          headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
          baseBoundary: messageId,
          xMailer: false,
          disableFileAccess: true,
          disableUrlAccess: true,
          signal: AbortSignal.any([signal, abortAfter(runtime, sendMsMax)]),
        })
        return { kind: 'accepted' }
      } catch (error) {
        return resultOf(error as SmtpError)
      }
    },
  }
}

type SmtpError = { code?: string; command?: string; responseCode?: number; permanent?: boolean }

/** Permanent only where the server refused this recipient or this mail for good. A refused sign-in or sender is our own set-up: that can be mended. */
const resultOf = ({ code, command = '', responseCode, permanent }: SmtpError): MailResult => {
  const reply = responseCode === undefined ? {} : { replyCode: responseCode }
  const isAboutMail = command.startsWith('RCPT') || command === 'DATA'
  if (permanent && isAboutMail) return { kind: 'refused', ...reply }
  if (code === 'EENVELOPE' && responseCode === undefined) return { kind: 'refused' }
  if (permanent || code === 'EAUTH' || code === 'ENOAUTH' || code === 'ETLS' || code === 'ECONFIG')
    return { kind: 'later', reason: 'mail-server-set-up', ...reply }
  if (responseCode !== undefined) return { kind: 'later', reason: 'refused-for-now', ...reply }
  return { kind: 'later', reason: 'mail-server-unreachable' }
}

const hostOf = (from: string): string => /@([a-z0-9.-]+)>?\s*$/i.exec(from)?.[1]?.toLowerCase() ?? 'patchwork.invalid'
