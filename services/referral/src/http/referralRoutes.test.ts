import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NeedRecorded, ReferralSent } from '@patchwork/events'
import { until } from '@patchwork/testing'
import request from 'supertest'
import { newId, type Place, startPlace } from '../testing/startPlace.ts'
import { type Changed, consent, needOf, offering, referred, resident, words } from '../testing/stories.ts'
import type { ReferralLine, ReferralView } from './referralView.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place.stop())

type List<Item> = { items: Item[]; after?: string }
type Problem = { code: string; detail?: string; errors?: { pointer: string; code: string; detail: string }[] }
type Need = { needId: string; outcomeIds: string[]; words: string; wardCode?: string; desiredOutcomes: { outcomeId: string; words: string }[] }
type Ask = ReturnType<Place['as']>

/** The kinds of events that a referral has told, once there are as many as expected; one too many is seen as well. */
const eventsOf = async (referralId: string, count: number): Promise<string[]> => {
  const told = async () => {
    const types: string[] = []
    for await (const event of place.ports().log.read(ReferralSent.topic)) if (event.subject === referralId) types.push(event.type)
    return types
  }
  await until(told, (types) => types.length >= count)
  await place.caughtUp()
  return told()
}
const view = async (ask: Ask, at: string) => (await ask<ReferralView>(at)).body
const refusal = ({ status, body }: { status: number; body: Problem }) => ({ status, code: body.code, pointer: body.errors?.[0]?.pointer })

test('a member is told for which organisations they may answer here, and nobody else is told anything', async () => {
  const { organisationId, member, colleague } = await offering(place)
  for (const ask of [member, colleague]) expect((await ask('/memberships')).body).toEqual({ organisationIds: [organisationId] })
  expect((await place.as('provider', newId())('/memberships')).body).toEqual({ organisationIds: [] })
  expect((await place.as('resident', newId())('/memberships')).status).toBe(403)
})

test('D10 whoever acts for an organisation no more, as after a merge that was undone, answers for it no more', async () => {
  const { organisationId, member, colleague, colleagueId, leaves } = await offering(place)
  await leaves(colleagueId)
  await place.caughtUp()
  expect((await colleague('/memberships')).body).toEqual({ organisationIds: [] })
  expect((await member('/memberships')).body).toEqual({ organisationIds: [organisationId] })
})

describe('R5 R2 recording a need', () => {
  test('R5 a resident records a need in their own words and reads it again', async () => {
    const { personId, self } = await resident(place)
    const { status, body } = await self<Need>('/needs', { body: needOf(personId, { words: 'Ich möchte\nim Chor singen 🎶' }) })
    expect(status).toBe(201)
    const need = (await self<Need>(`/needs/${body.needId}`)).body
    expect(need).toMatchObject({
      personId,
      words: 'Ich möchte\nim Chor singen 🎶',
      accessNeeds: ['large-print'],
      wardCode: 'E05000819',
      recordedByRole: 'resident',
    })
    expect(need.desiredOutcomes.map((outcome) => outcome.words)).toEqual(['The path is safe', 'I sit outside again'])
    expect(body.outcomeIds).toEqual(need.desiredOutcomes.map(({ outcomeId }) => outcomeId))
    expect((await self<List<{ needId: string }>>('/needs')).body.items.map(({ needId }) => needId)).toEqual([body.needId])
  })

  test('R2 only the person and the navigator who registered them; to all others the person is not there', async () => {
    const { personId, navigator } = await resident(place)
    const { body } = await navigator<Need>('/needs', { body: needOf(personId) })
    for (const role of ['resident', 'navigator'] as const) {
      const stranger = place.as(role, newId())
      expect((await stranger('/needs', { body: needOf(personId) })).status).toBe(404)
      expect((await stranger(`/needs/${body.needId}`)).status).toBe(404)
      expect((await stranger<List<object>>('/needs')).body.items).toEqual([])
    }
    for (const role of ['provider', 'coordinator', 'commissioner', 'administrator'] as const) {
      expect((await place.as(role, newId())('/needs', { body: needOf(personId) })).status).toBe(403)
      expect((await place.as(role, newId())(`/needs/${body.needId}`)).status).toBe(403)
    }
    expect((await place.asAnyone('/needs', { body: needOf(personId) })).status).toBe(401)
  })

  test('R7 a need is open until somebody has it, open again when they say no or consent is withdrawn, and not once it was seen to its end', async () => {
    const need = await referred(place)
    const isOpen = async () =>
      (await need.navigator<List<{ needId: string; isOpen: boolean }>>(`/needs?personId=${need.personId}`)).body.items.map((line) => [line.needId, line.isOpen])
    const again = async () => {
      const offer = await offering(place)
      const { body } = await need.navigator<Changed>('/referrals', { body: { needId: need.needId, offerId: offer.offerId, basis: consent } })
      return { ...offer, at: `/referrals/${body.referralId}` }
    }
    const other = (await need.navigator<Need>('/needs', { body: needOf(need.personId) })).body.needId
    expect(await isOpen()).toEqual([
      [other, true],
      [need.needId, false],
    ])
    await need.member(`${need.at}/decline`, { body: { reason: 'no-capacity' } })
    expect((await isOpen())[1]).toEqual([need.needId, true])
    const second = await again()
    await second.member(`${second.at}/acceptance`, { method: 'POST' })
    expect((await isOpen())[1]).toEqual([need.needId, false])
    await need.navigator(`${second.at}/consent-withdrawal`, { method: 'POST' })
    expect((await isOpen())[1]).toEqual([need.needId, true])
    const third = await again()
    await need.navigator(`${third.at}/conclusion`, { body: { reason: 'needs-met-elsewhere' } })
    expect((await isOpen())[1]).toEqual([need.needId, false])
  })

  test('R2 a navigator may go on at once: the news of a registration is waited for', async () => {
    const [personId, navigatorId] = [newId(), newId()]
    const recording = place.as('navigator', navigatorId)('/needs', { body: needOf(personId) })
    const { PersonRegistered } = await import('@patchwork/events')
    await place.tell(PersonRegistered, personId, { personId, role: 'resident', registeredBy: navigatorId, how: 'by-navigator' })
    expect((await recording).status).toBe(201)
  })

  test('R2 a postcode becomes the ward that the directory knows; where it knows none, the place stays unknown', async () => {
    const { personId, self } = await resident(place)
    place.directory.wards.set('M33 7ZF', 'E05000829')
    const known = await self<Need>('/needs', { body: needOf(personId, { postcode: 'm337zf', wardCode: undefined }) })
    expect((await self<Need>(`/needs/${known.body.needId}`)).body.wardCode).toBe('E05000829')
    const unknown = await self<Need>('/needs', { body: needOf(personId, { postcode: 'EX1 1AA', wardCode: undefined }) })
    expect((await self<Need>(`/needs/${unknown.body.needId}`)).body).not.toHaveProperty('wardCode')
  })

  test('R2 while the directory cannot say where a postcode lies, nothing is recorded', async () => {
    const { personId, self } = await resident(place)
    place.directory.isAway = true
    expect((await self('/needs', { body: needOf(personId, { postcode: 'M33 7ZF', wardCode: undefined }) })).status).toBe(503)
    place.directory.isAway = false
    expect((await self<List<object>>('/needs')).body.items).toEqual([])
  })

  test.each<[string, object, string, string]>([
    ['no words', { words: '' }, '/words', 'missing'],
    ['10,000 characters', { words: 'x'.repeat(10_000) }, '/words', 'too-long'],
    ['control characters', { words: 'a\u0000b' }, '/words', 'control-characters'],
    ['an operator object', { words: { $ne: null } }, '/words', 'invalid-type'],
    ['an unknown field', { urgent: true }, '/urgent', 'unknown-field'],
    ['a person that is no id', { personId: '1 or 1=1' }, '/personId', 'invalid-format'],
    ['a category of no kind', { category: 'weapons' }, '/category', 'invalid-value'],
    ['a ward that is no ward', { wardCode: 'Sale' }, '/wardCode', 'invalid-format'],
    ['a postcode of no area', { wardCode: undefined, postcode: 'ZZ1 1ZZ' }, '/postcode', 'invalid-postcode'],
    ['postcode and ward', { postcode: 'M33 7ZF' }, '/wardCode', 'postcode-or-ward'],
    ['eleven outcomes', { desiredOutcomes: Array(11).fill('more') }, '/desiredOutcomes', 'too-big'],
    ['an empty outcome', { desiredOutcomes: [' '] }, '/desiredOutcomes/0', 'missing'],
  ])('R2 %s is refused by field and code', async (_, changes, pointer, code) => {
    const { personId, self } = await resident(place)
    const { status, body } = await self<Problem>('/needs', { body: needOf(personId, changes) })
    expect(status).toBe(400)
    expect(body.errors).toContainEqual(expect.objectContaining({ pointer, code }))
    expect((await self<List<object>>('/needs')).body.items).toEqual([])
  })
})

describe('R1 R10 the whole loop', () => {
  test('R10 sent, seen without a name, accepted, seen with it, outcomes marked, concluded; each sees their part', async () => {
    const { member, navigator, self, at, referralId, personId, navigatorId, memberId, organisationId, outcomeIds } = await referred(place)
    const before = await member<ReferralView>(at)
    expect(before.body).toMatchObject({
      status: 'sent',
      words,
      category: 'garden-and-home',
      wardCode: 'E05000819',
      accessNeeds: ['large-print'],
      steps: ['acceptance', 'decline'],
    })
    expect(before.etag).toBe('"1"')
    for (const who of [personId, navigatorId]) expect(JSON.stringify(before.body)).not.toContain(who)
    expect(JSON.stringify((await member<List<ReferralLine>>('/referrals')).body)).not.toContain(personId)

    expect((await member<Changed>(`${at}/acceptance`, { method: 'POST' })).body).toEqual({ referralId, status: 'accepted' })
    expect(await view(member, at)).toMatchObject({ status: 'accepted', personId, acceptedBy: memberId, referredBy: navigatorId })
    expect(await view(self, at)).toMatchObject({ status: 'accepted', organisationId, steps: ['consent-withdrawal', 'outcomes', 'conclusion'] })

    const early = await navigator<Problem>(`${at}/conclusion`, { body: { reason: 'completed' } })
    expect(refusal(early)).toEqual({ status: 409, code: 'outcomes-unmarked', pointer: '/reason' })
    await member(`${at}/outcomes`, { body: { outcomeId: outcomeIds[0], result: 'achieved', note: 'She was out on Sunday' } })
    await self(`${at}/outcomes`, { body: { outcomeId: outcomeIds[1], result: 'partly' } })
    expect((await navigator<Changed>(`${at}/conclusion`, { body: { reason: 'completed' } })).body.status).toBe('concluded')

    expect(await view(navigator, at)).toMatchObject({
      status: 'concluded',
      endReason: 'completed',
      endedByRole: 'navigator',
      outcomes: [
        { result: 'achieved', notes: [{ byRole: 'provider', note: 'She was out on Sunday' }] },
        { result: 'partly', notes: [] },
      ],
    })
    const ended = (await member(at)).body
    expect(Object.keys(ended).sort()).toEqual(['endedAt', 'offerId', 'organisationId', 'referralId', 'sentAt', 'status', 'steps'])
    const history = (await self<List<{ type: string; byRole: string }>>(`${at}/history`)).body.items
    expect(history.map(({ type, byRole }) => [type, byRole])).toEqual([
      ['referral.sent.v1', 'navigator'],
      ['referral.accepted.v1', 'provider'],
      ['referral.outcome-recorded.v1', 'provider'],
      ['referral.outcome-recorded.v1', 'resident'],
      ['referral.concluded.v1', 'navigator'],
    ])
    const kept = (await member<List<{ type: string }>>(`${at}/history`)).body.items.map(({ type }) => type)
    expect(kept).toEqual(['referral.sent.v1', 'referral.accepted.v1', 'referral.concluded.v1'])
    const page = (await self<List<object>>(`${at}/history?limit=2`)).body
    expect((await self<List<object>>(`${at}/history?after=${page.after}`)).body.items).toEqual(history.slice(2))
  })

  test('R5 a resident refers themselves, without a professional', async () => {
    const [{ personId, self }, { offerId, member, memberId }] = [await resident(place), await offering(place)]
    const { body: need } = await self<Need>('/needs', { body: needOf(personId) })
    const { status, body } = await self<Changed>('/referrals', { body: { needId: need.needId, offerId, basis: { kind: 'consent', given: 'self' } } })
    expect([status, body.status]).toEqual([201, 'sent'])
    expect(JSON.stringify((await member(`/referrals/${body.referralId}`)).body)).not.toContain(personId)
    await member(`/referrals/${body.referralId}/acceptance`, { method: 'POST' })
    expect(await view(self, `/referrals/${body.referralId}`)).toMatchObject({ status: 'accepted', basis: { kind: 'consent', given: 'self' } })
    expect(await view(self, `/referrals/${body.referralId}`)).not.toHaveProperty('acceptedBy')
    expect(await view(member, `/referrals/${body.referralId}`)).toMatchObject({ personId, acceptedBy: memberId })
  })

  test('R17 one person is helped with one thing and joins in with another', async () => {
    const [{ personId, self }, help, choir] = [await resident(place), await offering(place), await offering(place, { track: 'join-in' })]
    for (const { offerId } of [help, choir]) {
      const { body: need } = await self<Need>('/needs', { body: needOf(personId) })
      await self('/referrals', { body: { needId: need.needId, offerId, basis: { kind: 'consent', given: 'self' } } })
    }
    const { items } = (await self<List<ReferralLine>>('/referrals')).body
    expect(items.map(({ track }) => track).sort()).toEqual(['be-helped', 'join-in'])
  })

  test('R7 a decline needs a coded reason; its note reaches who referred and nobody else', async () => {
    const { member, navigator, self, at } = await referred(place)
    expect((await member(`${at}/decline`, { body: {} })).status).toBe(400)
    expect((await member(`${at}/decline`, { body: { reason: 'tired' } })).status).toBe(400)
    await member(`${at}/decline`, { body: { reason: 'no-capacity', note: 'Full until March' } })
    expect(await view(navigator, at)).toMatchObject({ status: 'declined', declineReason: 'no-capacity', declineNote: 'Full until March' })
    expect(await view(self, at)).not.toHaveProperty('declineNote')
    expect(JSON.stringify((await member(at)).body)).not.toContain(words)
  })
})

describe('R1 what may not be done is refused, and nothing is told', () => {
  test('R9 fifty accept at once: one has it, the rest are told, one event', async () => {
    const { member, colleague, at, referralId } = await referred(place)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 ? member : colleague)<Problem & Changed>(`${at}/acceptance`, { method: 'POST' })),
    )
    const winner = (await view(member, at)).acceptedBy
    const taken = answers.filter(({ status, body }) => status === 409 && body.code === 'referral-taken')
    expect(answers.filter(({ status }) => status === 200).length + taken.length).toBe(50)
    expect([taken.length, winner !== undefined]).toEqual([25, true])
    expect(await eventsOf(referralId, 2)).toEqual(['referral.sent.v1', 'referral.accepted.v1'])
  })

  test('R3 acceptance after withdrawal is refused, and the provider sees only that it ended', async () => {
    const { member, self, at, referralId } = await referred(place)
    expect((await self<Changed>(`${at}/consent-withdrawal`, { method: 'POST' })).body.status).toBe('consent-withdrawn')
    expect(refusal(await member<Problem>(`${at}/acceptance`, { method: 'POST' }))).toMatchObject({ status: 409, code: 'illegal-transition' })
    expect(JSON.stringify((await member(at)).body)).not.toContain(words)
    expect(await eventsOf(referralId, 2)).toEqual(['referral.sent.v1', 'referral.consent-withdrawn.v1'])
  })

  test('R3 consent can be withdrawn after acceptance too, by the person or by who referred; others cannot', async () => {
    const { member, navigator, at } = await referred(place)
    await member(`${at}/acceptance`, { method: 'POST' })
    expect((await member(`${at}/consent-withdrawal`, { method: 'POST' })).status).toBe(403)
    expect((await place.as('resident', newId())(`${at}/consent-withdrawal`, { method: 'POST' })).status).toBe(404)
    await navigator(`${at}/consent-withdrawal`, { method: 'POST' })
    const view = (await member<ReferralView>(at)).body
    expect(view.status).toBe('consent-withdrawn')
    expect(view).not.toHaveProperty('personId')
    expect((await navigator<ReferralView>(at)).body).toMatchObject({ endedByRole: 'navigator', words })
  })

  test('R3 what was shared on another basis cannot be withdrawn, and the answer says how to object', async () => {
    const { self, at } = await referred(place, { basis: { kind: 'public-task', note: 'Care Act assessment' } })
    const refused = await self<Problem>(`${at}/consent-withdrawal`, { method: 'POST' })
    expect(refusal(refused)).toMatchObject({ status: 409, code: 'basis-is-not-consent' })
    expect(refused.body.detail).toMatch(/right to object/)
  })

  test.each<[string, object, string, string]>([
    ['consent that nobody recorded', { kind: 'consent' }, 'consent-not-recorded', '/basis/given'],
    ['consent the person is said to have given by themselves', { kind: 'consent', given: 'self' }, 'basis-not-for-you', '/basis/given'],
    ['a duty without a reason', { kind: 'legal-obligation' }, 'reason-needed', '/basis/note'],
  ])('R2 %s is no basis', async (_, basis, code, pointer) => {
    const [{ personId, navigator }, { offerId }] = [await resident(place), await offering(place)]
    const { body } = await navigator<Need>('/needs', { body: needOf(personId) })
    expect(refusal(await navigator<Problem>('/referrals', { body: { needId: body.needId, offerId, basis } }))).toEqual({ status: 422, code, pointer })
    expect((await navigator<List<object>>('/referrals')).body.items).toEqual([])
  })

  test('R2 an offer that is hidden because nobody assures it is refused by field, also by its id; assured it is taken again', async () => {
    const { personId, navigator } = await resident(place)
    const { body } = await navigator<Need>('/needs', { body: needOf(personId) })
    const { offerId, hide, assure } = await offering(place)
    const contactOnly = await offering(place, { takesReferrals: false })
    const send = (to: string) => navigator<Problem & Changed>('/referrals', { body: { needId: body.needId, offerId: to, basis: consent } })
    const refused = { status: 422, code: 'offer-takes-no-referrals', pointer: '/offerId' }
    await Promise.all([hide(), contactOnly.hide()])
    await place.caughtUp()
    expect(refusal(await send(offerId))).toEqual(refused)
    await Promise.all([assure(), contactOnly.assure()])
    await place.caughtUp()
    expect(refusal(await send(contactOnly.offerId))).toEqual(refused)
    expect((await send(offerId)).status).toBe(201)
  })

  test('R2 an offer that is unknown, takes no referrals or was withdrawn is refused by field', async () => {
    const { personId, navigator } = await resident(place)
    const { body } = await navigator<Need>('/needs', { body: needOf(personId) })
    const withdrawn = await offering(place)
    await withdrawn.withdraw()
    await place.caughtUp()
    for (const offerId of [newId(), (await offering(place, { takesReferrals: false })).offerId, withdrawn.offerId])
      expect(refusal(await navigator<Problem>('/referrals', { body: { needId: body.needId, offerId, basis: consent } }))).toEqual({
        status: 422,
        code: 'offer-takes-no-referrals',
        pointer: '/offerId',
      })
  })

  test('R1 the same need goes to the same offer once while it is open, also when two send at once; afterwards again', async () => {
    const { navigator, needId, offerId, at, member } = await referred(place)
    const again = () => navigator<Problem & Changed>('/referrals', { body: { needId, offerId, basis: consent } })
    expect(refusal(await again())).toEqual({ status: 409, code: 'already-referred', pointer: '/offerId' })
    await member(`${at}/decline`, { body: { reason: 'no-capacity' } })
    const answers = await Promise.all([again(), again(), again()])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
  })

  test('R1 ids of others are not there: each step on another’s referral is 404', async () => {
    const { at, outcomeIds } = await referred(place)
    const bodies = {
      acceptance: undefined,
      decline: { reason: 'other' },
      'consent-withdrawal': undefined,
      outcomes: { outcomeId: outcomeIds[0], result: 'not' },
      conclusion: { reason: 'other' },
    }
    const allowed = {
      acceptance: ['provider', 'coordinator'],
      decline: ['provider', 'coordinator'],
      'consent-withdrawal': ['resident', 'navigator'],
      outcomes: ['resident', 'provider', 'navigator', 'coordinator'],
      conclusion: ['resident', 'provider', 'navigator', 'coordinator'],
    }
    const elsewhere = await offering(place)
    for (const [step, body] of Object.entries(bodies) as [keyof typeof bodies, object | undefined][])
      for (const role of ['resident', 'provider', 'navigator', 'coordinator', 'commissioner', 'administrator'] as const) {
        const headers = { 'idempotency-key': newId() }
        const stranger = role === 'provider' ? elsewhere.member : place.as(role, newId())
        const { status } = await stranger(`${at}/${step}`, { method: 'POST', headers, ...(body ? { body } : {}) })
        expect({ step, role, status }).toEqual({ step, role, status: allowed[step].includes(role) ? 404 : 403 })
      }
    for (const role of ['resident', 'provider', 'navigator', 'coordinator'] as const) {
      expect((await place.as(role, newId())(at)).status).toBe(404)
      expect((await place.as(role, newId())(`${at}/history`)).status).toBe(404)
      expect((await place.as(role, newId())<List<object>>('/referrals')).body.items).toEqual([])
    }
    for (const path of [at, `${at}/history`, '/referrals', '/needs', '/tasks', '/disclosures']) expect((await place.asAnyone(path)).status).toBe(401)
  })

  test('R1 a change made on an old reading is refused: 412', async () => {
    const { member, at, referralId } = await referred(place)
    const stale = await member<Problem>(`${at}/acceptance`, { method: 'POST', headers: { 'if-match': '"7"' } })
    expect([stale.status, stale.body.code]).toEqual([412, 'stale'])
    expect((await member(`${at}/acceptance`, { method: 'POST', headers: { 'if-match': '"1"' } })).etag).toBe('"2"')
    expect(await eventsOf(referralId, 2)).toHaveLength(2)
  })

  test('R1 the same key gives the same answer, also after a restart and after the world has moved on; with another body it is refused', async () => {
    const { navigator, self, needId, at } = await referred(place)
    const { offerId, member } = await offering(place)
    const headers = { 'idempotency-key': newId() }
    const send = { body: { needId, offerId, basis: consent }, headers }
    const first = await navigator<Changed>('/referrals', send)
    const accept = { method: 'POST', headers: { 'idempotency-key': newId() } }
    const accepted = await member<Changed>(`/referrals/${first.body.referralId}/acceptance`, accept)
    await self(`/referrals/${first.body.referralId}/consent-withdrawal`, { method: 'POST' })
    await place.restart()
    expect(await navigator('/referrals', send)).toMatchObject({ status: 201, body: first.body })
    expect(await member(`/referrals/${first.body.referralId}/acceptance`, accept)).toMatchObject({ status: 200, body: accepted.body })
    expect(await eventsOf(first.body.referralId, 3)).toEqual(['referral.sent.v1', 'referral.accepted.v1', 'referral.consent-withdrawn.v1'])
    const other = await navigator<Problem>('/referrals', { ...send, body: { ...send.body, basis: { kind: 'consent', given: 'written' } } })
    expect(refusal(other)).toMatchObject({ status: 422, code: 'idempotency-key-reused' })
    const refused = { body: { reason: 'completed' }, headers: { 'idempotency-key': newId() } }
    expect((await navigator<Problem>(`${at}/conclusion`, refused)).body.code).toBe('not-accepted-yet')
    expect((await navigator<Problem>(`${at}/conclusion`, refused)).body.code).toBe('not-accepted-yet')
  })

  test('R13 an outcome of another referral is refused by field', async () => {
    const { member, at } = await referred(place)
    await member(`${at}/acceptance`, { method: 'POST' })
    expect(refusal(await member<Problem>(`${at}/outcomes`, { body: { outcomeId: newId(), result: 'not' } }))).toEqual({
      status: 422,
      code: 'unknown-outcome',
      pointer: '/outcomeId',
    })
  })
})

describe('R6 a referral that nobody answers', () => {
  test('R6 after three working days it becomes a task of the navigator, until it is answered', async () => {
    const { navigator, member, self, at, referralId, personId } = await referred(place)
    const tasks = async () => (await navigator<List<{ taskId: string; referralId: string; kind: string; dueAt: string }>>('/tasks')).body.items
    const { answerDueAt } = await view(navigator, at)
    expect(await tasks()).toEqual([])
    const dayMs = 86_400_000
    // Three working days are at least three days, and never more than nine, with Christmas and its weekends between.
    expect(Date.parse(answerDueAt ?? '') - Date.now() - place.clock.aheadMs).toBeGreaterThan(2.9 * dayMs)
    expect(Date.parse(answerDueAt ?? '') - Date.now() - place.clock.aheadMs).toBeLessThan(10 * dayMs)
    place.clock.aheadMs += Date.parse(answerDueAt ?? '') - Date.now() - place.clock.aheadMs + 1_000
    const [task] = await until(tasks, (items) => items.length > 0)
    expect(task).toMatchObject({ referralId, personId, kind: 'unanswered', dueAt: answerDueAt })
    expect(await view(self, at)).toMatchObject({ status: 'sent', overdue: true })
    expect(await eventsOf(referralId, 2)).toEqual(['referral.sent.v1', 'referral.went-unanswered.v1'])
    expect((await place.as('navigator', newId())<List<object>>('/tasks')).body.items).toEqual([])
    await member(`${at}/acceptance`, { method: 'POST' })
    expect(await tasks()).toEqual([])
  })
})

describe('I1 who read what a person said', () => {
  test('I1 each reading of words is logged before the answer leaves, and the person sees it', async () => {
    const { self, navigator, member, at, needId, navigatorId, memberId, organisationId, referralId } = await referred(place)
    await member(at)
    await navigator(`/needs/${needId}`)
    await self(at)
    const { items } = (await self<List<{ who: object; why: string; referralId?: string }>>('/disclosures')).body
    expect(items.map(({ who, why, referralId: via }) => ({ who, why, via }))).toEqual([
      { who: { role: 'navigator', personId: navigatorId }, why: 'referrer', via: undefined },
      { who: { role: 'provider', personId: memberId, organisationId }, why: 'organisation', via: referralId },
    ])
    place.full.add('disclosures')
    const unlogged = await member(at)
    place.full.clear()
    expect(unlogged.status).toBe(503)
    expect(JSON.stringify(unlogged.body)).not.toContain(words)
    expect((await navigator('/disclosures')).status).toBe(403)
  })
})

describe('R10 lists', () => {
  test('R10 each sees their own, newest first, by status, in pages; and a foreign page marker is refused', async () => {
    const { member, navigator, personId, offerId } = await referred(place)
    for (let count = 0; count < 4; count += 1) {
      const { body } = await navigator<Need>('/needs', { body: needOf(personId) })
      await navigator('/referrals', { body: { needId: body.needId, offerId, basis: consent } })
    }
    const all = (await member<List<ReferralLine>>('/referrals')).body.items
    expect(all).toHaveLength(5)
    expect(all.map(({ sentAt }) => sentAt)).toEqual(
      all
        .map(({ sentAt }) => sentAt)
        .toSorted()
        .toReversed(),
    )
    await member(`/referrals/${all[1]?.referralId}/acceptance`, { method: 'POST' })
    expect((await member<List<ReferralLine>>('/referrals?status=accepted')).body.items).toMatchObject([{ referralId: all[1]?.referralId, personId }])
    const first = (await navigator<List<ReferralLine>>('/referrals?limit=3')).body
    const second = (await navigator<List<ReferralLine>>(`/referrals?limit=3&after=${encodeURIComponent(first.after ?? '')}`)).body
    expect([...first.items, ...second.items].map(({ referralId }) => referralId)).toEqual(all.map(({ referralId }) => referralId))
    expect((await navigator(`/referrals?status=sent&after=${encodeURIComponent(first.after ?? '')}`)).status).toBe(400)
    expect((await navigator('/referrals?limit=201')).status).toBe(400)
    expect((await navigator('/referrals?status=unsent')).status).toBe(400)
  })
})

describe('R2 nothing that was said leaves the service', () => {
  test('R2 canaries in every text field are in no event, log line or stored byte', async () => {
    const canary = 'Kanarienvogel'
    const { member, navigator, at, outcomeIds, needId } = await referred(place, {
      need: { words: `${canary} words`, desiredOutcomes: [`${canary} outcome`] },
      basis: { kind: 'public-task', note: `${canary} basis` },
    })
    await member(`${at}/acceptance`, { method: 'POST' })
    await member(`${at}/outcomes`, { body: { outcomeId: outcomeIds[0], result: 'not', note: `${canary} note` } })
    await navigator(`/needs?personId=${canary}`)
    const declined = await referred(place)
    await declined.member(`${declined.at}/decline`, { body: { reason: 'other', note: `${canary} decline` } })
    await place.caughtUp()
    expect(JSON.stringify(await view(navigator, at))).toContain(`${canary} basis`)
    expect(needId).toBeDefined()
    for (const topic of [ReferralSent.topic, NeedRecorded.topic])
      for await (const event of place.ports().log.read(topic)) expect(JSON.stringify(event)).not.toContain(canary)
    expect(place.logLines.length).toBeGreaterThan(0)
    expect(place.logLines.join('\n')).not.toContain(canary)
    for (const file of readdirSync(place.folder)) expect(readFileSync(join(place.folder, file)).includes(canary)).toBe(false)
  })
})

describe('R1 what must hold over everything stored', () => {
  test('R1 every invariant holds over all that these tests did, and rebuilt read models are the same', async () => {
    await place.caughtUp()
    for (const invariant of place.service().invariants) {
      const { checked, violations, examples } = await invariant.check()
      expect({ name: invariant.name, violations, examples }).toEqual({ name: invariant.name, violations: 0, examples: [] })
      expect(checked).toBeGreaterThanOrEqual(0)
    }
    for (const model of place.service().readModels) {
      const before = await model.digest()
      await model.rebuild()
      expect({ name: model.name, digest: await model.digest() }).toEqual({ name: model.name, digest: before })
    }
  })

  test('R1 its OpenAPI document names every route, and it says when it is ready', async () => {
    const document = await request(place.server()).get('/api/referral/openapi.json')
    expect(Object.keys(document.body.paths)).toHaveLength(13)
    expect((await request(place.server()).get('/api/referral/readyz')).status).toBe(200)
    expect((await request(place.server()).get('/api/referral/livez')).status).toBe(200)
  })
})
