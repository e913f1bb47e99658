import { directory } from '../testExamples.ts'
import { hidden, problem, startTestPlace, type TestPlace } from '../testPlace.ts'

let place: TestPlace
beforeAll(async () => {
  place = await startTestPlace(directory)
})
afterAll(() => place.stop())
beforeEach(() => {
  place.asked.length = 0
})

const accept = (route: string, status: number, body: object = {}) => {
  place.routes[route] = (_asked, response) => response.status(status).json(body)
}
const refuse = (route: string, status: number, code: string, pointer?: string) => {
  place.routes[route] = (_asked, response) => problem(response, status, code, pointer === undefined ? undefined : [{ pointer, code }])
}
const fillIn = async (path: string, fields: object) => {
  const browser = place.browser()
  const { text } = await browser.get(path)
  const kept = { _token: hidden(text, '_token'), _key: hidden(text, '_key'), ...(text.includes('name="token"') ? { token: hidden(text, 'token') } : {}) }
  return browser
    .post(path.split('?')[0]!)
    .type('form')
    .send({ ...kept, ...fields })
}
const sent = () => place.asked.filter(({ method }) => method === 'POST').map(({ path, body }) => ({ path, body }))
const ada = { role: 'resident', name: 'Ada Łódź 東京', email: 'ada@example.com', postcode: 'm337zf', password: 'three odd words' }

describe('signing up', () => {
  test('sends what was entered, and the answer is the same for every address', async () => {
    accept('POST /identity/accounts', 202)
    expect((await fillIn('/sign-up', ada)).headers.location).toBe('/check-your-mail')
    expect(sent()).toEqual([{ path: '/identity/accounts', body: { ...ada, postcode: 'M33 7ZF' } }])
  })
  test('needs no postcode', async () => {
    accept('POST /identity/accounts', 202)
    await fillIn('/sign-up', { ...ada, postcode: '' })
    expect(sent()[0]?.body).not.toHaveProperty('postcode')
  })
  test('begins with what the first page asked', async () => {
    expect((await place.browser().get('/sign-up?as=provider')).text).toMatch(/value="provider" checked/)
    expect((await place.browser().get('/sign-up?as=toString')).text).not.toMatch(/ checked/)
  })
  test.each(['password-too-short', 'password-too-common'])('a password refused as %s is said at its field', async (code) => {
    refuse('POST /identity/accounts', 422, code, '/password')
    const { text, status } = await fillIn('/sign-up', ada)
    expect(status).toBe(422)
    expect(text).toContain('<a href="#password">')
    expect(text).toContain('id="password-error"')
    expect(text).toContain('value="Ada Łódź 東京"')
  })
  test('tried too often, it says to wait', async () => {
    refuse('POST /identity/accounts', 429, 'too-many-requests')
    const { text, status } = await fillIn('/sign-up', ada)
    expect(status).toBe(429)
    expect(text).toContain('Wait a few minutes')
  })
  test('a code that nobody has words for is said in general words, and logged', async () => {
    refuse('POST /identity/accounts', 422, 'never-heard-of')
    const { text } = await fillIn('/sign-up', ada)
    expect(text).toContain('This did not work')
    expect(text).not.toContain('never-heard-of')
    expect(place.logged.join()).toContain('never-heard-of')
  })
  test('a postcode that there is not is refused here', async () => {
    const { text } = await fillIn('/sign-up', { ...ada, postcode: 'QQ1 1AA' })
    expect(text).toContain('<a href="#postcode">Enter a full postcode')
    expect(sent()).toEqual([])
  })
})

describe('links that came by mail', () => {
  test.each([
    ['/verify-email', 'POST /identity/verifications', {}, 'verified'],
    ['/new-password', 'POST /identity/passwords', { password: 'three odd words' }, 'password'],
    ['/take-up-invitation', 'POST /identity/invitations/acceptance', { password: 'three odd words' }, 'invitation'],
  ])('%s uses nothing up when it is opened, only when its button is pressed', async (path, route, fields, because) => {
    accept(route, 200)
    await place.browser().get(`${path}?token=secret-token`)
    expect(sent()).toEqual([])
    const answer = await fillIn(`${path}?token=secret-token`, fields)
    expect(sent()).toEqual([{ path: route.split(' ')[1], body: { token: 'secret-token', ...fields } }])
    expect(answer.headers.location).toBe(`/account-ready?because=${because}`)
    expect((await place.browser().get(answer.headers.location!)).text).toContain('href="/sign-in"')
  })
  test('a link that has ended says so, and where to get a new one', async () => {
    refuse('POST /identity/verifications', 422, 'link-ended', '/token')
    const { text } = await fillIn('/verify-email?token=old', {})
    expect(text).toContain('This link has been used or has ended')
    expect(text).toContain('href="/forgotten-password"')
  })
  test('the secret of a link never reaches the log', () => expect(place.logged.join()).not.toMatch(/secret-token|three odd words/))
})

test('a forgotten password gets the same answer for every address', async () => {
  accept('POST /identity/password-requests', 202)
  expect((await fillIn('/forgotten-password', { email: 'who@example.com' })).headers.location).toBe('/check-your-mail')
})

describe('in a place that no e-mail leaves', () => {
  const read = async (path: string, sendsMail: boolean) => {
    const other = await startTestPlace({ ...directory, 'GET /notification/mail': () => ({ sendsMail }) })
    const { text } = await other.browser().get(path).expect(200)
    await other.stop()
    return text
  }
  test.each([
    ['/check-your-mail', /We have sent a message/, 'Ask an administrator of this place to vouch for you'],
    ['/forgotten-password', /we send a link/, 'Ask an administrator of this place'],
    ['/sign-up', /We send a link there/, 'an administrator vouches for you'],
  ])('%s promises none, and says whom to ask', async (path, promise, instead) => {
    const [sends, sendsNone] = [await read(path, true), await read(path, false)]
    expect(sends).toMatch(promise)
    expect(sends).not.toContain(instead)
    expect(sendsNone).not.toMatch(promise)
    expect(sendsNone).toContain(instead)
  })
})

describe('setting up a place', () => {
  const administrator = { code: 'ABCD-EFGH', name: 'Grace', email: 'grace@example.com', password: 'three odd words' }
  test('opens the first administrator’s account with the code from the terminal', async () => {
    accept('POST /identity/first-administrator', 201, { accountId: 'x', personId: 'y' })
    expect((await fillIn('/set-up', administrator)).headers.location).toBe('/account-ready?because=set-up')
    expect(sent()).toEqual([{ path: '/identity/first-administrator', body: administrator }])
  })
  test('with another code it is refused at the field', async () => {
    refuse('POST /identity/first-administrator', 422, 'code-not-right', '/code')
    expect((await fillIn('/set-up', administrator)).text).toContain('<a href="#code">This is not the code that the terminal shows')
  })
  test('once there is an administrator it says so', async () => {
    refuse('POST /identity/first-administrator', 409, 'administrator-exists')
    expect((await fillIn('/set-up', administrator)).text).toContain('This place has an administrator already')
  })
})

test('the privacy page names our cookies and makes no promise of secrecy without limits', async () => {
  const { text } = await place.browser().get('/privacy')
  expect(text).toContain('cookies to keep you signed in')
  expect(text).toContain('serious harm')
})

test('whoever published our data is named', async () => {
  expect((await place.browser().get('/data-sources')).text).toContain('Brookshire Council')
})
