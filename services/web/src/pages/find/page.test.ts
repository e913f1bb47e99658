import { directory, lunchClubId, offers, organisationId } from '../../testExamples.ts'
import { hidden, problem, startTestPlace, type TestPlace } from '../../testPlace.ts'

let place: TestPlace
beforeAll(async () => {
  place = await startTestPlace(directory)
})
afterAll(() => place.stop())

const page = async (path: string) => (await place.browser().get(path)).text.replaceAll(/\s+/g, ' ')
const searched = () => place.asked.filter(({ path }) => path === '/provider-directory/offers').at(-1)!.query

describe('finding', () => {
  test('anyone finds offers as a list, with distance, price, room and whether it is open now', async () => {
    const text = await page('/find?text=lunch&near=M33+7ZF')
    expect(text).toContain('3 found, nearest to M33 7ZF first')
    expect(text).toContain(`<a class="govuk-link" href="/offers/${lunchClubId}">Thursday lunch club</a>`)
    for (const words of ['0.4 miles away', '£4.50 a session', 'Group, 12 seats', 'Has room for 6', 'Closed now', 'Waiting list', 'Free', 'Open now'])
      expect(text).toContain(words)
  })
  test('near a place by its name the list says which place was understood', async () => {
    const asIs = directory['GET /provider-directory/offers']!
    place.routes['GET /provider-directory/offers'] = (asked, response) => {
      const json = response.json.bind(response)
      response.json = (body) => json({ ...body, near: { ...body.near, known: true, name: 'Altrincham' } })
      return asIs(asked as never, response)
    }
    const text = await page('/find?near=altringham')
    place.routes['GET /provider-directory/offers'] = asIs
    expect(text).toContain('3 found, nearest to Altrincham first')
    expect(text).toContain('value="altringham"')
  })
  test('the map has a title, a description and a pin for each line of the list, which is its table', async () => {
    const text = await page('/find?near=M33+7ZF')
    expect(text).toMatch(/<svg class="patchwork-map"[^>]* role="img" aria-labelledby="map-title map-description">/)
    expect(text).toContain('with 3 pins, numbered as in the list')
    for (const [index, { name }] of offers.entries())
      expect(text).toContain(`<title>${index + 1}. ${name.replace(/[<>&]/g, (sign) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[sign]!)}</title>`)
    for (const ward of ['Sale Central', 'Altrincham']) expect(text).toContain(`<title>${ward}</title>`)
  })
  test('what providers write is shown as text, never as markup', async () => {
    const text = await page('/find')
    expect(text).toContain('Help at home &lt;with&gt; care &amp; kindness')
    expect(text).not.toContain('<with>')
  })
  test('every filter of the form is asked of the directory, and stays chosen', async () => {
    const text = await page(
      '/find?text=x&near=M33+7ZF&within=1600&category=food&track=join-in&cost=free&funding=direct-payment&open=now&capacity=open&ward=E05015254' +
        '&form=group&age=65-to-79&language=pl&access=lift&access=step-free&access=helipad',
    )
    expect(searched()).toEqual({
      ...{
        text: 'x',
        near: 'M33 7ZF',
        within: '1600',
        category: 'food',
        track: 'join-in',
        cost: 'free',
        funding: 'direct-payment',
        open: 'now',
        capacity: 'open',
        ward: 'E05015254',
        form: 'group',
        age: '65-to-79',
        language: 'pl',
        access: 'step-free,lift',
      },
      limit: '20',
    })
    for (const chosen of ['1600', 'food', 'join-in', 'free', 'direct-payment', 'E05015254', 'group', '65-to-79', 'pl'])
      expect(text).toContain(`<option value="${chosen}" selected>`)
    expect(text.match(/ checked>/g)).toHaveLength(4)
  })
  test.each([
    'language=klingon',
    'form=lecture',
    'age=old',
    'access[$ne]=x',
    'access=helipad',
    'category=weapons',
    'within=far',
    'cost=%00',
    'ward=Sale',
    'open=later',
    'text=a&text=b',
    'text[$ne]=x',
    'near=',
    `text=${'x'.repeat(10_000)}`,
  ])('an address that was mistyped is read as far as it can be: %s', async (query) => expect((await place.browser().get(`/find?${query}`)).status).toBe(200))
  test.each([
    ['7', '7 m'],
    ['2500', '2,500 m'],
    ['200000', '200,000 m'],
    ['0800', 'Half a mile'],
  ])('any whole number of metres is asked of the directory and stands among the choices: %s', async (within, words) => {
    const text = await page(`/find?near=M33+7ZF&within=${within}`)
    expect(searched().within).toBe(String(Number(within)))
    expect(text).toContain(`<option value="${Number(within)}" selected>${words}</option>`)
    expect(text).not.toContain('We could not read the distance')
  })
  test.each(['far', '0', '200001', '-5', '1.5', '1e3', '<b>', '9'.repeat(500)])(
    'a distance that cannot be read is said, and not passed over: %s',
    async (within) => {
      const text = await page(`/find?${new URLSearchParams({ near: 'M33 7ZF', within })}`)
      expect(text).toContain('We could not read the distance “')
      expect(text).not.toContain('<b>')
      expect(searched()).not.toHaveProperty('within')
      expect(text).toContain('Thursday lunch club')
    },
  )
  test('a distance that was not given says nothing', async () => {
    for (const query of ['', 'within=', 'within=+']) expect(await page(`/find?${query}`)).not.toContain('We could not read the distance')
  })
  test('a place that is not known is said kindly, and everything else is shown', async () => {
    const text = await page('/find?near=ZE1+0AA')
    expect(text).toContain('We do not know the place “ZE1 0AA”')
    expect(text).toContain('Thursday lunch club')
  })
  test('a place that the directory cannot read at all is a place unknown too', async () => {
    place.routes['GET /provider-directory/offers'] = (asked, response) =>
      asked.query.near === undefined
        ? directory['GET /provider-directory/offers']!(asked as never, response)
        : problem(response, 400, 'invalid-request', [{ pointer: '/near', code: 'invalid-postcode' }])
    const text = await page('/find?near=%F0%9F%92%A5')
    place.routes['GET /provider-directory/offers'] = directory['GET /provider-directory/offers']!
    expect(text).toContain('We do not know the place “💥”')
    expect(text).toContain('Thursday lunch club')
  })
  test('a search that finds nothing says ways on', async () => {
    const text = await page('/find?text=nothing+at+all&cost=free')
    for (const words of ['0 found', 'look again without the filters', 'see everything there is', 'sign up and say what you need', 'ask Brookshire Council'])
      expect(text).toContain(words)
    expect(text).not.toContain('patchwork-map')
  })
  test('D12 looking wider leads only to what finds something, and says how much', async () => {
    const wider = [
      { without: 'cost', total: 1_234 },
      { without: 'moon', total: 3 },
    ]
    const text = await answeredWith({ items: [], total: 0, wider }, '/find?text=x&cost=free&ward=E05015254&after=y')
    expect(text).toContain('<a class="govuk-link" href="/find?text=x&amp;ward=E05015254">look whatever it costs: 1,234 found</a>')
    expect(text).not.toContain('look again without the filters')
    const all = await answeredWith({ items: [], total: 0, wider: [{ without: 'all', total: 2 }] }, '/find?text=x&cost=free&open=now')
    expect(all).toContain('<a class="govuk-link" href="/find?text=x">look without any of these choices: 2 found</a>')
  })
  test('a resident for whom nothing is found can say what they need', async () => {
    const resident = await place.signedIn('resident')
    expect((await resident.get('/find?text=nothing+at+all')).text).toContain('href="/my/needs/new"')
    const provider = await place.signedIn('provider')
    expect((await provider.get('/find?text=nothing+at+all')).text).not.toContain('/my/needs/new')
  })
  test('a choice that would leave nothing is not offered, unless it is the one chosen', async () => {
    const facets = {
      ...{ category: { food: 2, health: 0 }, track: { 'be-helped': 0, 'join-in': 2 }, cost: { free: 0, paid: 2 }, ward: { E05015254: 2 } },
      ...{ funding: { 'own-money': 2, free: 0 }, open: { now: 0 }, capacity: { open: 1 } },
      ...{ form: { group: 2, thing: 0 }, language: { pl: 1, cy: 2 }, age: { 'under-5': 0, '80-and-over': 2 }, access: { 'step-free': 2, lift: 0 } },
    }
    const text = await answeredWith({ facets }, '/find?cost=free&open=now')
    const offered = [...text.matchAll(/<option value="([^"]+)"/g)].map(([, value]) => value)
    for (const value of ['food', 'join-in', 'paid', 'free', 'E05015254', 'own-money', '80-and-over']) expect(offered).toContain(value)
    expect(text).toContain('<option value="group">Group (2)</option>')
    for (const value of ['thing', 'health', 'be-helped', 'E05015239', 'direct-payment', 'under-5']) expect(offered).not.toContain(value)
    // Those of Britain first; what access would leave nothing is no box.
    expect(text).toContain('<option value="cy">Welsh (2)</option><option value="pl">Polish (1)</option>')
    expect(text).toContain('Step-free way in (2)')
    expect(text).not.toContain('value="lift"')
    expect(text).toContain('<option value="free" selected>Free (0)</option>')
    expect(text).not.toContain(' disabled>')
  })
  const answeredWith = async (more: object, path: string) => {
    const answered = directory['GET /provider-directory/offers']!
    place.routes['GET /provider-directory/offers'] = (asked, response) => ({ ...(answered(asked as never, response) as object), ...more })
    const text = await page(path)
    place.routes['GET /provider-directory/offers'] = answered
    return text
  }
  test('words that were put right are said, with a way to look for exactly what was typed', async () => {
    const text = await answeredWith({ corrected: 'library <b>' }, '/find?text=libary&cost=free&after=x')
    expect(text).toContain('Showing results for <strong>library &lt;b&gt;</strong>.')
    expect(text).toContain('<a class="govuk-link" href="/find?text=libary&amp;cost=free&amp;exactly=yes">Look for exactly “libary”</a>')
    expect(text).toContain('value="libary"')
  })
  test('other words for the same that were looked for as well are said', async () => {
    const text = await answeredWith({ also: ['domiciliary care', 'gofal cartref'] }, '/find?text=home+help')
    expect(text).toContain('We also looked for other words for the same: domiciliary care, gofal cartref.')
    expect(text).toContain('href="/find?text=home+help&amp;exactly=yes"')
  })
  test('exactly what was typed is asked of the directory, and there is a way back', async () => {
    const text = await page('/find?text=libary&exactly=yes')
    expect(searched()).toEqual({ text: 'libary', exactly: 'yes', limit: '20' })
    expect(text).toContain('Looking for exactly “libary”. <a class="govuk-link" href="/find?text=libary">Look for words like it too</a>')
  })
  test('more results are a page further, with the same filters', async () => {
    const text = await page('/find?text=many&cost=free')
    expect(text).toContain('href="/find?text=many&amp;cost=free&amp;after=next-page"')
    expect(await page('/find?text=many&cost=free&after=next-page')).toContain('href="/find?text=many&amp;cost=free">Back to the first ones')
  })
  test('the filters start folded, unless one is set; the style sheet shows them where there is room', async () => {
    expect(await page('/find')).toContain('<details class="patchwork-filters">')
    expect(await page('/find?cost=free')).toContain('<details class="patchwork-filters" open>')
  })
  test.each([
    { open: {}, capacity: {} },
    { open: { now: 0 }, capacity: { open: 0 } },
  ])('what is open now and what has room stand there at any hour, and cannot be chosen while they would leave nothing: %j', async (none) => {
    const answered = directory['GET /provider-directory/offers']!
    place.routes['GET /provider-directory/offers'] = async (asked, response) => {
      const found = (await answered(asked as never, response)) as { facets: object }
      return { ...found, facets: { ...found.facets, ...none } }
    }
    const text = await page('/find')
    place.routes['GET /provider-directory/offers'] = answered
    for (const words of ['Open now (0)', 'Has room (0)']) expect(text).toContain(words)
    expect(text.match(/type="checkbox" value="(now|open)" disabled>/g)).toHaveLength(2)
  })
  test('how it is offered is no question where nothing says it, and is asked and told in Welsh', async () => {
    const none = { 'one-to-one': 0, group: 0, thing: 0, space: 0, advice: 0 }
    expect(await answeredWith({ facets: { form: none } }, '/find')).not.toContain('How it is offered')
    expect(await answeredWith({ facets: { form: { ...none, group: 1 } } }, '/find?form=thing')).toContain('<option value="thing" selected>A thing (0)</option>')
    const welsh = await answeredWith({ facets: { form: { ...none, group: 1 } } }, '/find?lang=cy')
    for (const words of ['Sut y’i cynigir', 'Mewn unrhyw ffordd', '<option value="group">Grŵp (1)</option>', 'Grŵp, 12 sedd']) expect(welsh).toContain(words)
    await page('/find?lang=en')
  })
  test('it says what to do in an emergency', async () => {
    for (const path of ['/find', `/offers/${lunchClubId}`, `/organisations/${organisationId}`]) {
      const text = await page(path)
      for (const words of ['href="tel:999"', 'href="tel:111"', 'href="tel:01632960001"']) expect(text).toContain(words)
    }
  })
  test('each line says when it is the one to call; where nobody has checked a number, a page stands', async () => {
    for (const path of ['/find', '/help-now']) {
      const text = await page(path)
      for (const words of ['day and night', 'Worried about an adult, in the day', 'href="https://www.brookshire.example/adults" rel="noreferrer"'])
        expect(text).toContain(words)
      expect(text).not.toContain('href="tel:"')
    }
    expect(await page('/help-now?lang=cy')).toMatch(/<div lang="en"><h2[^>]*>Worried about an adult, in the day/)
  })
  test('without ward boundaries the list is there, only the map is not', async () => {
    const alone = await startTestPlace({ ...directory, 'GET /provider-directory/wards/boundaries': () => 503 })
    const { text } = await alone.browser().get('/find')
    expect(text).toContain('Thursday lunch club')
    expect(text).not.toContain('patchwork-map')
    await alone.stop()
  })
})

describe('an offer', () => {
  test('shows what, for whom, when, where, how much, whether there is room, and how to reach them', async () => {
    const text = await page(`/offers/${lunchClubId}`)
    for (const words of [
      'Tell us what you cannot eat.',
      'People over 60 who live in Sale',
      'How it is offered</dt><dd class="govuk-summary-list__value">Group, 12 seats',
      '60 and over',
      'English, British Sign Language, Yoruba',
      'Step-free way in, Hearing loop',
      'Thursday: midday to 2:30pm',
      '24 December 2030 to 2 January 2031: closed',
      'Closed on bank holidays',
      'Opens next on 2 May 2030 at midday',
      'Brookside Hall, 4 Mill Lane, Sale',
      '£4.50 a session',
      'You can pay with: a direct payment, your own money',
      'it holds until 1 May 2030',
      'href="tel:01632960010"',
      'href="mailto:lunch@brookside.example"',
      'brookside.example/lunch',
      `href="/organisations/${organisationId}"`,
      'class="patchwork-map"',
    ])
      expect(text).toContain(words)
  })
  test('that takes requests leads to asking for it: anyone by way of signing in, a provider not at all', async () => {
    expect(await page(`/offers/${lunchClubId}`)).toMatch(new RegExp(`href="/my/referrals/new\\?offer=${lunchClubId}">Join in`))
    const provider = await place.signedIn('provider')
    expect((await provider.get(`/offers/${lunchClubId}`)).text).not.toContain('new?offer=')
  })
  test('a browser that asks for its page is told to the directory as a look; a robot, and whoever does not say what they are, is not', async () => {
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
    const looksOf = async (headers: Record<string, string>) => {
      place.asked.length = 0
      await place.browser().get(`/offers/${lunchClubId}`).set(headers).expect(200)
      return place.asked.find(({ path }) => path === `/provider-directory/offers/${lunchClubId}`)?.query
    }
    expect(await looksOf({ 'user-agent': firefox })).toEqual({ look: 'page' })
    expect(await looksOf({ 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' })).toEqual({})
    expect(await looksOf({})).toEqual({})
  })
  test('whose address is no web address is not made a link', async () => {
    place.routes['GET /provider-directory/offers/:id'] = (asked, response) => ({
      ...(directory['GET /provider-directory/offers/:id']!(asked as never, response) as object),
      contact: { website: 'javascript:alert(1)' },
    })
    expect(await page(`/offers/${lunchClubId}`)).not.toContain('href="javascript')
    place.routes['GET /provider-directory/offers/:id'] = directory['GET /provider-directory/offers/:id']!
  })
})

describe('an offer whose postcode nobody here knows', () => {
  const unknown = { postcode: 'EX1 1AA' }
  const [offerRoute, organisationRoute] = ['GET /provider-directory/offers/:id', 'GET /provider-directory/organisations/:id'] as const
  const readOf = async (route: string, path: string, changes: object) => {
    const usual = directory[route]!
    place.routes[route] = (asked, response) => ({ ...(usual(asked as never, response) as object), ...changes })
    const text = await page(path)
    place.routes[route] = usual
    return text
  }
  test('says on its page that the place is unknown', async () => {
    expect(await readOf(offerRoute, `/offers/${lunchClubId}`, { place: unknown })).toContain('Place unknown: we do not know this postcode')
    const around = { wardCodes: [], withinMetres: 3_200, postcode: 'EX1', isPlaceKnown: false }
    expect(await readOf(offerRoute, `/offers/${lunchClubId}`, { area: around })).toContain('Place unknown: we do not know this postcode')
    expect(await page(`/offers/${lunchClubId}`)).not.toContain('Place unknown')
  })
  test('says so on the page of its organisation', async () => {
    const line = { offerId: lunchClubId, name: 'Thursday lunch club', status: 'published', category: 'food', capacity: { state: 'open' } }
    expect(await readOf(organisationRoute, `/organisations/${organisationId}`, { offers: [{ ...line, place: unknown }] })).toContain('EX1 1AA. Place unknown')
    const known = { postcode: 'M33 7ZF', wardName: 'Sale Central', latitude: 53.4, longitude: -2.3 }
    const text = await readOf(organisationRoute, `/organisations/${organisationId}`, { offers: [{ ...line, place: known }] })
    expect(text).toContain('Sale Central')
    expect(text).not.toContain('Place unknown')
  })
})

describe('when none of what was found will do', () => {
  test('D12 one press tells the council, with a reason of a short list or without one, and comes back to the same search; no word goes with it', async () => {
    const said: object[] = []
    place.routes['POST /provider-directory/searches/none-acceptable'] = ({ body }, response) => {
      said.push(body as object)
      response.status(201).json({ searchId: lunchClubId })
    }
    const browser = place.browser()
    const at = '/find?text=lunch&near=M33+7ZF&category=food'
    const { text } = await browser.get(at)
    expect(text).toContain('None of these will do?')
    const form = { _token: hidden(text, '_token'), _key: hidden(text, '_key') }
    for (const entered of [{ reason: 'too-dear' }, { reason: '' }, {}]) {
      const answer = await browser
        .post(at)
        .type('form')
        .send({ ...form, ...entered })
      expect([answer.status, answer.headers.location]).toEqual([303, at])
    }
    expect((await browser.get(at)).text).toContain('Thank you. The council can see that something is missing here.')
    expect(said).toEqual([{ category: 'food', near: 'M33 7ZF', reason: 'too-dear' }, ...Array(2).fill({ category: 'food', near: 'M33 7ZF' })])
    expect(
      (
        await browser
          .post(at)
          .type('form')
          .send({ ...form, reason: 'because' })
      ).status,
    ).toBe(400)
  })
  test('D12 a list of everything asks nothing of the kind', async () => {
    expect(await page('/find?cost=free')).not.toContain('None of these will do?')
    expect(await page('/find?text=nothing+at+all')).not.toContain('None of these will do?')
  })
})

test('D12 an offer can be given to somebody by its address and by e-mail without scripts, and nothing of who looks is in it', async () => {
  const text = await page(`/offers/${lunchClubId}`)
  expect(text).toContain(`<a class="govuk-link patchwork-give__address" href="/offers/${lunchClubId}">`)
  expect(text).toContain(`body=${encodeURIComponent('http://127.0.0.1')}`)
  expect(text).toMatch(/<p class="govuk-body" hidden data-share="[^"?]+\/offers\/[0-9a-f-]+">/)
})

describe('being told when something new fits', () => {
  const searchWatchId = organisationId
  const watched = { searchWatchId, begunAt: '2026-03-02T10:00:00.000Z', endsAt: '2026-09-01T10:00:00.000Z', toldAt: '2026-03-09T10:00:00.000Z' }
  const search = { text: 'lunch <club>', near: 'M33 7ZF', within: 1_600, category: 'food' }
  const begun: object[] = []
  beforeAll(() => {
    place.routes['POST /provider-directory/search-watches'] = ({ body }, response) => {
      begun.push(body as object)
      response.status(201).json({ searchWatchId })
    }
    place.routes['GET /provider-directory/search-watches'] = () => ({ items: [{ ...watched, search }] })
    place.routes['GET /provider-directory/search-watches/:id'] = () => ({ ...watched, search })
    place.routes['POST /provider-directory/search-watches/:id/:what'] = () => ({ searchWatchId })
  })
  beforeEach(() => {
    begun.length = 0
    place.asked.length = 0
  })
  const formOf = (text: string) => ({ _token: hidden(text, '_token'), _key: hidden(text, '_key') })
  const at = '/find?text=lunch+%3Cclub%3E&near=M33+7ZF&within=1600&category=food&open=now'

  test('D12 somebody signed in is told of their search from then on, whether it found something or not; open now plays no part', async () => {
    const agent = await place.signedIn('resident')
    for (const address of [at, '/find?text=nothing+at+all']) {
      const { text } = await agent.get(address).expect(200)
      expect(text).toContain('be told when something new fits')
      const answer = await agent
        .post(address)
        .type('form')
        .send({ ...formOf(text), does: 'be-told' })
      expect([answer.status, answer.headers.location]).toEqual([303, '/told-of'])
    }
    expect(begun).toEqual([search, { text: 'nothing at all' }])
  })
  test('D12 somebody who has not signed in does so first, and no address but that of the search says what it is', async () => {
    const browser = place.browser()
    const { text } = await browser.get(at)
    const answer = await browser
      .post(at)
      .type('form')
      .send({ ...formOf(text), does: 'be-told' })
    expect([answer.status, answer.headers.location]).toEqual([303, '/sign-in?next=/told-of'])
    expect(begun).toEqual([])
  })
  test('D12 the list says each search in words, until when, and leads to it; it is renewed and taken out in one step', async () => {
    const agent = await place.signedIn('resident')
    const { text } = await agent.get('/told-of').expect(200)
    for (const words of ['“lunch &lt;club&gt;” · Food', 'within 1 mile of M33 7ZF', 'Until 1 September 2026.', 'Last told on 9 March 2026.'])
      expect(text).toContain(words)
    await agent.get(`/told-of/searches/${searchWatchId}`).expect(303).expect('location', '/find?text=lunch+%3Cclub%3E&near=M33+7ZF&category=food&within=1600')
    for (const what of ['renewal', 'removal']) {
      expect(text).toContain(`action="/told-of/searches/${searchWatchId}/${what}"`)
      expect((await agent.get(`/told-of/searches/${searchWatchId}/${what}`)).text).toContain('lunch &lt;club&gt;')
      await agent.post(`/told-of/searches/${searchWatchId}/${what}`).type('form').send(formOf(text)).expect(303).expect('location', '/told-of')
    }
    const posts = place.asked.filter(({ method }) => method === 'POST').map(({ path }) => path)
    expect(posts).toEqual(['renewal', 'removal'].map((what) => `/provider-directory/search-watches/${searchWatchId}/${what}`))
  })
  test('D12 with 20 searches the page says what to do', async () => {
    place.routes['POST /provider-directory/search-watches'] = (_asked, response) => problem(response, 422, 'too-many-watches')
    const agent = await place.signedIn('resident')
    const { text } = await agent.get(at)
    const answer = await agent
      .post(at)
      .type('form')
      .send({ ...formOf(text), does: 'be-told' })
    expect(answer.text).toContain('You are told of 20 searches already')
  })
})

test('an organisation is shown with what it offers', async () => {
  const text = await page(`/organisations/${organisationId}`)
  for (const words of ['Brookside Neighbours', 'Community group', 'since 1998', 'Thursday lunch club', 'hello@brookside.example']) expect(text).toContain(words)
})

test('the first page finds, names the kinds, and says ways in', async () => {
  const text = await page('/')
  for (const words of [
    'action="/find"',
    'href="/find?category=food"',
    'See all 3 offers',
    'href="/sign-up?as=resident"',
    'href="/sign-up?as=provider"',
    'href="/sign-up?as=coordinator"',
  ])
    expect(text).toContain(words)
})
