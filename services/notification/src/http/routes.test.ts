import { randomUUID } from 'node:crypto'
import { until } from '@patchwork/testing'
import { openStream } from '../testing/eventStream.ts'
import { fasterRuntime } from '../testing/runtime.ts'
import { startService, type TestService } from '../testing/startService.ts'
import { referral } from '../testing/stories.ts'

type Item = { messageId: string; subject: string; read: boolean }
type Inbox = { items: Item[]; unread: number; after?: string }
let place: TestService
beforeAll(async () => {
  place = await startService()
})
afterAll(() => place.stop())

const inboxOf = async (personId: string, query = '') => (await place.call<Inbox>(personId, 'resident', `/messages${query}`)).body
const arrived = (personId: string, count: number) =>
  until(
    () => inboxOf(personId),
    ({ items }) => items.length === count,
  )
const codeOf = ({ body }: { body: unknown }) => (body as { errors?: { code: string }[]; code?: string }).errors?.[0]?.code ?? (body as { code?: string }).code

test('anyone is told whether e-mail leaves the place', async () => {
  expect((await place.call(undefined, '', '/mail')).body).toEqual({ sendsMail: false })
  const sending = await startService({ smtpUrl: () => 'smtp://127.0.0.1:9' })
  expect((await sending.call(undefined, '', '/mail')).body).toEqual({ sendsMail: true })
  await sending.stop()
})

describe('messages', () => {
  test('come newest first, page by page, and none twice', async () => {
    const resident = randomUUID()
    place.neighbours.people.set(resident, { name: 'Somebody', demonstration: true })
    for (let number = 0; number < 5; number += 1) {
      const story = referral(place)
      await place.publish(...(await requestOf(story, resident)))
    }
    await arrived(resident, 5)
    const first = await inboxOf(resident, '?limit=3')
    const second = await inboxOf(resident, `?limit=3&after=${encodeURIComponent(first.after ?? '')}`)
    expect([...first.items, ...second.items]).toEqual((await inboxOf(resident)).items)
    expect(second.after).toBeUndefined()
    expect(first.unread).toBe(5)
  })

  test('are marked as read by their reader, once; a repeat is the same', async () => {
    const story = referral(place)
    await story.sent()
    const [item] = (await arrived(story.resident, 1)).items
    for (let time = 0; time < 2; time += 1) {
      const answer = await place.call(story.resident, 'resident', `/messages/${item?.messageId}/reading`, { method: 'POST' })
      expect(answer.status).toBe(204)
    }
    expect(await inboxOf(story.resident)).toMatchObject({ unread: 0, items: [{ read: true }] })
  })

  test('of somebody else are not there', async () => {
    const story = referral(place)
    await story.sent()
    const [item] = (await arrived(story.resident, 1)).items
    const stranger = randomUUID()
    expect(await place.call(stranger, 'administrator', `/messages/${item?.messageId}/reading`, { method: 'POST' })).toMatchObject({ status: 404 })
    expect((await inboxOf(stranger)).items).toEqual([])
    expect((await place.call(undefined, '', '/messages')).status).toBe(401)
    // An e-mail is not in the page, for its own reader neither.
    const mail = (await place.settled((await place.deliveries()).length)).find(({ personId, channel }) => personId === story.resident && channel === 'e-mail')
    expect(await place.call(story.resident, 'resident', `/messages/${mail?.messageId}/reading`, { method: 'POST' })).toMatchObject({ status: 404 })
  })

  test('speak the language of the page, or the one the person chose', async () => {
    const story = referral(place)
    await story.sent()
    await arrived(story.resident, 1)
    expect((await inboxOf(story.resident)).items[0]?.subject).toContain('a request has been sent for you')
    expect((await inboxOf(story.resident, '?language=cy')).items[0]?.subject).toContain('mae cais wedi’i anfon')
    await place.call(story.resident, 'resident', '/preferences', { method: 'PUT', body: { language: 'cy', email: true } })
    expect((await inboxOf(story.resident)).items[0]?.subject).toContain('mae cais wedi’i anfon')
  })

  test.each([
    ['/messages?limit=0', 400],
    ['/messages?limit=201', 400],
    ['/messages?limit=ten', 400],
    ['/messages?language=fr', 400],
    ['/messages?other=1', 400],
    ['/messages?limit=1&limit=2', 400],
    ['/messages?after=nonsense', 400],
  ])('%s is refused', async (path, status) => expect((await place.call(randomUUID(), 'resident', path)).status).toBe(status))
  test('an id that is none is refused', async () =>
    expect((await place.call(randomUUID(), 'resident', '/messages/1/reading', { method: 'POST' })).status).toBe(400))
})

describe('preferences', () => {
  const choose = (personId: string, body: unknown, headers: Record<string, string> = {}) =>
    place.call(personId, 'resident', '/preferences', { method: 'PUT', body, headers })

  test('are English and e-mail, until chosen', async () => {
    const answer = await place.call(randomUUID(), 'resident', '/preferences')
    expect(answer.body).toEqual({ language: 'en', email: true })
    expect(answer.headers.get('etag')).toBe('"0"')
  })
  test('are kept; a change that somebody else made in between is told', async () => {
    const personId = randomUUID()
    expect((await choose(personId, { language: 'cy', email: false }, { 'if-match': '"0"' })).headers.get('etag')).toBe('"1"')
    expect((await choose(personId, { language: 'en', email: false }, { 'if-match': '"0"' })).status).toBe(412)
    expect((await place.call(personId, 'resident', '/preferences')).body).toEqual({ language: 'cy', email: false })
  })
  test.each([
    [{ language: 'fr', email: true }, 'invalid-value'],
    [{ language: 'en', email: 'yes' }, 'invalid-type'],
    [{ language: 'en' }, 'invalid-type'],
    [{ language: 'en', email: true, sms: true }, 'unknown-field'],
    [{ language: { $ne: null }, email: true }, 'invalid-value'],
    [[], 'invalid-type'],
  ])('%j is refused, and nothing changes', async (body, code) => {
    const personId = randomUUID()
    const answer = await choose(personId, body)
    expect([answer.status, codeOf(answer)]).toEqual([400, code])
    expect((await place.call(personId, 'resident', '/preferences')).headers.get('etag')).toBe('"0"')
  })
})

describe('the ledger and the sink', () => {
  test('N3 can be asked for by status, page by page', async () => {
    const story = referral(place, { demonstration: false })
    await story.sent()
    await until(place.deliveries, (items) => items.some(({ personId, status }) => personId === story.resident && status === 'not-sent'))
    const ask = async (query: string) =>
      (await place.call<{ items: { status: string; messageId: string }[]; after?: string }>(randomUUID(), 'administrator', `/deliveries?${query}`)).body
    expect(new Set((await ask('status=not-sent')).items.map(({ status }) => status))).toEqual(new Set(['not-sent']))
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await ask(`limit=2${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`)
      seen.push(...page.items.map(({ messageId }) => messageId))
      after = page.after
    } while (after !== undefined)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual((await place.deliveries()).map(({ messageId }) => messageId))
  })
  test('the sink is paged, too', async () => {
    const all = await place.sink()
    const { body } = await place.call<{ items: unknown[]; after?: string }>(randomUUID(), 'administrator', '/mail-sink?limit=1')
    expect(body.items).toEqual(all.slice(0, 1))
    expect((await place.call(randomUUID(), 'administrator', `/mail-sink?limit=200&after=${body.after}`)).body).toEqual({ items: all.slice(1) })
    expect((await place.call(randomUUID(), 'administrator', '/mail-sink?after=x')).status).toBe(400)
  })
})

describe('live', () => {
  const streamFor = (personId: string, at = place) => openStream(`${at.url()}/messages/live`, at.neighbours.tokenFor(personId, 'resident'))

  test('tells an open page of each message for its reader, and of nobody else’s', async () => {
    const story = referral(place)
    const stream = await streamFor(story.resident)
    const strangers = await streamFor(randomUUID())
    expect(stream).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream' } })
    expect(stream.headers['cache-control']).toContain('no-store')
    await until(
      () => stream.events,
      (events) => events.length === 1,
    )
    expect(stream.events).toEqual([{ event: 'unread', data: { unread: 0 } }])
    await story.sent()
    await until(
      () => stream.events,
      (events) => events.length === 2,
    )
    const [item] = (await inboxOf(story.resident)).items
    expect(stream.events[1]).toEqual({ event: 'message', data: { messageId: item?.messageId } })
    expect(strangers.events.filter(({ event }) => event === 'message')).toEqual([])
    stream.close()
    strangers.close()
  })

  test('is for who is signed in', async () => expect((await openStream(`${place.url()}/messages/live`, undefined)).status).toBe(401))

  test('a seventh window closes the first', async () => {
    const personId = randomUUID()
    const streams = []
    for (let number = 0; number < 7; number += 1) {
      const stream = await streamFor(personId)
      await until(
        () => stream.events.length,
        (count) => count === 1,
      )
      streams.push(stream)
    }
    await streams[0]?.ended
    for (const stream of streams) stream.close()
  })

  test('a heartbeat comes, the stream ends before the token does, and a message is not told twice', async () => {
    const fast = await startService({ runtime: fasterRuntime(60) })
    try {
      const story = referral(fast)
      const stream = await streamFor(story.resident, fast)
      await story.sent()
      await until(
        () => stream.comments(),
        (count) => count >= 2,
      )
      await stream.ended
      expect(stream.events.filter(({ event }) => event === 'message')).toHaveLength(1)
    } finally {
      await fast.stop()
    }
  })

  test('a message queued by another process of this service is told as well', async () => {
    const story = referral(place)
    const stream = await streamFor(story.resident)
    const { queueMessage } = await import('../domain/decide.ts')
    const { openMessages } = await import('../store/messages.ts')
    const other = await openMessages(place.ports())
    const messageId = randomUUID()
    const issuedAt = new Date().toISOString()
    const facts = { messageId, personId: story.resident, channel: 'page' as const, template: 'request-accepted', causedBy: randomUUID(), issuedAt }
    await other.update(messageId, { key: randomUUID(), repeatable: false, body: null, at: issuedAt }, ({ state }) => ({ events: queueMessage(state, facts) }))
    await until(
      () => stream.events,
      (events) => events.some(({ event, data }) => event === 'message' && (data as { messageId: string }).messageId === messageId),
    )
    await other.stop()
    stream.close()
  })

  test('ends when the service stops', async () => {
    const other = await startService()
    const stream = await streamFor(randomUUID(), other)
    await other.service().stop()
    await stream.ended
    await other.stop()
  })
})

const requestOf = async (story: ReturnType<typeof referral>, personId: string) => {
  const { ReferralSent } = await import('@patchwork/events')
  const event = place.envelope(ReferralSent, story.referralId, {
    referralId: story.referralId,
    needId: randomUUID(),
    personId,
    offerId: randomUUID(),
    organisationId: story.organisationId,
    track: 'join-in',
    category: 'other',
    referredBy: personId,
    referredByRole: 'resident',
    basis: 'consent',
    outcomeIds: [],
    sentAt: '2026-03-02T09:00:00.000Z',
    answerDueAt: '2026-03-05T17:00:00.000Z',
  })
  return [ReferralSent, event] as const
}
