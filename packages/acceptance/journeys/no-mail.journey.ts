import type { Page } from 'playwright-core'
import { barriersAtBothWidths, picture, signIn, trySignIn } from '../src/browser.ts'
import { fill, send, words } from '../src/forms.ts'
import { openedPlace } from '../src/openedPlace.ts'

const here = openedPlace({ empty: true })

const password = 'violet kettle harbour'

const barriers: string[] = []
const look = async (page: Page) => barriers.push(...(await barriersAtBothWidths(page)))
/** The secret that the page shows once, to be handed over. */
const handedOver = (page: Page) =>
  page
    .locator('.patchwork-hand-over__secret')
    .textContent()
    .then((text) => (text ?? '').trim())
/** Takes up what was handed over, in a window of their own. */
const takeUp = async (link: string, username: string): Promise<Page> => {
  const page = await here.window()
  await page.goto(link)
  await fill(page, { password })
  await send(page, { with: 'password' })
  await signIn(page, { username, password })
  return page
}

let administrator: Page
let resident: Page

// On an empty place that no e-mail leaves, everybody gets in by somebody's hand.
test('no-mail: the first administrator opens an account, vouches for it and hands a link over; a navigator signs in and hands one to a resident', async () => {
  const code = /[2-9A-HJ-NP-Z]{5}(?:-[2-9A-HJ-NP-Z]{5}){3}/.exec(here.place.output)?.[0] as string
  administrator = await here.window()
  await administrator.goto('/set-up')
  await fill(administrator, { code, name: 'Ada Pugh', email: 'ada@bowerham.uk', password })
  await send(administrator, { with: 'code' })
  await signIn(administrator, { username: 'ada@bowerham.uk', password })

  // A navigator's account: opened, vouched for, its link handed over.
  await administrator.goto('/administrator/accounts/new')
  expect(await words(administrator)).not.toMatch(/are sent|goes there/)
  await look(administrator)
  await fill(administrator, { name: 'Nell Rees', email: 'nell@bowerham.uk', role: 'navigator' })
  await send(administrator, { with: 'email' })
  expect(await words(administrator)).toContain('Nobody can sign in to it yet')
  await look(administrator)
  await picture(administrator, 'journeys/no-mail-account')
  await administrator.getByRole('button', { name: 'Vouch for it' }).click()
  await send(administrator)
  await look(administrator)
  await picture(administrator, 'journeys/no-mail-link')
  const navigatorsLink = await handedOver(administrator)
  await administrator.reload()
  expect(await administrator.locator('.patchwork-hand-over__secret').count()).toBe(0)
  const navigator = await takeUp(navigatorsLink, 'nell@bowerham.uk')

  // The navigator registers a resident, writes down what they need, and hands them a link of their own.
  await navigator.goto('/navigator/people/new')
  await fill(navigator, { name: 'Osian Lloyd', phone: '0161 496 0123', postcode: 'M33 7ZF' })
  await send(navigator, { with: 'name' })
  await navigator.waitForURL(/\/navigator\/people\/[0-9a-f-]{36}$/)
  const person = navigator.url()
  await navigator.goto(`${person}/needs/new`)
  await look(navigator)
  await fill(navigator, { words: 'I would like somebody to talk to in the evenings.', track: 'be-helped', category: 'befriending' })
  await send(navigator, { with: 'words' })
  expect(await words(navigator)).toContain('I would like somebody to talk to in the evenings.')
  await navigator.goto(person)
  expect(await words(navigator)).toContain('Find somebody for this')
  await navigator.goto(`${person}/invitation`)
  await look(navigator)
  await fill(navigator, { email: 'osian@bowerham.uk' })
  await send(navigator, { with: 'email' })
  await look(navigator)
  resident = await takeUp(await handedOver(navigator), 'osian@bowerham.uk')
  await resident.goto('/my')
  expect(await words(resident)).toContain('Find somebody for this')
  await look(resident)

  expect(barriers).toEqual([])
})

test('no-mail: a stranger signs up, is told whom to ask, and is found by the address that they say; whoever was looked for sees it', async () => {
  const stranger = await here.window()
  await stranger.goto('/sign-up?as=provider')
  await look(stranger)
  await fill(stranger, { name: 'Nia Parry', email: 'nia@bowerham.uk', password })
  await send(stranger, { with: 'email' })
  expect(await words(stranger)).toContain('Ask an administrator of this place to vouch for you')
  await look(stranger)
  await stranger.goto('/forgotten-password')
  expect(await words(stranger)).toContain('This place sends no e-mail')
  await look(stranger)
  await trySignIn(stranger, { username: 'nia@bowerham.uk', password })
  expect(await words(stranger)).toContain('Ask an administrator of this place to vouch for you')
  await administrator.goto('/administrator/accounts')
  await look(administrator)
  await fill(administrator, { email: 'nia@bowerham.uk' })
  await send(administrator, { with: 'email' })
  expect(new URL(administrator.url()).pathname).toMatch(/^\/administrator\/accounts\/[0-9a-f-]{36}$/)
  await administrator.getByRole('button', { name: 'Vouch for it' }).click()
  await send(administrator)
  expect(await words(administrator)).toContain('They can sign in now')
  await signIn(stranger, { username: 'nia@bowerham.uk', password })

  await administrator.goto('/administrator/accounts')
  await fill(administrator, { email: 'osian@bowerham.uk' })
  await send(administrator, { with: 'email' })
  await resident.goto('/my/who-saw')
  expect(await words(resident)).toContain('found your account by it')
  await look(resident)
  expect(barriers).toEqual([])
})
