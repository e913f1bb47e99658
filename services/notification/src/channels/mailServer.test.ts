import { systemRuntime } from '@patchwork/runtime'
import { freePort } from '@patchwork/testing'
import { type LoopbackMailServer, startMailServer } from '../testing/mailServer.ts'
import { createMailServer, type Mail, type MailResult } from './mailServer.ts'

const mail: Mail = {
  messageId: '0190a000-0000-8000-8000-000000000001',
  to: 'aisha@trafford-people.uk',
  subject: 'Patchwork: news about your request',
  text: 'Helo Siân,\n\nA paragraph.\n',
  html: '<p>Helo Siân,</p>',
  language: 'cy',
  date: new Date('2026-03-02T09:00:00.000Z'),
}
const from = 'Patchwork <no-reply@patchwork-place.uk>'

let server: LoopbackMailServer
const never = new AbortController().signal
const send = (what: Mail = mail, url = server.url): Promise<MailResult> => createMailServer({ url, from }, systemRuntime).send(what, never)

beforeAll(async () => {
  server = await startMailServer()
})
beforeEach(() => {
  server.mood = 'takes'
  server.received = []
})
afterAll(() => server.stop())

test('a mail is handed over with its words, its language, and an id made from the message', async () => {
  expect(await send()).toEqual({ kind: 'accepted' })
  expect(server.received).toHaveLength(1)
  const [{ from: sender, to, raw } = { from: '', to: [], raw: '' }] = server.received
  expect(sender).toBe('no-reply@patchwork-place.uk')
  expect(to).toEqual(['aisha@trafford-people.uk'])
  for (const header of [
    'Message-ID: <0190a000-0000-8000-8000-000000000001@patchwork-place.uk>',
    'Subject: Patchwork: news about your request',
    'Date: Mon, 02 Mar 2026 09:00:00 +0000',
    'Auto-Submitted: auto-generated',
    'Content-Language: cy',
    'Content-Type: multipart/alternative',
  ])
    expect(raw).toContain(header)
  expect(raw).not.toContain('X-Mailer')
})
test('handed over twice it is the same to the byte, so that who gets both can tell', async () => {
  await send()
  await send()
  expect(server.received).toHaveLength(2)
  expect(server.received[0]?.raw).toBe(server.received[1]?.raw)
})
test.each([421, 450, 451, 452])('a reply of %i means later', async (code) => {
  server.mood = { at: 'recipient', code }
  expect(await send()).toEqual({ kind: 'later', reason: 'refused-for-now', replyCode: code })
})
test('a reply of 451 to the text means later', async () => {
  server.mood = { at: 'text', code: 451 }
  expect(await send()).toEqual({ kind: 'later', reason: 'refused-for-now', replyCode: 451 })
})
test.each([
  ['recipient', 550],
  ['recipient', 553],
  ['text', 554],
  ['text', 552],
] as const)('a reply of 5xx to the %s (%i) is a refusal for good', async (at, code) => {
  server.mood = { at, code }
  expect(await send()).toEqual({ kind: 'refused', replyCode: code })
})
test('a server that is not there means later', async () => {
  expect(await send(mail, `smtp://127.0.0.1:${await freePort()}`)).toEqual({ kind: 'later', reason: 'mail-server-unreachable' })
})
test('a connection that breaks after the text means later: nobody knows whether it arrived', async () => {
  server.mood = 'hangs-up-after-taking'
  expect(await send()).toMatchObject({ kind: 'later' })
})
test('a refused sign-in is our set-up, not the recipient: later', async () => {
  const guarded = await startMailServer({ user: 'patchwork' })
  try {
    expect(await send(mail, `smtp://stranger:x@127.0.0.1:${guarded.port}`)).toMatchObject({ kind: 'later', reason: 'mail-server-set-up' })
    expect(await send(mail, guarded.url)).toMatchObject({ kind: 'later', reason: 'mail-server-set-up' })
    expect(await send(mail, `smtp://patchwork:x@127.0.0.1:${guarded.port}`)).toEqual({ kind: 'accepted' })
  } finally {
    await guarded.stop()
  }
})
test('an address that is none is a refusal for good, and reaches nobody', async () => {
  for (const to of ['no address', '', 'a@b.uk, c@d.uk', 'a@b.uk\r\nBcc: c@d.uk', 'group: a@b.uk;']) {
    const result = await send({ ...mail, to })
    expect([to, result.kind]).toEqual([to, 'refused'])
  }
  expect(server.received).toEqual([])
})
test('a broken-off mail means later', async () => {
  const giveUp = new AbortController()
  giveUp.abort()
  expect(await createMailServer({ url: server.url, from }, systemRuntime).send(mail, giveUp.signal)).toEqual({
    kind: 'later',
    reason: 'mail-server-unreachable',
  })
})
