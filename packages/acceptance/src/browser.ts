import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const pictures = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url))
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

/** A person's own browser window at a place: cookies of their own. */
export const openWindow = async (
  browser: Browser,
  url: string,
  { width = 1280, javaScript = true }: Setting = {},
): Promise<{ page: Page; context: BrowserContext }> => {
  const context = await browser.newContext({ baseURL: url, viewport: { width, height: 900 }, javaScriptEnabled: javaScript, locale: 'en-GB' })
  context.setDefaultTimeout(20_000)
  return { context, page: await context.newPage() }
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

/**
 * What is wrong with the page for people with disabilities: what axe finds (WCAG 2.2 A and AA), and whether it scrolls sideways at its width.
 * An empty list is right. axe needs JavaScript, so a window without it is looked at for its width only.
 */
export const barriersOn = async (page: Page): Promise<string[]> => {
  const found: string[] = []
  const hasScripts = await page.evaluate(() => true).catch(() => false)
  if (hasScripts) {
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()
    found.push(...violations.map(({ id, nodes }) => `${new URL(page.url()).pathname}: ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`))
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])
    if ((content as number) > (window as number)) found.push(`${new URL(page.url()).pathname}: scrolls sideways at ${window} px (${content} px wide)`)
  }
  return found
}

/** Keeps a picture of the page in docs/pictures when PICTURES=1; the journeys are where the pictures in the documentation come from. */
export const picture = async (page: Page, name: string): Promise<void> => {
  if (process.env.PICTURES !== '1') return
  mkdirSync(dirname(`${pictures}${name}`), { recursive: true })
  await page.screenshot({ path: `${pictures}${name}.png`, fullPage: false })
}

/** Looks at a page as it stands and at 320 px; gives every barrier found. */
export const barriersAtBothWidths = async (page: Page): Promise<string[]> => {
  const before = page.viewportSize()
  const found = await barriersOn(page)
  await page.setViewportSize({ width: 320, height: 800 })
  found.push(...(await barriersOn(page)))
  if (before) await page.setViewportSize(before)
  return found
}
