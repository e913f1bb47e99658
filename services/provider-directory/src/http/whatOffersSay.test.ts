import { lunchClub, newId, type Place, startPlace, until } from '../testing/startPlace.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place.stop())

const published = async (changes: object) => {
  const ask = place.as('provider', newId())
  const { organisationId } = (await ask('/organisations', { body: { name: 'Sale Good Neighbours', kind: 'community-network', description: 'We help.' } })).body
  const { offerId } = (await ask('/offers', { body: lunchClub(organisationId, changes) })).body
  expect((await ask(`/offers/${offerId}/publication`, { method: 'post' })).status).toBe(200)
  return { ask, offerId: offerId as string }
}
const find = (query: string) => place.asAnyone(`/offers?limit=200&${query}`)
const isFound = async (offerId: string, query: string) =>
  until(
    () => find(query),
    ({ body }) => body.items.some((item: { offerId: string }) => item.offerId === offerId),
  )

test('D11 an offer is found by its languages, by ages that it does not turn away, and by all facts of access that are asked for', async () => {
  const said = { ages: { from: 60 }, languages: ['POL', 'cym', 'cy'], accessibility: ['step-free', 'hearing-loop'] }
  const offer = await published({ name: 'Xylophones', ...said })
  await isFound(offer.offerId, 'text=xylophones&language=cy&age=50-to-64&access=hearing-loop,step-free')
  expect((await place.asAnyone(`/offers/${offer.offerId}`)).body).toMatchObject({
    ...said,
    languages: ['cy', 'pl'],
    accessibility: ['hearing-loop', 'step-free'],
  })
  for (const query of ['language=en', 'age=under-5', 'access=step-free,lift']) expect((await find(`text=xylophones&${query}`)).body.total).toBe(0)
  const { facets, wider } = (await find('text=xylophones&language=en')).body
  expect({ language: facets.language, age: facets.age['under-5'], wider }).toEqual({
    language: { cy: 1, pl: 1 },
    age: 0,
    wider: [{ without: 'language', total: 1 }],
  })
  for (const query of ['language=klingon', 'age=old', 'access=step-free,helipad']) expect((await find(query)).status).toBe(400)
})

test('D11 an offer that says none of that turns nobody away, and says nothing of it', async () => {
  const offer = await published({ name: 'Yodelling', languages: [], accessibility: [], ages: {} })
  await isFound(offer.offerId, 'text=yodelling&age=under-5')
  const { body } = await place.asAnyone(`/offers/${offer.offerId}`)
  for (const part of ['ages', 'languages', 'accessibility']) expect(body).not.toHaveProperty(part)
})

test('D1 an offer is open by its seasons, weeks and days that differ, and says when it opens next', async () => {
  const nowMs = Date.now() + place.clock.aheadMs
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
  const dayIn = (count: number) => new Date(nowMs + count * 24 * 3_600_000).toISOString().slice(0, 10)
  const allDay = { days, from: '00:00', to: '24:00' }
  const saying = async (more: object) => {
    const offer = await published({ name: 'Theremin evenings', ...more })
    return (await place.asAnyone(`/offers/${offer.offerId}`)).body
  }
  const season = [{ ...allDay, interval: 1, startsOn: dayIn(5) }]
  expect(await saying({ times: season })).toMatchObject({ openNow: false, times: [{ ...allDay, startsOn: dayIn(5) }], opensNextAt: expect.any(String) })
  const closed = [{ on: dayIn(-1), until: dayIn(1), times: [] }]
  expect(await saying({ times: [allDay], exceptions: closed, closedOnBankHolidays: true })).toMatchObject({
    ...{ openNow: false, exceptions: closed, closedOnBankHolidays: true, opensNextAt: expect.any(String) },
  })
  const over = await saying({ times: [allDay], exceptions: [{ on: '2020-01-01', times: [] }] })
  expect(over.openNow).toBe(true)
  for (const part of ['opensNextAt', 'exceptions', 'closedOnBankHolidays']) expect(over).not.toHaveProperty(part)
})
