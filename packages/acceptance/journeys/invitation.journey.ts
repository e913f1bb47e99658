import type { Page } from 'playwright-core'
import { barriersAtBothWidths, picture, signIn } from '../src/browser.ts'
import { fill, send, untilItSays, words } from '../src/forms.ts'
import { openedPlace } from '../src/openedPlace.ts'

const here = openedPlace({ empty: true, mail: true })

const password = 'violet kettle harbour'

/** Opens an account on the page that is open, or on the page for it, and shows that the address is theirs. */
const openAccount = async (page: Page, name: string, email: string): Promise<void> => {
  await fill(page, { role: 'provider', name, email, password })
  await send(page, { with: 'email' })
  await page.waitForURL('**/check-your-mail')
  await page.goto(await here.mailbox.linkFor(email, '/verify-email'))
  await send(page, { with: 'token' })
}
const enter = async (page: Page, email: string): Promise<void> => {
  await page.locator('main a[href^="/sign-in"]').first().click()
  await page.waitForURL('**/identity/**')
  await page.locator('input[name=email]').fill(email)
  await page.locator('input[type=password]').fill(password)
  await page.locator('main form button').last().click()
  await page.waitForURL((address) => !address.pathname.startsWith('/identity') && address.pathname !== '/signed-in')
}

describe.each([
  { how: 'with a wide window', suffix: 'wide', setting: { width: 1280 }, who: 'Sale Menders' },
  { how: 'on a phone without JavaScript', suffix: 'phone', setting: { width: 320, javaScript: false }, who: 'Timperley Menders' },
])('invitation: on an empty place, $how', ({ suffix, setting, who }) => {
  test('an owner invites a colleague who is not here yet; by the link in the mail they open an account, see who asks, and look after it too', async () => {
    const [owners, colleagues, others] = [`nia.${suffix}@bowerham.uk`, `femi.${suffix}@bowerham.uk`, `cai.${suffix}@bowerham.uk`]
    const barriers: string[] = []
    const look = async (page: Page) => void barriers.push(...(await barriersAtBothWidths(page)))
    const owner = await here.window(setting)
    await owner.goto('/sign-up?as=provider')
    await openAccount(owner, 'Nia Parry', owners)
    await signIn(owner, { username: owners, password })
    await owner.goto('/provider/organisation/new')
    await fill(owner, { name: who, kind: 'organisation', description: 'We mend what is broken.' })
    await send(owner, { with: 'kind' })
    await owner.goto('/provider')
    await owner.locator('main a[href$="/invitations"]').click()
    await owner.waitForURL('**/invitations')
    await look(owner)
    await fill(owner, { email: colleagues, memberRole: 'owner' })
    await send(owner, { with: 'email' })
    expect(await words(owner)).toContain(colleagues)
    await look(owner)
    await picture(owner, `journeys/invitation-owner-${suffix}`)

    // The mail names nobody and nothing that somebody typed.
    const mail = await here.mailbox.mailTo(colleagues)
    for (const not of [who, 'Nia', owners]) expect(mail).not.toContain(not)
    const link = await here.mailbox.linkFor(colleagues, '/organisation-invitation')
    const colleague = await here.window(setting)
    await colleague.goto(link)
    expect(new URL(colleague.url()).search).toBe('')
    expect(await words(colleague)).not.toContain(who)
    await look(colleague)
    await colleague.locator('main a[href="/sign-up?as=provider"]').click()
    await colleague.waitForURL('**/sign-up?as=provider')
    await openAccount(colleague, 'Femi Cole', colleagues)
    await look(colleague)
    await enter(colleague, colleagues)
    expect(new URL(colleague.url()).pathname).toBe('/organisation-invitation')
    expect(await words(colleague)).toContain(who)
    await look(colleague)
    await picture(colleague, `journeys/invitation-${suffix}`)
    // Looking at it, however often, takes nothing up.
    await colleague.goto(link)
    await owner.reload()
    expect(await words(owner)).toContain(colleagues)
    await colleague.locator('main button[value="accept"]').click()
    await colleague.waitForURL('**/provider')
    expect(await words(colleague)).toContain('You look after this organisation now')
    await untilItSays(colleague, who)
    await owner.reload()
    expect(await words(owner)).not.toContain(colleagues)

    // By the same link nobody else gets in.
    const stranger = await here.window(setting)
    await stranger.goto('/sign-up?as=provider')
    await openAccount(stranger, 'Cai Rees', others)
    await signIn(stranger, { username: others, password })
    await stranger.goto(link)
    expect(await words(stranger)).toContain('This invitation is over')
    await look(stranger)

    // The colleague invites in turn; sent again, declined.
    await colleague.locator('main a[href$="/invitations"]').first().click()
    await colleague.waitForURL('**/invitations')
    await fill(colleague, { email: others, memberRole: 'member' })
    await send(colleague, { with: 'email' })
    await send(colleague, { to: '/renewal' })
    // The mail that shows the address, and the invitation twice.
    await here.mailbox.mailTo(others, 3)
    await stranger.goto(await here.mailbox.linkFor(others, '/organisation-invitation'))
    expect(await words(stranger)).toContain('You would be a member')
    await stranger.locator('main button[value="decline"]').click()
    await stranger.waitForURL('**/provider')
    expect(await words(stranger)).not.toContain(who)
    await colleague.reload()
    expect(await words(colleague)).not.toContain(others)
    expect(barriers).toEqual([])
  })
})
