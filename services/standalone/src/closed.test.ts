import { eventually, must, type OpenedPlace, openPlace, type Person } from './testing/openPlace.ts'

const directory = '/api/provider-directory'
let opened: OpenedPlace
let people: Person[]
beforeAll(async () => {
  opened = await openPlace()
  people = await opened.open([
    { role: 'navigator', name: 'Navigator' },
    { role: 'provider', name: 'Provider' },
  ])
})
afterAll(() => opened.stop())

test('R1 requests to an organisation that has closed stay with its people: they answer what waits and end what is in hand, and nobody new asks', async () => {
  const [navigator, provider] = people as [Person, Person]
  const body = { name: 'Sale Neighbours', kind: 'organisation', phone: '0161 496 0000' }
  const { organisationId } = await must(() => provider.send<{ organisationId: string }>('POST', `${directory}/organisations`, { body }))
  const offer = {
    ...{ organisationId, track: 'be-helped', name: 'Help in the garden', description: 'Mowing.', category: 'garden-and-home', price: { kind: 'free' } },
    area: { withinMetres: 5_000, postcode: 'M33 7ZF' },
  }
  const { offerId } = await must(() => provider.send<{ offerId: string }>('POST', `${directory}/offers`, { body: offer }))
  await must(() => provider.send('POST', `${directory}/offers/${offerId}/publication`))
  const { personId } = await must(() => navigator.send<{ personId: string }>('POST', '/api/people/people', { body: { name: 'Margaret Hale' } }))
  const asked = async () => {
    const words = { personId, track: 'be-helped', category: 'garden-and-home', words: 'The mower', desiredOutcomes: ['A tidy path'] }
    const { needId } = await must(() => navigator.send<{ needId: string }>('POST', '/api/referral/needs', { body: words }))
    return { needId, offerId, basis: { kind: 'consent', given: 'spoken' } }
  }
  const referred = async () => {
    const request = await asked()
    return (await must(() => navigator.send<{ referralId: string }>('POST', '/api/referral/referrals', { body: request }))).referralId
  }
  const step = (referralId: string, what: string, said: object = {}) =>
    must(() => provider.send('POST', `/api/referral/referrals/${referralId}/${what}`, { body: said }))
  const [waiting, inHand] = [await referred(), await referred()]
  await step(inHand, 'acceptance')

  await must(() => provider.send('POST', `${directory}/organisations/${organisationId}/closing`))
  await eventually('nobody new can ask', async () => {
    const refused = await navigator.send<{ code: string }>('POST', '/api/referral/referrals', { body: await asked() })
    return refused.body.code === 'offer-takes-no-referrals' ? true : undefined
  })

  await step(waiting, 'acceptance')
  expect((await must(() => provider.send<{ name: string }>('GET', `/api/people/people/${personId}`))).name).toBe('Margaret Hale')
  for (const referralId of [waiting, inHand]) await step(referralId, 'conclusion', { reason: 'moved' })
  const seen = await must(() => provider.send<{ status: string }>('GET', `/api/referral/referrals/${inHand}`))
  expect(seen.status).toBe('concluded')
})
