import { hidden, problem, startTestPlace, type TestPlace } from '../testPlace.ts'

const importId = '8c2f6f10-4f0e-4b64-9b64-0000000000a1'
const report = {
  read: 819,
  new: 811,
  changed: 0,
  same: 0,
  gone: 0,
  refused: 8,
  problems: [{ code: 'bad-url', count: 54, examples: [] }],
}
const one = {
  importId,
  source: 'feed.example.org/services',
  status: 'staged',
  format: 'open-referral',
  begunAt: '2026-03-02T10:00:00.000Z',
  isLast: false,
  report,
}
const record = { position: 1, kind: 'refused', problems: ['no-name', 'no-organisation'], recordId: 'a<b>' }

let place: TestPlace
const state = { one: one as object, refuses: undefined as [number, string] | undefined }
beforeAll(async () => {
  const step = (_asked: unknown, response: Parameters<typeof problem>[0]) =>
    state.refuses ? problem(response, state.refuses[0], state.refuses[1], []) : void response.status(202).json({ importId })
  place = await startTestPlace({
    'GET /provider-directory/imports': () => ({ items: [one], after: 'next page' }),
    'POST /provider-directory/imports': step,
    'GET /provider-directory/imports/:id': () => state.one,
    'GET /provider-directory/imports/:id/records': () => ({ items: [record], after: 'more' }),
    'POST /provider-directory/imports/:id/:what': step,
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  state.refuses = undefined
  state.one = one
  place.asked.length = 0
})

const send = async (address: string, entered: object = {}) => {
  const agent = await place.signedIn('administrator')
  const { text } = await agent.get(address).expect(200)
  return agent
    .post(address)
    .type('form')
    .send({ _token: hidden(text, '_token'), _key: hidden(text, '_key'), ...entered })
}
const posted = () => place.asked.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body])
const shown = async (address = `/administrator/imports/${importId}`) => (await (await place.signedIn('administrator')).get(address).expect(200)).text

test.each(['resident', 'provider', 'coordinator', 'navigator', 'commissioner'] as const)('a %s has no such pages', async (role) => {
  const agent = await place.signedIn(role)
  for (const path of ['', `/${importId}`, `/${importId}/acceptance`]) await agent.get(`/administrator/imports${path}`).expect(403)
})
test('an address is given to be read, and what it says is shown next', async () => {
  const { status, headers } = await send('/administrator/imports', { address: 'https://feed.example.org/services' })
  expect([status, headers.location]).toEqual([303, `/administrator/imports/${importId}`])
  expect(posted()).toEqual([['/provider-directory/imports', { address: 'https://feed.example.org/services' }]])
})
test('what is no web address is told at its field, and another import under way above the form', async () => {
  const refused = await send('/administrator/imports', { address: 'here' })
  expect([refused.text.includes('href="#address"'), refused.text.includes('begins with http')]).toEqual([true, true])
  state.refuses = [409, 'import-busy']
  expect((await send('/administrator/imports', { address: 'https://feed.example.org/' })).text).toContain('Another import is under way')
})
test('X1 an import is shown with its counts, its problems in words, and record by record, escaped', async () => {
  const text = await shown(`/administrator/imports/${importId}?kind=refused`)
  for (const words of [
    '819 records were read',
    'Its web address is not one',
    'Has no organisation, and is refused',
    'a&lt;b&gt;',
    'Without a name',
    'Nothing public has changed',
  ])
    expect(text).toContain(words)
  expect(text).toContain(`href="/administrator/imports/${importId}/acceptance"`)
  expect(text).toContain('kind=refused&amp;after=more')
  expect(place.asked.find(({ path }) => path.endsWith('/records'))?.query.kind).toBe('refused')
})
test('X1 while it is being taken it says how far it is; once accepted it can be undone if it is the last', async () => {
  state.one = { ...one, status: 'accepting', progress: { doing: 'taking', count: 1_500, perSecond: 300 } }
  expect(await shown()).toContain('1,500 records so far, 300 a second')
  state.one = { ...one, status: 'accepted', taken: 811, left: 2, isLast: true }
  const text = await shown()
  for (const words of ['811 offers were taken', '2 were edited here', '/undoing"']) expect(text).toContain(words)
  state.one = { ...one, status: 'accepted', taken: 811, left: 0, isLast: false }
  expect(await shown()).not.toContain('/undoing"')
})
test.each(['cut-off', 'refused-address', 'a-reason-of-tomorrow'])('a feed that could not be read says why: %s', async (reason) => {
  state.one = { ...one, status: 'failed', reason, report: undefined }
  expect(await shown()).not.toContain('administratorImport.')
})
test.each(['acceptance', 'undoing', 'dropping'])('%s asks first, and is done by a form', async (step) => {
  const { status, headers } = await send(`/administrator/imports/${importId}/${step}`)
  expect([status, headers.location]).toEqual([303, `/administrator/imports/${importId}`])
  expect(posted()).toEqual([[`/provider-directory/imports/${importId}/${step}`, {}]])
})
test('an acceptance that comes too late is told why', async () => {
  state.refuses = [409, 'import-outdated']
  expect((await send(`/administrator/imports/${importId}/acceptance`)).text).toContain('Read the feed again')
})
