import { directory, lunchClubId, messages } from './testExamples.ts'
import { hidden, problem, startTestPlace, type TestPlace } from './testPlace.ts'

let place: TestPlace
beforeAll(async () => {
  place = await startTestPlace({ ...directory, ...messages })
})
afterAll(() => place.stop())
beforeEach(() => {
  place.logged.length = 0
  place.asked.length = 0
})

const publicPaths = [
  '/',
  '/find',
  `/offers/${lunchClubId}`,
  '/help-now',
  '/sign-up',
  '/check-your-mail',
  '/accessibility',
  '/privacy',
  '/data-sources',
  '/signed-out',
]

describe('every page', () => {
  test.each(publicPaths)('%s forbids scripts and styles that are not its own files, frames and referrers', async (path) => {
    const { headers, text, status } = await place.browser().get(path)
    expect(status).toBe(200)
    expect(headers['content-security-policy']).toContain("default-src 'none';script-src 'self';style-src 'self'")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*/)
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['x-powered-by']).toBeUndefined()
    expect(text).not.toMatch(/<style|<script(?! src="\/assets)| style="| on\w+="/)
  })
  test.each(publicPaths)('%s has a title, one main heading, a language and a way past the header', async (path) => {
    const { text } = await place.browser().get(path)
    expect(text).toMatch(/<html lang="en"/)
    expect(text.match(/<h1/g)).toHaveLength(1)
    expect(text).toMatch(/<title>[^<]+ – Patchwork, Brookshire<\/title>/)
    expect(text).toContain('href="#main-content"')
    expect(text).toContain('id="main-content"')
  })
  test.each(publicPaths)('%s is whole while the directory does not answer, or says so calmly', async (path) => {
    const alone = await startTestPlace({ 'GET /provider-directory/.*': () => 503 })
    const { status, text } = await alone.browser().get(path)
    expect([200, 503]).toContain(status)
    if (status === 503) expect(text).toContain('Part of Patchwork is not answering')
    expect(text).toContain('999')
    await alone.stop()
  })
  test('is not kept by anyone once somebody has signed in', async () => {
    const browser = await place.signedIn('resident')
    expect((await browser.get('/messages')).headers['cache-control']).toBe('no-store')
    expect((await place.browser().get('/')).headers['cache-control']).toBe('private, no-cache')
  })
  test('is compressed as the browser likes', async () => {
    const get = (encoding: string) => place.browser().get('/').set('accept-encoding', encoding)
    expect((await get('gzip, deflate, br')).headers['content-encoding']).toBe('br')
    expect((await get('gzip')).headers['content-encoding']).toBe('gzip')
    expect((await get('identity')).headers['content-encoding']).toBeUndefined()
  })
})

describe('languages', () => {
  test('Welsh is chosen by the address, remembered, and marked as a draft', async () => {
    const browser = place.browser()
    const chosen = await browser.get('/?lang=cy')
    expect(chosen.text).toMatch(/<html lang="cy"/)
    expect(chosen.text).toContain('Drafft yw’r cyfieithiad hwn')
    expect((await browser.get('/find')).text).toMatch(/<html lang="cy"/)
    expect((await browser.get('/find?lang=en')).text).toMatch(/<html lang="en"/)
    expect((await browser.get('/find')).text).not.toContain('a draft')
  })
  test('a browser that asks for Welsh gets it; one that asks for others gets English', async () => {
    expect((await place.browser().get('/').set('accept-language', 'cy-GB, en;q=0.5')).text).toMatch(/<html lang="cy"/)
    expect((await place.browser().get('/').set('accept-language', 'pl')).text).toMatch(/<html lang="en"/)
  })
  test('the switch keeps what is being looked for', async () => {
    const { text } = await place.browser().get('/find?text=lunch&near=M33+7ZF')
    expect(text).toContain('href="/find?text=lunch&amp;near=M33+7ZF&amp;lang=cy"')
  })
  test.each(['xx', '<script>', ''])('a language that there is not is no language: %j', async (lang) => {
    expect((await place.browser().get('/').query({ lang })).text).toMatch(/<html lang="en"/)
  })
})

describe('files', () => {
  test('under their hashed names are kept for ever, under their plain names for minutes', async () => {
    const { text } = await place.browser().get('/')
    const [, path] = /href="(\/assets\/patchwork-\w{12}\.css)"/.exec(text)!
    const hashed = await place.browser().get(path!).set('accept-encoding', 'br')
    expect(hashed.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'br',
      'content-type': 'text/css; charset=utf-8',
    })
    const plain = await place.browser().get('/assets/patchwork.css')
    expect(plain.headers['cache-control']).toBe('public, max-age=300')
    expect((await place.browser().get('/assets/patchwork.css').set('if-none-match', plain.headers.etag!)).status).toBe(304)
  })
  test('a style sheet asks for its font by the name under which it never changes', async () => {
    const { text } = await place.browser().get('/')
    const [, preloaded] = /href="\/assets\/(atkinson-\w{12}\.woff2)"/.exec(text)!
    expect((await place.browser().get('/assets/patchwork.css')).text).toContain(`url(${preloaded})`)
  })
  test('a browser that asks for an icon by the old name is shown the mark', async () => {
    expect((await place.browser().get('/favicon.ico').redirects(1)).headers['content-type']).toMatch(/^image\/svg/)
  })
  test.each(['/assets/../app.ts', '/assets/%2e%2e/app.ts', '/assets/none.css', '/assets/'])('what is not there is not found: %s', async (path) => {
    expect((await place.browser().get(path)).status).toBe(404)
  })
})

describe('forms', () => {
  const form = async (browser: ReturnType<TestPlace['browser']>, path: string) => {
    const { text } = await browser.get(path)
    return { _token: hidden(text, '_token'), _key: hidden(text, '_key') }
  }
  const sent = () => place.asked.filter(({ method }) => method === 'POST')
  beforeAll(() => {
    place.routes['POST /identity/password-requests'] = (_asked, response) => response.status(202).json({})
  })

  test('carry a token of their own visitor: without one, with another’s, or without cookies nothing is sent', async () => {
    const browser = place.browser()
    const stranger = await form(place.browser(), '/forgotten-password')
    await browser.get('/forgotten-password')
    for (const fields of [{}, { _token: 'x.y' }, { _token: '' }, stranger]) {
      const answer = await browser
        .post('/forgotten-password')
        .type('form')
        .send({ ...fields, email: 'a@b.example' })
      expect(answer.status).toBe(403)
      expect(answer.text).toContain('Please fill in the form again')
    }
    const own = await form(browser, '/forgotten-password')
    expect(
      (
        await place
          .browser()
          .post('/forgotten-password')
          .type('form')
          .send({ ...own, email: 'a@b.example' })
      ).status,
    ).toBe(403)
    expect(sent()).toEqual([])
  })
  test('tokens differ at each showing, so that compression tells nothing of them', async () => {
    const browser = place.browser()
    expect((await form(browser, '/sign-up'))._token).not.toBe((await form(browser, '/sign-up'))._token)
  })
  test('sent twice do one thing: both carry the same key; other words carry another', async () => {
    const browser = place.browser()
    const fields = await form(browser, '/forgotten-password')
    const post = (email: string) =>
      browser
        .post('/forgotten-password')
        .type('form')
        .send({ ...fields, email })
    const answers = [await post('a@b.example'), await post('a@b.example'), await post('c@d.example')]
    expect(answers.map(({ status, headers }) => [status, headers.location])).toEqual(Array(3).fill([303, '/check-your-mail']))
    const [first, second, third] = sent().map(({ headers }) => headers['idempotency-key'])
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })
  test('that are refused are shown again with what was entered, the field and the words', async () => {
    const browser = place.browser()
    const fields = await form(browser, '/sign-up')
    const answer = await browser
      .post('/sign-up')
      .type('form')
      .send({ ...fields, name: '<b>Ada</b>', email: 'nobody', password: '', role: 'resident' })
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('<title>Error: ')
    expect(answer.text).toContain('href="#email"')
    expect(answer.text).toContain('Enter an e-mail address, like name@example.com')
    expect(answer.text).toContain('value="&lt;b&gt;Ada&lt;/b&gt;"')
    expect(answer.text).toMatch(/value="resident" checked/)
    expect(sent()).toEqual([])
  })
  test('a password is never shown again', async () => {
    const browser = place.browser()
    const answer = await browser
      .post('/sign-up')
      .type('form')
      .send({ ...(await form(browser, '/sign-up')), name: '', password: 'canary-password' })
    expect(answer.text).not.toContain('canary-password')
  })
  test.each([
    ['a field that the form does not have', 'email=a%40b.example&colour=green', 'We could not read this form'],
    ['a field sent twice', 'email=a%40b.example&email=c%40d.example', 'Enter this once, as text'],
    ['control characters', 'email=a%00%40b.example', 'characters that cannot be shown'],
    ['10,000 characters', `email=${'a'.repeat(10_000)}%40b.example`, 'This is too long'],
  ])('with %s are refused in words, and nothing is sent', async (_what, body, words) => {
    const browser = place.browser()
    const { _token, _key } = await form(browser, '/forgotten-password')
    const answer = await browser
      .post('/forgotten-password')
      .type('form')
      .send(`_token=${encodeURIComponent(_token)}&_key=${_key}&${body}`)
    expect(answer.status).toBe(400)
    expect(answer.text).toContain(words)
    expect(sent()).toEqual([])
  })
  test('of 1 MB are refused on a calm page', async () => {
    const answer = await place
      .browser()
      .post('/sign-up')
      .type('form')
      .send(`name=${'a'.repeat(1_000_000)}`)
    expect(answer.status).toBe(413)
    expect(answer.text).toContain('That is too much at once')
  })
  test('when a service cannot answer, everything entered is kept, and sent again it is the same command', async () => {
    const browser = place.browser()
    let isDown = true
    place.routes['POST /identity/password-requests'] = (_asked, response) =>
      isDown ? problem(response, 503, 'store-unavailable') : response.status(202).json({})
    const fields = await form(browser, '/forgotten-password')
    const failed = await browser
      .post('/forgotten-password')
      .type('form')
      .send({ ...fields, email: 'a@b.example' })
    expect(failed.status).toBe(503)
    expect(failed.text).toContain('What you entered is still here')
    expect(failed.text).toContain('value="a@b.example"')
    isDown = false
    const again = { _token: hidden(failed.text, '_token'), _key: hidden(failed.text, '_key'), email: 'a@b.example' }
    expect((await browser.post('/forgotten-password').type('form').send(again)).status).toBe(303)
    const [first, second] = sent().map(({ headers }) => headers['idempotency-key'])
    expect(second).toBe(first)
  })
})

describe('what goes wrong', () => {
  test.each(['/nowhere', '/offers/not-an-id', '/offers/00000000-0000-4000-8000-000000000000', '/FIND', '/find/'])('%s is not there, kindly', async (path) => {
    const { status, text } = await place.browser().get(path)
    // A slash too many is forgiven.
    if (path === '/find/') return expect(status).toBe(200)
    expect(status).toBe(404)
    expect(text).toContain('There is no page here')
  })
  test('an unforeseen error is a calm page with no detail, and a line in the log', async () => {
    place.routes['GET /provider-directory/sources'] = () => ({ items: 'not a list' })
    const { status, text } = await place.browser().get('/data-sources')
    place.routes['GET /provider-directory/sources'] = directory['GET /provider-directory/sources']!
    expect(status).toBe(503)
    expect(text).not.toMatch(/unreadable|provider-directory service|at \w+ \(/)
    expect(place.logged.join()).toContain('unreadable-answer')
  })
  test.each(['/%', '/offers/%E0%A4%A'])('an address that cannot be read is no failure of ours: %s', async (path) => {
    expect([400, 404]).toContain((await place.browser().get(path)).status)
  })
})

test('who is asking, from where, in which trace: every call carries it', async () => {
  const browser = await place.signedIn('resident')
  place.asked.length = 0
  await browser.get('/messages').set('x-forwarded-for', '203.0.113.7')
  const call = place.asked.find(({ path }) => path === '/notification/messages')!
  expect(call.headers.authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
  expect(call.headers['x-forwarded-for']).toBe('203.0.113.7')
  await place.browser().get('/find')
  expect(place.asked.find(({ path }) => path.endsWith('/offers'))?.headers.authorization).toBeUndefined()
})

test('logs carry templates of routes: no words that were looked for, no tokens, no ids', async () => {
  const browser = await place.signedIn('resident')
  await browser.get('/find?text=canary-words&near=M33+7ZF')
  await browser.get('/verify-email?token=canary-token')
  await browser.get(`/offers/${lunchClubId}`)
  await browser.get('/nowhere?secret=canary-secret')
  const logged = place.logged.join('')
  expect(logged).toContain('/offers/:id')
  expect(logged).not.toMatch(/canary|M33|\?/)
  expect(logged).not.toContain(lunchClubId)
})

test('the place says whether it lives and can do its work', async () => {
  expect((await place.browser().get('/livez')).body).toEqual({ status: 'alive' })
  expect((await place.browser().get('/readyz')).body).toEqual({ status: 'ready' })
})
