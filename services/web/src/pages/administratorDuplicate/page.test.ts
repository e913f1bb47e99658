import { hidden, problem, startTestPlace, type TestPlace } from '../../testPlace.ts'

const id = (last: number) => `8c2f6f10-4f0e-4b64-9b64-${String(last).padStart(12, '0')}`
const [matchId, one, other] = [id(0xaa), id(1), id(2)] as [string, string, string]
const side = (organisationId: string, more: object) => ({
  ...{ organisationId, name: 'Sale Neighbours', kind: 'organisation', origin: 'imported', modifiedAt: '2026-03-02T10:00:00.000Z' },
  ...{ members: 0, offers: 1, offerNames: ['Lunch <b>club</b>'], sequence: 3 },
  ...more,
})
const pair = {
  ...{ matchId, status: 'waiting', certainty: 85, reasons: ['same-name', 'same-phone'], stands: one },
  organisations: [side(one, { name: 'Sale Neighbours', members: 1 }), side(other, { name: 'Sale Neighbors', origin: 'registered', members: 2, sequence: 5 })],
  fields: [
    { field: 'name', is: 'conflict', values: ['Sale Neighbours', 'Sale Neighbors'], stands: one },
    { field: 'phone', is: 'equal', values: ['0161 496 0000', '01614960000'], stands: one },
    { field: 'email', is: 'one-only', values: [null, 'a@example.org'], stands: other },
  ],
}
const state = { pair: pair as object, refuses: undefined as string | undefined, pairs: [] as object[] }
let place: TestPlace
beforeAll(async () => {
  place = await startTestPlace({
    'GET /provider-directory/duplicates': () => ({ items: state.pairs, after: 'next' }),
    'GET /provider-directory/duplicates/:id': () => state.pair,
    'POST /provider-directory/duplicates/:id/merging': (_asked, response) => {
      if (state.refuses) return problem(response, 409, state.refuses)
      state.pair = { ...pair, status: 'merged' }
      return void response.json({ matchId, organisationId: one })
    },
    'POST /provider-directory/duplicates/:id/:step': () => {
      state.pair = { ...pair, status: 'rejected' }
      return { matchId }
    },
    'GET /provider-directory/organisations/:id': () => ({ organisationId: one, name: 'Sale Neighbours', kind: 'organisation', offers: [] }),
    'GET /provider-directory/organisations/:id/checks': () => ({ items: [] }),
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  Object.assign(state, { pair, refuses: undefined, pairs: [] })
  place.asked.length = 0
})

const at = `/administrator/duplicates/${matchId}`
const shown = async (address: string) => (await (await place.signedIn('administrator')).get(address).expect(200)).text
const send = async (address: string, entered: object = {}) => {
  const agent = await place.signedIn('administrator')
  const { text } = await agent.get(address).expect(200)
  const answer = await agent
    .post(address)
    .type('form')
    .send({ _token: hidden(text, '_token'), _key: hidden(text, '_key'), ...entered })
  return { answer, agent }
}
const posted = () => place.asked.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body])
const seen = `${one}:3,${other}:5`

test('D10 the list says which two, why and how likely, and leads on and to those decided, in both languages', async () => {
  state.pairs = [{ ...pair, organisations: pair.organisations.map(({ organisationId, name }) => ({ organisationId, name })) }]
  const text = await shown('/administrator/duplicates')
  for (const words of [
    'Sale Neighbours · Sale Neighbors',
    'the same name, the same telephone number',
    '85 of 100',
    `href="${at}"`,
    'after=next',
    'status=rejected',
  ])
    expect(text).toContain(words)
  expect(await shown('/administrator/duplicates?status=merged&lang=cy')).toContain('Sefydliadau a all fod yn un')
})
test('D10 the two stand side by side, escaped; only what conflicts is to be chosen, and what would stand is chosen already', async () => {
  const text = await shown(at)
  for (const words of [
    'Lunch &lt;b&gt;club&lt;/b&gt;',
    'Which name stands?',
    'First: From a feed, 2 March 2026',
    'Second: Registered here',
    'Only one says it',
    'People act for both',
  ])
    expect(text).toContain(words)
  expect(text).not.toContain('Which telephone number stands?')
  expect(text).toMatch(new RegExp(`name="stands"[^>]*value="${one}"[^>]*checked`))
})
test('D10 a merge says what stands, whose words, and what was seen; then it can be undone', async () => {
  const { answer, agent } = await send(at, { stands: one, 'fields-name': other, seen })
  expect([answer.status, answer.headers.location]).toEqual([303, at])
  expect(posted()).toEqual([
    [
      `/provider-directory/duplicates/${matchId}/merging`,
      {
        stands: one,
        fields: { name: other },
        seen: [
          { organisationId: one, sequence: 3 },
          { organisationId: other, sequence: 5 },
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
  state.refuses = 'match-outdated'
  const refused = (await send(at, { stands: other, seen })).answer.text
  expect(refused).toContain('One of the two has changed since you looked')
  expect(refused).toMatch(new RegExp(`name="stands"[^>]*value="${other}"[^>]*checked`))
})
test('D10 telling two apart is asked first, and can be taken back', async () => {
  const { answer, agent } = await send(`${at}/rejection`)
  expect(answer.headers.location).toBe(at)
  const { text } = await agent.get(at)
  for (const words of ['Remembered: they are not the same.', `href="${at}/reopening"`]) expect(text).toContain(words)
})
test('D10 the page of a merged organisation leads to the one that stands and says so', async () => {
  const agent = await place.signedIn('resident')
  const answer = await agent.get(`/organisations/${other}`)
  expect([answer.status, answer.headers.location]).toEqual([303, `/organisations/${one}`])
  expect((await agent.get(`/organisations/${one}`)).text).toContain('The organisation that you asked for is listed here now.')
})
