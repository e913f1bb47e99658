import { type Browser, openBrowser } from '../browser.ts'
import { eventually, must, type OpenedPlace } from '../openPlace.ts'
import type { Canaries } from './canaries.ts'
import type { MailServer } from './mailServer.ts'
import { walkTheMoney } from './walkMoney.ts'
import { walkWhatIsStrong } from './walkWhatIsStrong.ts'

export type Walk = { opened: OpenedPlace; canaries: Canaries; mail: MailServer; urls: string[] }
const twoWeeksMs = 14 * 86_400_000
export type Account = { email: string; password: string; browser: Browser }

/** What the first group of a pattern finds in a page. Throws where it finds nothing. */
export const inHtml = (html: string, pattern: RegExp): string => {
  const id = pattern.exec(html)?.[1]
  if (id === undefined) throw new Error(`Nothing like ${pattern} is in the page`)
  return id
}
export const uuid = '([0-9a-f-]{36})'

/** Walks the whole loop through every form of the pages, and what has no page through the API, with a canary in each text field; then what goes wrong. */
export const walkTheLoop = async (walk: Walk): Promise<void> => {
  const administrator = await setUp(walk)
  const navigator = await accountFor(walk, administrator, 'navigator')
  const provider = await signUp(walk, 'provider')
  const resident = await signUp(walk, 'resident')
  const offers = await offerHelp(walk, provider)
  await listInOnePage(walk)
  await colleagueJoins(walk, provider)
  await colleagueIsInvited(walk, provider)
  await recordChecks(walk, { provider, administrator })
  await ownDetails(walk, resident)
  await beTold(walk, resident)
  await comparison(resident, offers.published)
  await walkWhatIsStrong(walk, { resident, provider, navigator, administrator })
  await selfReferral(walk, { resident, provider, offerId: offers.published })
  await navigatorsReferrals(walk, { navigator, provider, offerId: offers.published, other: offers.other })
  await administrator.browser.send(`/administrator/offers/${offers.other}/assurance`, {})
  await endOfOffers(provider, offers.other)
  const commissioner = await accountFor(walk, administrator, 'commissioner')
  await walkTheMoney(walk, { administrator, commissioner, provider, residents: [resident, await signUp(walk, 'resident')] })
  await forgottenPassword(walk, resident)
  await administrator.browser.send('/operations', {}, { to: '/operations/verifications' })
  await accountsOfOthers(walk, administrator)
  await throughTheApi(walk)
  await whatGoesWrong(walk, { resident, navigator })
}

const newBrowser = ({ opened, urls }: Walk): Browser => openBrowser(opened.place.url, (url) => urls.push(url))

const setUp = async (walk: Walk): Promise<Account> => {
  const { canaries, opened } = walk
  const [browser, email, password] = [newBrowser(walk), canaries.email(), canaries.word()]
  const code = (await opened.place.identity.firstAdministratorCode()) as string
  await browser.send('/set-up', { code, name: canaries.word(), email, password })
  await browser.signIn(email, password)
  return { email, password, browser }
}

const accountFor = async (walk: Walk, { browser }: Account, role: string): Promise<Account> => {
  const { canaries, mail } = walk
  const account = { email: canaries.email(), password: canaries.word(), browser: newBrowser(walk) }
  await browser.send('/administrator/accounts/new', { name: canaries.word(), email: account.email, role })
  await account.browser.send(await mail.linkTo(account.email, '/take-up-invitation'), { password: account.password })
  await account.browser.signIn(account.email, account.password)
  return account
}

const signUp = async (walk: Walk, role: string): Promise<Account> => {
  const { canaries, mail } = walk
  const account = { email: canaries.email(), password: canaries.word(), browser: newBrowser(walk) }
  const { email, password, browser } = account
  await browser.send('/sign-up', { role, name: canaries.word(), email, postcode: canaries.postcode(), password })
  await browser.send(await mail.linkTo(email, '/verify-email'), {})
  await browser.signIn(email, password)
  return account
}

const weekDays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const offerFields = ({ canaries }: Walk) => ({
  name: canaries.offer(),
  description: canaries.offer(),
  category: 'garden-and-home',
  forWhom: canaries.offer(),
  'form-kind': 'group',
  'form-seats': '20',
  'form-people': '',
  'ages-from': '',
  'ages-to': '',
  otherLanguages: 'Yoruba',
  'price-kind': 'free',
  'price-pence': '',
  'price-travelPence': '',
  'area-withinMetres': '8000',
  'area-postcode': 'M33 7ZF',
  'place-address': canaries.offer(),
  'place-postcode': 'M33 7ZF',
  ...Object.fromEntries(weekDays.flatMap((day) => [`${day}-from`, `${day}-to`].map((name) => [name, '']))),
  timesInWords: canaries.offer(),
  fundingAccepted: ['free'],
  personalCare: 'no',
  'personalCareGate-cqcNumber': '',
  'contact-name': canaries.offer(),
  'contact-email': `${canaries.offer()}@canary-place.uk`,
  'contact-phone': '0161 496 0000',
  'contact-website': `https://${canaries.offer()}.example`,
})

const offerHelp = async (walk: Walk, { browser }: Account) => {
  const { canaries } = walk
  const organisation = { name: canaries.offer(), kind: 'micro-provider', description: canaries.offer() }
  await browser.send('/provider/organisation/new', { ...organisation, email: `${canaries.offer()}@canary-place.uk`, phone: '0161 496 0000' })
  const organisationId = inHtml((await browser.goTo('/provider')).html, new RegExp(`organisations/${uuid}/invitations`))
  const saidAnew = { name: canaries.offer(), description: canaries.offer() }
  await browser.send(`/provider/organisations/${organisationId}/description`, saidAnew)
  const offer = async (): Promise<string> => {
    const drafted = await browser.send('/provider/offers/new', { ...offerFields(walk), track: 'be-helped' })
    const offerId = inHtml(drafted.url, new RegExp(`offers/${uuid}`))
    await browser.send(`/provider/offers/${offerId}/publication`, {})
    await browser.send(`/provider/offers/${offerId}/edit`, offerFields(walk))
    for (const step of ['discarding', 'publication']) {
      await browser.send(`/provider/offers/${offerId}/edit`, { ...offerFields(walk), as: 'draft' })
      await browser.send(`/provider/offers/${offerId}/draft/${step}`, {})
    }
    await browser.send(`/provider/offers/${offerId}/assurance`, {})
    const room = { state: 'open', units: '3', expiresAt: new Date(walk.opened.place.ports.runtime.now() + twoWeeksMs).toISOString().slice(0, 10) }
    await browser.send(`/provider/offers/${offerId}`, room, { to: offerId })
    await browser.send(`/provider/offers/${offerId}/renewal`, {})
    return offerId
  }
  return { published: await offer(), other: await offer() }
}

/** On one page, by somebody who has no organisation yet. */
const listInOnePage = async (walk: Walk): Promise<void> => {
  const { canaries } = walk
  const { browser } = await signUp(walk, 'provider')
  await browser.send('/provider/listing', {
    'organisation-name': canaries.offer(),
    'organisation-kind': 'micro-provider',
    track: 'be-helped',
    name: canaries.offer(),
    description: canaries.offer(),
    category: '',
    'price-kind': 'free',
    where: 'homes',
    'place-postcode': '',
    'area-postcode': 'M33 7ZF',
    'area-withinMetres': '3200',
    'contact-phone': '0161 496 0000',
    'contact-email': `${canaries.offer()}@canary-place.uk`,
    personalCare: 'no',
    'personalCareGate-cqcNumber': '',
    next: 'publish',
  })
  // And its organisation closes again.
  const closing = inHtml((await browser.goTo('/provider')).html, new RegExp(`(/provider/organisations/${uuid}/closing)`))
  await browser.goTo(closing)
  await browser.send(closing, {})
}

const colleagueJoins = async (walk: Walk, { browser }: Account): Promise<void> => {
  const colleague = await signUp(walk, 'provider')
  const organisationId = inHtml((await browser.goTo('/provider')).html, new RegExp(`organisations/${uuid}/invitations`))
  const { html } = await browser.send(`/provider/organisations/${organisationId}/joining-code`, {})
  const secret = /patchwork-hand-over__secret"><code>([^<]+)</
  await colleague.browser.send('/provider/join', { code: inHtml(html, secret) })
  // It changes hands and comes back, and the colleague leaves.
  const handOver = `/provider/organisations/${organisationId}/hand-over`
  await colleague.browser.send('/provider/join', { code: inHtml((await browser.send(handOver, {})).html, secret) })
  await browser.send('/provider/join', { code: inHtml((await colleague.browser.send(handOver, {})).html, secret) })
  await colleague.browser.send(`/provider/organisations/${organisationId}/leaving`, {})
}

/** By e-mail: sent again, withdrawn, declined, and taken up by somebody who leaves again. */
const colleagueIsInvited = async (walk: Walk, { browser }: Account): Promise<void> => {
  const { canaries, mail } = walk
  const colleague = await signUp(walk, 'provider')
  const organisationId = inHtml((await browser.goTo('/provider')).html, new RegExp(`organisations/${uuid}/invitations`))
  const at = `/provider/organisations/${organisationId}/invitations`
  const invite = async (): Promise<{ email: string; invitationId: string }> => {
    const email = canaries.email()
    const { html } = await browser.send(at, { email, memberRole: 'member' })
    return { email, invitationId: inHtml(html, new RegExp(`invitations/${uuid}/renewal`)) }
  }
  const withdrawn = await invite()
  await browser.send(`${at}/${withdrawn.invitationId}/renewal`, {})
  await browser.send(`${at}/${withdrawn.invitationId}/withdrawal`, {})
  for (const answer of ['decline', 'accept']) {
    const { email } = await invite()
    await colleague.browser.send(await mail.linkTo(email, '/organisation-invitation'), { answer })
  }
  await colleague.browser.send(`/provider/organisations/${organisationId}/leaving`, {})
}

/** Two criminal-record checks: one that the council looks at, one that is taken out again. */
const recordChecks = async ({ canaries }: Walk, { provider, administrator }: { provider: Account; administrator: Account }): Promise<void> => {
  const organisationId = inHtml((await provider.browser.goTo('/provider')).html, new RegExp(`organisations/${uuid}/invitations`))
  const at = `/provider/organisations/${organisationId}/checks`
  const enter = () => provider.browser.send(at, { level: 'enhanced', certificateNumber: canaries.certificate(), issuedOn: '2025-01-02' })
  await enter()
  const credentialId = inHtml((await enter()).html, new RegExp(`checks/${uuid}/removal`))
  await administrator.browser.send(`/administrator/checks/${organisationId}/${credentialId}`, { updateServiceCheckedOn: '' })
  await administrator.browser.goTo('/administrator/checks')
  await provider.browser.send(`${at}/${credentialId}/removal`, {})
}

const endOfOffers = async ({ browser }: Account, offerId: string): Promise<void> => {
  await browser.send(`/provider/offers/${offerId}/withdrawal`, {})
}

const ownDetails = async ({ canaries }: Walk, { browser, email }: Account): Promise<void> => {
  const details = { name: canaries.word(), email, phone: canaries.phone(), postcode: canaries.postcode(), note: canaries.word() }
  await browser.send('/my/details', { ...details, language: 'en', ways: ['email', 'phone'] })
}

/** A search with words and a place: one of somebody who signs in for it, one of somebody who has; one is kept for longer, and taken out. */
const beTold = async (walk: Walk, { browser, email, password }: Account): Promise<void> => {
  const search = () => `/find?${new URLSearchParams({ text: walk.canaries.word(), near: walk.canaries.postcode() })}`
  const visitor = newBrowser(walk)
  await visitor.send(search(), { does: 'be-told' })
  await visitor.signIn(email, password)
  await visitor.send('/told-of', {}, { to: '/told-of' })
  const { html } = await browser.send(search(), { does: 'be-told' })
  const searchWatchId = inHtml(html, new RegExp(`searches/${uuid}/renewal`))
  await browser.send(`/told-of/searches/${searchWatchId}/renewal`, {})
  await browser.send(`/told-of/searches/${searchWatchId}/removal`, {})
}

const comparison = async ({ browser }: Account, offerId: string): Promise<void> => {
  const address = `/compare?offer=${offerId}`
  await browser.send(address, { hours: '2.5', times: '1', budget: '40.00', per: 'week' }, { to: offerId })
  await browser.send(address, {}, { to: '/saved' })
}

const wordsOfNeed = ({ canaries }: Walk) => ({
  words: canaries.word(),
  outcome1: canaries.word(),
  outcome2: canaries.word(),
  outcome3: canaries.word(),
  postcode: canaries.postcode(),
})

type Loop = { provider: Account; offerId: string }

const selfReferral = async (walk: Walk, { resident, provider, offerId }: Loop & { resident: Account }): Promise<void> => {
  const { canaries } = walk
  const { browser } = resident
  await browser.goTo(`/find?${new URLSearchParams({ text: canaries.word(), near: canaries.postcode() })}`)
  // The canary of a word finds nothing, so its place stands alone: a form to press needs something that was found.
  await browser.send(`/find?${new URLSearchParams({ near: canaries.postcode() })}`, { reason: 'too-far' })
  await browser.goTo(`/offers/${offerId}`)
  const sent = await browser.send(`/my/referrals/new?offer=${offerId}`, { ...wordsOfNeed(walk), consent: 'yes' })
  const referralId = inHtml(sent.url, new RegExp(`referrals/${uuid}`))
  await provider.browser.send(`/provider/referrals/${referralId}`, {}, { to: '/acceptance' })
  await outcome(walk, resident, `/my/referrals/${referralId}`)
  await outcome(walk, provider, `/provider/referrals/${referralId}`)
  await browser.goTo('/my/who-saw')
  await readAMessage(resident)
  await browser.send(`/my/referrals/${referralId}/consent-withdrawal`, {})
  const said = await browser.send('/my/needs/new', { ...wordsOfNeed(walk), track: 'be-helped', category: 'garden-and-home' })
  await browser.send(`/my/needs/${inHtml(said.url, new RegExp(`needs/${uuid}`))}/refer?offer=${offerId}`, { consent: 'yes' })
  const again = await browser.send(`/my/referrals/new?offer=${offerId}`, { ...wordsOfNeed(walk), consent: 'yes' })
  await browser.send(`/my/referrals/${inHtml(again.url, new RegExp(`referrals/${uuid}`))}/conclusion`, { reason: 'mistaken' })
}

const outcome = async ({ canaries }: Walk, { browser }: Account, referral: string): Promise<void> => {
  const address = await eventually(
    `an outcome to mark at ${referral}`,
    async () => new RegExp(`${referral}/outcomes/${uuid}`).exec((await browser.goTo(referral)).html)?.[0],
  )
  await browser.send(address, { result: 'achieved', note: canaries.word() })
}

const readAMessage = async ({ browser }: Account): Promise<void> => {
  await eventually('a message in the page', async () => (await browser.goTo('/messages')).html.includes('name="messageId"'))
  await browser.send('/messages', {})
}

const navigatorsReferrals = async (walk: Walk, { navigator, provider, offerId, other }: Loop & { navigator: Account; other: string }): Promise<void> => {
  const { canaries, mail } = walk
  const { browser } = navigator
  const details = { name: canaries.word(), email: canaries.email(), phone: canaries.phone(), postcode: canaries.postcode() }
  const registered = await browser.send('/navigator/people/new', { ...details, language: 'en' })
  const personId = inHtml(registered.url, new RegExp(`people/${uuid}`))
  const invited = canaries.email()
  mail.refused.add(invited)
  await browser.send(`/navigator/people/${personId}/invitation`, { email: invited })
  await browser.send(`/navigator/people/${personId}/needs/new`, { ...wordsOfNeed(walk), track: 'join-in', category: 'food' })
  const basis = () => ({ 'basis-given': 'public-task', 'basis-note': canaries.word() })
  const need = { ...wordsOfNeed(walk), track: 'be-helped', category: 'garden-and-home' }
  const sent = await browser.send(`/navigator/people/${personId}/refer?offer=${offerId}`, { ...need, ...basis() })
  const first = inHtml(sent.url, new RegExp(`referrals/${uuid}`))
  await provider.browser.send(`/provider/referrals/${first}/decline`, { reason: 'other', note: canaries.word() })

  const needId = inHtml((await browser.goTo(`/navigator/referrals/${first}`)).html, new RegExp(`/navigator/needs/${uuid}/refer`))
  const again = await browser.send(`/navigator/needs/${needId}/refer?offer=${other}`, basis())
  const second = inHtml(again.url, new RegExp(`referrals/${uuid}`))
  await provider.browser.send(`/provider/referrals/${second}/acceptance`, {})
  await outcome(walk, navigator, `/navigator/referrals/${second}`)
  await provider.browser.send(`/provider/referrals/${second}/conclusion`, { reason: 'needs-met-elsewhere' })

  const consented = { ...wordsOfNeed(walk), track: 'be-helped', category: 'food', 'basis-given': 'spoken', 'basis-note': canaries.word() }
  for (const [step, fields] of [
    ['consent-withdrawal', {}],
    ['conclusion', { reason: 'moved' }],
  ] as const) {
    const third = await browser.send(`/navigator/people/${personId}/refer?offer=${offerId}`, consented)
    await browser.send(`/navigator/referrals/${inHtml(third.url, new RegExp(`referrals/${uuid}`))}/${step}`, fields)
  }
}

const forgottenPassword = async ({ canaries, mail }: Walk, { browser, email }: Account): Promise<void> => {
  await browser.send('/forgotten-password', { email })
  await browser.send(await mail.linkTo(email, '/new-password'), { password: canaries.word() })
}

const accountsOfOthers = async ({ canaries, opened }: Walk, { browser }: Account): Promise<void> => {
  const email = canaries.email()
  await browser.send('/administrator/accounts/new', { name: canaries.word(), email, role: 'commissioner' })
  await eventually('the account is found by its address', () =>
    browser.send('/administrator/accounts', { email }).then(
      () => true,
      () => undefined,
    ),
  )
  const { html } = await browser.goTo('/administrator/accounts')
  const accountId = inHtml(html, new RegExp(`/administrator/accounts/${uuid}/vouching`))
  for (const step of ['vouching', 'closing']) await browser.send(`/administrator/accounts/${accountId}/${step}`, {})
  await browser.goTo('/administrator/deliveries')
  await browser.goTo('/administrator/mail')
  await browser.send('/', {}, { to: '/sign-out' })
  await opened.place.identity.settled()
}

/** What no page does yet. */
const throughTheApi = async ({ canaries, opened }: Walk): Promise<void> => {
  const [navigator, provider] = await opened.open([
    { role: 'navigator', name: canaries.word() },
    { role: 'provider', name: canaries.word() },
  ])
  const person = () => ({
    name: canaries.word(),
    email: canaries.email(),
    phone: canaries.phone(),
    postcode: canaries.postcode(),
    contactPreferences: { ways: ['phone'], note: canaries.word() },
  })
  const { personId } = await must(() => navigator!.send<{ personId: string }>('POST', '/api/people/people', { body: person() }))
  await must(() => navigator!.send('PUT', `/api/people/people/${personId}`, { body: person() }))
  const organisation = () => ({
    name: canaries.offer(),
    description: canaries.offer(),
    email: `${canaries.offer()}@canary-place.uk`,
    phone: '0161 496 0000',
    website: `https://${canaries.offer()}.example`,
  })
  const at = '/api/provider-directory/organisations'
  const body = { ...organisation(), kind: 'micro-provider' }
  const { organisationId } = await must(() => provider!.send<{ organisationId: string }>('POST', at, { body }))
  await must(() => provider!.send('PUT', `${at}/${organisationId}`, { body: organisation() }))
  const { name, description, email, phone, website } = organisation()
  const listing = {
    ...{ organisation: { name: canaries.offer(), kind: 'micro-provider' }, track: 'join-in', name, description, forWhom: canaries.offer() },
    ...{ price: { kind: 'free' }, place: { address: canaries.offer() }, timesInWords: canaries.offer() },
    contact: { name: canaries.offer(), email, phone, website },
  }
  await must(() => provider!.send('POST', '/api/provider-directory/listings', { body: listing }))
}

const whatGoesWrong = async (walk: Walk, { resident, navigator }: { resident: Account; navigator: Account }): Promise<void> => {
  const { opened, canaries } = walk
  const stranger = newBrowser(walk)
  await stranger.signIn(resident.email, canaries.word()).catch(() => undefined)
  await stranger
    .send('/sign-up', { role: 'resident', name: canaries.word(), email: canaries.word(), postcode: canaries.word(), password: 'short' })
    .catch(() => undefined)
  await navigator.browser
    .send('/navigator/people/new', { name: canaries.word(), email: canaries.word(), phone: canaries.word(), postcode: canaries.word() })
    .catch(() => undefined)
  const { anyone } = opened
  const bearer = { authorization: `Bearer ${canaries.word()}.${canaries.word()}.${canaries.word()}` }
  const answers = [
    await anyone('POST', '/api/identity/accounts', {
      body: { name: canaries.word(), email: canaries.word(), role: canaries.word(), postcode: canaries.word() },
    }),
    await anyone('GET', '/api/people/people/me', { headers: bearer }),
    await anyone('POST', '/api/referral/needs', { body: { words: canaries.word() }, headers: { 'idempotency-key': canaries.word() } }),
    await anyone('POST', '/api/provider-directory/memberships', { body: { code: canaries.word() } }),
    await anyone('POST', '/api/provider-directory/invitations/reading', { body: { code: canaries.word() } }),
    await anyone('POST', '/api/provider-directory/invitations/declining', { body: { code: canaries.word() } }),
    await anyone('GET', `/api/provider-directory/offers/${canaries.word()}`),
    await anyone('GET', '/api/provider-directory/offers', { query: { track: canaries.word(), after: canaries.word() } }),
    await anyone('POST', '/api/identity/verifications', {
      headers: { 'content-type': 'application/json', traceparent: canaries.word() },
      body: { token: canaries.word() },
    }),
  ]
  const told = answers.filter(({ status, text }) => status < 400 || canaries.isIn(text))
  if (told.length > 0) throw new Error(`These should be refused, without what was sent: ${told.map(({ status, text }) => `${status} ${text}`).join('; ')}`)
}
