import { directory, wholeOffer } from '../../testExamples.ts'
import { problem, startTestPlace, type TestPlace } from '../../testPlace.ts'

const idOf = (number: number) => `0000000${number}-0000-4000-8000-000000000000`
const named = (number: number, name: string, price: object) => ({ ...wholeOffer, offerId: idOf(number), name, status: 'published', price })
const listed = [
  named(1, 'By the hour', { kind: 'paid', pence: 2_000, unit: 'hour', vat: 'added', travelPence: 250 }),
  named(2, 'By the visit', { kind: 'paid', pence: 4_500, unit: 'visit', vat: 'none' }),
  named(3, 'Nobody knows', { kind: 'unknown' }),
  named(4, 'For nothing', { kind: 'free' }),
  named(5, 'One too many', { kind: 'free' }),
]

let place: TestPlace
beforeAll(async () => {
  place = await startTestPlace({
    ...directory,
    'GET /provider-directory/offers/:id': ({ params }, response) => listed.find(({ offerId }) => offerId === params.id) ?? problem(response, 404, 'not-found'),
  })
})
afterAll(() => place.stop())

type Browser = ReturnType<TestPlace['browser']>
const plain = (text: string) => text.replaceAll(/\s+/g, ' ')
const addressOf = (...numbers: number[]) => `/compare?${new URLSearchParams(numbers.map((number) => ['offer', idOf(number)]))}`
const read = async (browser: Browser, path: string) => plain((await browser.get(path)).text)
/** Sends a form of a page as a browser does, with the token and key of that page. */
const send = async (browser: Browser, page: string, to: string, fields: object) => {
  const text = await read(browser, page)
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)![1]
  return browser
    .post(to)
    .type('form')
    .send({ _token: hidden('_token'), _key: hidden('_key'), ...fields })
}
const order = (text: string) => [...text.matchAll(/<li class="patchwork-compare__offer">.*?<a[^>]*>([^<]*)</g)].map(([, name]) => name)

test('D14 up to four offers stand side by side, the lowest whole price first and those without one last', async () => {
  const browser = place.browser()
  const address = addressOf(3, 2, 1, 4)
  const sent = await send(browser, address, address, { budget: '50', per: 'week', hours: '2', times: '1' })
  expect(sent.status).toBe(303)
  expect(sent.headers.location).toBe(address)
  const text = await read(browser, address)
  expect(order(text)).toEqual(['For nothing', 'By the visit', 'By the hour', 'Nobody knows'])
  for (const words of [
    '£45 a week, about £195 a month',
    'Within your budget, £5 a week left',
    '£51 a week, about £221 a month',
    '£1 a week over your budget',
    'VAT comes on top',
    'Travel: £2.50 a visit',
    '<dt>How it is offered</dt> <dd>Group, 12 seats</dd>',
    'Ask about the price',
    'Nobody can pay to stand higher',
  ])
    expect(text).toContain(words)
})
test('D14 without saying how much is wanted, no whole price is made up', async () => {
  const text = await read(place.browser(), addressOf(1, 2))
  expect(text).toContain('Say how many hours a week, above')
  expect(text).toContain('Say how many times a week, above')
  expect(text).not.toContain('a week, about')
})
test('what somebody reckons with stays in their browser: it is in no address, and another browser has none of it', async () => {
  const browser = place.browser()
  const address = addressOf(1)
  await send(browser, address, address, { budget: '77', per: 'month', hours: '2.5', times: '3' })
  const text = await read(browser, address)
  for (const value of ['value="77.00"', 'value="2.5"', 'value="month" selected']) expect(text).toContain(value)
  expect([...text.matchAll(/href="([^"]*)"/g)].filter(([, href]) => /=77|budget/.test(href!))).toEqual([])
  expect(await read(place.browser(), address)).not.toContain('77.00')
})
test.each([
  [{ budget: 'much' }, 'Enter an amount'],
  [{ hours: '2.3' }, 'Enter hours in whole or half numbers, like 3 or 2.5'],
  [{ hours: '169' }, 'A week has 168 hours'],
  [{ times: '0' }, 'Enter 1 or more'],
])('what cannot be reckoned with is said above the form, and what was entered stays: %j', async (wrong, words) => {
  const address = addressOf(1)
  const { status, text } = await send(place.browser(), address, address, { budget: '', per: 'week', hours: '', times: '', ...wrong })
  expect(status).toBe(400)
  expect(text).toContain('govuk-error-summary')
  expect(text).toContain(words)
  expect(text).toContain(`value="${Object.values(wrong)[0]}"`)
})
test('a fifth is left out and said; one that has gone is said; rubbish is nothing to compare', async () => {
  const browser = place.browser()
  const many = await read(browser, addressOf(1, 2, 3, 4, 5))
  expect(many).toContain('Four can be compared at a time')
  expect(many).not.toContain('One too many')
  expect(await read(browser, addressOf(1, 9))).toContain('One of those you chose is no longer listed.')
  for (const path of ['/compare', '/compare?offer=x', '/compare?offer[a]=b', '/compare?offer=&offer=']) {
    const { status, text } = await browser.get(path)
    expect(status).toBe(200)
    expect(text).toContain('Nothing is chosen to compare')
  }
})
test('a comparison can be given to others by its address, sent, printed and saved', async () => {
  const browser = place.browser()
  const text = await read(browser, addressOf(1, 2))
  expect(text).toContain(`href="${addressOf(1, 2).replace('&', '&amp;')}"`)
  expect(text).toContain('href="mailto:?subject=')
  expect(text).toContain('use your browser’s own print')
  expect((await send(browser, addressOf(1, 2), '/saved', { does: 'save', offer: [idOf(1), idOf(2)] })).headers.location).toBe('/saved')
  const saved = await read(browser, '/saved')
  for (const words of ['Saved in this browser.', 'By the hour', 'By the visit']) expect(saved).toContain(words)
})
test('an offer is saved from its page without an account, taken out again, and seen in no other browser', async () => {
  const browser = place.browser()
  await send(browser, `/offers/${idOf(2)}`, '/saved', { does: 'save', offer: idOf(2) })
  await send(browser, `/offers/${idOf(2)}`, '/saved', { does: 'save', offer: idOf(2) })
  expect((await read(browser, '/saved')).match(/form="compare" type="checkbox"/g)).toHaveLength(1)
  expect(await read(browser, '/find')).toContain('href="/saved"')
  expect(await read(place.browser(), '/saved')).toContain('Nothing is saved yet')
  await send(browser, '/saved', '/saved', { does: 'remove', offer: idOf(2) })
  expect(await read(browser, '/saved')).toContain('Nothing is saved yet')
})
test('D10 an offer that was merged into another is led to, saved and compared as that one: once, and taken out as one', async () => {
  const browser = place.browser()
  const merged = '00000007-0000-4000-8000-000000000000'
  const usual = place.routes['GET /provider-directory/offers/:id']!
  place.routes['GET /provider-directory/offers/:id'] = (asked, response) =>
    asked.params.id === merged ? listed[1]! : (usual(asked as never, response) as object)
  try {
    const answer = await browser.get(`/offers/${merged}`)
    expect([answer.status, answer.headers.location]).toEqual([303, `/offers/${idOf(2)}`])
    expect((await browser.get(`/offers/${idOf(2)}`)).text).toContain('What you asked for was listed twice, and is here now.')
    expect(order(await read(browser, `${addressOf(2, 4)}&offer=${merged}`))).toEqual(['For nothing', 'By the visit'])
    await send(browser, addressOf(2), '/saved', { does: 'save', offer: [idOf(2), merged] })
    const saved = await read(browser, '/saved')
    expect(saved.match(/form="compare" type="checkbox"/g)).toHaveLength(1)
    expect(saved).not.toContain('not listed at the moment')
    const offer = [...saved.matchAll(/type="hidden" name="offer" value="([^"]*)"/g)].map(([, id]) => id)
    await send(browser, '/saved', '/saved', { does: 'remove', offer })
    expect(await read(browser, '/saved')).toContain('Nothing is saved yet')
  } finally {
    place.routes['GET /provider-directory/offers/:id'] = usual
  }
})
test('no more than twenty are saved: the oldest goes; what is no offer is refused', async () => {
  const browser = place.browser()
  for (let number = 10; number < 32; number += 1)
    await send(browser, addressOf(1), '/saved', { does: 'save', offer: `000000${number}-0000-4000-8000-000000000000` })
  await send(browser, addressOf(1), '/saved', { does: 'save', offer: idOf(1) })
  const before = place.asked.length
  expect(await read(browser, '/saved')).toContain('19 of them are not listed at the moment.')
  expect(place.asked.slice(before).filter(({ path }) => path.startsWith('/provider-directory/offers/'))).toHaveLength(20)
  expect((await send(browser, addressOf(1), '/saved', { does: 'save', offer: 'x' })).status).toBe(400)
})
test('from a list, those that are ticked are compared, without a script', async () => {
  const text = await read(place.browser(), '/find')
  expect(text).toMatch(/<form action="\/compare" method="get">.*name="offer" type="checkbox" value="[0-9a-f-]{36}"/)
})
