import { hidden, problem, startTestPlace, type TestPlace } from '../../testPlace.ts'

const importId = '8c2f6f10-4f0e-4b64-9b64-0000000000a1'
const offerId = '8c2f6f10-4f0e-4b64-9b64-0000000000b1'
const conflict = {
  ...{ name: 'Lunch <b>club</b>', offerId, isChosen: false },
  fields: [
    { field: 'name', ours: { words: 'Lunch <b>club</b>' }, theirs: { words: 'Dinner club' }, canBoth: false, stands: 'ours' },
    { field: 'form', ours: { form: { kind: 'group', seats: 12 } }, theirs: { form: { kind: 'one-to-one' } }, canBoth: false, stands: 'ours' },
    { field: 'price', ours: { price: { kind: 'paid', pence: 350 } }, theirs: {}, canBoth: false, stands: 'ours' },
    { field: 'description', ours: { words: 'A meal.' }, theirs: { words: 'A hot meal.' }, canBoth: true, stands: 'theirs' },
  ],
}
const state = { conflict: conflict as object, refuses: undefined as string | undefined }
let place: TestPlace
beforeAll(async () => {
  place = await startTestPlace({
    'GET /provider-directory/imports/:id/records/:position/conflict': () => state.conflict,
    'POST /provider-directory/imports/:id/records/:position/choice': (_asked, response) =>
      state.refuses ? problem(response, 409, state.refuses) : void response.json({ importId }),
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  Object.assign(state, { conflict, refuses: undefined })
  place.asked.length = 0
})

const at = `/administrator/imports/${importId}/records/2`
const shown = async (language = 'en') => (await (await place.signedIn('administrator')).get(`${at}?lang=${language}`).expect(200)).text
const send = async (entered: object) => {
  const agent = await place.signedIn('administrator')
  const { text } = await agent.get(at).expect(200)
  return agent
    .post(at)
    .type('form')
    .send({ _token: hidden(text, '_token'), _key: hidden(text, '_key'), ...entered })
}

test('X1 ours and theirs stand field by field, escaped, with what is proposed chosen; both only where that makes sense', async () => {
  const text = await shown()
  for (const words of [
    'Lunch &lt;b&gt;club&lt;/b&gt;',
    'Dinner club',
    '£3.50',
    'How it is offered',
    'Group, 12 seats',
    'One to one',
    'A hot meal.',
    'What the feed says',
  ])
    expect(text).toContain(words)
  expect(text.match(/Keep both/g)).toHaveLength(1)
  expect(text).toMatch(/name="fields-description"[^>]*value="theirs"[^>]*checked/)
  expect(await shown('cy')).toContain('Cadw’r ddau')
})
test('X1 what is chosen is kept, and the page of the import comes back', async () => {
  const { status, headers } = await send({ 'fields-name': 'ours', 'fields-description': 'both' })
  expect([status, headers.location]).toEqual([303, `/administrator/imports/${importId}`])
  expect(place.asked.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([{ fields: { name: 'ours', description: 'both' } }])
})
test('X1 what is no choice is told at its field; where nothing waits any more, that is told', async () => {
  expect((await send({ 'fields-name': 'nobody’s' })).text).toContain('href="#fields-name"')
  state.refuses = 'no-conflict'
  expect((await send({})).text).toContain('There is nothing to choose any more')
})
test('X1 where nothing is different there is nothing to choose', async () => {
  state.conflict = { ...conflict, fields: [] }
  expect(await shown()).toContain('nothing new that is different')
})
