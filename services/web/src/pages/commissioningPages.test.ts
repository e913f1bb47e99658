import { directory } from '../testExamples.ts'
import { hidden, problem, startTestPlace, type TestPlace } from '../testPlace.ts'

const id = (last: number) => `9e2f6f10-4f0e-4b64-9b64-${String(last).padStart(12, '0')}`
const [contractId, firstId, secondId, outcomeId, shareId] = [id(1), id(2), id(3), id(4), id(5)] as [string, string, string, string, string]
const definition = { en: 'Offers that anyone can find.', cy: 'Cynigion y gall unrhyw un eu canfod.' }

const figure = (measure: string, by: string[], rows: object[], more: object = {}) => ({
  ...{ measure, version: 2, definition, unit: 'count', by, filters: {}, exact: false, total: { value: 120 }, rows },
  ...more,
})
const publicFigures = [
  figure(
    'offers',
    ['category'],
    [
      { key: { category: 'befriending' }, value: 50 },
      { key: { category: 'food' }, suppressed: true },
    ],
  ),
  figure(
    'offers',
    ['ward'],
    [
      { key: { ward: 'E05015254' }, value: 40 },
      { key: { ward: 'E05015240' }, suppressed: true },
      { key: { ward: 'unknown' }, value: 25 },
    ],
  ),
  figure('referrals-sent', ['state'], [{ key: { state: 'concluded' }, value: 30 }]),
  figure('referrals-accepted', [], [], { total: { value: 60 } }),
  figure(
    'time-to-answer',
    ['time'],
    [
      { key: { time: 'within-7-days' }, value: 40 },
      { key: { time: 'within-1-day' }, value: 10 },
    ],
  ),
  ...['in', 'committed', 'spent'].map((kind) =>
    figure(
      `pool-money-${kind}`,
      ['month'],
      [
        { key: { month: '2026-01' }, value: 10_000 },
        { key: { month: '2026-03' }, suppressed: true },
      ],
      { unit: 'pence' },
    ),
  ),
]
const quarters = [1, 2, 3, 4].map((quarter) => ({
  quarter,
  startsOn: '2025-04-01',
  endsOn: '2025-06-30',
  state: quarter === 1 ? 'closed' : quarter === 2 ? 'open' : 'to-come',
  returned: 1,
  expected: 2,
}))
const counts = { sent: 4, accepted: 3, concluded: 2, declined: 1, promisedPence: 4_000, spentPence: 2_500 }
const values = [
  { outcomeId, value: 120, partnersReturned: 1 },
  { outcomeId: shareId, value: 625, partnersReturned: 1 },
]
const contract = {
  ...{ contractId, title: 'Neighbourhood networks', startsOn: '2025-04-01', endsOn: '2026-03-31', referralsEndOn: '2026-03-31' },
  ...{
    lightTouch: true,
    isWhole: true,
    valuePence: 1_000_000,
    years: [{ year: 1, startsOn: '2025-04-01', endsOn: '2026-03-31', valuePence: 1_000_000, quarters }],
  },
  partners: [
    { partnerId: firstId, name: 'Elm Road', isLead: true, valuePence: 600_000, shares: [{ year: 1, valuePence: 600_000 }] },
    { partnerId: secondId, name: 'Hill Top', isLead: false, valuePence: 400_000, shares: [{ year: 1, valuePence: 400_000 }] },
  ],
  outcomes: [
    { outcomeId, words: 'People who took part', measure: 'count', rollUp: 'sum', targets: [{ year: 1, value: 100 }] },
    { outcomeId: shareId, words: 'Feel less lonely', measure: 'percentage-tenths', rollUp: 'mean', targets: [] },
  ],
  variations: [{ reason: 'correction', effectiveOn: '2025-05-01', valuePence: 1_000_000, noticeDue: false, variedAt: '2025-05-01T10:00:00.000Z' }],
  rollUp: {
    years: [
      {
        ...counts,
        year: 1,
        valuePence: 1_000_000,
        outcomes: values,
        partners: [{ ...counts, partnerId: firstId, sharePence: 600_000, quartersReturned: [1], outcomes: values }],
      },
    ],
    whole: { ...counts, valuePence: 1_000_000, outcomes: values },
  },
}
const { title, startsOn, endsOn, valuePence } = contract
const grant = {
  grantId: id(6),
  title: '=Minibus',
  description: '',
  recipientName: 'Elm, Road',
  programme: 'Small grants',
  amountPence: 123_450,
  awardedOn: '2019-05-01',
  wardCode: 'E05015254',
}

let place: TestPlace
const state = {
  refuses: undefined as [number, string, string] | undefined,
  contracts: [{ contractId, title, startsOn, endsOn, valuePence, partners: 2, isWhole: true }] as object[],
}
beforeAll(async () => {
  const done =
    (answer: object, status = 200) =>
    (_asked: unknown, response: Parameters<typeof problem>[0]) =>
      state.refuses
        ? problem(response, state.refuses[0], state.refuses[1], [{ pointer: state.refuses[2], code: state.refuses[1] }])
        : void response.status(status).json(answer)
  place = await startTestPlace({
    ...directory,
    'GET /provider-directory/organisations/mine': () => ({ items: [] }),
    'GET /referral/referrals': () => ({ items: [] }),
    'GET /commissioning/dashboard': () => ({ exact: false, figures: publicFigures }),
    'GET /commissioning/measures': () => ({
      items: [
        {
          measure: 'offers',
          versions: [
            { version: 1, definition: { en: 'Old.', cy: 'Hen.' } },
            { version: 2, definition },
          ],
        },
      ],
    }),
    'GET /commissioning/figures/offers/events': ({ headers }) =>
      headers.authorization
        ? {
            items: [{ eventId: 'event-7', type: 'offer.published.v1', topic: 'offer', subject: id(7), sequence: 1, at: '2026-03-03T14:30:00.000Z' }],
            after: 'on',
          }
        : { items: [], explained: { code: 'case-level-only', words: 'No' } },
    'GET /commissioning/figures/:measure.csv': (_asked, response) => void response.type('text/csv').send('ward,value\r\n'),
    'GET /commissioning/figures/grants': () => ({ rows: [{ key: { year: '2018' } }, { key: { year: '2019' } }] }),
    'GET /commissioning/grants': ({ query }) => (query.after ? { items: [grant] } : { items: [grant], after: 'on' }),
    'GET /commissioning/contracts': () => ({ items: state.contracts }),
    'POST /commissioning/contracts': done({ contractId }, 201),
    'GET /commissioning/contracts/:id': (_asked, response) => {
      response.set('ETag', '"3"')
      return contract
    },
    'POST /commissioning/contracts/:id/variations': done({ variationId: id(8), noticeDue: true }, 201),
    'POST /commissioning/contracts/:id/quarters': done({}),
    'PUT /commissioning/contracts/:id/returns': done({ returnId: id(9) }),
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  state.refuses = undefined
  place.asked.length = 0
})

const posted = (path: string) => place.asked.filter((one) => one.method !== 'GET' && one.path === path)
const send = async (role: Parameters<TestPlace['signedIn']>[0], address: string, entered: object) => {
  const agent = await place.signedIn(role)
  const { text } = await agent.get(address)
  return agent
    .post(address.split('?')[0]!)
    .type('form')
    .send({ _token: hidden(text, '_token'), _key: hidden(text, '_key'), ...entered })
}

describe('the dashboard', () => {
  test('M5 anyone sees it: a small figure says that it is not shown, and tells nothing by its length', async () => {
    const { status, text } = await place.browser().get('/dashboard')
    expect(status).toBe(200)
    for (const words of [
      'Numbers are rounded',
      'about 50',
      'not shown (1 to 7)',
      '1 value is too small to be shown.',
      'The most: Company and befriending, about 50.',
    ])
      expect(text).toContain(words)
    expect(text).not.toMatch(/undefined|NaN|\[object|\{\{/)
  })
  test('M1 every figure is a link to what stands behind it', async () => {
    const { text } = await place.browser().get('/dashboard')
    expect(text).toContain('href="/dashboard/events?measure=offers&amp;version=2&amp;category=food"')
    expect(text).toContain('measure=referrals-sent&amp;version=2&amp;state=concluded')
  })
  test('M6 the definition and its version stand beside the figure, in the reader’s language', async () => {
    expect((await place.browser().get('/dashboard')).text).toContain('Offers that anyone can find. (Definition 2.)')
    const welsh = (await place.browser().get('/dashboard?lang=cy')).text
    expect(welsh).toContain('Cynigion y gall unrhyw un eu canfod. (Diffiniad 2.)')
    expect(welsh).toContain('Y mwyaf: Cwmni a chyfeillio')
  })
  test('the filters that can be read are asked, and no others', async () => {
    await place.browser().get(`/dashboard?from=2026-01-01&until=nonsense&ward=E05015254&category=cakes&contract=${contractId}&strange=1`)
    expect(place.asked.find(({ path }) => path === '/commissioning/dashboard')?.query).toEqual({ from: '2026-01-01', ward: 'E05015254', contract: contractId })
  })
  test('dates back to front are told and not asked', async () => {
    const { text } = await place.browser().get('/dashboard?from=2026-02-01&until=2026-01-01')
    expect(text).toContain('The first day comes after the last')
    expect(place.asked.find(({ path }) => path === '/commissioning/dashboard')?.query).toEqual({})
  })
  test('contracts are offered as a filter to those who may see them all', async () => {
    expect((await (await place.signedIn('commissioner')).get('/dashboard')).text).toContain(`<option value="${contractId}">`)
    expect((await (await place.signedIn('provider')).get('/dashboard')).text).not.toContain(`<option value="${contractId}">`)
  })
  test('M5 a suppressed figure opens to why it is not shown, not to its events', async () => {
    const { text } = await place.browser().get('/dashboard/events?measure=offers&category=food')
    expect(text).toContain('Why you do not see more')
    expect(text).not.toContain('event-7')
  })
  test('M1 a figure opens to the events behind it, page by page', async () => {
    const { text } = await (await place.signedIn('commissioner')).get('/dashboard/events?measure=offers&version=1&category=food')
    for (const words of ['event-7', 'offer.published.v1', '3 March 2026 at 2:30pm', 'Food', 'Old. (Definition 1.)']) expect(text).toContain(words)
    expect(text).toContain('href="/dashboard/events?measure=offers&amp;category=food&amp;version=1&amp;after=on"')
  })
  test.each(['measure=nothing', 'measure=<script>', ''])('there is no page for a measure that there is not: %s', async (query) => {
    expect((await place.browser().get(`/dashboard/events?${query}`)).status).toBe(404)
  })
  test('a figure is to be had as comma-separated values', async () => {
    const { headers, text } = await place.browser().get('/dashboard/figures.csv?measure=offers&by=ward&ward=E05015254')
    expect(headers['content-disposition']).toBe('attachment; filename="offers.csv"')
    expect(text).toBe('ward,value\r\n')
    expect(place.asked.at(-1)?.query).toEqual({ by: 'ward', ward: 'E05015254' })
  })
})

describe('contracts', () => {
  const entered = {
    title: 'Networks',
    startsOn: '2025-04-01',
    lightTouch: 'yes',
    years: '1000\n1000',
    partners: 'Elm Road; 600\nHill Top; 400',
    outcome1: 'Took part',
    'outcome1-measure': 'count',
    'outcome1-target': '1,200',
  }
  test('M2 are recorded from lines, with the shares of each year and the outcomes’ targets', async () => {
    const { headers } = await send('commissioner', '/contracts/new', entered)
    expect(headers.location).toBe(`/contracts/${contractId}`)
    expect(posted('/commissioning/contracts')[0]?.body).toMatchObject({
      endsOn: '2027-03-31',
      referralsEndOn: '2027-03-31',
      lightTouch: true,
      partners: [
        { name: 'Elm Road', isLead: true },
        {
          name: 'Hill Top',
          isLead: false,
          shares: [
            { year: 1, valuePence: 40_000 },
            { year: 2, valuePence: 40_000 },
          ],
        },
      ],
      outcomes: [
        {
          words: 'Took part',
          measure: 'count',
          rollUp: 'sum',
          targets: [
            { year: 1, value: 1_200 },
            { year: 2, value: 1_200 },
          ],
        },
      ],
    })
  })
  test('M2 shares that do not add up are told with the difference, and everything entered is still there', async () => {
    const { status, text } = await send('commissioner', '/contracts/new', { ...entered, partners: 'Elm Road; 600\nHill Top; 300' })
    expect(status).toBe(400)
    expect(text).toContain('Year 1: the shares come to £900. That is £100 less than £1,000')
    expect(text).toContain('Hill Top; 300')
    expect(posted('/commissioning/contracts')).toEqual([])
  })
  test('a line that cannot be read is named', async () => {
    const { text } = await send('commissioner', '/contracts/new', { ...entered, partners: 'Elm Road; 600\nHill Top; lots' })
    expect(text).toContain('Line 2 of the partners has no share: Hill Top; lots')
  })
  test.each([
    [{ startsOn: '2025-02-30' }, 'Enter a day'],
    [{ startsOn: '' }, 'Enter something here'],
    [{ outcome1: '' }, 'Say at least one thing'],
    [{ 'outcome1-measure': 'percentage-tenths', 'outcome1-target': '101' }, 'Enter a percentage from 0 to 100'],
    [{ years: '-5' }, 'Line 1 of the years is not an amount'],
  ])('%o is refused in words', async (wrong, words) => {
    const { status, text } = await send('commissioner', '/contracts/new', { ...entered, ...wrong })
    expect(status).toBe(400)
    expect(text).toContain(words)
  })
  test('M2 a contract shows its outcomes against targets, what counts towards it, its quarters and its notice duty', async () => {
    const { text } = await (await place.signedIn('commissioner')).get(`/contracts/${contractId}`)
    for (const words of [
      'People who took part',
      '120',
      '100, reached',
      '62.5%',
      '£40',
      '£25',
      '2 partners',
      'Close this quarter',
      'no contract change notice is due',
      'No notice is due.',
    ])
      expect(text).toContain(words)
    expect(text).not.toMatch(/undefined|NaN|\[object|\{\{/)
  })
  test('M3 are varied by their lines: known partners by their ids, as the contract stood', async () => {
    const agent = await place.signedIn('administrator')
    const page = (await agent.get(`/contracts/${contractId}/vary`)).text
    expect(page).toContain('Elm Road; 6000')
    const form = {
      _token: hidden(page, '_token'),
      _key: hidden(page, '_key'),
      version: '"3"',
      reason: 'partner-changed',
      effectiveOn: '2025-10-01',
      referralsEndOn: '2026-03-31',
    }
    const { headers } = await agent
      .post(`/contracts/${contractId}/vary`)
      .type('form')
      .send({ ...form, years: '2026-03-31; 10000', partners: 'Elm Road; 6000\nHill Top; 0\nMill Lane; 4000' })
    expect(headers.location).toBe(`/contracts/${contractId}`)
    const sent = posted(`/commissioning/contracts/${contractId}/variations`)[0]!
    expect(sent.headers['if-match']).toBe('"3"')
    expect((sent.body as { partners: object[] }).partners).toMatchObject([{ partnerId: firstId }, { partnerId: secondId }, { name: 'Mill Lane' }])
    expect((sent.body as { partners: object[] }).partners[2]).not.toHaveProperty('partnerId')
  })
  test('M3 a partner returns a quarter; each result that is missing or wrong is told at its field', async () => {
    const address = `/contracts/${contractId}/returns/new`
    const wrong = await send('provider', address, { partnerId: firstId, quarter: '1-2', value1: '12.5' })
    for (const words of ['href="#value1"', 'Enter a whole number', 'href="#value2"']) expect(wrong.text).toContain(words)
    const { headers } = await send('provider', address, { partnerId: firstId, quarter: '1-2', value1: '1,20', value2: '62.5%' })
    expect(headers.location).toBe(`/contracts/${contractId}`)
    expect(posted(`/commissioning/contracts/${contractId}/returns`)[0]?.body).toEqual({
      partnerId: firstId,
      year: 1,
      quarter: 2,
      results: [
        { outcomeId, value: 120 },
        { outcomeId: shareId, value: 625 },
      ],
    })
  })
  test('M3 whoever comes to say what came of one part in one quarter finds both chosen; others begin with the first', async () => {
    const agent = await place.signedIn('provider')
    const chosen = async (query: string) =>
      [...(await agent.get(`/contracts/${contractId}/returns/new${query}`)).text.matchAll(/<option value="([^"]*)" selected/g)].map(([, value]) => value)
    const [first, ...others] = await chosen('')
    expect(first).toBe(firstId)
    expect(await chosen(`?partner=${secondId}&quarter=${others[0]}`)).toEqual([secondId, others[0]])
    expect(await chosen('?partner=nobody&quarter=9-9')).toEqual([first, ...others])
  })
  test('M3 a return for a quarter that was closed meanwhile is refused in words', async () => {
    state.refuses = [409, 'quarter-closed', '/quarter']
    const { text } = await send('coordinator', `/contracts/${contractId}/returns/new`, { partnerId: firstId, quarter: '1-2', value1: '120', value2: '60' })
    expect(text).toContain('This quarter is closed. Ask the commissioner')
  })
  test('a quarter is closed after a question', async () => {
    const { headers } = await send('commissioner', `/contracts/${contractId}/quarters?quarter=1-2`, { quarter: '1-2' })
    expect(headers.location).toBe(`/contracts/${contractId}#quarters`)
    expect(posted(`/commissioning/contracts/${contractId}/quarters`)[0]?.body).toEqual({ year: 1, quarter: 2 })
    expect((await (await place.signedIn('commissioner')).get(`/contracts/${contractId}/quarters?quarter=9-9`)).status).toBe(404)
  })
  test.each([
    ['/contracts', 'resident'],
    ['/contracts/new', 'provider'],
    ['/council', 'navigator'],
    [`/contracts/${contractId}/returns/new`, 'administrator'],
  ] as const)('%s is not for a %s', async (address, role) => {
    expect((await (await place.signedIn(role)).get(address)).status).toBe(403)
  })
  test('a member of a partner finds the way to their returns where they begin', async () => {
    expect((await (await place.signedIn('provider')).get('/contracts')).text).toContain('Neighbourhood networks')
    expect((await (await place.signedIn('commissioner')).get('/council')).text).toContain('href="/contracts"')
  })
})

describe('grants', () => {
  test('anyone reads the register, by year and area, page by page', async () => {
    const { text } = await place.browser().get('/grants?year=2019&ward=E05015254')
    for (const words of ['Elm, Road', '£1,234.50', '1 May 2019', 'Sale Central']) expect(text).toContain(words)
    expect(text).toContain('href="/grants?year=2019&amp;ward=E05015254&amp;after=on"')
    expect(place.asked.find(({ path }) => path === '/commissioning/grants')?.query).toMatchObject({ year: '2019', ward: 'E05015254' })
  })
  test('all of it as comma-separated values, of which no cell is a formula', async () => {
    const { text } = await place.browser().get('/grants.csv')
    const line = `2019-05-01,"Elm, Road",,'=Minibus,Small grants,E05015254,1234.50`
    expect(text).toBe(`awarded,recipient,charity number,title,programme,ward,pounds\r\n${line}\r\n${line}\r\n`)
  })
})
