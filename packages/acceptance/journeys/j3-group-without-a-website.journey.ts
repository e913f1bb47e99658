import type { Page } from 'playwright-core'
import { barriersAtBothWidths, picture, type Setting } from '../src/browser.ts'
import { fill, send, untilItSays, words } from '../src/forms.ts'
import { openedPlace } from '../src/openedPlace.ts'

const here = openedPlace({ empty: true, mail: true })

const fieldsMax = 12
const pagesMax = 4
const password = 'violet kettle harbour'
const typed = ['text', 'email', 'tel', 'password', 'number', 'date', 'time', 'search', 'url']

/** A person who has never been here: what they type and which pages they fill in are counted as they go. */
const newcomer = (page: Page) => {
  const [counted, barriers] = [{ fields: 0, filledPages: 0, sentForms: 0 }, [] as string[]]
  const fillIn = async (entries: Record<string, string>): Promise<void> => {
    for (const name of Object.keys(entries)) {
      const kind = await page
        .locator(`main [name="${name}"]`)
        .first()
        .evaluate((element) => (element.tagName === 'TEXTAREA' ? 'text' : (element.getAttribute('type') ?? (element.tagName === 'SELECT' ? 'select' : 'text'))))
      if (typed.includes(kind)) counted.fields += 1
    }
    await fill(page, entries)
    counted.filledPages += 1
  }
  return {
    counted,
    barriers,
    fillIn,
    look: async () => void barriers.push(...(await barriersAtBothWidths(page))),
    sendIt: async (form: { with?: string; to?: string }, button?: string): Promise<void> => {
      counted.sentForms += 1
      if (button === undefined) return send(page, form)
      await page.locator(`main button[value="${button}"]`).click()
      await page.waitForLoadState('load')
    },
    // The sign-in page is filled in by hand like every other: it counts.
    signIn: async (email: string): Promise<void> => {
      await page.locator('main a[href="/sign-in"]').first().click()
      await page.waitForURL('**/identity/**')
      await page.locator('input[type=email], input[name=email], input[name=username]').first().fill(email)
      await page.locator('input[type=password]').fill(password)
      counted.fields += 2
      counted.filledPages += 1
      counted.sentForms += 1
      await page.locator('button[type=submit], main form button').last().click()
      await page.waitForURL('**/provider')
    },
  }
}

describe.each([
  {
    how: 'with a wide window',
    setting: { width: 1280 } as Setting,
    language: 'en',
    suffix: 'wide',
    next: 'publish',
    who: 'Brooklands Bakers',
    name: 'Bread on Fridays',
    search: 'bread',
  },
  {
    how: 'on a phone without JavaScript',
    setting: { width: 320, javaScript: false } as Setting,
    language: 'en',
    suffix: 'phone',
    next: 'publish',
    who: 'Sale Singers',
    name: 'Singing on Tuesdays',
    search: 'singing',
  },
  {
    how: 'in Welsh, looking it over before it is published',
    setting: { width: 320, javaScript: false } as Setting,
    language: 'cy',
    suffix: 'welsh',
    next: 'look',
    who: 'Cerddwyr Sale',
    name: 'Taith gerdded fore Sul',
    search: 'cerdded',
  },
])('J3: $how', ({ setting, language, suffix, next, who, name, search }) => {
  test('J3 D1 a group of three with no website lists what it does, and a family finds it the same minute', async () => {
    const email = `brooklands.${suffix}@bowerham.uk`
    const page = await here.window(setting)
    const person = newcomer(page)
    await page.goto(`/?lang=${language}`)
    await person.look()
    await page.locator('main a[href="/sign-up?as=coordinator"]').click()
    await page.waitForURL('**/sign-up?as=coordinator')
    await person.look()
    await person.fillIn({ name: 'Bea Lund', email, password })
    await person.sendIt({ with: 'email' })
    await page.waitForURL('**/check-your-mail')
    await page.goto(await here.mailbox.linkFor(email, '/verify-email'))
    await person.sendIt({ with: 'token' })
    await person.signIn(email)
    await person.look()
    await page.locator('main a[href="/provider/listing"]').first().click()
    await page.waitForURL('**/provider/listing')
    expect(await page.locator('html').getAttribute('lang')).toBe(language)
    await person.look()
    if (suffix === 'wide') await picture(page, 'journeys/j3-listing')
    await person.fillIn({
      'organisation-name': who,
      name,
      description: 'We are three neighbours. Come along, nothing to bring.',
      'price-kind': 'free',
      personalCare: 'no',
      where: 'place',
      'place-postcode': 'M33 7ZF',
      'contact-phone': '0161 496 0123',
    })
    await person.sendIt({}, next)
    await page.waitForURL(/\/provider\/offers\/[0-9a-f-]{36}$/)
    await person.look()
    if (suffix === 'phone') await picture(page, 'journeys/j3-offer')
    if (next === 'look') await person.sendIt({ to: '/publication' })

    const family = await here.window(setting)
    await family.goto(`/find?text=${search}&near=M33+7ZF&lang=${language}`)
    await untilItSays(family, name)
    await family.getByRole('link', { name }).first().click()
    await family.waitForURL('**/offers/**')
    const shown = await words(family)
    for (const said of [name, who, '0161 496 0123', 'M33 7ZF']) expect(shown).toContain(said)
    person.barriers.push(...(await barriersAtBothWidths(family)))

    expect(person.barriers).toEqual([])
    expect(person.counted.fields).toBeLessThanOrEqual(fieldsMax)
    expect(person.counted.filledPages).toBeLessThanOrEqual(pagesMax)
    // Even the pages where there is only a button to press are no more, for whoever publishes at once.
    if (next === 'publish') expect(person.counted.sentForms).toBeLessThanOrEqual(pagesMax)
  })
})

test('J3 D8 whoever gives personal care is asked one plain question; left for later, nobody finds the offer until it is answered', async () => {
  const email = 'brooklands.care@bowerham.uk'
  const page = await here.window({ width: 320 })
  const person = newcomer(page)
  await page.goto('/sign-up?as=provider')
  await person.fillIn({ name: 'Cai Rees', email, password })
  await person.sendIt({ with: 'email' })
  await page.goto(await here.mailbox.linkFor(email, '/verify-email'))
  await person.sendIt({ with: 'token' })
  await person.signIn(email)
  await page.goto('/provider/listing')
  const listing = {
    'organisation-name': 'Cai Rees',
    'organisation-kind': 'micro-provider',
    track: 'be-helped',
    name: 'Mornings with Cai',
    description: 'I help you get washed and dressed.',
    personalCare: 'yes',
    where: 'homes',
  }
  await fill(page, listing)
  await person.sendIt({}, 'publish')
  expect(await page.locator('.govuk-error-summary').count()).toBe(1)
  expect(await page.locator('main [name="name"]').inputValue()).toBe('Mornings with Cai')
  await person.look()
  await fill(page, { personalCareGate: 'later' })
  await person.sendIt({}, 'publish')
  await page.waitForURL(/\/provider\/offers\/[0-9a-f-]{36}$/)
  await person.look()
  const offer = page.url()
  const family = await here.window()
  await family.goto('/find?text=Mornings+with+Cai')
  expect(await words(family)).not.toContain('Mornings with Cai')
  await page.goto(`${offer}/edit`)
  await fill(page, { personalCareGate: 'sole-worker' })
  await send(page, { with: 'description' })
  await page.goto(offer)
  await send(page, { to: '/publication' })
  await family.goto('/find?text=Mornings+with+Cai')
  await untilItSays(family, 'Mornings with Cai')
  expect(person.barriers).toEqual([])
})
