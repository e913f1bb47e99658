import type { Page } from 'playwright-core'
import { barriersAtBothWidths, picture, signIn, trySignIn } from '../src/browser.ts'
import { fill, send, untilItSays, words } from '../src/forms.ts'
import { openedPlace } from '../src/openedPlace.ts'

const here = openedPlace({ empty: true, mail: true })

const password = 'violet kettle harbour'

const signUp = async (page: Page, role: string, name: string, email: string): Promise<void> => {
  await page.goto(`/sign-up?as=${role}`)
  await fill(page, { role, name, email, password })
  await send(page, { with: 'email' })
  await page.waitForURL('**/check-your-mail')
  await page.goto(await here.mailbox.linkFor(email, '/verify-email'))
  await send(page, { with: 'token' })
  await signIn(page, { username: email, password })
}

describe.each([
  { how: 'with a wide window', suffix: 'wide', setting: { width: 1280 }, offerName: 'Shed mending', maker: 'Nia Parry, joiner' },
  {
    how: 'on a phone without JavaScript',
    suffix: 'phone',
    setting: { width: 320, javaScript: false },
    offerName: 'Shed painting',
    maker: 'Nia Parry, painter',
  },
])('stranger: on an empty place, $how', ({ suffix, setting, offerName, maker }) => {
  const providerMail = `nia.${suffix}@bowerham.uk`
  const residentMail = `osian.${suffix}@bowerham.uk`
  const barriers: string[] = []
  const look = async (page: Page) => {
    barriers.push(...(await barriersAtBothWidths(page)))
  }

  test('D1 R5 two strangers sign up; one publishes an offer, the other finds it and asks; it is accepted', async () => {
    const provider = await here.window(setting)
    await provider.goto('/')
    await look(provider)
    await provider.goto('/sign-up')
    await look(provider)
    await signUp(provider, 'provider', 'Nia Parry', providerMail)
    await look(provider)
    await provider.goto('/provider/organisation/new')
    await look(provider)
    await fill(provider, { name: maker, kind: 'micro-provider', description: 'I mend sheds, gates and fences.' })
    await send(provider, { with: 'kind' })
    await provider.goto('/provider/offers/new')
    await look(provider)
    await fill(provider, {
      track: 'be-helped',
      name: offerName,
      description: 'Sheds, gates and fences made sound.',
      category: 'garden-and-home',
      'price-kind': 'free',
      'place-postcode': 'M33 7ZF',
      personalCare: 'no',
    })
    await send(provider, { with: 'description' })
    await look(provider)
    await send(provider, { to: '/publication' })
    await picture(provider, `journeys/stranger-offer-${suffix}`)

    const resident = await here.window(setting)
    await resident.goto('/find?text=shed&near=M33+7ZF')
    await untilItSays(resident, offerName)
    await look(resident)
    await resident.getByRole('link', { name: offerName }).first().click()
    await look(resident)
    await signUp(resident, 'resident', 'Osian Lloyd', residentMail)
    await look(resident)
    await resident.goto('/find?text=shed&near=M33+7ZF')
    await resident.getByRole('link', { name: offerName }).first().click()
    await resident
      .getByRole('link', { name: 'Ask for this help' })
      .or(resident.getByRole('button', { name: 'Ask for this help' }))
      .first()
      .click()
    await resident.waitForURL('**/my/referrals/new**')
    await look(resident)
    await fill(resident, { words: 'My shed door has come off and I cannot lift it.', outcome1: 'The door shuts', consent: 'yes' })
    await send(resident, { with: 'words' })
    await resident.goto('/my')
    await untilItSays(resident, offerName)
    await look(resident)
    await picture(resident, `journeys/stranger-my-${suffix}`)

    await provider.goto('/provider')
    await untilItSays(provider, offerName)
    await provider.locator('main a[href^="/provider/referrals/"]').first().click()
    await provider.waitForURL('**/provider/referrals/**')
    expect(await words(provider)).toContain('My shed door has come off')
    expect(await words(provider)).not.toContain('Osian')
    await look(provider)
    await send(provider, { to: '/acceptance' })
    await untilItSays(provider, 'Osian Lloyd')
    expect(await words(provider)).toContain(residentMail)
    await look(provider)
    await resident.goto('/my')
    await untilItSays(resident, /said yes/)
    await resident.goto('/messages')
    await look(resident)
    await here.mailbox.mailTo(residentMail, 2)
    expect(barriers).toEqual([])
  })

  test('somebody who forgot their password chooses another, and the old one is worth nothing', async () => {
    const page = await here.window(setting)
    await page.goto('/forgotten-password')
    await fill(page, { email: residentMail })
    await send(page, { with: 'email' })
    await page.goto(await here.mailbox.linkFor(residentMail, '/new-password'))
    await look(page)
    await fill(page, { password: 'another quiet lantern' })
    await send(page, { with: 'password' })
    await signIn(page, { username: residentMail, password: 'another quiet lantern' })
    await page.goto('/my')
    expect(await words(page)).toContain(offerName)
    const other = await here.window(setting)
    await trySignIn(other, { username: residentMail, password })
    await other.locator('.govuk-error-summary').waitFor()
    expect(new URL(other.url()).pathname).toMatch(/^\/identity/)
    expect(barriers).toEqual([])
  })
})
