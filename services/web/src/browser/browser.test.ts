import { existsSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { directory, lunchClubId, messages, organisationId } from '../testExamples.ts'
import { startTestPlace, type TestPlace } from '../testPlace.ts'

// The pages in a real browser. Where there is none these tests are skipped, and say so; with REQUIRE_REAL_SERVERS=1 they fail.

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const isThere = existsSync(executablePath)
const required = process.env.REQUIRE_REAL_SERVERS === '1'
if (!isThere && !required) process.stderr.write(`SKIPPED: pages in a browser; there is none at ${executablePath}\n`)
const suite = isThere || required ? describe : describe.skip

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const widths = [1280, 320]
const publicPaths = [
  ...[
    '/',
    '/find',
    '/find?near=M33+7ZF&text=lunch',
    '/find?text=nothing+at+all',
    '/find?near=ZE1+0AA',
    '/assets',
    '/assets?ward=E05015254',
    `/offers/${lunchClubId}`,
    `/organisations/${organisationId}`,
  ],
  ...['/help-now', '/sign-up', '/check-your-mail', '/verify-email?token=x', '/forgotten-password', '/new-password?token=x', '/take-up-invitation?token=x'],
  ...['/set-up', '/account-ready', '/signed-out', '/accessibility', '/privacy', '/data-sources', '/nowhere', '/find?lang=cy'],
]

const noAssets = { skill: 0, group: 0, building: 0, land: 0, money: 0, thing: 0 }

suite('in a browser', () => {
  let place: TestPlace
  let browser: Browser
  let streams = 0
  let live: (event: string) => void = () => undefined

  beforeAll(async () => {
    place = await startTestPlace(
      {
        'GET /provider-directory/organisations/mine': () => ({ items: [{ organisationId, name: 'Dee’s Gardens', kind: 'micro-provider' }] }),
        ...directory,
        ...messages,
        'GET /provider-directory/assets': ({ query: { ward } }) => ({
          items: [],
          total: ward === undefined ? 3 : 1,
          facets: { kind: {}, category: {}, ward: {} },
        }),
        'GET /provider-directory/assets/by-ward': () => ({
          wards: [
            { wardCode: 'E05015254', wardName: 'Sale Central', counts: { ...noAssets, skill: 1 }, services: 2 },
            { wardCode: 'E05015239', wardName: 'Altrincham', counts: noAssets, services: 0 },
          ],
          wholePlace: noAssets,
        }),
        'GET /notification/messages/live': (_asked, response) => {
          streams += 1
          response.on('close', () => {
            streams -= 1
          })
          live = (event) => void response.write(event)
          response.set('Content-Type', 'text/event-stream').write('event: unread\ndata: {"unread":2}\n\n')
        },
      },
      { isDemonstration: () => true },
    )
    browser = await chromium.launch({
      executablePath,
      args: [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
        '--disable-sync',
      ],
    })
  })
  afterAll(async () => {
    await browser?.close()
    await place?.stop()
  })

  const contextWith = (options: { width: number; javaScriptEnabled?: boolean }): Promise<BrowserContext> =>
    browser.newContext({ viewport: { width: options.width, height: 900 }, javaScriptEnabled: options.javaScriptEnabled ?? true, baseURL: place.publicUrl })

  /** Without JavaScript axe cannot look; what is checked then is that everything is there and works. */
  const faultsOf = async (page: Page): Promise<string[]> => {
    const { violations } = await new AxeBuilder({ page }).withTags(standards).analyze()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ; ')}`)
  }
  // What runs in the page is given as text: it is no part of this program, and its globals are not ours.
  const overflow = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  const signIn = async (context: BrowserContext) => {
    place.issuer.signsIn('resident')
    const page = await context.newPage()
    await page.goto('/sign-in?next=/messages')
    return page
  }

  /** At each width: nothing in anybody's way, and no scrolling sideways. */
  const isOpenToAll = async (page: Page) => {
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 })
      expect({ width, faults: await faultsOf(page), overflow: await overflow(page) }).toEqual({ width, faults: [], overflow: 0 })
    }
  }

  test('axe finds nothing on a form with errors, nor on the messages of somebody who has signed in', async () => {
    const context = await contextWith({ width: 1280 })
    const page = await signIn(context)
    expect(await page.title()).toContain('Messages')
    await isOpenToAll(page)
    await page.goto('/sign-up')
    await page.getByRole('button', { name: 'Open my account' }).click()
    expect(await page.title()).toMatch(/^Error: /)
    await isOpenToAll(page)
    await context.close()
  })

  test('no page breaks its own content security policy, or fails to load a file', async () => {
    const context = await contextWith({ width: 1280 })
    const page = await signIn(context)
    const faults: string[] = []
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    page.on('response', (response) => response.status() >= 400 && faults.push(response.url()))
    for (const path of publicPaths.filter((one) => one !== '/nowhere')) await page.goto(path)
    expect(faults).toEqual([])
    await context.close()
  })

  test('without JavaScript somebody finds an offer, reads it, and reads their messages', async () => {
    const context = await contextWith({ width: 320, javaScriptEnabled: false })
    const page = await signIn(context)
    expect(await page.getByRole('heading', { level: 2, name: 'good news' }).count()).toBe(1)
    await page.getByRole('link', { name: 'Find help' }).click()
    await page.getByLabel('What are you looking for?').fill('lunch')
    await page.getByLabel('Postcode').fill('M33 7ZF')
    await page.getByRole('button', { name: 'Look for it' }).click()
    expect(page.url()).toContain('/find?text=lunch&near=M33+7ZF')
    await page.getByRole('link', { name: 'Thursday lunch club' }).click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Thursday lunch club')
    expect(await page.getByRole('link', { name: 'Join in' }).getAttribute('href')).toBe(`/my/referrals/new?offer=${lunchClubId}`)
    await context.close()
  })

  test('with the keyboard alone: past the header, into the search, to the result', async () => {
    const context = await contextWith({ width: 1280 })
    const page = await context.newPage()
    await page.goto('/')
    await page.keyboard.press('Tab')
    expect(await page.evaluate<string>('document.activeElement.textContent')).toContain('Skip to the main part')
    await page.getByLabel('What are you looking for?').focus()
    await page.keyboard.type('lunch')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/find?*')
    const focusable = page.getByRole('link', { name: 'Thursday lunch club' })
    await focusable.focus()
    expect(await page.evaluate<string>('getComputedStyle(document.activeElement).backgroundColor')).toBe('rgb(255, 207, 79)')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/offers/*')
    await context.close()
  })

  test('filters are folded on a telephone and in sight where there is room, with JavaScript and without', async () => {
    const [wide, narrow] = [await contextWith({ width: 1280 }), await contextWith({ width: 320, javaScriptEnabled: false })]
    const [roomy, telephone] = [await wide.newPage(), await narrow.newPage()]
    await roomy.goto('/find')
    await telephone.goto('/find')
    const isShown = (page: Page) => page.getByLabel('Kind', { exact: true }).isVisible()
    expect([await isShown(telephone), await isShown(roomy)]).toEqual([false, true])
    await telephone.getByText('More choices').click()
    expect(await isShown(telephone)).toBe(true)
    await Promise.all([wide.close(), narrow.close()])
  })

  test('questions that one answer leads to wait for it; without JavaScript they are there', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const context = await contextWith({ width: 320, javaScriptEnabled })
      place.issuer.signsIn('provider')
      const page = await context.newPage()
      await page.goto('/sign-in?next=/provider/offers/new')
      const number = page.getByLabel('Your CQC number')
      expect(await number.isVisible()).toBe(!javaScriptEnabled)
      for (const [answer, isAsked] of [
        ['Yes', true],
        ['No', !javaScriptEnabled],
      ] as const) {
        await page.getByRole('group', { name: 'Does it include personal care?' }).getByLabel(answer, { exact: true }).check()
        expect(await number.isVisible()).toBe(isAsked)
      }
      const [seats, people] = [page.getByLabel('How many seats has the group?'), page.getByLabel('How many people does the space hold?')]
      for (const [answer, asked] of [
        ['In a group', [true, false]],
        ['As a space', [false, true]],
        ['I would rather not say', [false, false]],
      ] as const) {
        await page.getByRole('group', { name: 'How do you offer it?' }).getByLabel(answer, { exact: true }).check()
        expect([await seats.isVisible(), await people.isVisible()]).toEqual(javaScriptEnabled ? asked : [true, true])
      }
      await context.close()
    }
  })

  test('the reader of a refused form is put at the list of what to mend', async () => {
    const context = await contextWith({ width: 1280 })
    const page = await context.newPage()
    await page.goto('/forgotten-password')
    await page.getByRole('button', { name: 'Send me a link' }).click()
    await page.locator('.govuk-error-summary:focus').waitFor()
    await page.getByRole('link', { name: 'Enter something here' }).click()
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('email')
    await context.close()
  })

  test('a page that follows what happens says so only while it does: never without JavaScript, and no more once the connection is gone', async () => {
    const opened = async (javaScriptEnabled: boolean) => {
      const context = await contextWith({ width: 1280, javaScriptEnabled })
      place.issuer.signsIn('administrator')
      const page = await context.newPage()
      await page.goto('/sign-in?next=/operations')
      return { context, page, says: page.getByText('This page follows what happens.'), shows: page.getByText('how things stood when it was loaded') }
    }
    const still = await opened(false)
    expect([await still.says.isVisible(), await still.shows.isVisible()]).toEqual([false, true])
    expect(await still.page.getByRole('link', { name: 'Look again' }).isVisible()).toBe(true)
    await still.context.close()
    const following = await opened(true)
    await following.says.waitFor()
    expect(await following.shows.isVisible()).toBe(false)
    await following.context.setOffline(true)
    await following.page.route('**/operations/changes', (route) => route.abort())
    await following.page.evaluate(`window.dispatchEvent(new Event('pagehide')); window.dispatchEvent(new Event('pageshow'))`)
    await following.shows.waitFor()
    expect(await following.says.isVisible()).toBe(false)
    await following.context.close()
  })

  test('D13 a ward of the asset map is chosen on the map: by its shape, by the keyboard, and by what it is called', async () => {
    const context = await contextWith({ width: 1280 })
    const page = await context.newPage()
    await page.goto('/assets')
    const wards = page.getByRole('group', { name: 'map' })
    const sale = page.locator('svg a[aria-label^="Sale Central"]')
    expect(await wards.getByRole('link', { name: 'Sale Central: 3' }).count()).toBe(1)
    const fillOf = () => page.evaluate<string>(`getComputedStyle(document.querySelector('svg a[aria-label^="Sale Central"] path')).fill`)
    const before = await fillOf()
    await sale.focus()
    expect(await fillOf()).not.toBe(before)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/assets?ward=E05015254')
    expect(await sale.getAttribute('aria-current')).toBe('true')
    // The number that stands in a ward is no hole in it.
    await page.locator('svg a[aria-label^="Altrincham"] path').click({ timeout: 5_000 })
    await page.waitForURL('**/assets?ward=E05015239')
    await context.close()
  })

  test('news comes by itself, and no connection is held while nobody looks', async () => {
    const context = await contextWith({ width: 1280 })
    const page = await signIn(context)
    const unread = (number: string) =>
      page
        .locator('[data-unread-number]')
        .filter({ hasText: new RegExp(`^${number}$`) })
        .waitFor({ state: 'attached' })
    await unread('2')
    const answered = place.routes['GET /notification/messages']!
    place.routes['GET /notification/messages'] = async (asked, response) => {
      const list = (await answered(asked, response)) as { items: object[] }
      return { ...list, items: list.items.map((message) => ({ ...message, subject: 'Brookshire: something new' })), unread: 3 }
    }
    // What is told before anybody listens is told to nobody.
    await expectSoon(() => streams === 1)
    live('event: message\ndata: {"messageId":"x"}\n\n')
    await page.getByRole('heading', { name: 'something new' }).waitFor()
    await unread('3')
    place.routes['GET /notification/messages'] = answered
    const hide = (isHidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} }); document.dispatchEvent(new Event('visibilitychange'))`,
      )
    await hide(true)
    await expectSoon(() => streams === 0)
    await hide(false)
    await expectSoon(() => streams === 1)
    await context.close()
    await expectSoon(() => streams === 0)
  })

  test('a page of results is at most 60 KB on the wire, everything counted', async () => {
    const context = await contextWith({ width: 1280 })
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    await session.send('Network.enable')
    let bytes = 0
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength
    })
    await page.goto('/find?near=M33+7ZF', { waitUntil: 'networkidle' })
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThanOrEqual(60_000)
    await context.close()
  })
})

const expectSoon = async (isTrue: () => boolean) => {
  for (const limit = Date.now() + 20_000; !isTrue(); await new Promise((resolve) => setTimeout(resolve, 20)))
    if (Date.now() > limit) throw new Error('It did not come about')
}
