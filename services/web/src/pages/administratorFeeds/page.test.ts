import { hidden, problem, startTestPlace, type TestPlace } from '../../testPlace.ts'

const feedId = '8c2f6f10-4f0e-4b64-9b64-0000000000c1'
const importId = '8c2f6f10-4f0e-4b64-9b64-0000000000a1'
const one = {
  ...{ feedId, address: 'https://feed.example.org/services?a=<b>', every: 'week', isLooking: false, nextLookAt: '2026-03-09T10:00:00.000Z', failures: 0 },
  last: { endedAt: '2026-03-02T10:00:00.000Z', answer: 'staged', importId },
}
const state = { items: [] as object[], refuses: undefined as string | undefined }
let place: TestPlace
beforeAll(async () => {
  place = await startTestPlace({
    'GET /provider-directory/feeds': () => ({ items: state.items }),
    'POST /provider-directory/feeds': (_asked, response) =>
      state.refuses ? problem(response, 422, state.refuses) : void response.status(201).json({ feedId }),
    'POST /provider-directory/feeds/:id/stop': () => ({ feedId }),
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  Object.assign(state, { items: [], refuses: undefined })
  place.asked.length = 0
})

const shown = async (language = 'en') => (await (await place.signedIn('administrator')).get(`/administrator/feeds?lang=${language}`).expect(200)).text
const send = async (address: string, entered: object = {}) => {
  const agent = await place.signedIn('administrator')
  const { text } = await agent.get(address).expect(200)
  return agent
    .post(address)
    .type('form')
    .send({ _token: hidden(text, '_token'), _key: hidden(text, '_key'), ...entered })
}
const posted = () => place.asked.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body])

test('X1 an administrator sees what the last look at a feed came to and when the next is, escaped, in both languages', async () => {
  state.items = [one]
  const text = await shown()
  for (const words of ['a=&lt;b&gt;', 'Every week', 'Something differs, and waits for you', `href="/administrator/imports/${importId}"`, '9 March 2026'])
    expect(text).toContain(words)
  expect(await shown('cy')).toContain('Mae rhywbeth yn wahanol')
})
test('a feed that cannot be read says why, how often, and that the wait grows', async () => {
  state.items = [{ ...one, failures: 4, last: { endedAt: one.last.endedAt, answer: 'failed', reason: 'too-slow' } }]
  const text = await shown()
  for (const words of ['Could not be read.', 'It took too long.', 'failed 4 times in a row', 'up to a day']) expect(text).toContain(words)
})
test('one that was never looked at, and one that is being looked at, say so', async () => {
  const { last: _none, ...never } = one
  state.items = [{ ...never, isLooking: true }]
  const text = await shown()
  for (const words of ['Not looked at yet', 'Being looked at now']) expect(text).toContain(words)
})
test('a feed is to be looked at by a form; what is no web address, and one too many, are told', async () => {
  const { status, headers } = await send('/administrator/feeds', { address: 'https://feed.example.org/services', every: 'week' })
  expect([status, headers.location]).toEqual([303, '/administrator/feeds'])
  expect(posted()).toEqual([['/provider-directory/feeds', { address: 'https://feed.example.org/services', every: 'week' }]])
  expect((await send('/administrator/feeds', { address: 'here', every: 'day' })).text).toContain('begins with http')
  state.refuses = 'too-many-feeds'
  expect((await send('/administrator/feeds', { address: 'https://feed.example.org/', every: 'day' })).text).toContain('100 feeds are looked at already')
})
test('stopping asks first, and is done by a form', async () => {
  state.items = [one]
  expect(await shown()).toContain(`/administrator/feeds/${feedId}/stop`)
  const { status, headers } = await send(`/administrator/feeds/${feedId}/stop`)
  expect([status, headers.location]).toEqual([303, '/administrator/feeds'])
  expect(posted()).toEqual([[`/provider-directory/feeds/${feedId}/stop`, {}]])
})
test.each(['resident', 'provider', 'coordinator', 'navigator', 'commissioner'] as const)('a %s has no such pages', async (role) => {
  const agent = await place.signedIn(role)
  for (const path of ['', `/${feedId}/stop`]) await agent.get(`/administrator/feeds${path}`).expect(403)
})
