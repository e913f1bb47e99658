import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@patchwork/testing'
import { oldService } from '../import/testFeeds.ts'
import { type Answer, lunchClub, newId, type Place, startPlace } from '../testing/startPlace.ts'

let place: Place
beforeEach(async () => {
  place = await startPlace()
})
afterEach(() => place.stop())

type Asking = ReturnType<Place['as']>
const neighbours = { name: 'Sale Neighbours', kind: 'organisation', description: 'We help.', phone: '0161 496 0000', website: 'https://sale.example.org' }

/** An organisation with one published offer, and whoever registered it. */
const registered = async (body: object) => {
  const personId = newId()
  const owner = place.as('provider', personId)
  const { organisationId } = (await owner('/organisations', { body })).body
  const { offerId } = (await owner('/offers', { body: lunchClub(organisationId) })).body
  expect((await owner(`/offers/${offerId}/publication`, { body: {} })).status).toBe(200)
  return { owner, personId, organisationId: organisationId as string, offerId: offerId as string }
}
/** A feed, accepted; gives the organisation that it brought. */
const fed = async (
  source: string,
  organization: object,
  changes: object = {},
): Promise<{ organisationId: string; offerId: string; again: (organization: object) => Promise<void> }> => {
  const path = join(place.folder, `${source}.json`)
  const accept = async (said: object) => {
    writeFileSync(path, JSON.stringify([oldService('a', { ...changes, organization: { id: 'o', ...said } })]))
    const { imports } = place.service()
    const { importId, ended } = await imports.stage({ origin: { kind: 'file', path }, format: { kind: 'open-referral' }, source })
    await ended
    await (await imports.accept(importId)).ended
    return importId
  }
  const importId = await accept(organization)
  const offerId = (await place.service().imports.records(importId, { limit: 1 })).items[0]!.offerId!
  const { organisation } = (await place.as('administrator')(`/offers/${offerId}`)).body
  return { organisationId: organisation.organisationId, offerId, again: async (said) => void (await accept(said)) }
}
const waiting = async (status = 'waiting') => {
  await place.settled()
  return (await place.as('administrator')(`/duplicates?status=${status}`)).body.items
}
/** The pair of two organisations, once it waits. */
const pairOf = async (...ids: string[]) => {
  const admin = place.as('administrator')
  const items = await until(
    async () => (await admin('/duplicates')).body.items as { matchId: string; organisations: { organisationId: string }[] }[],
    (found) => found.some(({ organisations }) => organisations.every(({ organisationId }) => ids.includes(organisationId))),
  )
  return items.find(({ organisations }) => organisations.every(({ organisationId }) => ids.includes(organisationId)))!.matchId
}
const merged = async (
  matchId: string,
  stands: string,
  { fields = {}, admin = place.as('administrator') }: { fields?: object; admin?: Asking } = {},
): Promise<Answer> => {
  const { organisations } = (await admin(`/duplicates/${matchId}`)).body
  const seen = organisations.map(({ organisationId, sequence }: { organisationId: string; sequence: number }) => ({ organisationId, sequence }))
  const answer = await admin(`/duplicates/${matchId}/merging`, { body: { stands, fields, seen } })
  await place.settled()
  return answer
}
const undone = async (matchId: string): Promise<Answer> => {
  const answer = await place.as('administrator')(`/duplicates/${matchId}/undoing`, { body: {} })
  await place.settled()
  return answer
}
const view = async (organisationId: string) => (await place.asAnyone(`/organisations/${organisationId}`)).body
const violations = async () => {
  await place.settled()
  return place.violations()
}

test('D10 two feeds that describe one organisation raise one pair, with why and what conflicts', async () => {
  const one = await fed('north', { name: 'Sale Neighbours', url: 'https://sale.example.org', description: 'Neighbours who cook.' })
  const other = await fed('south', { name: 'Sale Neighbours CIC', url: 'http://www.sale.example.org/', description: 'A lunch club.' })
  const [pair, ...others] = await waiting()
  expect(others).toEqual([])
  expect(pair).toMatchObject({ certainty: 99, reasons: ['same-name', 'same-email', 'same-website'] })
  const { body } = await place.as('administrator')(`/duplicates/${pair.matchId}`)
  expect(body.organisations.map(({ organisationId }: { organisationId: string }) => organisationId).sort()).toEqual(
    [one.organisationId, other.organisationId].sort(),
  )
  expect(body.fields.map(({ field, is }: { field: string; is: string }) => [field, is])).toEqual([
    ['name', 'conflict'],
    ['description', 'conflict'],
    ['website', 'equal'],
  ])
  // Reading the feeds again raises nothing anew.
  await one.again({ name: 'Sale Neighbours', url: 'https://sale.example.org', description: 'Neighbours who cook well.' })
  expect(await waiting()).toHaveLength(1)
})

test('D10 somebody who registers what a feed has brought raises a pair; what they say here is what stands by default', async () => {
  const feed = await fed('north', { name: 'Sale Neighbours', url: 'https://sale.example.org', description: 'Neighbours who cook.' })
  const own = await registered(neighbours)
  const matchId = await pairOf(feed.organisationId, own.organisationId)
  const { body } = await place.as('administrator')(`/duplicates/${matchId}`)
  expect(body.stands).toBe(own.organisationId)
  expect(body.fields.filter(({ is }: { is: string }) => is === 'conflict').every(({ stands }: { stands: string }) => stands === own.organisationId)).toBe(true)
})

test('D10 "not the same" is remembered for ever, until it is taken back', async () => {
  const [one, other] = [await registered(neighbours), await registered(neighbours)]
  const matchId = await pairOf(one.organisationId, other.organisationId)
  const admin = place.as('administrator')
  expect((await admin(`/duplicates/${matchId}/rejection`, { body: {} })).status).toBe(200)
  await one.owner(`/organisations/${one.organisationId}`, { method: 'put', body: { ...neighbours, description: 'We help more.' } })
  expect(await waiting()).toEqual([])
  expect(await waiting('rejected')).toHaveLength(1)
  expect((await admin(`/duplicates/${matchId}/reopening`, { body: {} })).status).toBe(200)
  expect(await waiting()).toHaveLength(1)
})

test('D10 merged, one stands for both everywhere: its page, search, the open feed, offers, members; undone, both are as they were', async () => {
  const one = await registered({ ...neighbours, name: 'Sale Neighbours' })
  const other = await registered({ ...neighbours, name: 'Sale Neighbors', phone: '+44 161 496 0000', email: 'hello@sale.example.org', description: 'Others.' })
  const before = [await view(one.organisationId), await view(other.organisationId)]
  const matchId = await pairOf(one.organisationId, other.organisationId)
  expect((await merged(matchId, one.organisationId, { fields: { name: one.organisationId, description: other.organisationId } })).status).toBe(200)
  expect(await waiting()).toEqual([])
  expect(await waiting('merged')).toMatchObject([{ matchId, organisations: [{ name: 'Sale Neighbors' }, { name: 'Sale Neighbours' }] }])

  // The old address leads to the one that stands; the chosen words and those that only one had stand.
  const standing = await view(other.organisationId)
  expect(standing).toMatchObject({ organisationId: one.organisationId, name: 'Sale Neighbours', description: 'Others.', email: 'hello@sale.example.org' })
  expect(standing.offers.map(({ offerId }: { offerId: string }) => offerId).sort()).toEqual([one.offerId, other.offerId].sort())
  expect((await place.asAnyone(`/offers/${other.offerId}`)).body.organisation).toMatchObject({ organisationId: one.organisationId, name: 'Sale Neighbours' })
  const found = (await place.asAnyone('/offers?text=lunch')).body.items
  expect(found.map(({ organisation }: { organisation: { organisationId: string } }) => organisation.organisationId)).toEqual([
    one.organisationId,
    one.organisationId,
  ])
  expect((await place.feed('/organizations')).body.contents.map(({ id }: { id: string }) => id)).toEqual([one.organisationId])
  expect((await place.feed(`/organizations/${other.organisationId}`)).status).toBe(404)
  // Whoever acts for one acts for both, and sees one organisation.
  for (const { owner } of [one, other]) {
    expect((await owner('/organisations/mine')).body.items).toMatchObject([{ organisationId: one.organisationId, memberRole: 'owner' }])
    for (const { offerId } of [one, other]) {
      const capacity = { state: 'open', expiresAt: new Date(Date.now() + 86_400_000).toISOString() }
      expect((await owner(`/offers/${offerId}/capacity`, { body: capacity })).status).toBe(200)
    }
  }
  // An offer is described by the organisation that its page names.
  const described = { method: 'put', body: lunchClub(one.organisationId, { name: 'Friday lunch club' }) } as const
  expect((await one.owner(`/offers/${other.offerId}`, described)).status).toBe(200)
  expect(await violations()).toEqual([])

  expect((await undone(matchId)).status).toBe(200)
  const after = [await view(one.organisationId), await view(other.organisationId)]
  const words = (views: { name: string; description: string; phone: string; email?: string; website: string }[]) =>
    views.map(({ name, description, phone, email, website }) => ({ name, description, phone, email, website }))
  expect(words(after)).toEqual(words(before))
  expect(after.map(({ offers }) => offers.map(({ name }: { name: string }) => name))).toEqual([['Thursday lunch club'], ['Friday lunch club']])
  expect((await one.owner('/organisations/mine')).body.items).toMatchObject([{ organisationId: one.organisationId }])
  expect((await one.owner(`/offers/${other.offerId}/withdrawal`, { body: {} })).status).toBe(404)
  expect((await place.feed('/organizations')).body.contents).toHaveLength(2)
  expect(await waiting()).toMatchObject([{ matchId }])
  expect(await violations()).toEqual([])
})

test('D10 what was edited on the one that stands stays with it when a merge is undone, and who joined since stays a member of it', async () => {
  const [one, other] = [await registered(neighbours), await registered({ ...neighbours, description: 'Others.' })]
  const matchId = await pairOf(one.organisationId, other.organisationId)
  await merged(matchId, one.organisationId, { fields: { description: other.organisationId } })
  const edited = { ...neighbours, description: 'Both of us.' }
  expect((await other.owner(`/organisations/${other.organisationId}`, { method: 'put', body: edited })).status).toBe(200)
  const { code } = (await other.owner(`/organisations/${other.organisationId}/joining-codes`, { body: {} })).body
  const colleague = place.as('provider')
  expect((await colleague('/memberships', { body: { code } })).body).toEqual({ organisationId: one.organisationId, memberRole: 'member' })
  await place.settled()
  expect((await colleague(`/offers/${other.offerId}/assurance`, { body: {} })).status).toBe(200)
  await undone(matchId)
  expect(await view(one.organisationId)).toMatchObject({ description: 'Both of us.' })
  expect(await view(other.organisationId)).toMatchObject({ description: 'Others.' })
  expect((await colleague(`/offers/${one.offerId}/assurance`, { body: {} })).status).toBe(200)
  expect((await colleague(`/offers/${other.offerId}/assurance`, { body: {} })).status).toBe(404)
})

test('D10 whoever leaves one of two that are merged leaves both; who hands over what they own hands over only that, and both know the heir', async () => {
  const [one, other] = [await registered(neighbours), await registered({ ...neighbours, description: 'Others.' })]
  const matchId = await pairOf(one.organisationId, other.organisationId)
  await merged(matchId, one.organisationId)
  const step = (ask: Asking, what: string) => ask(`/organisations/${one.organisationId}/${what}`, { body: {} })
  // The merge alone makes each the owner of both: that may end, so neither may leave their own behind.
  expect((await step(other.owner, 'leaving')).body).toMatchObject({ code: 'last-owner' })
  const { code } = (await step(other.owner, 'hand-over')).body
  const heir = place.as('provider')
  expect((await heir('/memberships', { body: { code } })).body).toEqual({ organisationId: one.organisationId, memberRole: 'owner' })
  await place.settled()
  expect((await step(other.owner, 'leaving')).status).toBe(200)
  await place.settled()
  expect((await other.owner('/organisations/mine')).body.items).toEqual([])
  for (const { offerId } of [one, other]) expect((await other.owner(`/offers/${offerId}/assurance`, { body: {} })).status).toBe(404)
  expect((await heir(`/offers/${one.offerId}/assurance`, { body: {} })).status).toBe(200)
  expect(await violations()).toEqual([])
  await undone(matchId)
  expect((await heir('/organisations/mine')).body.items).toMatchObject([{ organisationId: other.organisationId, memberRole: 'owner' }])
  expect((await one.owner('/organisations/mine')).body.items).toMatchObject([{ organisationId: one.organisationId, memberRole: 'owner' }])
  expect(await violations()).toEqual([])
})

test('D10 one that stands for others closes with them, whichever of them is named, and what is closed is merged no more', async () => {
  const [one, other] = [await registered(neighbours), await registered({ ...neighbours, description: 'Others.' })]
  await merged(await pairOf(one.organisationId, other.organisationId), one.organisationId)
  const third = await registered({ ...neighbours, description: 'A third.' })
  const pair = await pairOf(one.organisationId, third.organisationId)
  expect((await other.owner(`/organisations/${other.organisationId}/closing`, { body: {} })).body).toEqual({ organisationId: one.organisationId })
  await place.settled()
  for (const { owner, offerId } of [one, other]) expect((await owner(`/offers/${offerId}`)).body.status).toBe('withdrawn')
  expect((await place.as('provider')(`/organisations/${other.organisationId}`)).body).toMatchObject({
    organisationId: one.organisationId,
    closedAt: expect.any(String),
  })
  expect((await merged(pair, third.organisationId)).body).toMatchObject({ code: 'organisation-closed' })
  expect(await waiting()).toEqual([])
  expect((await view(third.organisationId)).offers).toHaveLength(1)
  expect(await violations()).toEqual([])
})

test('D10 a page of pairs holds as many as were asked for, also where those before them have closed', async () => {
  const [one] = [await registered(neighbours), await registered(neighbours)]
  // Less certain: a name and a telephone number alone.
  const { website: _none, ...others } = { ...neighbours, name: 'Urmston Movers', phone: '0161 496 0009' }
  const [third] = [await registered(others), await registered(others)]
  expect((await waiting()).length).toBe(2)
  expect((await one.owner(`/organisations/${one.organisationId}/closing`, { body: {} })).status).toBe(200)
  await place.settled()
  const { items } = (await place.as('administrator')('/duplicates?limit=1')).body
  expect(items).toHaveLength(1)
  expect(items[0].organisations.map(({ organisationId }: { organisationId: string }) => organisationId)).toContain(third.organisationId)
})

test('D10 merged and closed at the same moment, either both are closed or they are not merged', async () => {
  for (let round = 0; round < 4; round += 1) {
    const name = `Round ${round} of the neighbours`
    const website = `https://round${round}.example.org`
    const [one, other] = [await registered({ ...neighbours, name, website }), await registered({ ...neighbours, name, website, description: 'Others.' })]
    const matchId = await pairOf(one.organisationId, other.organisationId)
    const admin = place.as('administrator')
    const { organisations } = (await admin(`/duplicates/${matchId}`)).body
    const seen = organisations.map(({ organisationId, sequence }: { organisationId: string; sequence: number }) => ({ organisationId, sequence }))
    await Promise.all([
      admin(`/duplicates/${matchId}/merging`, { body: { stands: one.organisationId, fields: {}, seen } }),
      one.owner(`/organisations/${one.organisationId}/closing`, { body: {} }),
    ])
    await place.settled()
    const shown = await view(other.organisationId)
    const isMerged = shown.organisationId === one.organisationId
    expect([isMerged, shown.closedAt !== undefined]).toEqual([isMerged, isMerged])
    expect((await other.owner(`/offers/${other.offerId}`)).body.status).toBe(isMerged ? 'withdrawn' : 'published')
  }
  expect(await violations()).toEqual([])
})

test('D10 what a feed brings of an organisation that has closed since is withdrawn as it comes', async () => {
  const said = { name: 'Sale Neighbours', url: 'https://sale.example.org', description: 'North.' }
  const [own, north] = [await registered(neighbours), await fed('north', said)]
  await merged(await pairOf(own.organisationId, north.organisationId), own.organisationId)
  expect((await own.owner(`/organisations/${own.organisationId}/closing`, { body: {} })).status).toBe(200)
  await place.settled()
  await fed('north', said, { id: 'b', name: 'A later one' })
  await place.settled()
  const told = (await place.events('offer')).filter(({ data }) => data.organisationId === north.organisationId)
  const published = told.filter(({ type }) => type === 'offer.published.v1').map(({ subject }) => subject)
  expect(published).toHaveLength(2)
  expect(told.filter(({ type }) => type === 'offer.withdrawn.v1').map(({ subject }) => subject)).toEqual(published)
  expect(await violations()).toEqual([])
})

test('D10 later looks of either feed go to the one that stands and bring nothing back', async () => {
  const one = await fed('north', { name: 'Sale Neighbours', url: 'https://sale.example.org', description: 'North.' })
  const other = await fed('south', { name: 'Sale Neighbours', url: 'https://sale.example.org', description: 'South.' })
  const matchId = await pairOf(one.organisationId, other.organisationId)
  await merged(matchId, one.organisationId, { fields: { description: other.organisationId } })
  expect(await view(one.organisationId)).toMatchObject({ description: 'South.' })
  await other.again({ name: 'Sale Neighbours', url: 'https://sale.example.org', description: 'South, and more.' })
  await one.again({ name: 'Sale Neighbours', url: 'https://sale.example.org', description: 'North, and more.' })
  await place.settled()
  expect(await view(other.organisationId)).toMatchObject({ organisationId: one.organisationId, description: 'South, and more.' })
  expect(await waiting()).toEqual([])
  await undone(matchId)
  expect(await view(one.organisationId)).toMatchObject({ description: 'North, and more.' })
  expect(await view(other.organisationId)).toMatchObject({ organisationId: other.organisationId, description: 'South, and more.' })
})

test('D10 two administrators who merge one pair the other way round at the same moment never lead anybody in a ring', async () => {
  const [one, other] = [await registered(neighbours), await registered(neighbours)]
  const matchId = await pairOf(one.organisationId, other.organisationId)
  const answers = await Promise.all([merged(matchId, one.organisationId), merged(matchId, other.organisationId)])
  expect(answers.map(({ status }) => status).every((status) => status === 200 || status === 409)).toBe(true)
  expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(2)
  expect([await view(one.organisationId), await view(other.organisationId)]).toMatchObject([{ name: 'Sale Neighbours' }, { name: 'Sale Neighbours' }])
  expect(await violations()).toEqual([])
})

test('D10 the same merge sent twice is one; what changed since somebody looked is not merged', async () => {
  const [one, other] = [await registered(neighbours), await registered(neighbours)]
  const matchId = await pairOf(one.organisationId, other.organisationId)
  const admin = place.as('administrator')
  const { organisations } = (await admin(`/duplicates/${matchId}`)).body
  const seen = organisations.map(({ organisationId, sequence }: { organisationId: string; sequence: number }) => ({ organisationId, sequence }))
  await other.owner(`/organisations/${other.organisationId}`, { method: 'put', body: { ...neighbours, description: 'New.' } })
  const outdated = await admin(`/duplicates/${matchId}/merging`, { body: { stands: one.organisationId, seen } })
  expect([outdated.status, outdated.body.type]).toEqual([409, '/problems/match-outdated'])
  const stranger = await admin(`/duplicates/${matchId}/merging`, { body: { stands: newId(), seen } })
  expect([stranger.status, stranger.body.errors[0].pointer]).toEqual([422, '/stands'])
  expect([(await merged(matchId, one.organisationId)).status, (await merged(matchId, one.organisationId)).status]).toEqual([200, 200])
  expect((await place.events('organisation')).filter(({ type }) => type === 'organisation.merged.v1')).toHaveLength(1)
  expect([(await undone(matchId)).status, (await undone(matchId)).body.type]).toEqual([200, '/problems/match-not-merged'])
})

test('D10 three become one, and the last merge is undone first', async () => {
  const [a, b, c] = [await registered(neighbours), await registered(neighbours), await registered(neighbours)]
  const first = await pairOf(a.organisationId, b.organisationId)
  await merged(first, b.organisationId)
  // Of the two pairs with the third, the one that is left is with the organisation that stands.
  expect(await waiting()).toHaveLength(1)
  const second = await pairOf(b.organisationId, c.organisationId)
  await merged(second, c.organisationId)
  for (const { owner } of [a, b, c]) expect((await owner('/organisations/mine')).body.items).toMatchObject([{ organisationId: c.organisationId }])
  expect((await view(a.organisationId)).offers).toHaveLength(3)
  expect((await undone(first)).body.type).toBe('/problems/merge-not-last')
  expect(await violations()).toEqual([])
  await undone(second)
  await undone(first)
  for (const { organisationId, owner } of [a, b, c]) {
    expect(await view(organisationId)).toMatchObject({ organisationId, offers: [{ status: 'published' }] })
    expect((await owner('/organisations/mine')).body.items).toMatchObject([{ organisationId }])
  }
  expect(await violations()).toEqual([])
})

test('D10 a search that is built anew shows merged organisations as before', async () => {
  const [one, other] = [await registered(neighbours), await registered(neighbours)]
  await merged(await pairOf(one.organisationId, other.organisationId), one.organisationId)
  const [search] = place.service().readModels
  const digest = await search!.digest()
  await search!.rebuild()
  expect(await search!.digest()).toBe(digest)
  await place.restart()
  expect(
    (await place.asAnyone('/offers?text=lunch')).body.items.map((item: { organisation: { organisationId: string } }) => item.organisation.organisationId),
  ).toEqual([one.organisationId, one.organisationId])
})

test('D10 nothing of a merge that is put aside is told to anybody, and no event holds a word', async () => {
  const [one, other] = [await registered(neighbours), await registered({ ...neighbours, description: 'A canary of ours.' })]
  await merged(await pairOf(one.organisationId, other.organisationId), one.organisationId, { fields: { description: one.organisationId } })
  const texts = [await place.asAnyone(`/organisations/${other.organisationId}`), await place.feed('/organizations'), await place.asAnyone('/offers?text=lunch')]
  for (const { text } of texts) expect(text).not.toMatch(/canary|"taken"|"merge"/)
  expect(JSON.stringify(await place.events('organisation'))).not.toMatch(/canary|Neighbours/)
})
