import type { Page } from 'playwright-core'
import { barriersAtBothWidths, picture, type Setting } from '../src/browser.ts'
import { fill, send, untilItSays, words } from '../src/forms.ts'
import { openedPlace } from '../src/openedPlace.ts'
import { until } from '../src/startedPlace.ts'

const here = openedPlace()

const barriers: string[] = []

const look = async (page: Page) => {
  barriers.push(...(await barriersAtBothWidths(page)))
}
const offerAt = async (page: Page, search: string, name: string): Promise<string> => {
  await page.goto(`/find?text=${search}`)
  const address = await page.getByRole('link', { name }).first().getAttribute('href')
  return /[0-9a-f-]{36}/.exec(address ?? '')?.[0] as string
}

describe.each([
  { how: 'with a wide window', setting: { width: 1280 } as Setting, resident: 'Elsie Marsh' },
  { how: 'on a phone without JavaScript', setting: { width: 320, javaScript: false } as Setting, resident: 'Winston Bright' },
])('loop: $how', ({ setting, resident }) => {
  test('J7 R1 R2 R4 R10 R13 a navigator registers a resident and refers; the provider accepts before knowing who; the loop closes with outcomes', async () => {
    const navigator = await here.windowOf('Ruth Mellor', setting)
    await look(navigator)
    await navigator.goto('/navigator/people/new')
    await look(navigator)
    await fill(navigator, { name: resident, phone: '0161 496 0123', postcode: 'M33 7ZF', accessNeeds: ['large-print'] })
    await send(navigator, { with: 'name' })
    await navigator.waitForURL(/\/navigator\/people\/[0-9a-f-]{36}/)
    await look(navigator)
    const personId = /people\/([0-9a-f-]{36})/.exec(navigator.url())?.[1]
    const offerId = await offerAt(navigator, 'garden+tidy', 'Garden tidy')
    await navigator.goto(`/navigator/people/${personId}/refer?offer=${offerId}`)
    await look(navigator)
    await fill(navigator, { words: 'I would like to sit outside again.', outcome1: 'I sit in my garden', 'basis-given': 'spoken' })
    await send(navigator, { with: 'words' })
    await navigator.waitForURL(/\/navigator\/(referrals|people)\//)
    await navigator.goto('/navigator')
    await navigator.goto(`/navigator/people/${personId}`)
    await until('the referral shows', async () => {
      await navigator.reload()
      return (await navigator.locator('main a[href^="/navigator/referrals/"]').count()) > 0
    })
    const referral = (await navigator.locator('main a[href^="/navigator/referrals/"]').first().getAttribute('href')) as string
    const referralId = /[0-9a-f-]{36}/.exec(referral)?.[0]

    const provider = await here.windowOf('Dee Okafor', setting)
    await provider.goto(`/provider/referrals/${referralId}`)
    await untilItSays(provider, 'I would like to sit outside again.')
    expect(await words(provider)).not.toContain(resident)
    expect(await words(provider)).not.toContain('0161 496 0123')
    await look(provider)
    await picture(provider, 'journeys/loop-provider-before')
    await send(provider, { to: '/acceptance' })
    await untilItSays(provider, resident)
    expect(await words(provider)).toContain('0161 496 0123')
    await look(provider)
    await picture(provider, 'journeys/loop-provider-after')

    await navigator.goto(referral)
    await untilItSays(navigator, /said yes/)
    await look(navigator)
    await navigator.locator('main a[href*="/outcomes/"]').first().click()
    await navigator.waitForURL('**/outcomes/**')
    await look(navigator)
    await fill(navigator, { result: 'achieved' })
    await send(navigator, { with: 'result' })
    await navigator.goto(`${referral}/conclusion`)
    await look(navigator)
    await fill(navigator, { reason: 'completed' })
    await send(navigator, { with: 'reason' })
    await navigator.goto(referral)
    await untilItSays(navigator, /ended/i)
    await picture(navigator, 'journeys/loop-navigator-ended')
    await provider.goto(`/provider/referrals/${referralId}`)
    await until('the provider sees nobody any more', async () => {
      await provider.reload()
      return !(await words(provider)).includes(resident)
    })
    await navigator.goto('/messages')
    await untilItSays(navigator, /yes|accepted|ended/i)
    await look(navigator)
    expect(barriers).toEqual([])
  })
})

test('R9 two colleagues press yes at once: one has it, the other is told so and sees that it is in good hands', async () => {
  const setting = { width: 1280 }
  const navigator = await here.windowOf('Ruth Mellor', setting)
  await navigator.goto('/navigator')
  await navigator.locator('main a[href^="/navigator/people/"]', { hasText: 'Yusuf Demir' }).first().click()
  await navigator.waitForURL(/\/navigator\/people\/[0-9a-f-]{36}/)
  const offerId = await offerAt(navigator, 'garden+tidy', 'Garden tidy')
  await navigator.goBack()
  const person = /people\/([0-9a-f-]{36})/.exec(navigator.url())?.[1]
  await navigator.goto(`/navigator/people/${person}/refer?offer=${offerId}`)
  await fill(navigator, { words: 'The gate no longer shuts.', 'basis-given': 'spoken' })
  await send(navigator, { with: 'words' })
  await navigator.waitForURL(/\/navigator\/referrals\//)
  const referralId = /referrals\/([0-9a-f-]{36})/.exec(navigator.url())?.[1]

  const [dee, femi] = [await here.windowOf('Dee Okafor', setting), await here.windowOf('Femi Adeyemi', setting)]
  for (const colleague of [dee, femi]) {
    await colleague.goto('/provider')
    await look(colleague)
    await colleague.goto(`/provider/referrals/${referralId}`)
    await untilItSays(colleague, 'The gate no longer shuts.')
  }
  await Promise.all([dee, femi].map((colleague) => send(colleague, { to: '/acceptance' })))
  const said = await Promise.all([dee, femi].map(words))
  expect(said.filter((text) => text.includes('You said yes. They have been told.'))).toHaveLength(1)
  expect(said.filter((text) => text.includes('A colleague of yours said yes a moment before you.'))).toHaveLength(1)
  const second = said[0]?.includes('A colleague of yours') ? dee : femi
  await untilItSays(second, 'Yusuf Demir')
  expect(await words(second)).toContain('A colleague of yours said yes on')
  await look(second)
  expect(barriers).toEqual([])
})

test('R3 R5 a resident sees who has their information and who saw it; withdrawing consent cuts access', async () => {
  const setting = { width: 1280 }
  const resident = await here.windowOf('George Whitfield', setting)
  await resident.goto('/my')
  await look(resident)
  await picture(resident, 'journeys/my')
  const referral = (await resident.locator('main a[href^="/my/referrals/"]').first().getAttribute('href')) as string
  const referralId = /[0-9a-f-]{36}/.exec(referral)?.[0]
  const coordinator = await here.windowOf('Aisha Rahman', setting)
  await coordinator.goto(`/provider/referrals/${referralId}`)
  await untilItSays(coordinator, 'George Whitfield')
  await resident.goto(referral)
  await untilItSays(resident, /Sale Moor Good Neighbours/)
  await look(resident)
  await resident.goto('/my/who-saw')
  await untilItSays(resident, /Sale Moor Good Neighbours/)
  await look(resident)
  await resident.goto(`${referral}/consent-withdrawal`)
  await look(resident)
  await send(resident)
  await until('the group sees nobody any more', async () => {
    await coordinator.reload()
    return !(await words(coordinator)).includes('George')
  })
  await resident.goto('/my/details')
  await look(resident)
  expect(barriers).toEqual([])
})

test('N3 an administrator reads the delivery ledger and the demonstration’s mail, and vouches for accounts', async () => {
  const setting = { width: 1280 }
  const administrator = await here.windowOf('Sam Ellis', setting)
  for (const path of ['/administrator', '/administrator/accounts', '/administrator/accounts/new', '/administrator/mail', '/administrator/deliveries']) {
    await administrator.goto(path)
    expect(await words(administrator)).not.toContain('undefined')
  }
  await picture(administrator, 'journeys/administrator-deliveries')
})

test('a postcode that nobody knows here is said to be one; everything is there in Welsh too', async () => {
  const page = await here.window()
  await page.goto('/')
  await picture(page, 'home')
  await page.goto('/find?text=food&near=M33+7ZF')
  await picture(page, 'find')
  await page.goto('/find?near=EX1+1AA')
  expect(await words(page)).toMatch(/do not know|unknown/i)
  await page.goto('/?lang=cy')
  expect(await page.locator('html').getAttribute('lang')).toBe('cy')
})
