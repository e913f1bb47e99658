import { pages } from '@patchwork/web'
import type { Page } from 'playwright-core'
import { barriersAtBothWidths, signIn, trySignIn } from '../src/browser.ts'
import { words } from '../src/forms.ts'
import { openedPlace } from '../src/openedPlace.ts'
import { type Fixture, fixturesOf, type World, worldOf } from './pageFixtures.ts'

const here = openedPlace()

let world: World
beforeAll(async () => {
  world = await worldOf(here.place)
})

// Each reader has two windows: a wide one, and a phone without JavaScript.
const settings = [{}, { width: 320, javaScript: false }]
const opened = new Map<string, Promise<Page[]>>()
const windowsOf = (by = ''): Promise<Page[]> => {
  const open = async (): Promise<Page[]> => {
    const windows = await Promise.all(settings.map(here.window))
    if (by !== '') for (const page of windows) await signIn(page, here.place.account(by))
    return windows
  }
  if (!opened.has(by)) opened.set(by, open())
  return opened.get(by) as Promise<Page[]>
}

/** A file is fetched with the cookies of the window, and is to be saved. */
const whatIsWrongWithFile = async (page: Page, at: string): Promise<string[]> => {
  const answer = await page.request.get(at)
  const isSaved = answer.headers()['content-disposition']?.startsWith('attachment') && (await answer.body()).length > 0
  return answer.status() === 200 && isSaved ? [] : [`${at} gave ${answer.status()} and no file`]
}

/** Goes there in one window, which must show this page and no other, and gives every barrier. */
const lookIn = async (page: Page, { at, by, before, leadsTo, isFile }: Fixture): Promise<string[]> => {
  if (isFile) return whatIsWrongWithFile(page, at)
  const found: string[] = []
  await before?.(page)
  const answer = await page.goto(at)
  const there = new URL(page.url())
  if (answer?.status() !== 200 || there.pathname !== (leadsTo ?? at.split('?')[0]))
    found.push(`${at} for ${by ?? 'anyone'} gave ${answer?.status()} at ${there.pathname}`)
  if (/undefined|\[object /.test(await words(page))) found.push(`${at} shows what is not there`)
  return [...found, ...(await barriersAtBothWidths(page))]
}

/** In both windows at a time: each is drawn and looked at by a process of its own. */
const look = async (fixture: Fixture): Promise<string[]> => {
  const windows = await windowsOf(fixture.by)
  return (await Promise.all(windows.map((page) => lookIn(page, fixture)))).flat()
}

/** Sends the page's own form with nothing in it, and gives the barriers of what it says. */
const lookAtItsErrors = async (page: Page): Promise<string[]> => {
  const { pathname } = new URL(page.url())
  const form = page.locator(`main form[method=post]:not([action]), main form[method=post][action="${pathname}"]`).first()
  await form.locator('input:not([name=_token]):not([name=_key]), select, textarea').evaluateAll((fields) => {
    for (const field of fields) field.remove()
  })
  // A button may say which of several things it does.
  await form.locator('button').evaluateAll((buttons) => {
    for (const button of buttons) button.removeAttribute('name')
  })
  await form.locator('button').last().click()
  await page.waitForLoadState('load')
  const errors = await page.locator('.govuk-error-summary').count()
  return [...(errors === 1 ? [] : [`${pathname} does not say what is wrong with an empty form`]), ...(await barriersAtBothWidths(page))]
}

test.each(pages.map((page) => [page.path, page] as const))('%s is open to all, with JavaScript and without, wide and on a phone', async (path, { form }) => {
  const fixtures = fixturesOf(world)[path]
  if (fixtures === undefined) throw new Error(`The page ${path} is looked at by nobody: say in pageFixtures.ts where it stands and who reads it`)
  const found: string[] = []
  for (const fixture of fixtures) found.push(...(await look(fixture)))
  // The last fixture of a page with a form that cannot be empty shows that form.
  if (form !== undefined && !form.safeParse({}).success) {
    const [, phone] = await windowsOf(fixtures.at(-1)?.by)
    found.push(...(await lookAtItsErrors(phone as Page)))
  }
  expect(found).toEqual([])
})

test('every fixture is for a page that there is', () => {
  const paths = pages.map(({ path }) => path)
  expect(Object.keys(fixturesOf(world)).filter((path) => !paths.includes(path))).toEqual([])
})

test('what is not in the table is open to all too: signing in, also in vain and in Welsh, and what goes wrong', async () => {
  const found: string[] = []
  for (const setting of settings) {
    const page = await here.window(setting)
    const lookAt = async (path: string) => {
      await page.goto(path)
      found.push(...(await barriersAtBothWidths(page)))
    }
    await lookAt('/sign-in')
    expect(new URL(page.url()).pathname).toMatch(/^\/identity\//)
    await trySignIn(page, { username: 'nobody@example.org', password: 'a wrong password' })
    await page.locator('.govuk-error-summary').waitFor()
    found.push(...(await barriersAtBothWidths(page)))
    for (const path of ['/identity/interaction/ended', '/identity/auth?client_id=nobody', '/signed-in', '/nothing-here', '/?lang=cy', '/sign-in'])
      await lookAt(path)
    expect(await page.locator('html').getAttribute('lang')).toBe('cy')
    await page.goto('/?lang=en')
    await signIn(page, here.place.account('Priya Nair'))
    await lookAt('/navigator')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/signed-out')
  }
  expect(found).toEqual([])
})
