import { randomUUID } from 'node:crypto'
import { mongoForTests, until } from '@patchwork/testing'
import { newId, type Place, startPlace } from '../testing/startPlace.ts'

const dayMs = 24 * 3_600_000
const mongo = await mongoForTests()
afterAll(() => mongo?.stop())
const drivers = [['embedded', undefined] as const, ...(mongo ? [['mongo', mongo.uri] as const] : [])]

describe.each(drivers)('on %s', (_name, mongodbUri) => {
  let place: Place
  beforeAll(async () => {
    place = await startPlace({}, mongodbUri === undefined ? {} : { mongodbUri })
  })
  afterAll(() => place.stop())

  const newAddress = () => `femi.${randomUUID().slice(0, 12)}@bowerham.uk`
  const organisation = async () => {
    const ownerId = newId()
    const ask = place.as('provider', ownerId)
    const { organisationId } = (await ask('/organisations', { body: { name: 'Sale Good Neighbours', kind: 'community-network' } })).body
    const at = `/organisations/${organisationId}/invitations`
    return {
      ...{ ownerId, ask, organisationId, at },
      invite: (email: string, memberRole = 'member', headers = {}) => ask(at, { body: { email, memberRole }, headers }),
      list: async () => (await ask(at)).body.items,
    }
  }
  const mailOf = (invitationId: string) => place.asService('notification')(`/invitations/${invitationId}/mail`)
  const codeOf = async (invitationId: string): Promise<string> => new URL((await mailOf(invitationId)).body.url).searchParams.get('token') ?? ''
  const take = (code: string, ask = place.as('provider')) => ask('/memberships', { body: { code } })
  const events = async (organisationId: string) => (await place.events('organisation')).filter(({ subject }) => subject === organisationId)

  test('an owner invites an address; by the link in its message one person joins, once, as what was offered', async () => {
    const { invite, list, organisationId, ask } = await organisation()
    const email = newAddress()
    const { status, body } = await invite(email, 'owner')
    expect({ status, body }).toEqual({ status: 201, body: { invitationId: expect.any(String), expiresAt: expect.any(String) } })
    expect(await list()).toEqual([{ invitationId: body.invitationId, email, memberRole: 'owner', issuedAt: expect.any(String), expiresAt: body.expiresAt }])
    const mail = (await mailOf(body.invitationId)).body
    expect(mail).toEqual({ email, language: 'en', url: expect.stringMatching(/^https:\/\/place\.example\/organisation-invitation\?token=[2-9A-Z-]{19}$/) })
    const code = await codeOf(body.invitationId)
    const colleague = place.as('coordinator')
    const offered = await colleague('/invitations/reading', { body: { code } })
    expect(offered.body).toEqual({ organisationId, name: 'Sale Good Neighbours', kind: 'community-network', memberRole: 'owner', expiresAt: body.expiresAt })
    expect((await colleague('/organisations/mine')).body.items).toEqual([])
    expect(await take(code, colleague)).toMatchObject({ status: 201, body: { organisationId, memberRole: 'owner' } })
    expect((await colleague('/organisations/mine')).body.items).toMatchObject([{ organisationId, memberRole: 'owner' }])
    expect(await take(code, colleague)).toMatchObject({ status: 201 })
    expect(await take(code)).toMatchObject({ status: 422, body: { code: 'joining-code-ended' } })
    expect(await list()).toEqual([])
    expect((await mailOf(body.invitationId)).status).toBe(404)
    // Two look after it now: the first may go.
    expect((await ask(`/organisations/${organisationId}/leaving`, { method: 'post' })).status).toBe(200)
  })

  test('of many who come with one link at once, one joins', async () => {
    const { invite, organisationId } = await organisation()
    const code = await codeOf((await invite(newAddress())).body.invitationId)
    const answers = await Promise.all(Array.from({ length: 8 }, () => take(code, place.as('provider'))))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(422)])
    expect((await events(organisationId)).filter(({ type }) => type === 'organisation.member-joined.v1')).toHaveLength(2)
  })

  test('the same address again is the same invitation, and three messages a day are enough for an address, whoever sends them', async () => {
    const [{ invite, list, ask }, other] = [await organisation(), await organisation()]
    const email = newAddress()
    const key = randomUUID()
    const first = await invite(email, 'member', { 'idempotency-key': key })
    expect((await invite(email, 'member', { 'idempotency-key': key })).body).toEqual(first.body)
    const again = await invite(email.toUpperCase(), 'owner')
    expect(again.body.invitationId).toBe(first.body.invitationId)
    expect(await list()).toMatchObject([{ memberRole: 'owner' }])
    expect((await other.invite(email)).status).toBe(201)
    const refused = { status: 422, body: { code: 'invited-too-often', errors: [{ pointer: '/email' }] } }
    expect(await other.invite(email)).toMatchObject(refused)
    expect(await ask(`/invitations/${first.body.invitationId}/renewal`, { method: 'post' })).toMatchObject(refused)
    place.clock.aheadMs += dayMs + 1_000
    const code = await codeOf(first.body.invitationId)
    const renewed = await ask(`/invitations/${first.body.invitationId}/renewal`, { method: 'post' })
    expect(renewed.status).toBe(200)
    expect(renewed.body.expiresAt > again.body.expiresAt).toBe(true)
    // Whichever of the messages is opened leads in.
    expect(await codeOf(first.body.invitationId)).toBe(code)
    expect(await take(code)).toMatchObject({ status: 201, body: { memberRole: 'owner' } })
  })

  test('withdrawn, declined, over, or of an organisation that has closed, its link opens nothing and the address is forgotten', async () => {
    const ends: [string, (it: Awaited<ReturnType<typeof organisation>>, invitationId: string, code: string) => Promise<number>][] = [
      ['withdrawn', async ({ ask }, id) => (await ask(`/invitations/${id}/withdrawal`, { method: 'post' })).status],
      ['declined', async (_it, _id, code) => (await place.as('provider')('/invitations/declining', { body: { code } })).status],
      ['closed', async ({ ask, organisationId }) => (await ask(`/organisations/${organisationId}/closing`, { method: 'post' })).status],
    ]
    for (const [how, end] of ends) {
      const it = await organisation()
      const { invitationId } = (await it.invite(newAddress())).body
      const code = await codeOf(invitationId)
      expect([how, await end(it, invitationId, code)]).toEqual([how, 200])
      expect([how, (await take(code)).status]).toEqual([how, 422])
      expect([how, (await place.as('provider')('/invitations/reading', { body: { code } })).status]).toEqual([how, 422])
      expect([how, await it.list(), (await mailOf(invitationId)).status]).toEqual([how, [], 404])
    }
    const { invite, list, organisationId } = await organisation()
    const { invitationId } = (await invite(newAddress())).body
    const code = await codeOf(invitationId)
    place.clock.aheadMs += 7 * dayMs
    expect((await take(code)).status).toBe(422)
    await until(list, ({ length }) => length === 0)
    expect((await events(organisationId)).at(-1)).toMatchObject({ type: 'organisation.invitation-ended.v1', data: { invitationId, why: 'over' } })
  })

  test('only those who look after it invite, see whom, or take it back; what was read is logged; only the notification service learns the link', async () => {
    const { invite, list, ask, at, ownerId, organisationId } = await organisation()
    const { invitationId } = (await invite(newAddress())).body
    const member = place.as('provider')
    const { code } = (await ask(`/organisations/${organisationId}/joining-codes`, { method: 'post' })).body
    await take(code, member)
    for (const nobody of [member, place.as('coordinator'), place.as('administrator'), place.as('resident')]) {
      const body = { email: newAddress(), memberRole: 'owner' }
      for (const [path, sending] of [
        [at, { body }],
        [at, {}],
        [`/invitations/${invitationId}/renewal`, { method: 'post' }],
        [`/invitations/${invitationId}/withdrawal`, { method: 'post' }],
        [`/invitations/${invitationId}/mail`, {}],
      ] as const)
        expect([403, 404]).toContain((await nobody(path, sending)).status)
    }
    expect((await place.asService('referral')(`/invitations/${invitationId}/mail`)).status).toBe(403)
    await list()
    expect((await ask(`/organisations/${organisationId}/invitation-readings`)).body.items).toMatchObject([{ personId: ownerId, role: 'provider', count: 1 }])
    for (const wrong of [{ email: 'nobody', memberRole: 'member' }, { email: newAddress() }, { email: newAddress(), memberRole: 'member', name: 'x' }])
      expect((await ask(at, { body: wrong })).status).toBe(400)
  })

  test('20 invitations can be open at a time', async () => {
    const { invite, list, ask, at } = await organisation()
    for (let count = 0; count < 20; count += 1) expect((await invite(newAddress())).status).toBe(201)
    expect(await invite(newAddress())).toMatchObject({ status: 422, body: { code: 'too-many-invitations' } })
    const [{ invitationId }] = await list()
    await ask(`/invitations/${invitationId}/withdrawal`, { method: 'post' })
    expect((await invite(newAddress())).status).toBe(201)
    expect((await ask(at)).body.items).toHaveLength(20)
  })

  test('the address is in no event, no log line and no answer to others, and everything that must hold holds', async () => {
    const { invite, organisationId } = await organisation()
    const email = newAddress()
    const { invitationId } = (await invite(email)).body
    const code = await codeOf(invitationId)
    const told = JSON.stringify([await place.events('organisation'), place.logLines])
    for (const secret of [email, email.split('@')[0]!, code]) expect(told).not.toContain(secret)
    for (const anybody of [place.asAnyone, place.as('provider')]) expect((await anybody(`/organisations/${organisationId}`)).text).not.toContain(email)
    expect((await place.feed(`/organizations/${organisationId}`)).text).not.toContain(email)
    for (const invariant of place.service().invariants) expect([invariant.name, await invariant.check()]).toMatchObject([invariant.name, { violations: 0 }])
  })
})
