import type { Page } from 'playwright-core'
import { ask, organisationOf, refer, referralsOf, register } from '../src/apiSteps.ts'
import { barriersAtBothWidths, picture, signIn } from '../src/browser.ts'
import { fill, send, untilItSays, words } from '../src/forms.ts'
import { daysLater } from '../src/laterClock.ts'
import { openedPlace } from '../src/openedPlace.ts'
import { type ApiPerson, until } from '../src/startedPlace.ts'

const here = openedPlace()

const forenames = ['Ada', 'Bert', 'Comfort', 'Dilys', 'Edwin', 'Farida', 'Gwen', 'Hamid']
const surnames = ['Ashworth', 'Bello', 'Cartwright', 'Dunne', 'Eccles']
const forty = surnames.flatMap((surname) => forenames.map((forename) => `${forename} ${surname}`))
const password = 'violet kettle harbour'
const gwen = { name: 'Gwen Ashworth', email: 'gwen.ashworth@example.org', username: 'gwen.ashworth@example.org', password }
const otherOffer = 'Neighbours with spades'

const windowOf = async (name: string): Promise<Page> => {
  if (name !== gwen.name) return here.windowOf(name)
  const page = await here.window()
  await signIn(page, gwen)
  return page
}

/** Forty people registered, six at a time, as a week's paper would be typed in. Gives who is who. */
const registerForty = async (ruth: ApiPerson): Promise<Map<string, string>> => {
  const ids = new Map<string, string>()
  const left = [...forty]
  const typist = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const { personId } = await register(ruth, { name, postcode: 'M33 7ZF', ...(name === gwen.name ? { email: gwen.email } : {}) })
      ids.set(name, personId)
    }
  }
  await Promise.all(Array.from({ length: 6 }, typist))
  return ids
}

/** A second offer of garden help, by the neighbours. */
const publishOtherOffer = async (aisha: ApiPerson, organisationId: string): Promise<void> => {
  const { offerId } = await ask(aisha, '/provider-directory/offers', {
    organisationId,
    track: 'be-helped',
    name: otherOffer,
    description: 'Two of us come with spades and a flask, and leave a path that is safe to walk on.',
    category: 'garden-and-home',
    price: { kind: 'free' },
    area: { withinMetres: 4_000, postcode: 'M33 7ZF' },
    place: { postcode: 'M33 7ZF' },
    times: [],
    fundingAccepted: ['free'],
    personalCare: false,
    contact: {},
  })
  await ask(aisha, `/provider-directory/offers/${offerId}/publication`)
}

const needs = {
  garden: { track: 'be-helped', category: 'garden-and-home', words: 'I slipped on my own path.', desiredOutcomes: ['I walk to my gate'], postcode: 'M33 7ZF' },
  lunch: { track: 'join-in', category: 'food', words: 'I eat alone on most days.', desiredOutcomes: ['I eat in company'], postcode: 'M33 7ZF' },
}

/** Four requests, of which three are answered: one person eats in company, one is told no, one gets up in the morning with help. Dee does not answer Gwen's. */
const referSome = async (people: Map<string, string>): Promise<void> => {
  const [ruth, dee, tom, aisha] = [
    await here.place.as('Ruth Mellor'),
    await here.place.as('Dee Okafor'),
    await here.place.as('Tom Brennan'),
    await here.place.as('Aisha Rahman'),
  ]
  const [gardens, care, neighbours] = [await organisationOf(dee), await organisationOf(tom), await organisationOf(aisha)]
  const lunch = await refer(ruth, { ...needs.lunch, personId: people.get('Bert Bello')! }, neighbours.offers[0]!.offerId)
  await ask(aisha, `/referral/referrals/${lunch.referralId}/acceptance`)
  const declined = await refer(ruth, { ...needs.garden, personId: people.get('Hamid Dunne')! }, care.offers[0]!.offerId)
  await ask(tom, `/referral/referrals/${declined.referralId}/decline`, { reason: 'not-the-right-help' })
  for (const { referralId } of await referralsOf(tom, 'sent')) await ask(tom, `/referral/referrals/${referralId}/acceptance`)
  await refer(ruth, { ...needs.garden, personId: people.get(gwen.name)! }, gardens.offers[0]!.offerId)
  await publishOtherOffer(aisha, neighbours.organisationId)
}

/** Ruth invites Gwen; the invitation lies with the demonstration's mail, where no real person is written to. */
const openGwensAccount = async (ruth: Page, personId: string): Promise<Page> => {
  await ruth.goto(`/navigator/people/${personId}/invitation`)
  await send(ruth, { with: 'email' })
  const sam = await windowOf('Sam Ellis')
  const link = await until('the invitation lies with the mail', async () => {
    await sam.goto('/administrator/mail')
    const invitation = sam.locator('summary', { hasText: 'you are invited' }).first()
    if (!(await invitation.isVisible())) return undefined
    await invitation.click()
    return /\/take-up-invitation\?token=[\w.~-]+/.exec(await words(sam))?.[0]
  })
  const page = await here.window()
  await page.goto(link)
  await fill(page, { password })
  await send(page, { with: 'password' })
  await signIn(page, gwen)
  return page
}

// Its first true form: the silent provider is chased and the same need goes elsewhere. Asking for capacity without names and the warm handover come later.
test('J7 R5 R6 R14 a navigator with forty people sees after working days that one provider is silent, asks another, and the resident reads it in plain English', async () => {
  const barriers: string[] = []
  const look = async (page: Page) => void barriers.push(...(await barriersAtBothWidths(page)))
  const people = await registerForty(await here.place.as('Ruth Mellor'))
  await referSome(people)

  const ruth = await windowOf('Ruth Mellor')
  const caseload = await words(ruth)
  expect(forty.filter((name) => !caseload.includes(name))).toEqual([])
  expect(caseload).toContain('Nothing waits for you.')
  await look(ruth)
  await picture(ruth, 'journeys/j7-forty')
  const resident = await openGwensAccount(ruth, people.get(gwen.name)!)
  expect(await words(resident)).toMatch(/Dee’s Gardens.* has your request since .*They should answer by/)

  await here.place.end()
  await here.place.start({ ...daysLater(8), DEADLINES_EVERY_MS: '1000' })

  const later = await windowOf('Ruth Mellor')
  await untilItSays(later, 'has not answered')
  await look(later)
  await picture(later, 'journeys/j7-waiting')
  const residentLater = await windowOf(gwen.name)
  expect(await words(residentLater)).toContain('has not answered in time')
  await look(residentLater)

  await later
    .getByRole('link', { name: `${gwen.name}: ` })
    .first()
    .click()
  await look(later)
  await picture(later, 'journeys/j7-silent')
  await later.getByRole('link', { name: 'End this request' }).click()
  await fill(later, { reason: 'other' })
  await send(later, { with: 'reason' })
  await later.getByRole('button', { name: 'Ask somebody else for the same need' }).click()
  await look(later)
  await later.getByRole('link', { name: otherOffer }).first().click()
  await look(later)
  await fill(later, { 'basis-given': 'spoken' })
  await send(later, { with: 'basis-given' })
  await untilItSays(later, otherOffer)

  const aisha = await windowOf('Aisha Rahman')
  await untilItSays(aisha, otherOffer)
  await aisha.getByRole('link', { name: otherOffer }).first().click()
  expect(await words(aisha)).toContain(needs.garden.words)
  await send(aisha, { to: '/acceptance' })
  await untilItSays(aisha, gwen.name)

  await residentLater.goto('/my')
  await untilItSays(residentLater, /Sale Moor Good Neighbours.* said yes on/)
  expect(await words(residentLater)).toMatch(/Dee’s Gardens.* no longer sees anything about you/)
  await look(residentLater)
  await picture(residentLater, 'journeys/j7-resident')
  await later.goto('/navigator')
  await untilItSays(later, 'Nothing waits for you.')
  expect(barriers).toEqual([])
  expect((await here.place.run('verify')).output).toContain('invariants hold')
})
