import { hidden, startTestPlace, type TestPlace } from '../../testPlace.ts'

const administrators = '0f3c6a52-1111-4f0e-8f6a-6f1f4a4b2b22'
const run = { runId: 'one', status: 'finished', startedAt: '2026-03-02T10:00:00.000Z', startedBy: administrators, finishedAt: '2026-03-02T10:01:00.000Z' }
const checked = [{ name: 'referral: each stands on a recorded need of the same person', checked: 12, violations: 0, examples: [] as string[] }]
const quiet = {
  processes: [{ processId: 'aaaaaaaa-1111', startedAt: '2026-03-02T09:00:00.000Z', seenAt: '2026-03-02T10:00:00.000Z', isReady: true }],
  consumers: [{ group: 'notification', behind: 0, parked: 0 }],
  outboxes: [{ aggregate: 'notification/message', waiting: 0 }],
  replays: [] as object[],
}
const letter = { group: 'notification', source: 's', sequence: 2, eventId: 'event-7', type: 'referral.accepted.v1', reason: 'failed: parties-unknown' }

let place: TestPlace
const state = { notification: quiet as object, letters: [] as object[], replay: {} as object, verified: [] as string[], underWayIn: '' }
beforeAll(async () => {
  place = await startTestPlace({
    'GET /notification/operations/status': () => state.notification,
    'GET /notification/operations/dead-letters': () => ({ items: state.letters, isMore: false }),
    'POST /notification/operations/replays': (_asked, response) => void response.status(202).json(state.replay),
    'GET /referral/operations/status': () => ({ ...quiet, verification: { ...run, done: 1, of: 1, checked } }),
    'POST /:service/operations/verifications': ({ params }, response) => {
      if (params.service === state.underWayIn) return void response.status(409).json({ status: 409, code: 'verification-under-way' })
      state.verified.push(params.service!)
      response.status(202).json({ ...run, status: 'running', done: 0, of: 9 })
    },
    // Two processes, one of which cannot do its work just now.
    'GET /people/operations/status': () => ({
      ...quiet,
      processes: [...quiet.processes, { ...quiet.processes[0], processId: 'bbbbbbbb-2222', isReady: false }],
    }),
  })
})
afterAll(() => place.stop())

const textOf = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

test('each service is shown with its processes, and one that does not answer is named as such', async () => {
  const text = textOf((await (await place.signedIn('administrator')).get('/operations')).text)
  expect(text).toMatch(/people Ready aaaaaaaa since .* Not ready bbbbbbbb since/)
  expect(text).toMatch(/identity Does not answer/)
  expect(text).toContain('There are none.')
})

test('what could not be handled stands there with its reason and event, and can be tried again; what came of it is told', async () => {
  state.notification = {
    ...quiet,
    consumers: [{ group: 'notification', behind: 3, parked: 1 }],
    replays: [{ ...run, done: 1, of: 1, replayed: 2, stillParked: 1 }],
  }
  state.letters = [letter]
  state.replay = { ...run, done: 1, of: 1, replayed: 1, stillParked: 0 }
  const browser = await place.signedIn('administrator')
  const page = (await browser.get('/operations')).text
  const text = textOf(page)
  for (const words of ['notification: 1 wait.', 'failed: parties-unknown', 'event-7', '2 handled, 1 still waiting.', 'started by another administrator'])
    expect(text).toContain(words)
  const form = page.slice(page.indexOf('action="/operations/replays"'))
  const fields = { _token: hidden(form, '_token'), _key: hidden(form, '_key'), service: 'notification', group: 'notification' }
  expect((await browser.post('/operations/replays').type('form').send(fields)).status).toBe(303)
  expect((await browser.get('/operations')).text).toContain('They were tried again, and all were handled.')
  expect(place.asked.at(-1)?.path.length).toBeGreaterThan(0)
  expect(place.asked.find(({ path }) => path === '/notification/operations/replays')?.body).toEqual({ group: 'notification' })
})

test('a verification is asked of every service, and its last result is shown', async () => {
  const browser = await place.signedIn('administrator')
  const page = (await browser.get('/operations')).text
  expect(textOf(page)).toMatch(/It is not whole: a service did not finish it\. .*referral: 1 of 1 checks\. Finished\./)
  const form = page.slice(page.indexOf('action="/operations/verifications"'))
  const fields = { _token: hidden(form, '_token'), _key: hidden(form, '_key') }
  expect((await browser.post('/operations/verifications').type('form').send(fields)).status).toBe(303)
  expect(state.verified.sort()).toEqual(
    ['commissioning', 'identity', 'notification', 'people', 'personal-budget-pooling', 'provider-directory', 'referral', 'web'].sort(),
  )
})

test('one that was begun by the command is told as such, and another while one is under way is not begun, in words', async () => {
  const { startedBy: _, ...byCommand } = run
  state.notification = { ...quiet, verification: { ...byCommand, status: 'running', done: 0, of: 9 } }
  state.underWayIn = 'notification'
  const browser = await place.signedIn('administrator')
  const page = (await browser.get('/operations')).text
  expect(textOf(page)).toContain('started by patchwork verify')
  const form = page.slice(page.indexOf('action="/operations/verifications"'))
  await browser
    .post('/operations/verifications')
    .type('form')
    .send({ _token: hidden(form, '_token'), _key: hidden(form, '_key') })
  expect((await browser.get('/operations')).text).toContain('A verification was under way already.')
  state.underWayIn = ''
})

test('nobody but an administrator sees it, or hears of changes', async () => {
  const commissioner = await place.signedIn('commissioner')
  expect((await commissioner.get('/operations')).status).toBe(403)
  expect((await commissioner.get('/operations/changes')).status).toBe(204)
  expect((await place.browser().get('/operations/changes')).status).toBe(204)
})

test('an administrator’s browser is told when something has changed', async () => {
  const cookie = await place.sessionCookie('administrator')
  const gone = new AbortController()
  const response = await fetch(`${place.publicUrl}/operations/changes`, { headers: { cookie }, signal: gone.signal })
  const reader = response.body!.getReader()
  const read = async () => new TextDecoder().decode((await reader.read()).value)
  expect(await read()).toBe(': here\n\n')
  state.notification = quiet
  let told = ''
  while (!told.includes('event: changed')) told += await read()
  gone.abort()
})
