import type { Page } from 'playwright-core'
import { barriersAtBothWidths, picture, type Setting } from '../src/browser.ts'
import { fill, send, untilItSays, words } from '../src/forms.ts'
import { openedPlace } from '../src/openedPlace.ts'

const here = openedPlace()

const networks = 37
const years = 8
const valueOfYear = 2_000_000

const barriers: string[] = []

const look = async (page: Page, { javaScript }: Setting) => {
  if (javaScript !== false) barriers.push(...(await barriersAtBothWidths(page)))
}
const windowOf = (name: string | undefined, setting: Setting): Promise<Page> => (name === undefined ? here.window(setting) : here.windowOf(name, setting))
/** £2m is no multiple of 37: the lead takes what is left over, to the penny. */
const shareOf = (network: number, hidden = 0): string => {
  const each = Math.floor((valueOfYear * 100) / networks)
  const pence = network === 0 ? valueOfYear * 100 - each * (networks - 1) - hidden : each
  return (pence / 100).toFixed(2)
}
const partnersText = (organisation: string, missingPence = 0) =>
  Array.from({ length: networks }, (_, at) =>
    [at === 1 ? 'Moor End Neighbours' : `Network ${at + 1} of the city`, shareOf(at, missingPence), ...(at === 1 ? [organisation] : [])].join('; '),
  ).join('\n')

/** Four quarters of the year that began last April, so that some are open. */
const beginsOn = (): string => {
  const today = new Date()
  return `${today.getUTCFullYear() - (today.getUTCMonth() < 3 ? 1 : 0)}-04-01`
}

const returned = async (page: Page, partner: string | undefined, values: Record<string, string>, setting: Setting) => {
  if (partner !== undefined) await page.locator('main select[name=partnerId]').selectOption({ label: partner })
  await fill(page, values)
  await look(page, setting)
  await send(page, { with: 'quarter' })
}

describe.each([
  { how: 'with a wide window', setting: { width: 1280 } as Setting, title: 'Neighbourhood networks, wide' },
  { how: 'on a phone without JavaScript', setting: { width: 320, javaScript: false } as Setting, title: 'Neighbourhood networks, by phone' },
])('contract: $how', ({ how, setting, title }) => {
  test('J12 M1 M2 M3 M5 M6 a contract over 37 networks is recorded, two return a quarter, and it rolls up without double counting', async () => {
    const commissioner = await windowOf('Priya Nair', setting)
    await commissioner.goto('/council')
    await look(commissioner, setting)
    const coordinator = await windowOf('Aisha Rahman', setting)
    await coordinator.goto('/provider')
    const organisation = (await coordinator.locator('main a[href^="/organisations/"]').first().getAttribute('href')) as string

    await commissioner.goto('/contracts/new')
    await look(commissioner, setting)
    await fill(commissioner, {
      title,
      startsOn: beginsOn(),
      years: Array.from({ length: years }, () => '2,000,000').join('\n'),
      partners: partnersText(organisation, 100),
      outcome1: 'Older people who took part',
      'outcome1-measure': 'count',
      'outcome1-target': '9,000',
      outcome2: 'People who feel less lonely',
      'outcome2-measure': 'percentage-tenths',
      'outcome2-target': '60',
    })
    await send(commissioner, { with: 'title' })
    expect(await words(commissioner)).toContain('Year 8: the shares come to £1,999,999. That is £1 less than £2,000,000')
    await look(commissioner, setting)
    await fill(commissioner, { partners: partnersText(organisation) })
    await send(commissioner, { with: 'title' })
    await commissioner.waitForURL(/\/contracts\/[0-9a-f-]{36}$/)
    const address = new URL(commissioner.url()).pathname
    for (const said of ['£16,000,000', '37 partners', 'Network 37 of the city', 'no contract change notice is due'])
      expect(await words(commissioner)).toContain(said)
    await look(commissioner, setting)

    await commissioner.goto(`${address}/returns/new`)
    await returned(commissioner, 'Network 1 of the city', { value1: '120', value2: '50' }, setting)
    await commissioner.waitForURL(new RegExp(`${address}$`))
    await coordinator.goto('/contracts')
    await look(coordinator, setting)
    await coordinator.getByRole('link', { name: title, exact: true }).click()
    await untilItSays(coordinator, 'You see your own part')
    expect(await words(coordinator)).not.toContain('Network 1 of the city')
    await look(coordinator, setting)
    await coordinator.goto(`${address}/returns/new`)
    await returned(coordinator, undefined, { value1: '80', value2: '70.0%' }, setting)
    await coordinator.waitForURL(new RegExp(`${address}$`))
    // Sent again with another number it corrects, and does not count twice.
    await coordinator.goto(`${address}/returns/new`)
    await returned(coordinator, undefined, { value1: '90', value2: '70' }, setting)

    await commissioner.goto(address)
    await untilItSays(commissioner, '210')
    const said = await words(commissioner)
    expect(said).toMatch(/60%/)
    expect(said).toContain('2 of 37')
    if (setting.width === 1280) await picture(commissioner, 'journeys/contract')
    await commissioner.goto(`${address}/vary`)
    await look(commissioner, setting)
    await fill(commissioner, { reason: 'correction', effectiveOn: beginsOn() })
    await send(commissioner, { with: 'reason' })
    await untilItSays(commissioner, 'A correction')

    await commissioner.goto(`/dashboard?contract=${address.split('/').at(-1)}`)
    await untilItSays(commissioner, /What is counted: .* \(Definition 1\.\)/)
    await untilItSays(commissioner, '£16,000,000')
    expect(await words(commissioner)).toContain('You see exact figures')
    await look(commissioner, setting)
    await picture(commissioner, how === 'with a wide window' ? 'journeys/dashboard' : 'journeys/dashboard-phone')
    await commissioner.locator('main figure:has(#contract-outcomes-outcome-year-title) .patchwork-bars__value a').first().click()
    await commissioner.waitForURL('**/dashboard/events?**')
    await untilItSays(commissioner, 'return.corrected.v1')
    await look(commissioner, setting)
    if (setting.width === 1280) await picture(commissioner, 'journeys/dashboard-events')
    expect(barriers).toEqual([])
  })

  test('M5 D12 a resident sees the figures suppressed and rounded, and learns why; grants are for anyone to read', async () => {
    const resident = await windowOf('George Whitfield', setting)
    await resident.goto('/dashboard')
    expect(await words(resident)).toContain('not shown (1 to 7)')
    expect(await words(resident)).toContain('Needs that were not met')
    await look(resident, setting)
    await resident.locator('main .patchwork-bars__value a', { hasText: 'not shown' }).first().click()
    await untilItSays(resident, 'Why you do not see more')
    await look(resident, setting)
    if (setting.width === 1280) await picture(resident, 'journeys/dashboard-why')
    await resident.goto('/contracts')
    expect(await words(resident)).not.toContain(title)
    const stranger = await windowOf(undefined, setting)
    await stranger.goto('/grants')
    await look(stranger, setting)
    await stranger.goto('/dashboard?lang=cy')
    await look(stranger, setting)
    expect(barriers).toEqual([])
  })
})

test('J12 nothing in the record contradicts itself', async () => {
  await here.place.end()
  const { code, output } = await here.place.run('verify')
  expect(output).not.toMatch(/violation/i)
  expect(code).toBe(0)
})
