import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core'

const pictures = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url))
const phonePx = 320
const heightPx = 900
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The machine's Chromium. Throws when there is none: a journey without a browser shows nothing. */
export const openBrowser = (moreFlags: readonly string[] = []): Promise<Browser> => {
  const path = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (one) => one !== undefined && existsSync(one),
  )
  if (path === undefined) throw new Error('Install Chromium (apt-get install chromium), or say where it is in CHROMIUM')
  return chromium.launch({ executablePath: path, args: [...flags, ...moreFlags] })
}

/** How somebody's browser is set: a phone's width, no JavaScript. */
export type Setting = { width?: number; javaScript?: boolean }

// Scripts are switched off by hand and not by the context's own setting, so that axe can be let in to look at a page whose scripts have not run.
const switches = new WeakMap<Page, CDPSession>()
const scriptsMayRun = async (page: Page, value: boolean): Promise<void> => {
  await switches.get(page)?.send('Emulation.setScriptExecutionDisabled', { value: !value })
}

/** A person's own browser window at a place: cookies of their own. */
export const openWindow = async (
  browser: Browser,
  url: string,
  { width = 1280, javaScript = true }: Setting = {},
): Promise<{ page: Page; context: BrowserContext }> => {
  const context = await browser.newContext({ baseURL: url, viewport: { width, height: heightPx }, locale: 'en-GB' })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  if (!javaScript) {
    switches.set(page, await context.newCDPSession(page))
    await scriptsMayRun(page, false)
  }
  return { context, page }
}

/** Signs somebody in by the sign-in page, as they would. */
export const signIn = async (page: Page, account: { username: string; password: string }): Promise<void> => {
  await trySignIn(page, account)
  await page.waitForURL((address) => !address.pathname.startsWith('/identity') && address.pathname !== '/signed-in')
}

/** Fills in the sign-in page and sends it, whatever comes of it. */
export const trySignIn = async (page: Page, { username, password }: { username: string; password: string }): Promise<void> => {
  await page.goto('/sign-in')
  await page.locator('input[type=email], input[name=email], input[name=username]').first().fill(username)
  await page.locator('input[type=password]').fill(password)
  await page.getByRole('button', { name: /sign in/i }).click()
  await page.waitForLoadState('load')
}

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/**
 * What is wrong with the page for people with disabilities, as it stands and at a small phone's width: what axe finds (WCAG 2.2 A and AA), and
 * whether it scrolls sideways. Where the window's scripts are off it is looked at as it came. An empty list is right.
 */
export const barriersAtBothWidths = async (page: Page): Promise<string[]> => {
  const before = page.viewportSize() ?? { width: phonePx, height: heightPx }
  const found: string[] = []
  await scriptsMayRun(page, true)
  await page.evaluate(`${axe.source};undefined`)
  for (const width of new Set([before.width, phonePx])) {
    await page.setViewportSize({ width, height: heightPx })
    found.push(...(await barriersNow(page)).map((barrier) => `${new URL(page.url()).pathname} at ${width} px: ${barrier}`))
  }
  await page.setViewportSize(before)
  await scriptsMayRun(page, false)
  return found
}

// Runs in the page, where axe stands ready.
const barriersNow = (page: Page): Promise<string[]> =>
  page.evaluate(async (values) => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, { runOnly: values, resultTypes: ['violations'] })
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth > clientWidth ? [...found, `scrolls sideways, being ${scrollWidth} px wide`] : found
  }, standards)

/** Keeps a picture of the page in docs/pictures when PICTURES=1; the journeys are where the pictures in the documentation come from. */
export const picture = async (page: Page, name: string): Promise<void> => {
  if (process.env.PICTURES !== '1') return
  mkdirSync(dirname(`${pictures}${name}`), { recursive: true })
  await page.screenshot({ path: `${pictures}${name}.png`, fullPage: false })
}
