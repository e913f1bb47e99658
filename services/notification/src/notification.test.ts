import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { MessageQueued, OfferAssuranceAsked, OfferCapacityExpired, OfferHidden, ReferralAccepted, ReferralSent, SearchWatchTold } from '@patchwork/events'
import { freePort, until } from '@patchwork/testing'
import { queueMessage, startAttempt } from './domain/decide.ts'
import { evolve } from './domain/message.ts'
import { openFanOuts } from './store/fanOuts.ts'
import { openMessages } from './store/messages.ts'
import { openReferralParties } from './store/referralParties.ts'
import { type LoopbackMailServer, startMailServer } from './testing/mailServer.ts'
import { fasterRuntime } from './testing/runtime.ts'
import { startService, type TestService } from './testing/startService.ts'
import { challenge, invitation, referral } from './testing/stories.ts'

type Inbox = { items: { messageId: string; template: string; subject: string; body: string; link: string; read: boolean }[]; unread: number; after?: string }

const inboxOf = async (place: TestService, personId: string, query = ''): Promise<Inbox> =>
  (await place.call<Inbox>(personId, 'resident', `/messages${query}`)).body

describe('a referral is told to whom it concerns', () => {
  let place: TestService
  beforeAll(async () => {
    place = await startService()
  })
  afterAll(() => place.stop())

  test('in the page and by e-mail, each with their own words', async () => {
    const story = referral(place)
    await story.joins()
    await story.sent()
    const deliveries = await place.settled(4)
    expect(deliveries.map(({ personId, channel, template, status, supplier }) => [personId, channel, template, status, supplier]).sort()).toEqual(
      [
        [story.member, 'e-mail', 'request-received', 'sent', 'sink'],
        [story.member, 'page', 'request-received', 'sent', 'page'],
        [story.resident, 'e-mail', 'request-sent-for-you', 'sent', 'sink'],
        [story.resident, 'page', 'request-sent-for-you', 'sent', 'page'],
      ].sort(),
    )
    const inbox = await inboxOf(place, story.resident)
    expect(inbox).toMatchObject({ unread: 1, items: [{ template: 'request-sent-for-you', read: false, link: `/my/referrals/${story.referralId}` }] })
    const mails = await place.sink()
    expect(mails.map(({ to }) => to).sort()).toEqual(['canary-member@example.org', 'canary-resident@example.org'])
    expect(mails.find(({ to }) => to.startsWith('canary-resident'))?.text).toContain(`https://patchwork-place.uk/my/referrals/${story.referralId}`)
  })

  test('members who joined while nobody was here are told of what came after', async () => {
    const story = referral(place)
    // Both wait in the log when the service comes back, on two topics; whichever is read first, the member is told.
    const { ports, ...rest } = place
    const joined = place.envelope((await import('@patchwork/events')).OrganisationMemberJoined, story.organisationId, {
      organisationId: story.organisationId,
      personId: story.member,
      memberRole: 'owner',
    })
    const log = ports().log
    await rest.service().stop()
    await log.publish([{ topic: 'patchwork.provider-directory.organisation', event: joined }])
    await story.sent()
    await rest.restart()
    await until(
      () => inboxOf(place, story.member),
      ({ items }) => items.length === 1,
    )
  })

  test('after consent was withdrawn the organisation hears nothing more', async () => {
    const story = referral(place)
    await story.joins()
    await story.sent()
    await story.withdrawn()
    await until(
      () => inboxOf(place, story.member),
      ({ items }) => items.length === 2,
    )
    expect((await inboxOf(place, story.member)).items.map(({ template }) => template).sort()).toEqual(['request-received', 'sharing-stopped'])
    expect((await inboxOf(place, story.navigator)).items.map(({ template }) => template)).toEqual(['referral-sharing-stopped'])
  })

  test('D10 whoever acts for the organisation no more, as after a merge that was undone, is told nothing more', async () => {
    const story = referral(place)
    const former = randomUUID()
    await story.joins(former)
    await story.joins()
    await story.leaves(former)
    await story.sent()
    await until(
      () => inboxOf(place, story.member),
      ({ items }) => items.length === 1,
    )
    expect((await inboxOf(place, former)).items).toEqual([])
  })

  test('capacity that ran out is told to the members', async () => {
    const story = referral(place)
    await story.joins()
    const offerId = randomUUID()
    await place.publish(
      OfferCapacityExpired,
      place.envelope(OfferCapacityExpired, offerId, { offerId, organisationId: story.organisationId, expiredAt: '2026-03-02T09:00:00.000Z' }),
    )
    const inbox = await until(
      () => inboxOf(place, story.member),
      ({ items }) => items.length === 1,
    )
    expect(inbox.items).toMatchObject([{ template: 'capacity-expired', link: `/provider/offers/${offerId}` }])
  })

  test('D4 an offer that nobody assures is asked about, and told of when it is hidden, to the members', async () => {
    const story = referral(place)
    await story.joins()
    const [offerId, { organisationId }] = [randomUUID(), story]
    const asked = { offerId, organisationId, askedAt: '2026-03-02T09:00:00.000Z', downrankAt: '2026-04-01T09:00:00.000Z' }
    const first = place.envelope(OfferAssuranceAsked, offerId, asked)
    await place.publish(OfferAssuranceAsked, first)
    await place.publish(OfferHidden, {
      ...place.envelope(OfferHidden, offerId, { offerId, organisationId, hiddenAt: '2026-05-31T09:00:00.000Z' }),
      sequence: first.sequence + 1,
    })
    const inbox = await until(
      () => inboxOf(place, story.member),
      ({ items }) => items.length === 2,
    )
    expect(inbox.items.map(({ template, link }) => [template, link]).sort()).toEqual([
      ['assurance-asked', `/provider/offers/${offerId}`],
      ['offer-hidden', `/provider/offers/${offerId}`],
    ])
  })

  test('D12 a person is told, once, that something new fits a search of theirs, and the message leads to it without saying what it is', async () => {
    const [personId, searchWatchId] = [randomUUID(), randomUUID()]
    const told = place.envelope(SearchWatchTold, searchWatchId, { searchWatchId, personId, toldAt: '2026-03-02T09:00:00.000Z' })
    await place.publish(SearchWatchTold, told)
    await place.publish(SearchWatchTold, told)
    const inbox = await until(
      () => inboxOf(place, personId),
      ({ items }) => items.length === 1,
    )
    expect(inbox.items).toMatchObject([{ template: 'search-matched', link: `/told-of/searches/${searchWatchId}` }])
  })
})

describe('N1 one event is one message', () => {
  test('N1 delivered three times, with a restart in between, and by an owner who forgot that it did it: one message to each', async () => {
    const place = await startService()
    try {
      const story = referral(place)
      await story.joins()
      const sent = await story.sent()
      const accepted = await story.accepted()
      const first = await place.settled(8)
      await place.publish(ReferralSent, sent)
      await place.caughtUp()
      await place.restart()
      // The list of recipients is frozen, too: who joins now is not told of what was before.
      await story.joins(randomUUID())
      await place.publish(ReferralSent, sent)
      // As for an owner who forgot what it handled: the same events by another way, which its marks do not know.
      for (const [definition, event] of [
        [ReferralSent, sent],
        [ReferralAccepted, accepted],
      ] as const)
        await place.publish(definition, { ...event, source: '/mirror' })
      await place.caughtUp()
      expect(await place.settled(8)).toEqual(first)
      expect(await place.sink()).toEqual([])
      expect((await inboxOf(place, story.resident)).items).toHaveLength(2)
    } finally {
      await place.stop()
    }
  })
})

describe('mail over SMTP', () => {
  let place: TestService
  let server: LoopbackMailServer
  beforeAll(async () => {
    server = await startMailServer()
    place = await startService({ runtime: fasterRuntime(20), smtpUrl: () => server.url })
  })
  beforeEach(() => {
    server.mood = 'takes'
    server.received = []
    Object.assign(place.neighbours.away, { people: false, identity: false })
  })
  afterAll(async () => {
    await place.stop()
    await server.stop()
  })
  const real = { demonstration: false }
  const mailTo = (personId: string, status?: string) =>
    until(
      async () => (await place.deliveries()).filter((delivery) => delivery.personId === personId && delivery.channel === 'e-mail'),
      (items) =>
        items.length > 0 && items.every((item) => (status === undefined ? item.status !== 'queued' && item.status !== 'sending' : item.status === status)),
    )

  test('N3 the ledger says what went to whom, when, how, and that the server took it', async () => {
    const story = referral(place, real)
    await story.joins()
    await story.sent()
    const [delivery] = await mailTo(story.resident, 'sent')
    expect(delivery).toMatchObject({ template: 'request-sent-for-you', supplier: 'smtp', attempts: [{ outcome: 'accepted' }] })
    expect(server.received.find(({ to }) => to[0] === 'canary-resident@trafford-people.uk')?.raw).toContain(
      `Message-ID: <${delivery?.messageId}@patchwork-place.uk>`,
    )
    expect(JSON.stringify(await place.deliveries())).not.toMatch(/canary|@/i)
    await mailTo(story.member, 'sent')
  })

  test('demonstration people and example addresses never leave this machine', async () => {
    const made = referral(place, { demonstration: true })
    place.neighbours.people.set(made.navigator, { name: 'Made Up', email: 'made-up@trafford-people.uk', demonstration: true })
    place.neighbours.people.set(made.resident, { name: 'Somebody', email: 'somebody@example.com', demonstration: false })
    await made.sent()
    await made.accepted()
    await mailTo(made.navigator, 'sent')
    await mailTo(made.resident, 'sent')
    expect(server.received).toEqual([])
    const sunk = (await place.sink()).map(({ to }) => to)
    expect(sunk).toContain('made-up@trafford-people.uk')
    expect(sunk).toContain('somebody@example.com')
  })

  test('a refusal for the moment is tried again, each try in the ledger', async () => {
    server.mood = { at: 'recipient', code: 451 }
    const { resident, ...story } = referral(place, real)
    await story.sent()
    await until(
      () => mailTo(resident, 'queued'),
      ([delivery]) => (delivery?.attempts.length ?? 0) >= 2,
    )
    server.mood = 'takes'
    const [delivery] = await mailTo(resident, 'sent')
    expect(delivery?.attempts.slice(0, 2)).toMatchObject([
      { outcome: 'refused-for-now', replyCode: 451 },
      { outcome: 'refused-for-now', replyCode: 451 },
    ])
    expect(delivery?.attempts.at(-1)).toMatchObject({ outcome: 'accepted' })
    const waits = delivery?.attempts.map(({ at }) => Date.parse(at)) ?? []
    expect((waits[1] ?? 0) - (waits[0] ?? 0)).toBeGreaterThanOrEqual(5_000)
    expect(server.received.filter(({ to }) => to[0] === 'canary-resident@trafford-people.uk')).toHaveLength(1)
  })

  test('a refusal for good ends it, with the reply code and not the words', async () => {
    server.mood = { at: 'recipient', code: 550 }
    const { resident, ...story } = referral(place, real)
    await story.sent()
    const [delivery] = await mailTo(resident)
    expect(delivery).toMatchObject({ status: 'not-sent', reason: 'refused', attempts: [{ outcome: 'not-sent', replyCode: 550 }] })
  })

  test('while people is away mail waits, and goes out once when it is back', async () => {
    place.neighbours.away.people = true
    const { resident, ...story } = referral(place, real)
    await story.sent()
    await until(
      () => mailTo(resident, 'queued'),
      ([delivery]) => delivery?.attempts.at(-1)?.outcome === 'people-unavailable',
    )
    expect((await inboxOf(place, resident)).items).toHaveLength(1)
    place.neighbours.away.people = false
    await mailTo(resident, 'sent')
    expect(server.received.filter(({ to }) => to[0] === 'canary-resident@trafford-people.uk')).toHaveLength(1)
  })

  test('a one-time link is asked for at the moment of sending, and goes by e-mail only, whatever the person chose', async () => {
    const personId = randomUUID()
    place.neighbours.people.set(personId, { name: 'Canary Person', email: 'canary-person@trafford-people.uk', demonstration: false })
    await place.call(personId, 'resident', '/preferences', { method: 'PUT', body: { language: 'cy', email: false } })
    const { url, issue } = challenge(place, personId)
    place.neighbours.away.identity = true
    await issue()
    await until(
      () => mailTo(personId, 'queued'),
      ([delivery]) => delivery?.attempts.at(-1)?.outcome === 'identity-unavailable',
    )
    place.neighbours.away.identity = false
    await mailTo(personId, 'sent')
    const { raw } = await until(
      () => server.received.at(-1),
      (mail) => mail !== undefined,
    ).then((mail) => mail!)
    expect(raw).toContain('Content-Language: cy')
    expect(raw.replaceAll('=\r\n', '').replaceAll('=3D', '=')).toContain(url)
    expect((await inboxOf(place, personId)).items).toEqual([])
  })

  test('an invitation goes to the address that the directory tells at that moment, without a name, once for each sending, and nowhere else', async () => {
    const email = 'canary-invited@trafford-people.uk'
    const { url, invitationId, issue, again } = invitation(place, email, 'cy')
    place.neighbours.away['provider-directory'] = true
    await issue()
    await issue()
    await until(
      () => mailTo(invitationId, 'queued'),
      ([delivery]) => delivery?.attempts.at(-1)?.outcome === 'directory-unavailable',
    )
    place.neighbours.away['provider-directory'] = false
    await mailTo(invitationId, 'sent')
    const theirs = () => server.received.filter(({ to }) => to[0] === email)
    expect(theirs()).toHaveLength(1)
    const raw = theirs()[0]!.raw.replaceAll('=\r\n', '').replaceAll('=3D', '=')
    expect(raw).toContain('Content-Language: cy')
    expect(raw).toContain(url)
    expect(raw).toContain('Helo,')
    expect((await inboxOf(place, invitationId)).items).toEqual([])
    await again()
    await until(theirs, ({ length }) => length === 2)
    expect(JSON.stringify([place.logLines, await place.deliveries()])).not.toMatch(/canary-invited|secret-/)
  })

  test('an invitation that was withdrawn before its message left is not sent', async () => {
    const { invitationId, issue } = invitation(place, 'canary-withdrawn@trafford-people.uk')
    place.neighbours.invitations.delete(invitationId)
    await issue()
    const [delivery] = await mailTo(invitationId, 'not-sent')
    expect(delivery).toMatchObject({ template: 'membership-invitation', reason: 'no-longer-true' })
  })

  test('a link that somebody hands over is not sent as well', async () => {
    const personId = randomUUID()
    place.neighbours.people.set(personId, { name: 'Canary Person', email: 'canary-person@trafford-people.uk', demonstration: false })
    await challenge(place, personId, { handedOverBy: randomUUID() }).issue()
    await challenge(place, personId).issue()
    await mailTo(personId, 'sent')
    expect((await place.deliveries()).filter((delivery) => delivery.personId === personId)).toHaveLength(1)
  })

  test('a link that is used, over, or of somebody else is not sent', async () => {
    const personId = randomUUID()
    place.neighbours.people.set(personId, { name: 'Canary Person', email: 'canary-person@trafford-people.uk', demonstration: false })
    const over = challenge(place, personId, { stillTrue: false })
    await over.issue()
    const gone = challenge(place, personId)
    place.neighbours.links.delete(gone.challengeId)
    await gone.issue()
    const others = challenge(place, personId)
    place.neighbours.links.set(others.challengeId, { url: others.url, purpose: 'reset-password', personId: randomUUID(), stillTrue: true })
    await others.issue()
    const deliveries = await until(
      () => mailTo(personId, 'not-sent'),
      (items) => items.length === 3,
    )
    expect(deliveries.map(({ reason }) => reason)).toEqual(['no-longer-true', 'no-longer-true', 'no-longer-true'])
    expect(server.received).toEqual([])
  })

  test('who has no address, or is not known any more, is told in the page only', async () => {
    const story = referral(place, real)
    place.neighbours.people.set(story.resident, { name: 'Canary Resident', demonstration: false })
    place.neighbours.people.delete(story.navigator)
    await story.sent()
    await story.accepted()
    const mails = await until(
      () => mailTo(story.resident),
      (items) => items.length === 2,
    )
    expect(mails).toMatchObject([{ reason: 'no-address' }, { reason: 'no-address' }])
    expect(await mailTo(story.navigator)).toMatchObject([{ reason: 'no-address' }])
    expect((await inboxOf(place, story.resident)).unread).toBe(2)
  })

  test('who does not want e-mail gets none', async () => {
    const story = referral(place, real)
    await place.call(story.resident, 'resident', '/preferences', { method: 'PUT', body: { language: 'en', email: false } })
    await story.sent()
    await until(
      () => inboxOf(place, story.resident),
      ({ items }) => items.length === 1,
    )
    expect((await place.deliveries()).filter(({ personId, channel }) => personId === story.resident && channel === 'e-mail')).toEqual([])
  })
})

describe('O4 a mail server that is away', () => {
  test('O4 refused connections wait, also over a restart, and everything goes out once when it is back', async () => {
    const port = await freePort()
    const place = await startService({ runtime: fasterRuntime(20), smtpUrl: () => `smtp://127.0.0.1:${port}` })
    const stories = Array.from({ length: 6 }, () => referral(place, { demonstration: false }))
    let server: LoopbackMailServer | undefined
    try {
      for (const story of stories) await story.sent()
      await until(
        place.deliveries,
        (items) => items.filter(({ attempts }) => attempts.some(({ outcome }) => outcome === 'mail-server-unreachable')).length === 6,
      )
      await place.restart()
      server = await startMailServer({ port })
      const deliveries = await place.settled(12)
      expect(deliveries.every(({ status }) => status === 'sent')).toBe(true)
      expect(server.received).toHaveLength(6)
    } finally {
      await place.stop()
      await server?.stop()
    }
  })

  test('two processes send each mail once between them', async () => {
    const server = await startMailServer()
    // The clock runs fast, so that each looks for what is due while the other has it in hand.
    const place = await startService({ runtime: fasterRuntime(10), smtpUrl: () => server.url })
    const other = await place.another()
    try {
      const stories = Array.from({ length: 12 }, () => referral(place, { demonstration: false }))
      await Promise.all(stories.map((story) => story.sent()))
      const deliveries = await place.settled(24)
      expect(deliveries.every(({ status, attempts }) => status === 'sent' && attempts.length === 1)).toBe(true)
      expect(server.received).toHaveLength(12)
    } finally {
      await other.stop()
      await place.stop()
      await server.stop()
    }
  })

  test('however many mails wait, the mail server is spoken to by four at a time at the most', async () => {
    const server = await startMailServer({ takesMs: 30 })
    const place = await startService({ smtpUrl: () => server.url })
    try {
      const stories = Array.from({ length: 24 }, () => referral(place, { demonstration: false }))
      await Promise.all(stories.map((story) => story.sent()))
      await place.settled(48)
      expect(server.received).toHaveLength(24)
      expect(server.mostAtOnce).toBe(4)
    } finally {
      await place.stop()
      await server.stop()
    }
  })

  test('a message whose sender died goes out when its lease has ended, and the ledger says that nobody knows what became of the first attempt', async () => {
    const server = await startMailServer()
    const place = await startService({ smtpUrl: () => server.url })
    try {
      const personId = randomUUID()
      place.neighbours.people.set(personId, { name: 'Canary Person', email: 'canary-person@trafford-people.uk', demonstration: false })
      const dead = await openMessages(place.ports())
      const messageId = randomUUID()
      const issuedAt = new Date().toISOString()
      const facts = { messageId, personId, channel: 'e-mail' as const, template: 'request-accepted', causedBy: randomUUID(), issuedAt }
      await dead.update(messageId, { key: randomUUID(), repeatable: false, body: null, at: issuedAt }, ({ state }) => {
        const events = queueMessage(state, facts)
        const taken = startAttempt(events.reduce(evolve, state), { attempt: 1, issuedAt, leaseEndsAt: new Date(Date.parse(issuedAt) + 1_500).toISOString() })
        return { events: [...events, ...taken] }
      })
      await dead.stop()
      await place.restart()
      const [delivery] = await place.settled(1)
      expect(delivery).toMatchObject({ status: 'sent', attempts: [{ outcome: 'unknown' }, { outcome: 'accepted' }] })
      expect(server.received).toHaveLength(1)
    } finally {
      await place.stop()
      await server.stop()
    }
  })

  test('a mail server that says nothing does not keep the service from stopping', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const place = await startService({ runtime: fasterRuntime(20), smtpUrl: () => `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}` })
    await referral(place, { demonstration: false }).sent()
    await until(place.deliveries, (items) => items.some(({ status }) => status === 'sending'))
    await place.stop()
    await new Promise((resolve) => silent.close(resolve))
  })

  test('a mail that was taken just before we died goes out again under the same Message-ID, and the ledger says so', async () => {
    const server = await startMailServer()
    const place = await startService({ runtime: fasterRuntime(40), smtpUrl: () => server.url })
    try {
      server.mood = 'hangs-up-after-taking'
      const story = referral(place, { demonstration: false })
      await story.sent()
      await until(
        () => server.received.length,
        (count) => count >= 1,
      )
      server.mood = 'takes'
      const deliveries = await place.settled(2)
      const mail = deliveries.find(({ channel }) => channel === 'e-mail')
      expect(mail).toMatchObject({ status: 'sent' })
      expect(mail?.attempts.length).toBe(server.received.length)
      expect(new Set(server.received.map(({ raw }) => /^Message-ID: (.*)$/m.exec(raw)?.[1]))).toHaveProperty('size', 1)
    } finally {
      await place.stop()
      await server.stop()
    }
  })
})

describe('without a mail server', () => {
  test('real people are shown as not sent, demonstration mail can be read by an administrator only', async () => {
    const place = await startService()
    try {
      const story = referral(place, { demonstration: false })
      await story.sent()
      const deliveries = await place.settled(2)
      expect(deliveries.find(({ channel }) => channel === 'e-mail')).toMatchObject({ status: 'not-sent', reason: 'no-mail-server' })
      expect(await place.sink()).toEqual([])
      for (const role of ['resident', 'provider', 'navigator', 'coordinator', 'commissioner']) {
        expect((await place.call(randomUUID(), role, '/mail-sink')).status).toBe(403)
        expect((await place.call(randomUUID(), role, '/deliveries')).status).toBe(403)
      }
      expect((await place.call(undefined, '', '/mail-sink')).status).toBe(401)
    } finally {
      await place.stop()
    }
  })
})

describe('what must hold', () => {
  test('every invariant is clean after the loop, with its count, and the read model rebuilt is equal', async () => {
    const place = await startService()
    try {
      const story = referral(place)
      await story.joins()
      await story.sent()
      await story.accepted()
      await place.settled(8)
      await place.caughtUp()
      for (const { name, check } of place.service().invariants) expect([name, await check()]).toMatchObject([name, { violations: 0 }])
      for (const { digest, rebuild } of place.service().readModels) {
        const before = await digest()
        await rebuild()
        expect(await digest()).toBe(before)
      }
    } finally {
      await place.stop()
    }
  })

  test('a record of who has to do with a referral that its events do not give is found', async () => {
    const place = await startService({ runtime: fasterRuntime(1_000) })
    try {
      const story = referral(place, { demonstration: false })
      await story.joins()
      await story.sent()
      await story.accepted()
      await place.caughtUp()
      const { collection } = await openReferralParties(place.ports())
      const check = () =>
        place
          .service()
          .invariants.find(({ name }) => name.includes('who has to do with a referral'))
          ?.check()
      const kept = (await collection.find({})).documents[0]
      expect(await check()).toEqual({ checked: 1, violations: 0, examples: [] })
      await collection.replace(kept?.id as string, { ...kept!.body, personId: randomUUID() }, { expectedRevision: kept!.revision })
      expect(await check()).toEqual({ checked: 1, violations: 1, examples: [kept?.id] })
    } finally {
      await place.stop()
    }
  })

  test('somebody on a frozen list without their message is found', async () => {
    const place = await startService({ runtime: fasterRuntime(1_000) })
    try {
      const fanOuts = await openFanOuts(place.ports())
      const [eventId, personId] = [randomUUID(), randomUUID()]
      await fanOuts.freeze(eventId, async () => ({
        recipients: [{ personId, template: 'request-accepted', channels: ['page', 'e-mail'] }],
        frozenAt: '2026-03-02T09:00:00.000Z',
      }))
      const invariant = place.service().invariants.find(({ name }) => name.includes('frozen list'))
      expect(await invariant?.check()).toEqual({ checked: 2, violations: 2, examples: [eventId] })
    } finally {
      await place.stop()
    }
  })
})

describe('personal data', () => {
  test('is in no event, document, file or log line: names, addresses and links are read when they are needed and kept nowhere', async () => {
    const server = await startMailServer()
    const place = await startService({ smtpUrl: () => server.url })
    try {
      const story = referral(place, { demonstration: false })
      await story.joins()
      await story.sent()
      await story.accepted()
      server.mood = { at: 'recipient', code: 451 }
      await story.withdrawn()
      await until(place.deliveries, (items) => items.some(({ attempts }) => attempts.some(({ outcome }) => outcome === 'refused-for-now')))
      server.mood = 'takes'
      const { issue, url } = challenge(place, story.resident)
      await issue()
      await until(
        () => server.received.map(({ raw }) => raw.replaceAll('=\r\n', '').replaceAll('=3D', '=')).join('\n'),
        (mails) => mails.includes(url) && mails.includes('Canary Resident'),
      )
      await until(place.deliveries, (items) => items.length >= 13)
      const events = []
      for await (const event of place.ports().log.read(MessageQueued.topic)) events.push(event)
      expect(events.length).toBeGreaterThan(10)
      expect(JSON.stringify(events)).not.toMatch(/canary|secret-|@trafford/i)
      expect(place.logLines.join('')).toContain('message delayed')
      expect(place.logLines.join('')).not.toMatch(/canary|secret-|@trafford|token=/i)
      await place.service().stop()
      for (const file of readdirSync(place.folder)) expect(readFileSync(join(place.folder, file)).toString('latin1')).not.toMatch(/canary|secret-|@trafford/i)
      // Each read of an address was asked of people, who log it.
      expect(place.neighbours.reads.filter(({ personId }) => personId === story.resident).length).toBeGreaterThanOrEqual(3)
      expect(new Set(place.neighbours.reads.map(({ service }) => service))).toEqual(new Set(['notification']))
    } finally {
      await place.stop()
      await server.stop()
    }
  })
})
