import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { oldService } from '../import/testFeeds.ts'
import { type Answer, lunchClub, newId, type Place, startPlace } from '../testing/startPlace.ts'

let place: Place
beforeEach(async () => {
  place = await startPlace()
})
afterEach(() => place.stop())

type Ask = ReturnType<Place['as']>
const neighbours = { name: 'Sale Neighbours', kind: 'organisation', description: 'We help.', phone: '0161 496 0000', website: 'https://sale.example.org' }

const registered = async (body: object = neighbours) => {
  const owner = place.as('provider', newId())
  const { organisationId } = (await owner('/organisations', { body })).body
  const list = async (changes: object = {}): Promise<string> => {
    const { offerId } = (await owner('/offers', { body: lunchClub(organisationId, changes) })).body
    expect((await owner(`/offers/${offerId}/publication`, { body: {} })).status).toBe(200)
    return offerId
  }
  return { owner, organisationId: organisationId as string, list }
}
const pairs = async (ask: Ask = place.as('administrator'), query = '') => {
  await place.settled()
  return (await ask(`/offer-duplicates?${query}`)).body.items
}
const merged = async (
  matchId: string,
  stands: string,
  { fields = {}, ask = place.as('administrator') }: { fields?: object; ask?: Ask } = {},
): Promise<Answer> => {
  const { offers } = (await ask(`/offer-duplicates/${matchId}`)).body
  const seen = offers.map(({ offerId, sequence }: { offerId: string; sequence: number }) => ({ offerId, sequence }))
  const answer = await ask(`/offer-duplicates/${matchId}/merging`, { body: { stands, fields, seen } })
  await place.settled()
  return answer
}
const step = async (matchId: string, what: string, ask: Ask = place.as('administrator')): Promise<Answer> => {
  const answer = await ask(`/offer-duplicates/${matchId}/${what}`, { body: {} })
  await place.settled()
  return answer
}
const view = async (offerId: string) => (await place.asAnyone(`/offers/${offerId}`)).body
const found = async () => (await place.asAnyone('/offers?text=lunch')).body.items.map(({ offerId }: { offerId: string }) => offerId).sort()
const violations = async () => {
  await place.settled()
  return place.violations()
}
const twice = { name: 'Lunch Clubs on Thursdays', description: 'Soup and a roll.', price: { kind: 'free' } }

test('D10 what an organisation lists twice is found as it arrives, and is shown to its people and to administrators with what differs', async () => {
  const { owner, organisationId, list } = await registered()
  const [one, other] = [await list(), await list(twice)]
  await list({ name: 'Chair yoga' })
  const [pair, ...others] = await pairs()
  expect(others).toEqual([])
  expect(pair).toMatchObject({ status: 'waiting', certainty: 99, reasons: ['same-name', 'same-postcode', 'same-times'] })
  expect(await pairs(owner, `organisationId=${organisationId}`)).toEqual([pair])
  expect((await owner(`/organisations/${organisationId}`)).body.offersAlike).toBe(1)
  const { body } = await owner(`/offer-duplicates/${pair.matchId}`)
  expect(body.offers.map(({ offerId }: { offerId: string }) => offerId).sort()).toEqual([one, other].sort())
  const conflicts = body.fields.filter(({ is }: { is: string }) => is === 'conflict')
  expect(conflicts.map(({ field }: { field: string }) => field)).toEqual(['name', 'description', 'price'])
  // Nobody else sees it, and nobody sees all but administrators.
  const stranger = await registered({ ...neighbours, name: 'Others', phone: '0161 496 0001', website: 'https://others.example.org' })
  for (const [ask, path] of [
    [stranger.owner, `/offer-duplicates/${pair.matchId}`],
    [stranger.owner, `/offer-duplicates?organisationId=${organisationId}`],
    [owner, '/offer-duplicates'],
  ] as const)
    expect([path, (await ask(path)).status]).not.toEqual([path, 200])
  expect((await step(pair.matchId, 'rejection', stranger.owner)).status).toBe(404)
  // The same said of another organisation is another thing.
  await stranger.list()
  expect(await pairs()).toHaveLength(1)
  // Nor is a pair of offers one of organisations.
  expect((await place.as('administrator')('/duplicates')).body.items).toEqual([])
  for (const [path, sending] of [
    [`/duplicates/${pair.matchId}`, {}],
    [`/duplicates/${pair.matchId}/rejection`, { body: {} }],
  ] as const)
    expect((await place.as('administrator')(path, sending)).status).toBe(404)
})

test('D10 merged, one offer stands for both: its page, search, the open feed, names; undone, both are as they were', async () => {
  const { owner, organisationId, list } = await registered()
  const [one, other] = [await list(), await list({ ...twice, contact: { email: 'lunch@example.org' }, forWhom: 'Anyone over 60' })]
  const before = [await view(one), await view(other)]
  const [{ matchId }] = await pairs()
  expect((await merged(matchId, one, { ask: owner, fields: { name: one, price: other, description: one, contact: one } })).body).toEqual({
    matchId,
    offerId: one,
  })
  expect(await pairs()).toEqual([])
  expect(await pairs(owner, `status=merged&organisationId=${organisationId}`)).toMatchObject([{ matchId, offers: [{ offerId: other }, { offerId: one }] }])

  // The chosen words, and those that only one had.
  const shown = { offerId: one, name: 'Thursday lunch club', price: { kind: 'free' }, forWhom: 'Anyone over 60', contact: { phone: '0161 496 0000' } }
  for (const offerId of [one, other]) expect(await view(offerId)).toMatchObject(shown)
  expect(await found()).toEqual([one])
  expect((await place.feed('/services')).body.contents.map(({ id }: { id: string }) => id)).toEqual([one])
  expect((await place.feed(`/services/${other}`)).status).toBe(404)
  expect((await place.asAnyone(`/offers/names?ids=${one},${other}`)).body.items).toMatchObject([
    { offerId: one, name: 'Thursday lunch club' },
    { offerId: other, name: 'Thursday lunch club' },
  ])
  // It is not published beside the one that stands.
  expect((await owner(`/offers/${other}/publication`, { body: {} })).body.type).toBe('/problems/offer-merged')
  expect((await owner(`/organisations/${organisationId}`)).body.offers).toContainEqual(expect.objectContaining({ offerId: other, mergedInto: one }))
  const told = (await place.events('offer')).filter(({ subject }) => subject === other).map(({ type }) => type)
  expect(told.slice(-2)).toEqual(['offer.withdrawn.v1', 'offer.merged.v1'])
  expect(await violations()).toEqual([])

  expect((await step(matchId, 'undoing', owner)).status).toBe(200)
  const words = ({ name, description, price, contact, forWhom, status, offerId }: Record<string, unknown>) => ({
    ...{ name, description, price, contact, forWhom, status, offerId },
  })
  expect([await view(one), await view(other)].map(words)).toEqual(before.map(words))
  expect(await found()).toEqual([one, other].sort())
  expect(await pairs()).toMatchObject([{ matchId }])
  expect(await violations()).toEqual([])
})

test('D10 "these are two" is remembered, whatever is said of them later, until it is taken back', async () => {
  const { owner, organisationId, list } = await registered()
  const [one] = [await list(), await list(twice)]
  const [{ matchId }] = await pairs()
  expect((await step(matchId, 'rejection', owner)).status).toBe(200)
  expect((await owner(`/offers/${one}`, { method: 'put', body: lunchClub(organisationId, { description: 'A meal.' }) })).status).toBe(200)
  expect(await pairs()).toEqual([])
  expect(await pairs(owner, `organisationId=${organisationId}&status=rejected`)).toHaveLength(1)
  expect((await step(matchId, 'reopening', owner)).status).toBe(200)
  expect(await pairs()).toHaveLength(1)
})

test('D10 "these are two" holds for the one that stands, too, when one of the two was merged into it', async () => {
  const { owner, organisationId, list } = await registered()
  const vague = await list({ place: {}, times: [] })
  const thursdays = await list()
  const [{ matchId: apart }] = await pairs()
  await step(apart, 'rejection')
  const mondays = await list({ times: [{ days: ['monday'], from: '12:00', to: '14:30' }] })
  const [{ matchId }, ...others] = await pairs()
  expect(others).toEqual([])
  await merged(matchId, mondays)
  expect((await view(vague)).offerId).toBe(mondays)
  // Now it is on Thursdays, too, as the one from which what was merged into it was told apart.
  const times = [{ days: ['monday', 'thursday'], from: '12:00', to: '14:30' }]
  expect((await owner(`/offers/${mondays}`, { method: 'put', body: lunchClub(organisationId, { times }) })).status).toBe(200)
  expect(await pairs()).toEqual([])
  expect(await found()).toEqual([thursdays, mondays].sort())
})

test('D10 what changed on the one that stands since stays with it, and what is edited as a draft goes on waiting', async () => {
  const { owner, organisationId, list } = await registered()
  const [one, other] = [await list(), await list(twice)]
  const [{ matchId }] = await pairs()
  await merged(matchId, one, { fields: { name: other, description: other } })
  const edit = (changes: object) => ({ method: 'put', body: lunchClub(organisationId, changes) }) as const
  expect((await owner(`/offers/${one}`, edit({ ...twice, description: 'Our own words.' }))).status).toBe(200)
  expect((await owner(`/offers/${one}/draft`, edit({ name: 'A draft' }))).status).toBe(200)
  await step(matchId, 'undoing')
  expect(await view(one)).toMatchObject({ name: 'Thursday lunch club', description: 'Our own words.' })
  expect((await owner(`/offers/${one}`)).body.draft).toMatchObject({ name: 'A draft' })
  expect(await view(other)).toMatchObject({ name: twice.name, description: twice.description })
  expect(await violations()).toEqual([])
})

test('D10 one that was withdrawn after its merge stays so when that is undone; of a withdrawn one nobody is asked', async () => {
  const { owner, list } = await registered()
  const [one, other] = [await list(), await list(twice)]
  const [{ matchId }] = await pairs()
  await merged(matchId, one)
  expect((await owner(`/offers/${other}/withdrawal`, { body: {} })).status).toBe(200)
  await step(matchId, 'undoing')
  expect((await owner(`/offers/${other}`)).body).toMatchObject({ offerId: other, status: 'withdrawn' })
  expect(await found()).toEqual([one])
  expect(await pairs()).toEqual([])
  expect((await merged(matchId, other)).body.type).toBe('/problems/offer-not-published')
  expect((await owner(`/offers/${other}/publication`, { body: {} })).status).toBe(200)
  expect(await pairs()).toHaveLength(1)
})

test('D10 what stands at a sensitive place is compared with nothing, and nothing of a place that has become sensitive is shown or taken', async () => {
  const { owner, organisationId, list } = await registered()
  const secret = { address: 'A secret street', postcode: 'M33 2AB', sensitive: true }
  const [one, other] = [await list(), await list(twice)]
  await list({ ...twice, place: { ...secret, postcode: 'M33 7ZF' } })
  const [{ matchId }, ...others] = await pairs()
  expect(others).toEqual([])
  await owner(`/offers/${other}`, { method: 'put', body: lunchClub(organisationId, { ...twice, place: secret }) })
  const { text } = await place.as('administrator')(`/offer-duplicates/${matchId}`)
  expect(text).not.toMatch(/secret|M33/)
  await merged(matchId, one)
  expect(await view(one)).toMatchObject({ place: { address: 'Sale Waterside, Sale' } })
})

/** A feed of one service, accepted: gives its offer, and how to accept it again as it says something else. */
const fed = async (changes: object = {}) => {
  const path = join(place.folder, 'north.json')
  const organization = { id: 'o', name: 'Sale Neighbours', url: 'https://sale.example.org', description: 'North.' }
  const accept = async (services: object[]) => {
    writeFileSync(path, JSON.stringify(services))
    const { imports } = place.service()
    const { importId, ended } = await imports.stage({ origin: { kind: 'file', path }, format: { kind: 'open-referral' }, source: 'north' })
    await ended
    const { items } = await imports.records(importId, { limit: 10 })
    await (await imports.accept(importId)).ended
    await place.settled()
    return { importId, kinds: items.map(({ kind, problems }) => [kind, problems.includes('edited-here')]), offerId: items[0]?.offerId }
  }
  const service = (said: object) => oldService('a', { name: 'Lunch club', organization, ...said })
  const { offerId } = await accept([service(changes)])
  return {
    offerId: offerId!,
    again: (said: object) => accept([service(said)]),
    without: () => accept([oldService('b', { name: 'Something else', organization })]),
    undo: async (importId: string) => {
      await (await place.service().imports.undo(importId)).ended
      await place.settled()
    },
  }
}
/** An organisation that a feed has brought and that somebody registered too, merged; with the one offer of each. */
const bothMerged = async () => {
  const { owner, organisationId, list } = await registered()
  const own = await list({ times: [] })
  const feed = await fed({ description: 'From the feed.' })
  await place.settled()
  const admin = place.as('administrator')
  const [{ matchId, organisations }] = (await admin('/duplicates')).body.items
  const seen = (await admin(`/duplicates/${matchId}`)).body.organisations.map((one: { organisationId: string; sequence: number }) => ({
    ...{ organisationId: one.organisationId, sequence: one.sequence },
  }))
  expect(organisations).toHaveLength(2)
  expect(await pairs()).toEqual([])
  expect((await admin(`/duplicates/${matchId}/merging`, { body: { stands: organisationId, seen } })).status).toBe(200)
  await place.settled()
  return { owner, organisationId, own, feed, organisationsMatchId: matchId as string }
}

test('D10 what somebody listed by hand and a feed brings too is found when their organisations are merged; later looks at the feed bring nothing back', async () => {
  const { owner, organisationId, own, feed } = await bothMerged()
  const [{ matchId, reasons }] = await pairs(owner, `organisationId=${organisationId}`)
  expect(reasons).toEqual(['same-name'])
  expect((await owner(`/offer-duplicates/${matchId}`)).body.stands).toBe(own)
  expect((await merged(matchId, own, { ask: owner, fields: { description: feed.offerId } })).status).toBe(200)
  expect(await view(feed.offerId)).toMatchObject({ offerId: own, description: 'From the feed.' })

  // The feed says the same, then something else: it goes on describing its own record, which the one that stands follows where that was chosen.
  expect((await feed.again({ description: 'From the feed.' })).kinds).toEqual([['same', false]])
  expect((await feed.again({ name: 'Lunch club again', description: 'Newer.' })).kinds).toEqual([['changed', false]])
  expect(await view(feed.offerId)).toMatchObject({ offerId: own, name: 'Thursday lunch club', description: 'Newer.' })
  expect(await found()).toEqual([own])
  expect((await place.feed('/services')).body.contents.map(({ id }: { id: string }) => id)).toEqual([own])
  expect(await pairs()).toEqual([])
  expect(await violations()).toEqual([])

  await step(matchId, 'undoing', owner)
  expect(await view(own)).toMatchObject({ offerId: own, description: 'A hot meal and good company. Come and eat, or come and cook.' })
  expect(await view(feed.offerId)).toMatchObject({ offerId: feed.offerId, name: 'Lunch club again', description: 'Newer.', status: 'published' })
  expect((await feed.again({ name: 'Lunch club again', description: 'Newer.' })).kinds).toEqual([['same', false]])
  expect(await violations()).toEqual([])
})

test('D10 a record that its feed drops after it was merged does not come back, nor does undoing its import bring it back', async () => {
  const { owner, own, feed } = await bothMerged()
  const [{ matchId }] = await pairs()
  await merged(matchId, own)
  const { importId } = await feed.again({ description: 'Newer.' })
  await feed.undo(importId)
  expect(await found()).toEqual([own])
  await feed.without()
  expect(await found()).toContain(own)
  expect(await found()).not.toContain(feed.offerId)
  await step(matchId, 'undoing')
  expect((await owner(`/offers/${feed.offerId}`)).body.status).toBe('withdrawn')
  expect(await violations()).toEqual([])
})

test('D10 a feed’s own offer that stands goes on following its feed, under what a merge has put there', async () => {
  const { owner, own, feed } = await bothMerged()
  const [{ matchId }] = await pairs()
  await merged(matchId, feed.offerId, { fields: { description: own, name: feed.offerId } })
  expect(await view(own)).toMatchObject({
    offerId: feed.offerId,
    name: 'Lunch club',
    description: 'A hot meal and good company. Come and eat, or come and cook.',
  })
  expect((await feed.again({ name: 'Lunch club anew', description: 'Newer.' })).kinds).toEqual([['changed', false]])
  expect(await view(own)).toMatchObject({ name: 'Lunch club anew', description: 'A hot meal and good company. Come and eat, or come and cook.' })
  await step(matchId, 'undoing', owner)
  expect(await view(feed.offerId)).toMatchObject({ name: 'Lunch club anew', description: 'Newer.' })
  expect(await violations()).toEqual([])
})

test('D10 organisations that are parted have their own offers again, whatever of them was merged', async () => {
  const { own, feed, organisationsMatchId } = await bothMerged()
  const [{ matchId }] = await pairs()
  await merged(matchId, own, { fields: { description: feed.offerId } })
  expect((await place.as('administrator')(`/duplicates/${organisationsMatchId}/undoing`, { body: {} })).status).toBe(200)
  await place.settled()
  for (const offerId of [own, feed.offerId]) expect(await view(offerId)).toMatchObject({ offerId, status: 'published' })
  expect(await view(own)).toMatchObject({ description: 'A hot meal and good company. Come and eat, or come and cook.' })
  // They are two of two organisations now: nothing is left to decide.
  expect((await merged(matchId, own)).body.type).toBe('/problems/not-of-one-organisation')
  expect(await pairs()).toEqual([])
  expect(await violations()).toEqual([])
})

test('D10 two who merge one pair the other way round at the same moment never lead anybody in a ring', async () => {
  const { owner, list } = await registered()
  const [one, other] = [await list(), await list(twice)]
  const [{ matchId }] = await pairs()
  const answers = await Promise.all([merged(matchId, one), merged(matchId, other, { ask: owner })])
  expect(answers.map(({ status }) => status).every((status) => status === 200 || status === 409)).toBe(true)
  expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(2)
  for (const offerId of [one, other]) expect((await view(offerId)).status).toBe('published')
  expect(await violations()).toEqual([])
})

test('D10 the same merge sent twice is one; what changed since somebody looked is not merged, nor is what is none of the two', async () => {
  const { owner, list } = await registered()
  const [one, other] = [await list(), await list(twice)]
  const [{ matchId }] = await pairs()
  const { offers } = (await owner(`/offer-duplicates/${matchId}`)).body
  const seen = offers.map(({ offerId, sequence }: { offerId: string; sequence: number }) => ({ offerId, sequence }))
  await owner(`/offers/${other}/assurance`, { body: {} })
  for (const stands of [one, other]) {
    const outdated = await owner(`/offer-duplicates/${matchId}/merging`, { body: { stands, seen } })
    expect([outdated.status, outdated.body.type]).toEqual([409, '/problems/match-outdated'])
  }
  const stranger = await owner(`/offer-duplicates/${matchId}/merging`, { body: { stands: newId(), seen } })
  expect([stranger.status, stranger.body.errors[0].pointer]).toEqual([422, '/stands'])
  expect([(await merged(matchId, one)).status, (await merged(matchId, one)).status]).toEqual([200, 200])
  expect((await place.events('offer')).filter(({ type }) => type === 'offer.merged.v1')).toHaveLength(1)
  expect([(await step(matchId, 'undoing')).status, (await step(matchId, 'undoing')).body.type]).toEqual([200, '/problems/match-not-merged'])
})

test('D10 three become one, the last merge is undone first, and a closed organisation gets nothing back', async () => {
  const { owner, organisationId, list } = await registered()
  const [a, b, c] = [await list(), await list(twice), await list({ name: 'Lunch club' })]
  const matchOf = async (...ids: string[]) =>
    (await pairs()).find(({ offers }: { offers: { offerId: string }[] }) => offers.every(({ offerId }) => ids.includes(offerId))).matchId
  const first = await matchOf(a!, b!)
  await merged(first, b!)
  // Of the two pairs with the third, the one that is left is with the offer that stands.
  expect(await pairs()).toHaveLength(1)
  const second = await matchOf(b!, c!)
  await merged(second, c!)
  for (const offerId of [a, b, c]) expect((await view(offerId!)).offerId).toBe(c)
  expect((await step(first, 'undoing')).body.type).toBe('/problems/merge-not-last')
  await step(second, 'undoing')
  expect(await found()).toEqual([b, c].sort())
  expect(await violations()).toEqual([])
  expect((await owner(`/organisations/${organisationId}/closing`, { body: {} })).status).toBe(200)
  await place.settled()
  expect((await step(first, 'undoing')).body.type).toBe('/problems/organisation-closed')
  expect(await found()).toEqual([])
  expect(await violations()).toEqual([])
})

test('D10 a page of pairs holds as many as were asked for, whatever of those before them has been settled by itself', async () => {
  const { owner, list } = await registered()
  const names = ['Chair yoga', 'Mending circle', 'Bowls', 'Chess']
  const offers = await Promise.all(names.map(async (name) => [await list({ name }), await list({ name })] as const))
  expect(await pairs()).toHaveLength(4)
  for (const [one] of offers.slice(0, 2)) await owner(`/offers/${one}/withdrawal`, { body: {} })
  const admin = place.as('administrator')
  const page = (await admin('/offer-duplicates?limit=2')).body
  expect(page.items).toHaveLength(2)
  const rest = page.after === undefined ? [] : (await admin(`/offer-duplicates?limit=2&after=${page.after}`)).body.items
  expect(rest).toEqual([])
})

test('D10 nothing of a merge that is put aside is told to anybody, and no event holds a word', async () => {
  const { list } = await registered()
  const [one, other] = [await list({ description: 'A canary of ours.' }), await list(twice)]
  const [{ matchId }] = await pairs()
  await merged(matchId, one, { fields: { description: other } })
  for (const { text } of [await place.asAnyone(`/offers/${other}`), await place.feed('/services'), await place.asAnyone('/offers?text=lunch')])
    expect(text).not.toMatch(/canary|"taken"|"merging"/)
  expect(JSON.stringify(await place.events('offer'))).not.toMatch(/canary|roll/)
})
