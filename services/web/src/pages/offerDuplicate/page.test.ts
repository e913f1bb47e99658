import { hidden, problem, startTestPlace, type TestPlace } from '../../testPlace.ts'

const id = (last: number) => `8c2f6f10-4f0e-4b64-9b64-${String(last).padStart(12, '0')}`
const [matchId, one, other, organisationId] = [id(0xaa), id(1), id(2), id(9)] as [string, string, string, string]
const side = (offerId: string, more: object) => ({
  ...{ offerId, name: 'Lunch <b>club</b>', status: 'published', origin: 'registered', modifiedAt: '2026-03-02T10:00:00.000Z', sequence: 3 },
  organisation: { organisationId, name: 'Sale Neighbours' },
  ...more,
})
const pair = {
  ...{ matchId, status: 'waiting', certainty: 90, reasons: ['similar-name', 'same-postcode', 'same-times'], stands: one },
  offers: [side(one, {}), side(other, { name: 'Luncheon club', origin: 'imported', sequence: 5 })],
  fields: [
    { field: 'name', is: 'conflict', values: [{ words: 'Lunch <b>club</b>' }, { words: 'Luncheon club' }], stands: one },
    { field: 'price', is: 'conflict', values: [{ price: { kind: 'free' } }, { price: { kind: 'paid', pence: 350, unit: 'session' } }], stands: one },
    { field: 'area', is: 'one-only', values: [{ area: { wardNames: ['Sale Central'], withinMetres: 2_000, postcode: 'M33' } }, {}], stands: one },
    { field: 'category', is: 'equal', values: [{ words: 'food' }, { words: 'food' }], stands: one },
  ],
}
const state = { pair: pair as object, refuses: undefined as string | undefined, pairs: [] as object[] }
let place: TestPlace
beforeAll(async () => {
  place = await startTestPlace({
    'GET /provider-directory/offer-duplicates': () => ({ items: state.pairs, after: 'next' }),
    'GET /provider-directory/offer-duplicates/:id': () => state.pair,
    'POST /provider-directory/offer-duplicates/:id/merging': (_asked, response) => {
      if (state.refuses) return problem(response, 409, state.refuses)
      state.pair = { ...pair, status: 'merged' }
      return void response.json({ matchId, offerId: one })
    },
    'POST /provider-directory/offer-duplicates/:id/:step': () => {
      state.pair = { ...pair, status: 'rejected' }
      return { matchId }
    },
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  Object.assign(state, { pair, refuses: undefined, pairs: [] })
  place.asked.length = 0
})

const at = `/duplicates/${matchId}`
type Role = Parameters<TestPlace['signedIn']>[0]
const shown = async (address: string, role: Role = 'provider') => (await (await place.signedIn(role)).get(address).expect(200)).text
const send = async (address: string, entered: object = {}) => {
  const agent = await place.signedIn('provider')
  const { text } = await agent.get(address).expect(200)
  const answer = await agent
    .post(address)
    .type('form')
    .send({ _token: hidden(text, '_token'), _key: hidden(text, '_key'), ...entered })
  return { answer, agent }
}
const posted = () => place.asked.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body])
const seen = `${one}:3,${other}:5`

test('D10 the list says which two, whose, why and how likely; those who keep offers see their own, administrators all', async () => {
  state.pairs = [pair]
  const text = await shown(`/duplicates?organisation=${organisationId}`)
  for (const words of [
    'Luncheon club',
    'Sale Neighbours',
    'nearly the same name, the same postcode, the same times',
    '90 of 100',
    `href="${at}"`,
    `organisation=${organisationId}&amp;status=rejected`,
    'href="/provider"',
  ])
    expect(text).toContain(words)
  expect(place.asked.find(({ path }) => path === '/provider-directory/offer-duplicates')?.query).toMatchObject({ organisationId, status: 'waiting' })
  expect(await shown('/duplicates?status=merged&lang=cy', 'administrator')).toContain('Cynigion a all fod wedi’u rhestru ddwywaith')
  await (await place.signedIn('resident')).get('/duplicates').expect(403)
})
test('D10 the two stand side by side, escaped and in words; only what conflicts is to be chosen, and what would stand is chosen already', async () => {
  const text = await shown(at)
  for (const words of [
    'Lunch &lt;b&gt;club&lt;/b&gt;',
    'Which stands? Name',
    'Which stands? Price',
    '£3.50',
    'Sale Central',
    'First: Registered here, 2 March 2026',
    'Second: From a feed',
    'Only one says it',
  ])
    expect(text).toContain(words)
  expect(text).not.toContain('Which stands? Kind')
  expect(text).toMatch(new RegExp(`name="stands"[^>]*value="${one}"[^>]*checked`))
})
test('D10 a merge says what stands, whose words, and what was seen; then it can be undone', async () => {
  const { answer, agent } = await send(at, { stands: one, 'fields-price': other, seen })
  expect([answer.status, answer.headers.location]).toEqual([303, at])
  expect(posted()).toEqual([
    [
      `/provider-directory/offer-duplicates/${matchId}/merging`,
      {
        stands: one,
        fields: { price: other },
        seen: [
          { offerId: one, sequence: 3 },
          { offerId: other, sequence: 5 },
        ],
      },
    ],
  ])
  const { text } = await agent.get(at)
  for (const words of ['They are one now.', `href="${at}/undoing"`]) expect(text).toContain(words)
})
test('D10 a form without a choice says so at the field, and a refusal keeps what was entered', async () => {
  const { answer } = await send(at, {})
  expect(answer.text).toContain('Choose which one stands for both')
  expect(answer.text).toContain('href="#stands"')
  for (const [code, words] of [
    ['match-outdated', 'One of the two has changed since you looked'],
    ['offer-not-published', 'One of the two was withdrawn meanwhile'],
    ['not-of-one-organisation', 'These two are of two organisations now'],
  ] as const) {
    state.refuses = code
    const refused = (await send(at, { stands: other, seen })).answer.text
    expect(refused).toContain(words)
    expect(refused).toMatch(new RegExp(`name="stands"[^>]*value="${other}"[^>]*checked`))
  }
})
test('D10 telling two apart is asked first, and can be taken back', async () => {
  const { answer, agent } = await send(`${at}/rejection`)
  expect(answer.headers.location).toBe(at)
  const { text } = await agent.get(at)
  for (const words of ['Remembered: these are two things.', `href="${at}/reopening"`]) expect(text).toContain(words)
})
