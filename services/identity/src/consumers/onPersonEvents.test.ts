import { eventually, openTestPlace, type TestPlace } from '../testPlace.ts'

let place: TestPlace
beforeAll(async () => {
  place = await openTestPlace()
})
afterAll(() => place.stop())

const password = 'correct horse battery'
const uuid = () => place.ports.runtime.uuid()
const tell = (type: string, personId: string, sequence: number, data: Record<string, unknown>) =>
  place.ports.log.publish([
    {
      topic: 'patchwork.people.person',
      event: {
        specversion: '1.0',
        id: uuid(),
        source: '/people',
        type,
        subject: personId,
        time: new Date(place.ports.runtime.now()).toISOString(),
        datacontenttype: 'application/json',
        sequence,
        sequencetype: 'Integer',
        commandkey: `test-${sequence}`,
        data: { personId, ...data },
      },
    },
  ])
const invite = (personId: string, sequence = 1) =>
  tell('person.invited.v1', personId, sequence, {
    invitationId: uuid(),
    invitedBy: uuid(),
    expiresAt: new Date(place.ports.runtime.now() + 1e9).toISOString(),
  })
const changeDetails = (personId: string, sequence: number, fields: string[]) =>
  tell('person.details-changed.v1', personId, sequence, { fields, changedBy: personId })
const register = (email?: string) => {
  const personId = uuid()
  place.people.set(personId, { personId, name: 'Rita Resident', how: 'by-navigator', ...(email === undefined ? {} : { email }) })
  return personId
}
const caughtUp = () => Promise.all(place.identity.consumers.map((consumer) => consumer.caughtUp()))
const openedFor = async (personId: string) => (await place.events('account.opened.v1')).filter(({ data }) => data.personId === personId)
const noneParked = async () => {
  for (const consumer of place.identity.consumers) expect(await consumer.parked(10)).toEqual([])
}

describe('an invitation', () => {
  test('somebody a navigator registered gets an account and takes it up', async () => {
    const personId = register('rita@example.org')
    const link = await place.linkFrom('invitation', () => invite(personId))
    expect(link.personId).toBe(personId)
    expect(await openedFor(personId)).toMatchObject([{ data: { role: 'resident', how: 'invitation' } }])
    expect((await place.api('POST', '/invitations/acceptance', { body: { token: link.token, password } })).status).toBe(200)
    await eventually(async () => (await place.events('account.verified.v1')).some(({ data }) => data.personId === personId && data.how === 'e-mail'))
  })
  test('a second invitation gives a new link for the same account', async () => {
    const personId = register('second@example.org')
    await place.linkFrom('invitation', () => invite(personId))
    place.clock.aheadMs += 61_000
    await place.linkFrom('invitation', () => invite(personId, 2))
    expect(await openedFor(personId)).toHaveLength(1)
  })
  test('without an address, with one that has an account, and for somebody who is gone nothing is opened and nothing parked', async () => {
    const before = (await place.events('account.opened.v1')).length
    for (const personId of [register(), register('rita@example.org'), uuid()]) await invite(personId)
    await caughtUp()
    expect((await place.events('account.opened.v1')).length).toBe(before)
    await noneParked()
  })
  test('while the people service is away the invitation waits', async () => {
    const personId = register('waiting@example.org')
    place.peopleAway.value = true
    await invite(personId)
    expect(await openedFor(personId)).toEqual([])
    place.peopleAway.value = false
    await eventually(async () => (await openedFor(personId)).length === 1)
  })
})

describe('another e-mail address', () => {
  const ask = (email: string) => place.api('POST', '/password-requests', { body: { email } })
  const resetFor = (email: string) => place.linkFrom('reset-password', () => ask(email))
  const give = (personId: string, email: string) => {
    const person = place.people.get(personId)
    if (person) place.people.set(personId, { ...person, email })
  }
  test('the account is found under the new address and no more under the old one', async () => {
    const personId = register('before@example.org')
    await place.linkFrom('invitation', () => invite(personId))
    give(personId, 'after@example.org')
    await changeDetails(personId, 2, ['name', 'email'])
    await caughtUp()
    expect((await resetFor('after@example.org')).personId).toBe(personId)
    const before = (await place.events()).length
    await ask('before@example.org')
    await place.identity.settled()
    expect((await place.events()).length).toBe(before)
  })
  test('the address that became free can be somebody else’s', async () => {
    const personId = register('before@example.org')
    await place.linkFrom('invitation', () => invite(personId))
    expect((await resetFor('before@example.org')).personId).toBe(personId)
  })
  test('an address that has another account is not taken over', async () => {
    const personId = register('taker@example.org')
    await place.linkFrom('invitation', () => invite(personId))
    give(personId, 'after@example.org')
    await changeDetails(personId, 2, ['email'])
    await caughtUp()
    expect((await resetFor('taker@example.org')).personId).toBe(personId)
    await noneParked()
  })
  test('other details change nothing here', async () => {
    const personId = register('calm@example.org')
    await place.linkFrom('invitation', () => invite(personId))
    give(personId, 'elsewhere@example.org')
    await changeDetails(personId, 2, ['phone'])
    await caughtUp()
    expect((await resetFor('calm@example.org')).personId).toBe(personId)
  })
})

test('what must hold over the stored accounts holds', async () => {
  for (const { name, check } of place.identity.invariants)
    expect([name, await check()]).toEqual([name, { checked: expect.any(Number), violations: 0, examples: [] }])
})
