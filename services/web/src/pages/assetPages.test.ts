import { directory, organisationId } from '../testExamples.ts'
import { hidden, problem, startTestPlace, type TestPlace } from '../testPlace.ts'

const assetId = '3d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b21'
const fundId = '3d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b22'
const saleCentral = { wardCode: 'E05015254', wardName: 'Sale Central' }
const skill = {
  ...{ assetId, kind: 'skill', category: 'garden-and-home', ...saleCentral, name: 'I mend bicycles <fast>', gift: 'hands', calledName: 'Nora' },
  summary: 'Punctures and brakes.',
}
const fund = {
  assetId: fundId,
  kind: 'money',
  category: 'community-groups',
  name: 'The pot',
  summary: '',
  organisation: { organisationId, name: 'Neighbours' },
}
const counts = { skill: 1, group: 0, building: 0, land: 0, money: 0, thing: 0 }
const whole = {
  ...skill,
  status: 'listed',
  description: 'Punctures and brakes.',
  shownAs: 'first-name',
  modifiedAt: '2026-03-02T10:00:00.000Z',
  isYours: false,
}

let place: TestPlace
let isYours = false
beforeAll(async () => {
  place = await startTestPlace({
    // Before the directory's own, which has an id there.
    'GET /provider-directory/organisations/mine': () => ({
      items: [{ organisationId, name: 'Neighbours', kind: 'community-network', memberRole: 'owner' }],
    }),
    ...directory,
    'GET /provider-directory/assets': ({ query: { ward, text, kind } }) => {
      const items = text === 'nothing at all' || ward === 'E05015239' ? [] : kind === 'group' ? [] : ward ? [skill] : [skill, fund]
      return { items, total: items.length, facets: { kind: { skill: 1, money: 1 }, category: { 'garden-and-home': 1 }, ward: { E05015254: 1 } } }
    },
    'GET /provider-directory/assets/by-ward': () => ({
      wards: [
        { ...saleCentral, counts, services: 2 },
        { wardCode: 'E05015239', wardName: 'Altrincham', counts: { ...counts, skill: 0 }, services: 0 },
      ],
      wholePlace: { ...counts, skill: 0, money: 1 },
    }),
    'GET /provider-directory/assets/:id': ({ params }, response) => {
      response.set('ETag', '"3"')
      if (params.id !== assetId) return problem(response, 404, 'not-found')
      return { ...whole, isYours, ...(isYours ? { reach: { phone: '07700 900123' } } : {}) }
    },
    'GET /provider-directory/skills/mine': () => ({ items: [{ ...skill, status: 'listed' }] }),
    'GET /provider-directory/skills/readings': () => ({ items: [{ assetId, at: '2026-03-02T10:00:00.000Z', role: 'coordinator' }] }),
    'GET /provider-directory/skills/:id/sharer': () => ({ calledName: 'Nora', phone: '07700 900123' }),
    'POST /provider-directory/skills': (_asked, response) => void response.status(201).json({ assetId }),
    'PUT /provider-directory/skills/:id': ({ headers }, response) => (headers['if-match'] === '"3"' ? { assetId } : problem(response, 412, 'stale')),
    'POST /provider-directory/assets/:id/removal': () => ({ assetId }),
    'GET /provider-directory/organisations/:id/assets': () => ({ items: [{ ...fund, status: 'hidden' }] }),
    'POST /provider-directory/assets': (_asked, response) => void response.status(201).json({ assetId: fundId }),
    'GET /notification/messages': () => ({ items: [], unread: 0 }),
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  isYours = false
})

const page = async (path: string) => (await place.browser().get(path)).text.replaceAll(/\s+/g, ' ')
const formOf = (html: string) => ({ _token: hidden(html, '_token'), _key: hidden(html, '_key') })
const posted = (method: string, path: string) => place.asked.filter((one) => one.method === method && one.path === path)

describe('the asset map', () => {
  test('D13 shows ward by ward what is strong, on a map and in its table, and each number leads to what it counts', async () => {
    const text = await page('/assets')
    expect(text).toMatch(/<svg class="patchwork-map patchwork-map--shaded"[^>]* role="group"/)
    expect(text).toContain('<a href="/assets?ward=E05015254" aria-label="Sale Central: 3"><path')
    expect(text).toContain('<title>Sale Central: 3</title>')
    expect(text).toContain('<title>Altrincham: 0</title>')
    expect(text).toContain('href="/assets?kind=skill&amp;ward=E05015254"'.replace('kind=skill&amp;ward=E05015254', 'ward=E05015254&amp;kind=skill'))
    expect(text).toContain('href="/find?ward=E05015254"')
    expect(text).toContain('href="/assets?kind=money"')
    expect(await page('/assets?kind=skill')).toContain('<title>Sale Central: 1</title>')
  })
  test('D13 a ward lists what is there by kind, and a ward with nothing says what could be done', async () => {
    const text = await page('/assets?ward=E05015254')
    expect(text).toContain(`<a class="govuk-link" href="/assets/${assetId}">I mend bicycles &lt;fast&gt;</a>`)
    expect(text).toContain('2 services are in this area too')
    expect(text).toContain('<a href="/assets?ward=E05015254" aria-label="Sale Central: 3" aria-current="true"><path')
    expect(text).toContain('<a href="/assets?ward=E05015239" aria-label="Altrincham: 0"><path')
    const nothing = await page('/assets?ward=E05015239')
    expect(nothing).toContain('Nobody has told us yet what is strong in Altrincham.')
    expect(nothing).toContain('<a class="govuk-link" href="/my/skills/new">Add the first</a>')
  })
  test.each(['kind=weapons', 'ward=Sale', 'text=a&text=b', 'after=x', 'category='])(
    'an address that was mistyped is read as far as it can be: %s',
    async (query) => {
      expect((await place.browser().get(`/assets?${query}`)).status).toBe(200)
    },
  )
  test('finding help says what is strong here beside services, and only where there is something', async () => {
    expect(await page('/find?text=mend&ward=E05015254')).toContain(
      '<a class="govuk-link" href="/assets?text=mend&amp;ward=E05015254">Also strong here, beside services: one</a>',
    )
    expect(await page('/find?text=nothing+at+all')).not.toContain('Also strong here')
  })
})

describe('one skill', () => {
  test('D13 shows its person as they chose, and leads to those who introduce people', async () => {
    const text = await page(`/assets/${assetId}`)
    expect(text).toContain('Shared by Nora')
    expect(text).toContain('Ask the network')
    expect(text).not.toContain('07700')
    expect(text).not.toContain(`/assets/${assetId}/reach`)
  })
  test('a coordinator reads how to reach them, and is told that it is written down', async () => {
    const agent = await place.signedIn('coordinator')
    expect((await agent.get(`/assets/${assetId}`)).text).toContain(`href="/assets/${assetId}/reach"`)
    const { text } = await agent.get(`/assets/${assetId}/reach`).expect(200)
    expect(text).toContain('07700 900123')
    expect(text).toContain('It is written down that you read this')
    await (await place.signedIn('provider')).get(`/assets/${assetId}/reach`).expect(403)
  })
})

describe('what I share', () => {
  const entered = {
    name: 'I bake bread',
    description: '',
    gift: 'hands',
    category: 'food',
    wardCode: 'E05015254',
    shownAs: 'ask',
    calledName: 'Nora',
    'reach-email': '',
    'reach-phone': '07700 900123',
  }
  test('D13 a resident sees what they share and who read how to reach them', async () => {
    const { text } = await (await place.signedIn('resident')).get('/my/skills').expect(200)
    expect(text).toContain('Shown as Nora')
    expect(text).toContain('A coordinator of a network, 2 March 2026 at 10am (I mend bicycles &lt;fast&gt;)')
  })
  test('D13 of a name that is not to be shown nothing is sent; sent twice it carries the same key', async () => {
    const agent = await place.signedIn('resident')
    const { text } = await agent.get('/my/skills/new').expect(200)
    const body = { ...formOf(text), ...entered, isAdult: 'yes' }
    for (let count = 0; count < 2; count += 1) await agent.post('/my/skills/new').type('form').send(body).expect(303).expect('location', '/my/skills')
    const [first, second] = posted('POST', '/provider-directory/skills')
    expect(first?.body).toEqual({
      ...{ name: 'I bake bread', gift: 'hands', category: 'food', wardCode: 'E05015254', shownAs: 'ask', isAdult: true },
      reach: { phone: '07700 900123' },
    })
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key'])
  })
  test('what is missing is said at its field, with all that was entered', async () => {
    const agent = await place.signedIn('resident')
    const { text } = await agent.get('/my/skills/new')
    const answer = await agent
      .post('/my/skills/new')
      .type('form')
      .send({ ...formOf(text), ...entered, isAdult: 'yes', shownAs: 'name', calledName: '', 'reach-phone': '' })
    for (const words of ['Say what you are called', 'Give an email address or a telephone number', 'I bake bread', 'href="#reach-email"'])
      expect(answer.text).toContain(words)
    const young = await agent
      .post('/my/skills/new')
      .type('form')
      .send({ ...formOf(text), ...entered })
    expect(young.text).toContain('Say that you are 18 or over')
  })
  test('their own is changed with its version, and taken out after a question', async () => {
    isYours = true
    const agent = await place.signedIn('resident')
    const { text } = await agent.get(`/my/skills/${assetId}/edit`).expect(200)
    expect(text).toContain('value="07700 900123"')
    await agent
      .post(`/my/skills/${assetId}/edit`)
      .type('form')
      .send({ ...formOf(text), ...entered, version: '"3"' })
      .expect(303)
    const asked = await agent.get(`/assets/${assetId}/removal`).expect(200)
    expect(asked.text).toContain('Take this out for good?')
    await agent.post(`/assets/${assetId}/removal`).type('form').send(formOf(asked.text)).expect(303).expect('location', '/my/skills')
    isYours = false
    await agent.get(`/my/skills/${assetId}/edit`).expect(404)
  })
})

describe('what an organisation speaks for', () => {
  test('D13 its members choose a kind first, and send what is proper to it and nothing else', async () => {
    const agent = await place.signedIn('coordinator')
    expect((await agent.get('/provider/assets').expect(200)).text).toContain('The pot')
    expect((await agent.get('/provider/assets/new').expect(200)).text).toContain('href="/provider/assets/new?kind=building"')
    const { text } = await agent.get('/provider/assets/new?kind=money').expect(200)
    expect(text).not.toContain('name="capacity"')
    await agent
      .post('/provider/assets/new?kind=money')
      .type('form')
      .send({
        ...{ ...formOf(text), organisationId, kind: 'money', name: 'The pot', category: 'community-groups', purpose: 'Street parties' },
        ...{ pence: '315', deadlineOn: '2026-12-01', capacity: '40', 'place-address': '1 Ash Road' },
      })
      .expect(303)
    expect(posted('POST', '/provider-directory/assets').at(-1)?.body).toEqual({
      ...{ organisationId, kind: 'money', name: 'The pot', category: 'community-groups', purpose: 'Street parties' },
      ...{ pence: 31_500, deadlineOn: '2026-12-01', contact: {} },
    })
  })
  test('a fund says what it is for, and a thing how it is shared', async () => {
    const agent = await place.signedIn('provider')
    for (const [kind, words] of [
      ['money', 'Enter something here'],
      ['thing', 'Choose one of these'],
    ] as const) {
      const { text } = await agent.get(`/provider/assets/new?kind=${kind}`)
      const answer = await agent
        .post(`/provider/assets/new?kind=${kind}`)
        .type('form')
        .send({ ...formOf(text), organisationId, kind, name: 'Something', category: 'food' })
      expect(answer.text).toContain(words)
      expect(answer.text).toContain(`name="kind" value="${kind}"`)
    }
  })
})
