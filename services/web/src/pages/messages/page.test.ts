import { once } from 'node:events'
import { connect } from 'node:net'
import { directory, messageId, messages } from '../../testExamples.ts'
import { hidden, startTestPlace, type TestPlace } from '../../testPlace.ts'

let place: TestPlace
let streams = 0
beforeAll(async () => {
  place = await startTestPlace({
    ...directory,
    ...messages,
    'GET /notification/messages/live': (_asked, response) => {
      streams += 1
      response.on('close', () => {
        streams -= 1
      })
      response.set('Content-Type', 'text/event-stream').write('event: unread\ndata: {"unread":1}\n\n')
    },
  })
})
afterAll(() => place.stop())

const until = async (isTrue: () => boolean) => {
  for (const limit = Date.now() + 20_000; !isTrue(); await new Promise((resolve) => setTimeout(resolve, 20)))
    if (Date.now() > limit) throw new Error('It did not come about')
}

test('a person reads what they were told, and sees how many messages wait on every page', async () => {
  const browser = await place.signedIn('resident')
  const { text } = await browser.get('/messages')
  for (const words of ['good news about your request', 'They can now see your name', '3 March 2026 at 2:30pm', 'data-live-list']) expect(text).toContain(words)
  expect((await browser.get('/find')).text).toMatch(/data-unread-number>1</)
})

test('opening a message marks it as read and leads to what it is about', async () => {
  const browser = await place.signedIn('resident')
  const { text } = await browser.get('/messages')
  const answer = await browser
    .post('/messages')
    .type('form')
    .send({ _token: hidden(text, '_token'), _key: hidden(text, '_key'), messageId: hidden(text, 'messageId'), link: hidden(text, 'link') })
  expect(answer.headers.location).toBe('/my')
  expect(place.asked.some(({ method, path }) => method === 'POST' && path === `/notification/messages/${messageId}/reading`)).toBe(true)
})

test.each(['//elsewhere.example', 'https://elsewhere.example', '/\\elsewhere.example'])('a link that leads elsewhere is not followed: %s', async (link) => {
  const browser = await place.signedIn('resident')
  const { text } = await browser.get('/messages')
  const fields = { _token: hidden(text, '_token'), _key: hidden(text, '_key'), messageId, link }
  expect((await browser.post('/messages').type('form').send(fields)).status).toBe(400)
})

test('while messages cannot be counted, pages are shown without the number', async () => {
  const alone = await startTestPlace({ ...directory, 'GET /notification/messages': () => 503 })
  const browser = await alone.signedIn('resident')
  const { status, text } = await browser.get('/find')
  expect(status).toBe(200)
  expect(text).toMatch(/data-unread-count hidden/)
  await alone.stop()
})

describe('live news', () => {
  test('is for those who have signed in; a browser of others is told not to try again', async () => {
    expect((await place.browser().get('/live')).status).toBe(204)
  })
  test('passes the events through, and lets go of the service when the browser goes', async () => {
    const cookie = await place.sessionCookie('resident')
    const gone = new AbortController()
    const response = await fetch(`${place.publicUrl}/live`, { headers: { cookie }, signal: gone.signal })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform')
    const { value } = await response.body!.getReader().read()
    expect(new TextDecoder().decode(value)).toContain('data: {"unread":1}')
    expect(streams).toBe(1)
    gone.abort()
    await until(() => streams === 0)
  })
  test('lets go of the service also when the browser went before it was let in', async () => {
    const cookie = await place.sessionCookie('resident')
    const { hostname, port, host } = new URL(place.publicUrl)
    const leaves = async (afterMs: number) => {
      const socket = connect(Number(port), hostname)
      await once(socket, 'connect')
      await new Promise<unknown>((resolve) => socket.write(`GET /live HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\n\r\n`, resolve))
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      socket.destroy()
    }
    await Promise.all(Array.from({ length: 60 }, (_, at) => leaves(at % 12)))
    // Answered after those that left, so that none of them is still to be let in.
    await place.browser().get('/messages')
    await until(() => streams === 0)
  })
  test('ends with the service', async () => {
    const other = await startTestPlace({ ...directory, 'GET /notification/messages/live': (_asked, response) => void response.status(200).write(': here\n\n') })
    const cookie = await other.sessionCookie('resident')
    const response = await fetch(`${other.publicUrl}/live`, { headers: { cookie } })
    const reader = response.body!.getReader()
    await reader.read()
    const ended = reader.read().then(
      ({ done }) => done,
      () => true,
    )
    await other.stop()
    expect(await ended).toBe(true)
  })
})
