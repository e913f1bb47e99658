import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemRuntime } from '@patchwork/runtime'
import { until } from '@patchwork/testing'
import { importTaxonomy } from '../taxonomy/importTaxonomy.ts'
import { lunchClub, newId, type Place, startPlace } from '../testing/startPlace.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place.stop())

const wardCode = 'E05015254'
const skill = {
  name: 'I can mend bicycles',
  description: 'Punctures, brakes and gears, at my kitchen table.',
  category: 'garden-and-home',
  wardCode,
  gift: 'hands',
  shownAs: 'first-name',
  calledName: 'Nora Zacharias',
  reach: { phone: '07700 900123', email: 'nora@zacharias.example' },
}
const share = { ...skill, isAdult: true }

const resident = async (body: object = share) => {
  const personId = newId()
  const ask = place.as('resident', personId)
  const { assetId } = (await ask('/skills', { body })).body
  return { ask, personId, assetId: assetId as string, at: `/assets/${assetId}` }
}
const organisation = async (role: 'provider' | 'coordinator' = 'coordinator') => {
  const ask = place.as(role, newId())
  const { organisationId } = (await ask('/organisations', { body: { name: 'Ash Road neighbours', kind: 'community-network' } })).body
  return { ask, organisationId: organisationId as string }
}
const hall = (organisationId: string, changes: object = {}) => ({
  organisationId,
  kind: 'building',
  name: 'The tin hall',
  description: 'A room with a kitchen and forty chairs.',
  category: 'community-groups',
  place: { address: '1 Ash Road, Sale', postcode: 'm33 7zf' },
  capacity: 40,
  owner: 'The parish',
  communityUse: 'Free to groups of the ward on weekday evenings.',
  accessibility: ['step-free', 'step-free'],
  contact: { phone: '0161 496 0000' },
  ...changes,
})
const found = async (query: string) => (await place.asAnyone(`/assets?${query}`)).body
const foundOnce = (query: string) =>
  until(
    () => found(query),
    ({ total }) => total > 0,
  )

test('D13 a skill is a record of its own: found by words and ward, shown as its person chose, in no offer, feed, event or log', async () => {
  const { at, assetId, personId } = await resident()
  const { items } = await foundOnce(`text=bicycles&ward=${wardCode}`)
  expect(items).toContainEqual({
    ...{ assetId, kind: 'skill', category: 'garden-and-home', wardCode, wardName: expect.any(String), gift: 'hands', calledName: 'Nora' },
    ...{ name: skill.name, summary: skill.description },
  })
  const { body: view, text } = await place.asAnyone(at)
  expect(view).toMatchObject({ kind: 'skill', name: skill.name, calledName: 'Nora', shownAs: 'first-name', isYours: false })
  for (const secret of ['Zacharias', '07700', 'nora@', personId]) expect(text).not.toContain(secret)
  expect((await place.asAnyone('/offers?text=bicycles')).body.total).toBe(0)
  expect((await place.feed('/services?per_page=100')).text).not.toContain('bicycles')
  const events = (await place.events('asset')).filter(({ subject }) => subject === assetId)
  expect(events.map(({ type, data }) => [type, data])).toEqual([
    ['asset.listed.v1', { assetId, kind: 'skill', category: 'garden-and-home', wardCode, personId, listedAt: expect.any(String) }],
  ])
  expect(place.logLines.join('')).not.toMatch(/bicycle|zacharias/i)
})
test('D13 nobody finds a person by what they are called, and who asks the network for them is told no name', async () => {
  const { at } = await resident({ ...share, name: 'I can read tea leaves', shownAs: 'ask', calledName: 'Quillon' })
  await foundOnce('text=tea+leaves')
  expect((await place.asAnyone(at)).text).not.toContain('Quillon')
  for (const name of ['Quillon', 'Zacharias', 'Nora']) expect((await found(`text=${name}&exactly=yes`)).total).toBe(0)
})
test('D13 what a place has is told in the terms that others sort by, for its kind and for the help that it is for, each once and only where they were imported', async () => {
  const taxonomiesFolder = mkdtempSync(join(tmpdir(), 'patchwork-terms-of-assets-'))
  const imported = async (name: string, text: string) => {
    writeFileSync(join(taxonomiesFolder, 'list.csv'), text)
    await importTaxonomy(join(taxonomiesFolder, 'list.csv'), { folder: taxonomiesFolder, now: systemRuntime.now, name })
  }
  await imported('Local government functions and services', 'code,name\nservice/297,Community support groups and organisations\nfunction/76,Libraries\n')
  await imported('Open Eligibility', 'code,name\n1104,Goods\n')
  const sorted = await startPlace({ taxonomiesFolder })
  try {
    const ask = sorted.as('coordinator', newId())
    const { organisationId } = (await ask('/organisations', { body: { name: 'Ash Road neighbours', kind: 'community-network' } })).body
    const termsOf = async (changes: object) => {
      const body = { organisationId, name: 'Ash Road', description: 'For all.', category: 'community-groups', wardCode, ...changes }
      const { assetId } = (await ask('/assets', { body })).body
      return (await sorted.asAnyone(`/assets/${assetId}`)).body.taxonomyTerms.map(({ code, taxonomy }: Record<string, string>) => [code, taxonomy])
    }
    expect(await termsOf({ kind: 'group' })).toEqual([['service/297', 'Local government functions and services']])
    expect(await termsOf({ kind: 'thing', terms: 'lent', category: 'libraries' })).toEqual([
      ['1104', 'Open Eligibility'],
      ['function/76', 'Local government functions and services'],
    ])
    expect(await termsOf({ kind: 'land', category: 'garden-and-home' })).toEqual([])
  } finally {
    await sorted.stop()
    rmSync(taxonomiesFolder, { recursive: true })
  }
})
test('only a grown person shares skills, one of their own, and says how the network reaches them', async () => {
  const ask = place.as('resident')
  const told = async (body: object) => {
    const answer = await ask('/skills', { body })
    return [answer.status, answer.body.code, answer.body.errors?.[0]?.pointer]
  }
  expect(await told(skill)).toEqual([400, expect.anything(), '/isAdult'])
  expect(await told({ ...share, isAdult: false })).toEqual([400, expect.anything(), '/isAdult'])
  expect(await told({ ...share, reach: {} })).toEqual([422, 'reach-missing', '/reach/email'])
  expect(await told({ ...share, calledName: undefined })).toEqual([422, 'called-name-missing', '/calledName'])
  expect(await told({ ...share, wardCode: 'E05000001' })).toEqual([422, 'unknown-ward', '/wardCode'])
  expect(await told({ ...share, address: '1 Ash Road' })).toEqual([400, expect.anything(), '/address'])
  expect((await place.as('provider')('/skills', { body: share })).status).toBe(403)
  expect((await place.as('administrator')('/skills', { body: share })).status).toBe(403)
})
test('D13 the person hides and shows a skill, and what they remove is forgotten', async () => {
  const { ask, at, assetId } = await resident({ ...share, name: 'I can call a ceilidh' })
  await foundOnce('text=ceilidh')
  expect((await ask(`${at}/hiding`, { method: 'post' })).status).toBe(200)
  expect((await place.asAnyone(at)).status).toBe(404)
  expect((await ask(at)).body).toMatchObject({ status: 'hidden', isYours: true, reach: skill.reach })
  await until(
    () => found('text=ceilidh'),
    ({ total }) => total === 0,
  )
  await ask(`${at}/showing`, { method: 'post' })
  await foundOnce('text=ceilidh')
  expect((await ask(`${at}/removal`, { method: 'post' })).status).toBe(200)
  expect((await ask(`${at}/removal`, { method: 'post' })).status).toBe(200)
  expect([(await ask(at)).status, (await ask('/skills/mine')).body]).toEqual([404, { items: [] }])
  const kept = place.service().invariants.find(({ name }) => name.includes('asset map'))!
  await until(kept.check, ({ violations }) => violations === 0)
  expect((await ask(`/skills/${assetId}`, { method: 'put', body: skill })).status).toBe(404)
})
test('those who introduce people read how a person is reached, and each reading is in the log that this person sees', async () => {
  const { ask, assetId } = await resident()
  const reader = newId()
  expect((await place.as('coordinator', reader)(`/skills/${assetId}/sharer`)).body).toEqual({ assetId, calledName: 'Nora', ...skill.reach })
  expect((await ask('/skills/readings')).body.items).toEqual([{ assetId, at: expect.any(String), personId: reader, role: 'coordinator' }])
  for (const role of ['resident', 'provider', 'commissioner', 'administrator'] as const)
    expect((await place.as(role)(`/skills/${assetId}/sharer`)).status).toBe(403)
  expect((await place.as('resident')('/skills/readings')).body.items).toEqual([])
  await ask(`/assets/${assetId}/hiding`, { method: 'post' })
  expect((await place.as('navigator')(`/skills/${assetId}/sharer`)).status).toBe(404)
})
test('D13 a building, land, a group, a fund and a thing each say what is proper to them, and stay of their kind', async () => {
  const { ask, organisationId } = await organisation()
  const common = { organisationId, category: 'community-groups', wardCode, contact: {} }
  const bodies = [
    hall(organisationId),
    { ...hall(organisationId), kind: 'land', name: 'The old allotment' },
    { ...common, kind: 'group', name: 'Ash Road knitters', meets: 'Tuesdays at seven', place: {} },
    {
      ...common,
      kind: 'money',
      name: 'The good neighbour fund',
      purpose: 'Street parties',
      pence: 50_000,
      deadlineOn: '2026-12-01',
      decidedBy: 'A jury of neighbours',
    },
    { ...common, kind: 'thing', name: 'A gazebo', terms: 'lent', condition: 'Bring it back dry.' },
  ]
  for (const body of bodies) {
    const made = await ask('/assets', { body })
    expect([body.kind, made.status]).toEqual([body.kind, 201])
    const { organisationId: _whose, contact: _contact, accessibility, place: where, ...said } = body as ReturnType<typeof hall>
    const view = (await place.asAnyone(`/assets/${made.body.assetId}`)).body
    expect(view).toMatchObject({ ...said, wardCode, organisation: { organisationId, name: 'Ash Road neighbours' } })
    if (accessibility) expect([view.accessibility, view.place.address]).toEqual([['step-free'], where.address])
    const other = { ...common, kind: body.kind === 'thing' ? 'money' : 'thing', name: 'Another', purpose: 'x', terms: 'lent' }
    const { purpose, terms, ...rest } = other
    const changed = await ask(`/assets/${made.body.assetId}`, { method: 'put', body: { ...rest, ...(other.kind === 'money' ? { purpose } : { terms }) } })
    expect(changed.body.code).toBe('kind-of-asset-fixed')
  }
  const { body: own } = await ask(`/organisations/${organisationId}/assets`)
  expect(own.items.map(({ kind }: { kind: string }) => kind).sort()).toEqual(['building', 'group', 'land', 'money', 'thing'])
  expect((await ask('/assets', { body: { ...common, kind: 'skill', name: 'x' } })).status).toBe(400)
  const roomy = await ask('/assets', { body: { ...common, kind: 'money', name: 'A pot', purpose: 'Parties', capacity: 40 } })
  expect([roomy.status, roomy.body.errors?.[0]?.pointer]).toEqual([400, '/capacity'])
  expect((await place.as('coordinator')('/assets', { body: bodies[0] })).status).toBe(404)
  expect((await place.as('resident')('/assets', { body: bodies[0] })).status).toBe(403)
})
test('D9 a building whose place nobody may know has no address, point or ward anywhere but for its organisation', async () => {
  const { ask, organisationId } = await organisation('provider')
  const refuge = hall(organisationId, { name: 'A house of safety', wardCode, place: { address: '9 Secret Row', postcode: 'm33 7zf', sensitive: true } })
  const { assetId } = (await ask('/assets', { body: refuge })).body
  await foundOnce('text=house+of+safety')
  expect((await ask(`/assets/${assetId}`)).body).toMatchObject({ wardCode, place: { address: '9 Secret Row', sensitive: true } })
  const { text, body } = await place.asAnyone(`/assets/${assetId}`)
  expect([body.place, body.wardCode]).toEqual([{}, undefined])
  expect(text + JSON.stringify(await found('text=house+of+safety'))).not.toMatch(/Secret|M33|E0501|sensitive/)
  expect((await found(`ward=${wardCode}&text=house+of+safety&exactly=yes`)).total).toBe(0)
  expect((await found('text=Secret&exactly=yes')).total).toBe(0)
  expect(JSON.stringify((await place.events('asset')).filter(({ subject }) => subject === assetId))).not.toContain('E0501')
})
test('words are found as those of offers are: by others for the same, in Welsh, and with a slip of the finger', async () => {
  await resident({ ...share, name: 'Gardening with you', description: 'Pruning and weeding.' })
  await foundOnce('text=gardening')
  expect((await found('text=gardning')).corrected).toBe('gardening')
  expect((await found('text=garddio')).total).toBeGreaterThan(0)
})
test('the counts lead to something: each filter and each ward finds as many as it says, services beside them', async () => {
  const { ask, organisationId } = await organisation()
  await ask('/assets', { body: hall(organisationId, { name: 'Counted hall' }) })
  const { offerId } = (await ask('/offers', { body: lunchClub(organisationId) })).body
  await ask(`/offers/${offerId}/publication`, { method: 'post' })
  await foundOnce('text=counted')
  await until(
    () => place.asAnyone('/offers?text=lunch'),
    ({ body }) => body.total > 0,
  )
  const { facets } = await found('')
  for (const [filter, counts] of Object.entries({ kind: facets.kind, category: facets.category, ward: facets.ward }))
    for (const [value, count] of Object.entries(counts as Record<string, number>))
      expect([value, (await found(`${filter}=${value}`)).total]).toEqual([value, count])
  const { wards, wholePlace } = (await place.asAnyone('/assets/by-ward')).body
  const { facets: services } = (await place.asAnyone('/offers?limit=1')).body
  for (const { wardCode: code, counts, services: served } of wards) {
    for (const [kind, count] of Object.entries(counts as Record<string, number>)) expect((await found(`ward=${code}&kind=${kind}`)).total).toBe(count)
    expect(served).toBe(services.ward[code] ?? 0)
  }
  const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0)
  const everything = wards.reduce((sum: number, { counts }: { counts: Record<string, number> }) => sum + total(counts), total(wholePlace))
  expect(everything).toBe((await found('')).total)
})
test('a list goes on by pages to its end, each once, and a marker of another search is refused', async () => {
  const seen: string[] = []
  let after = ''
  do {
    const page = await found(`limit=2&after=${after}`)
    seen.push(...page.items.map(({ assetId }: { assetId: string }) => assetId))
    after = page.after ?? ''
  } while (after !== '')
  expect([seen.length, new Set(seen).size]).toEqual([(await found('')).total, seen.length])
  const marker = (await found('limit=1')).after
  expect((await place.asAnyone(`/assets?kind=skill&after=${marker}`)).status).toBe(400)
})
test('a name that an organisation gives itself anew stands at what it speaks for, and a rebuild shows the same as events did', async () => {
  const { ask, organisationId } = await organisation()
  await ask('/assets', { body: hall(organisationId, { name: 'Renamed hall' }) })
  await foundOnce('text=renamed')
  await ask(`/organisations/${organisationId}`, { method: 'put', body: { name: 'The Xylophone Society' } })
  await foundOnce('text=xylophone')
  const model = place.service().readModels.find(({ name }) => name === 'assets')!
  const before = await model.digest()
  await model.rebuild()
  expect(await model.digest()).toBe(before)
  await place.restart()
  expect(
    await place
      .service()
      .readModels.find(({ name }) => name === 'assets')!
      .digest(),
  ).toBe(before)
  for (const { name, check } of place.service().invariants) expect([name, (await check()).violations]).toEqual([name, 0])
})
test('a person shares 20 skills at most', async () => {
  const ask = place.as('resident')
  for (let count = 0; count < 20; count += 1) expect((await ask('/skills', { body: share })).status).toBe(201)
  expect((await ask('/skills', { body: share })).body.code).toBe('too-many-skills')
})
