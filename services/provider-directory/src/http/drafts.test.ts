import { until } from '@patchwork/testing'
import { lunchClub, newId, type Place, startPlace } from '../testing/startPlace.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place.stop())

const published = async (changes: object = {}) => {
  const ask = place.as('provider', newId())
  const { organisationId } = (await ask('/organisations', { body: { name: 'Sale Neighbours', kind: 'community-network', description: 'Neighbours.' } })).body
  const body = lunchClub(organisationId, changes)
  const { offerId } = (await ask('/offers', { body })).body
  expect((await ask(`/offers/${offerId}/publication`, { method: 'post' })).status).toBe(200)
  await searchShows({ ask, offerId })
  const shownBy = new Date().toISOString()
  const path = `/offers/${offerId}`
  return {
    ask,
    path,
    shownBy,
    offerId: offerId as string,
    organisationId: organisationId as string,
    keep: (edit: object, headers: Record<string, string> = {}) => ask(`${path}/draft`, { method: 'put', body: { ...body, ...edit }, headers }),
    step: (step: string, headers: Record<string, string> = {}) => ask(`${path}/${step}`, { method: 'post', headers }),
  }
}
type Published = Awaited<ReturnType<typeof published>>
const searchShows = ({ ask, offerId }: Pick<Published, 'ask' | 'offerId'>) =>
  until(
    () => ask(`/offers/${offerId}/search-state`),
    ({ body }) => body.isUpToDate,
  )
const findTotal = async (text: string) => (await place.asAnyone(`/offers?text=${text}`)).body.total
/** All of one offer that anybody but its organisation is shown: search, pages, the administrator's, and the open feed with the dates of its news. */
const seenByOthers = async (offer: Published) => {
  await place.settled()
  await searchShows(offer)
  const answers = await Promise.all([
    place.asAnyone(offer.path),
    place.as('administrator')(offer.path),
    place.as('provider')(offer.path),
    place.as('navigator')(offer.path),
    place.asAnyone(`/organisations/${offer.organisationId}`),
    place.asAnyone(`/organisations/${offer.organisationId}/offers`),
    place.asAnyone('/offers?text=lunch&limit=200'),
    place.feed(`/services/${offer.offerId}`),
    place.feed(`/services?full=true&organization_id=${offer.organisationId}`),
    place.feed(`/services?per_page=200&modified_after=${offer.shownBy}`),
  ])
  const ofIt = (item: { offerId?: string; id?: string }) => [item.offerId, item.id].includes(offer.offerId)
  return answers.map(({ status, body }) => JSON.stringify([status, (body.items ?? body.contents)?.filter(ofIt) ?? body]))
}
const eventsOf = async ({ offerId }: Published) => (await place.events('offer')).filter(({ subject }) => subject === offerId)
const brokenInvariants = async () => {
  const checked = await Promise.all(place.service().invariants.map(async ({ name, check }) => ({ name, ...(await check()) })))
  return checked.filter(({ violations }) => violations > 0)
}

test('D6 an edit of a published offer stays a draft that its organisation sees; to everybody else, also after a rebuild, nothing has changed', async () => {
  const offer = await published()
  const before = await seenByOthers(offer)
  expect((await offer.keep({ name: 'Zanzibar supper club', price: { kind: 'free' }, category: 'sport-and-leisure' })).status).toBe(200)
  const { body } = await offer.ask(offer.path)
  expect(body).toMatchObject({ name: 'Thursday lunch club', price: { kind: 'paid', pence: 350 }, category: 'food' })
  expect(body.draft).toMatchObject({ name: 'Zanzibar supper club', price: { kind: 'free' }, category: 'sport-and-leisure', draftedAt: expect.any(String) })
  expect(body.draft).not.toHaveProperty('draft')
  expect((await offer.ask(`/organisations/${offer.organisationId}`)).body.offers).toMatchObject([
    { name: 'Thursday lunch club', draftedAt: body.draft.draftedAt },
  ])
  expect(await seenByOthers(offer)).toEqual(before)
  expect(await findTotal('zanzibar')).toBe(0)
  await place.service().readModels[0]!.rebuild()
  expect(await seenByOthers(offer)).toEqual(before)
  await place.restart()
  expect((await offer.ask(offer.path)).body.draft).toMatchObject({ name: 'Zanzibar supper club' })
  expect(JSON.stringify(await eventsOf(offer))).not.toContain('Zanzibar')
  expect((await eventsOf(offer)).at(-1)).toMatchObject({ type: 'offer.edit-drafted.v1' })
  expect(place.logLines.join('')).not.toContain('Zanzibar')
  expect(await brokenInvariants()).toEqual([])
})
test('D6 publishing takes the draft over in one step, and it waits no more', async () => {
  const offer = await published()
  await offer.keep({ name: 'Quinoa lunch club', category: 'befriending' })
  expect((await offer.step('draft/publication')).status).toBe(200)
  await searchShows(offer)
  expect(await findTotal('quinoa')).toBe(1)
  const { body } = await offer.ask(offer.path)
  expect(body).toMatchObject({ status: 'published', name: 'Quinoa lunch club', category: 'befriending' })
  expect(body).not.toHaveProperty('draft')
  const events = await eventsOf(offer)
  expect(events.at(-1)).toMatchObject({ type: 'offer.described.v1', data: { category: 'befriending', endsDraft: true } })
  expect((await offer.step('draft/publication')).status).toBe(200)
  await place.settled()
  expect(await eventsOf(offer)).toHaveLength(events.length)
  expect(await brokenInvariants()).toEqual([])
})
test('D6 a draft that is thrown away leaves everything as it was', async () => {
  const offer = await published()
  const before = await seenByOthers(offer)
  await offer.keep({ name: 'Another name' })
  expect((await offer.step('draft/discarding')).status).toBe(200)
  expect((await offer.ask(offer.path)).body).not.toHaveProperty('draft')
  expect(await seenByOthers(offer)).toEqual(before)
  expect(await brokenInvariants()).toEqual([])
})
test('D3 neither a draft, nor its publication, says that an offer is still right', async () => {
  const offer = await published()
  await offer.step('assurance')
  const { assured } = (await offer.ask(offer.path)).body
  await offer.keep({ name: 'Another name' })
  await offer.step('draft/publication')
  await offer.keep({ name: 'Another name' })
  expect((await offer.ask(offer.path)).body).toMatchObject({ name: 'Another name', assured })
  expect((await offer.ask(offer.path)).body).not.toHaveProperty('draft')
})
test('D8 a draft may be personal care without its gate; publishing it is refused, and nothing is lost', async () => {
  const offer = await published()
  expect((await offer.keep({ personalCare: true })).status).toBe(200)
  const refused = await offer.step('draft/publication')
  expect(refused.body).toMatchObject({ status: 422, code: 'personal-care-gate', errors: [{ pointer: '/personalCareGate' }] })
  expect((await offer.ask(offer.path)).body).toMatchObject({ personalCare: false, draft: { personalCare: true } })
  expect((await offer.keep({ personalCare: true, personalCareGate: { cqcNumber: '1-466088203' } })).status).toBe(200)
  expect((await offer.step('draft/publication')).status).toBe(200)
})
test('D9 where a draft says it will be is told to its organisation only, sensitive or not', async () => {
  const offer = await published()
  const before = await seenByOthers(offer)
  await offer.keep({ place: { address: '7 Zebra Row', postcode: 'M33 7ZF', sensitive: true } })
  expect((await offer.ask(offer.path)).body.draft.place).toMatchObject({ address: '7 Zebra Row', sensitive: true })
  expect(await seenByOthers(offer)).toEqual(before)
  await offer.step('draft/publication')
  const after = (await seenByOthers(offer)).join('')
  expect(after).not.toMatch(/Zebra|Sale Waterside|M33 ?7ZF/)
  expect(JSON.stringify(await eventsOf(offer))).not.toContain('Zebra')
})
test('a draft that a colleague changed meanwhile is neither overwritten, published nor thrown away', async () => {
  const offer = await published()
  const tag = (await offer.ask(offer.path)).headers.etag!
  expect((await offer.keep({ name: 'By a colleague' }, { 'if-match': tag })).status).toBe(200)
  for (const late of [
    await offer.keep({ name: 'By me' }, { 'if-match': tag }),
    await offer.step('draft/publication', { 'if-match': tag }),
    await offer.step('draft/discarding', { 'if-match': tag }),
  ])
    expect(late.body).toMatchObject({ status: 412, code: 'stale' })
  expect((await offer.ask(offer.path)).body).toMatchObject({ name: 'Thursday lunch club', draft: { name: 'By a colleague' } })
})
test('an administrator who mends a published offer leaves its organisation’s draft waiting, and makes none of their own', async () => {
  const offer = await published()
  await offer.keep({ name: 'To come' })
  const administrator = place.as('administrator')
  const mended = lunchClub(offer.organisationId, { name: 'Mended lunch club' })
  expect((await administrator(offer.path, { method: 'put', body: mended })).status).toBe(200)
  expect((await offer.ask(offer.path)).body).toMatchObject({ name: 'Mended lunch club', draft: { name: 'To come' } })
  expect((await administrator(`${offer.path}/draft`, { method: 'put', body: mended })).status).toBe(403)
  expect((await offer.ask(offer.path, { method: 'put', body: { ...mended, name: 'Said at once' } })).status).toBe(200)
  expect((await offer.ask(offer.path)).body).not.toHaveProperty('draft')
})
test('a draft that is refused changes nothing and says which field', async () => {
  const offer = await published()
  await offer.keep({ name: 'To come' })
  expect((await offer.keep({ place: { postcode: 'nowhere' } })).body).toMatchObject({
    status: 422,
    errors: [{ pointer: '/place/postcode', code: 'invalid-postcode' }],
  })
  expect((await offer.keep({ colour: 'blue' })).status).toBe(400)
  expect((await offer.ask(offer.path)).body.draft).toMatchObject({ name: 'To come' })
})
