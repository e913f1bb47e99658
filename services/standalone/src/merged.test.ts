import { eventually, must, type OpenedPlace, openPlace, type Person } from './testing/openPlace.ts'

const directory = '/api/provider-directory'
let opened: OpenedPlace
let people: Person[]
beforeAll(async () => {
  opened = await openPlace()
  people = await opened.open([
    { role: 'navigator', name: 'Navigator' },
    { role: 'provider', name: 'Provider one' },
    { role: 'provider', name: 'Provider other' },
    { role: 'administrator', name: 'Administrator' },
  ])
})
afterAll(() => opened.stop())

const offering = async (owner: Person, name = 'Sale Neighbours') => {
  const body = { name, kind: 'organisation', phone: '0161 496 0000' }
  const { organisationId } = await must(() => owner.send<{ organisationId: string }>('POST', `${directory}/organisations`, { body }))
  return { organisationId, offerId: await listed(owner, organisationId) }
}

const listed = async (owner: Person, organisationId: string): Promise<string> => {
  const offer = {
    ...{ organisationId, track: 'be-helped', name: 'Help in the garden', description: 'Mowing.', category: 'garden-and-home', price: { kind: 'free' } },
    area: { withinMetres: 5_000, postcode: 'M33 7ZF' },
  }
  const { offerId } = await must(() => owner.send<{ offerId: string }>('POST', `${directory}/offers`, { body: offer }))
  await must(() => owner.send('POST', `${directory}/offers/${offerId}/publication`))
  return offerId
}

test('D10 R1 a referral with a merged organisation goes on: whoever acts for the one that stands sees it, answers it and sees the person, until the merge is undone', async () => {
  const [navigator, one, other, administrator] = people as [Person, Person, Person, Person]
  const [standing, merged] = [await offering(one), await offering(other)]
  const { personId } = await must(() => navigator.send<{ personId: string }>('POST', '/api/people/people', { body: { name: 'Margaret Hale' } }))
  const referred = async (): Promise<string> => {
    const words = { personId, track: 'be-helped', category: 'garden-and-home', words: 'The mower', desiredOutcomes: ['A tidy path'] }
    const { needId } = await must(() => navigator.send<{ needId: string }>('POST', '/api/referral/needs', { body: words }))
    const body = { needId, offerId: merged.offerId, basis: { kind: 'consent', given: 'spoken' } }
    return (await must(() => navigator.send<{ referralId: string }>('POST', '/api/referral/referrals', { body }))).referralId
  }
  const before = await referred()
  const seenBy = async (person: Person, referralId: string) => (await person.send('GET', `/api/referral/referrals/${referralId}`)).status
  await eventually('it is seen by whoever acts for the organisation', async () => ((await seenBy(other, before)) === 200 ? true : undefined))
  expect(await seenBy(one, before)).toBe(404)

  type Pair = { matchId: string; status: string; organisations: { organisationId: string; sequence: number }[] }
  const { matchId } = await eventually('the pair is raised', async () => {
    const { items } = await must(() => administrator.send<{ items: Pair[] }>('GET', `${directory}/duplicates`))
    return items[0]
  })
  const at = `${directory}/duplicates/${matchId}`
  const { organisations } = await must(() => administrator.send<Pair>('GET', at))
  const seen = organisations.map(({ organisationId, sequence }) => ({ organisationId, sequence }))
  await must(() => administrator.send('POST', `${at}/merging`, { body: { stands: standing.organisationId, seen } }))

  // One sent before and one sent after: whoever acts for the one that stands takes them on, and sees the person then.
  await eventually('the request is seen', async () => ((await seenBy(one, before)) === 200 ? true : undefined))
  const after = await referred()
  for (const [person, referralId] of [
    [one, before],
    [other, after],
  ] as const)
    await must(() => person.send('POST', `/api/referral/referrals/${referralId}/acceptance`))
  const details = await must(() => one.send<{ name: string }>('GET', `/api/people/people/${personId}`))
  expect(details.name).toBe('Margaret Hale')
  expect(await seenBy(other, before)).toBe(200)

  await must(() => administrator.send('POST', `${at}/undoing`))
  await eventually('the one sees nothing of it any more', async () => ((await seenBy(one, before)) === 404 ? true : undefined))
  await eventually('nor the person', async () => ((await one.send('GET', `/api/people/people/${personId}`)).status === 404 ? true : undefined))
  for (const referralId of [before, after]) expect(await seenBy(other, referralId)).toBe(200)
  expect((await other.send('GET', `/api/people/people/${personId}`)).status).toBe(200)
})

test('D10 R1 a referral to an offer that is merged goes on; the next is sent to the one that stands, and to both when the merge is undone', async () => {
  const [navigator, , , administrator] = people as [Person, Person, Person, Person]
  const [owner] = (await opened.open([{ role: 'provider', name: 'Provider of twins' }])) as [Person]
  const { organisationId, offerId: standing } = await offering(owner, 'Twins of Urmston')
  const merged = await listed(owner, organisationId)
  const { personId } = await must(() => navigator.send<{ personId: string }>('POST', '/api/people/people', { body: { name: 'Arthur Hale' } }))
  const refer = async (offerId: string) => {
    const words = { personId, track: 'be-helped', category: 'garden-and-home', words: 'The mower', desiredOutcomes: ['A tidy path'] }
    const { needId } = await must(() => navigator.send<{ needId: string }>('POST', '/api/referral/needs', { body: words }))
    return navigator.send<{ referralId: string; code?: string }>('POST', '/api/referral/referrals', {
      body: { needId, offerId, basis: { kind: 'consent', given: 'spoken' } },
    })
  }
  const before = (await must(() => refer(merged))).referralId

  type Pair = { matchId: string; status: string; offers: { offerId: string; sequence: number }[] }
  const at = `${directory}/offer-duplicates`
  const { matchId } = await eventually('the pair is raised', async () => {
    const { items } = await must(() => owner.send<{ items: Pair[] }>('GET', `${at}?organisationId=${organisationId}`))
    return items[0]
  })
  const seen = (await must(() => owner.send<Pair>('GET', `${at}/${matchId}`))).offers.map(({ offerId, sequence }) => ({ offerId, sequence }))
  await must(() => owner.send('POST', `${at}/${matchId}/merging`, { body: { stands: standing, seen } }))

  // The one that was sent before is answered, under the name of what stands now; nobody is sent to the other one any more.
  await eventually('it takes no more', async () => ((await refer(merged)).body.code === 'offer-takes-no-referrals' ? true : undefined))
  await must(() => owner.send('POST', `/api/referral/referrals/${before}/acceptance`))
  await must(() => refer(standing))
  const names = await must(() => owner.send<{ items: { offerId: string }[] }>('GET', `${directory}/offers/names?ids=${merged}`))
  expect(names.items).toMatchObject([{ offerId: merged }])
  expect((await navigator.send<{ offerId: string }>('GET', `${directory}/offers/${merged}`)).body.offerId).toBe(standing)

  await must(() => administrator.send('POST', `${at}/${matchId}/undoing`))
  await eventually('both take referrals', async () => ((await refer(merged)).status === 201 ? true : undefined))
})
