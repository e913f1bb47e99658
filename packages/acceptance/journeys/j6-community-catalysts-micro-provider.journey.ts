import { barriersAtBothWidths, picture } from '../src/browser.ts'
import { fill, send, untilItSays, words } from '../src/forms.ts'
import { openedPlace } from '../src/openedPlace.ts'

const here = openedPlace()

// Its first true form: prices and capacity, the personal-care gate passed honestly, a request accepted. Being paid comes with pooled budgets.
test('J6 D1 D8 a sole trader lists home help, passes the personal-care gate honestly, gets a request and accepts it', async () => {
  const barriers: string[] = []
  const name = 'Evenings with Tom'
  const tom = await here.windowOf('Tom Brennan')
  await tom.goto('/provider/offers/new')
  await fill(tom, {
    track: 'be-helped',
    name,
    description: 'Supper, company, washing and getting ready for bed, the way you like it.',
    category: 'care-at-home',
    'form-kind': 'one-to-one',
    'price-kind': 'paid',
    'price-pence': '22.50',
    'price-unit': 'hour',
    'place-postcode': 'WA14 1EF',
    personalCare: 'yes',
    personalCareGate: 'later',
  })
  await send(tom, { with: 'description' })
  await tom.waitForURL(/\/provider\/offers\/[0-9a-f-]{36}/)
  barriers.push(...(await barriersAtBothWidths(tom)))
  const offerId = /offers\/([0-9a-f-]{36})/.exec(tom.url())?.[1]
  if ((await tom.locator('main form[action$="/publication"]').count()) > 0) await send(tom, { to: '/publication' })
  const anyone = await here.window()
  await anyone.goto(`/find?text=Evenings+with+Tom`)
  expect(await words(anyone)).not.toContain(name)

  await tom.goto(`/provider/offers/${offerId}/edit`)
  await fill(tom, { personalCareGate: 'sole-worker' })
  barriers.push(...(await barriersAtBothWidths(tom)))
  await send(tom, { with: 'description' })
  await tom.goto(`/provider/offers/${offerId}`)
  await send(tom, { to: '/publication' })
  await tom.goto(`/provider/offers/${offerId}`)
  await fill(tom, { state: 'open', units: '2' })
  await send(tom, { with: 'state' })
  await picture(tom, 'journeys/j6-offer')
  await anyone.goto(`/find?text=Evenings+with+Tom`)
  await untilItSays(anyone, name)
  for (const said of ['£22.50', 'One to one']) expect(await words(anyone)).toContain(said)
  await anyone.goto('/find?form=one-to-one')
  expect(await words(anyone)).toContain(name)
  await anyone.goto(`/offers/${offerId}`)
  barriers.push(...(await barriersAtBothWidths(anyone)))
  await picture(anyone, 'journeys/j6-public')

  const george = await here.windowOf('George Whitfield')
  await george.goto(`/my/referrals/new?offer=${offerId}`)
  await fill(george, { words: 'I would like help in the evenings.', outcome1: 'I go to bed when I want to', consent: 'yes' })
  await send(george, { with: 'words' })
  await tom.goto('/provider')
  await untilItSays(tom, name)
  await tom.locator('main a[href^="/provider/referrals/"]', { hasText: name }).first().click()
  await tom.waitForURL('**/provider/referrals/**')
  expect(await words(tom)).toContain('I would like help in the evenings.')
  expect(await words(tom)).not.toContain('George')
  await send(tom, { to: '/acceptance' })
  await untilItSays(tom, 'George Whitfield')
  expect(barriers).toEqual([])
})
