import type { Page } from 'playwright-core'
import { ask, organisationOf, type Referred, refer, referralsOf } from '../src/apiSteps.ts'
import { type ApiPerson, type StartedPlace, until } from '../src/startedPlace.ts'
import { fixturesOfMoney, type WorldOfMoney, worldOfMoney } from './pageFixturesOfMoney.ts'

/**
 * Where a page can be looked at, and by whom; nobody named is somebody who has not signed in. A page may need steps before it, lead on to another,
 * or give a file.
 */
export type Fixture = { at: string; by?: string; before?: (page: Page) => Promise<void>; leadsTo?: string; isFile?: true }

export type World = {
  person: string
  organisation: string
  offer: string
  /** One of Aisha's, with an edit that waits as a draft. */
  edited: string
  /** A criminal-record check of that organisation, which waits to be reviewed. */
  check: string
  /** A search of which George asked to be told. */
  watch: string
  /** Somebody whom that organisation invited, with the link of their mail. */
  invitation: { invitationId: string; link: string }
  account: string
  /** Sent by Ruth to Tom, who has not answered. */
  waiting: { referralId: string; needId: string }
  /** Sent by Ruth, accepted by Aisha, with something hoped for. */
  accepted: Referred
  declined: string
  concluded: string
  /** George's own, accepted by Aisha. */
  own: { referralId: string; needId: string; outcomeId: string }
  /** George's skill, and what Aisha's organisation speaks for. */
  skill: string
  asset: string
  money: WorldOfMoney
}

/** The demonstration place as it stands, and what its histories lack: a navigator's referral that is under way. */
export const worldOf = async (place: StartedPlace): Promise<World> => {
  const [ruth, tom, aisha, george, sam] = await Promise.all(
    ['Ruth Mellor', 'Tom Brennan', 'Aisha Rahman', 'George Whitfield', 'Sam Ellis'].map((name) => place.as(name)),
  )
  const [toms, aishas] = [await organisationOf(tom!), await organisationOf(aisha!)]
  const [waiting] = await referralsOf(ruth!, 'sent')
  const person = waiting!.personId as string
  const accepted = await refer(
    ruth!,
    { personId: person, track: 'join-in', category: 'food', words: 'I would like to eat with people again.', desiredOutcomes: ['I have eaten in company'] },
    aishas.offers[0]!.offerId,
  )
  await ask(aisha!, `/referral/referrals/${accepted.referralId}/acceptance`)
  const [own] = await referralsOf(george!, 'accepted')
  const { body } = await george!.send<{ outcomes: { outcomeId: string }[] }>('GET', `/referral/referrals/${own!.referralId}`)
  const { body: accounts } = await sam!.send<{ items: { accountId: string; role: string }[] }>('GET', '/identity/accounts?limit=50')
  const certificate = { level: 'enhanced', certificateNumber: '001234567890', issuedOn: '2024-05-01' }
  const edit = { name: 'Supper club', description: 'Supper on Fridays.', category: 'food', price: { kind: 'free' }, area: { atHome: true } }
  const edited = aishas.offers[0]!.offerId
  await aisha!.send('PUT', `/provider-directory/offers/${edited}/draft`, { body: { organisationId: aishas.organisationId, track: 'join-in', ...edit } })
  const { credentialId } = await ask<{ credentialId: string }>(tom!, `/provider-directory/organisations/${toms.organisationId}/credentials`, certificate)
  const invitation = await invitedTo(toms.organisationId, tom!, sam!)
  const { searchWatchId } = await ask<{ searchWatchId: string }>(george!, '/provider-directory/search-watches', {
    text: 'choir',
    near: 'M33 7ZF',
    within: 3_200,
  })
  const { body: skills } = await george!.send<{ items: { assetId: string }[] }>('GET', '/provider-directory/skills/mine')
  const { body: assets } = await aisha!.send<{ items: { assetId: string }[] }>('GET', `/provider-directory/organisations/${aishas.organisationId}/assets`)
  return {
    person,
    skill: skills.items[0]!.assetId,
    asset: assets.items[0]!.assetId,
    watch: searchWatchId,
    check: credentialId,
    invitation,
    organisation: toms.organisationId,
    offer: toms.offers[0]!.offerId,
    edited,
    account: accounts.items.find(({ role }) => role === 'commissioner')!.accountId,
    waiting: { referralId: waiting!.referralId, needId: waiting!.needId as string },
    accepted,
    declined: (await referralsOf(ruth!, 'declined'))[0]!.referralId,
    concluded: (await referralsOf(ruth!, 'concluded'))[0]!.referralId,
    own: { referralId: own!.referralId, needId: own!.needId as string, outcomeId: body.outcomes[0]!.outcomeId },
    money: await worldOfMoney(place),
  }
}

/** Invites somebody by e-mail. No e-mail leaves the demonstration place: an administrator reads in the sink what would have. */
const invitedTo = async (organisationId: string, owner: ApiPerson, administrator: ApiPerson): Promise<World['invitation']> => {
  const email = 'femi.adeyemi@example.org'
  const { invitationId } = await ask<{ invitationId: string }>(owner, `/provider-directory/organisations/${organisationId}/invitations`, {
    email,
    memberRole: 'owner',
  })
  const link = await until('the mail of the invitation', async () => {
    const { body } = await administrator.send<{ items: { to: string; text: string }[] }>('GET', '/notification/mail-sink?limit=200')
    return /\/organisation-invitation\?token=[\w-]+/.exec(body.items.find(({ to }) => to === email)?.text ?? '')?.[0]
  })
  return { invitationId, link }
}

/** Saves an offer from the page that compares. */
const saves =
  (offerId: string) =>
  async (page: Page): Promise<void> => {
    await page.goto(`/compare?offer=${offerId}`)
    await page.locator('form[action="/saved"] button').click()
    await page.waitForURL('**/saved*')
  }
/** Opens the link of an invitation, which the browser then keeps. */
const opens =
  (link: string) =>
  async (page: Page): Promise<void> => {
    await page.goto(link)
  }
const anyone = (...addresses: string[]): Fixture[] => addresses.map((at) => ({ at }))
const seenBy =
  (by: string) =>
  (...addresses: string[]): Fixture[] =>
    addresses.map((at) => ({ at, by }))
const [navigator, resident, provider, coordinator, gardener, administrator] = [
  seenBy('Ruth Mellor'),
  seenBy('George Whitfield'),
  seenBy('Tom Brennan'),
  seenBy('Aisha Rahman'),
  seenBy('Dee Okafor'),
  seenBy('Sam Ellis'),
]

/** Each page by its path in the table of pages, with the addresses and readers that show what it can be. A page without a line here fails the test. */
export const fixturesOf = ({
  person,
  organisation,
  offer,
  edited,
  check,
  watch,
  invitation,
  account,
  waiting,
  accepted,
  declined,
  concluded,
  own,
  skill,
  asset,
  money,
}: World): Record<string, Fixture[]> => ({
  '/': [...anyone('/', '/?lang=cy'), ...resident('/')],
  '/find': [
    ...anyone('/find', '/find?text=food&near=M33+7ZF', '/find?text=zzzzqq', '/find?near=EX1+1AA', '/find?text=food&lang=cy'),
    ...navigator('/find?text=garden'),
  ],
  '/compare': [...anyone('/compare', `/compare?offer=${offer}`, `/compare?offer=${offer}&lang=cy`), ...resident(`/compare?offer=${offer}`)],
  '/saved': [...anyone('/saved'), { at: '/saved', before: saves(offer) }],
  '/told-of': [...resident('/told-of', '/told-of?lang=cy'), ...provider('/told-of')],
  '/told-of/searches/:searchWatchId': resident(`/told-of/searches/${watch}`).map((fixture) => ({ ...fixture, leadsTo: '/find' })),
  '/told-of/searches/:searchWatchId/renewal': resident(`/told-of/searches/${watch}/renewal`),
  '/told-of/searches/:searchWatchId/removal': resident(`/told-of/searches/${watch}/removal`),
  '/signed-out': anyone('/signed-out'),
  '/accessibility': anyone('/accessibility'),
  '/account-ready': anyone(...['verified', 'password', 'invitation', 'set-up'].map((because) => `/account-ready?because=${because}`)),
  '/assets': [
    ...anyone('/assets', '/assets?ward=E05015255', '/assets?ward=E05015245', '/assets?kind=skill&text=cook', '/assets?text=zzzzqq', '/assets?lang=cy'),
    ...coordinator('/assets?lang=en'),
  ],
  '/assets/:id': [...anyone(`/assets/${skill}`, `/assets/${asset}`), ...coordinator(`/assets/${skill}`), ...resident(`/assets/${skill}`)],
  '/assets/:id/reach': coordinator(`/assets/${skill}/reach`),
  '/assets/:assetId/hiding': [...resident(`/assets/${skill}/hiding`), ...administrator(`/assets/${asset}/hiding`)],
  '/assets/:assetId/showing': resident(`/assets/${skill}/showing`),
  '/assets/:assetId/removal': coordinator(`/assets/${asset}/removal`),
  '/check-your-mail': anyone('/check-your-mail'),
  '/data-sources': anyone('/data-sources'),
  '/forgotten-password': anyone('/forgotten-password'),
  '/help-now': anyone('/help-now'),
  '/messages': [...seenBy('Priya Nair')('/messages'), ...navigator('/messages'), ...resident('/messages')],
  '/new-password': anyone('/new-password?token=x'),
  '/offers/:id': [
    ...anyone(`/offers/${offer}`),
    ...navigator(`/offers/${offer}`),
    ...resident(`/offers/${offer}`),
    ...provider(`/offers/${offer}`),
    ...coordinator(`/offers/${edited}`),
  ],
  '/organisations/:id': anyone(`/organisations/${organisation}`),
  '/organisation-invitation': [
    ...anyone('/organisation-invitation'),
    ...[anyone, resident, gardener].flatMap((reader) =>
      reader('/organisation-invitation', '/organisation-invitation?lang=cy').map((fixture) => ({ ...fixture, before: opens(invitation.link) })),
    ),
  ],
  '/privacy': anyone('/privacy'),
  '/set-up': anyone('/set-up'),
  '/sign-up': anyone('/sign-up', '/sign-up?as=provider'),
  '/take-up-invitation': anyone('/take-up-invitation?token=x'),
  '/verify-email': anyone('/verify-email?token=x'),

  '/provider': [...provider('/provider'), ...coordinator('/provider')],
  '/provider/listing': provider('/provider/listing', '/provider/listing?lang=cy'),
  '/provider/organisation/new': provider('/provider/organisation/new'),
  '/provider/join': provider('/provider/join'),
  '/provider/organisations/:organisationId/joining-code': provider(`/provider/organisations/${organisation}/joining-code`),
  '/provider/organisations/:organisationId/invitations': provider(
    `/provider/organisations/${organisation}/invitations`,
    `/provider/organisations/${organisation}/invitations?lang=cy`,
  ),
  '/provider/organisations/:organisationId/invitations/:invitationId/renewal': provider(
    `/provider/organisations/${organisation}/invitations/${invitation.invitationId}/renewal`,
  ),
  '/provider/organisations/:organisationId/invitations/:invitationId/withdrawal': provider(
    `/provider/organisations/${organisation}/invitations/${invitation.invitationId}/withdrawal`,
  ),
  '/provider/organisations/:organisationId/hand-over': provider(`/provider/organisations/${organisation}/hand-over`),
  '/provider/organisations/:organisationId/leaving': provider(`/provider/organisations/${organisation}/leaving`),
  '/provider/organisations/:organisationId/closing': provider(
    `/provider/organisations/${organisation}/closing`,
    `/provider/organisations/${organisation}/closing?lang=cy`,
  ),
  '/provider/organisations/:organisationId/description': provider(`/provider/organisations/${organisation}/description`),
  '/provider/organisations/:organisationId/checks': provider(`/provider/organisations/${organisation}/checks`),
  '/provider/organisations/:organisationId/checks/:credentialId/removal': provider(`/provider/organisations/${organisation}/checks/${check}/removal`),
  '/provider/assets': [...coordinator('/provider/assets'), ...provider('/provider/assets')],
  '/provider/assets/new': coordinator(...['', '?kind=building', '?kind=thing', '?kind=group', '?kind=money'].map((kind) => `/provider/assets/new${kind}`)),
  '/provider/assets/:assetId/edit': coordinator(`/provider/assets/${asset}/edit`),
  '/provider/offers/new': provider('/provider/offers/new'),
  '/provider/offers/:offerId/edit': [...provider(`/provider/offers/${offer}/edit`), ...coordinator(`/provider/offers/${edited}/edit`)],
  '/provider/offers/:offerId/draft/publication': coordinator(`/provider/offers/${edited}/draft/publication`),
  '/provider/offers/:offerId/draft/discarding': coordinator(`/provider/offers/${edited}/draft/discarding`),
  '/provider/offers/:offerId/publication': provider(`/provider/offers/${offer}/publication`),
  '/provider/offers/:offerId/assurance': provider(`/provider/offers/${offer}/assurance`),
  '/provider/offers/:offerId/renewal': provider(`/provider/offers/${offer}/renewal`),
  '/provider/offers/:offerId/withdrawal': provider(`/provider/offers/${offer}/withdrawal`),
  '/provider/offers/:offerId': [...provider(`/provider/offers/${offer}`), ...coordinator(`/provider/offers/${edited}`, `/provider/offers/${edited}?lang=cy`)],
  '/provider/referrals/:referralId/acceptance': provider(`/provider/referrals/${waiting.referralId}/acceptance`),
  '/provider/referrals/:referralId/decline': provider(`/provider/referrals/${waiting.referralId}/decline`),
  '/provider/referrals/:referralId/outcomes/:outcomeId': coordinator(`/provider/referrals/${own.referralId}/outcomes/${own.outcomeId}`),
  '/provider/referrals/:referralId/conclusion': coordinator(`/provider/referrals/${own.referralId}/conclusion`),
  '/provider/referrals/:referralId': [
    ...provider(`/provider/referrals/${waiting.referralId}`),
    ...coordinator(`/provider/referrals/${own.referralId}`),
    ...gardener(`/provider/referrals/${concluded}`),
  ],

  '/administrator': administrator('/administrator'),
  '/administrator/checks': administrator('/administrator/checks', '/administrator/checks?lang=cy'),
  '/administrator/checks/:organisationId/:credentialId': administrator(`/administrator/checks/${organisation}/${check}`),
  '/administrator/offers': administrator('/administrator/offers', '/administrator/offers?lang=cy'),
  '/administrator/offers/:offerId/assurance': administrator(`/administrator/offers/${offer}/assurance`),
  '/operations': administrator('/operations', '/operations?lang=cy'),
  '/operations/replays': administrator('/operations/replays').map((fixture) => ({ ...fixture, leadsTo: '/operations' })),
  '/operations/verifications': administrator('/operations/verifications').map((fixture) => ({ ...fixture, leadsTo: '/operations' })),
  '/administrator/accounts': administrator('/administrator/accounts'),
  '/administrator/accounts/new': administrator('/administrator/accounts/new'),
  '/administrator/accounts/:accountId': administrator(`/administrator/accounts/${account}`),
  '/administrator/accounts/:accountId/password-link': administrator(`/administrator/accounts/${account}/password-link`),
  '/administrator/accounts/:accountId/vouching': administrator(`/administrator/accounts/${account}/vouching`),
  '/administrator/accounts/:accountId/closing': administrator(`/administrator/accounts/${account}/closing`),
  '/administrator/mail': administrator('/administrator/mail'),
  '/administrator/deliveries': administrator('/administrator/deliveries'),

  '/my': resident('/my'),
  '/my/details': resident('/my/details'),
  '/my/skills': resident('/my/skills'),
  '/my/skills/new': resident('/my/skills/new'),
  '/my/skills/:assetId/edit': resident(`/my/skills/${skill}/edit`),
  '/my/who-saw': resident('/my/who-saw'),
  '/my/needs/new': resident('/my/needs/new'),
  '/my/needs/:needId/refer': resident(`/my/needs/${own.needId}/refer`, `/my/needs/${own.needId}/refer?offer=${offer}`),
  '/my/referrals/new': resident(`/my/referrals/new?offer=${offer}`),
  '/my/referrals/:referralId': resident(`/my/referrals/${own.referralId}`),
  '/my/referrals/:referralId/outcomes/:outcomeId': resident(`/my/referrals/${own.referralId}/outcomes/${own.outcomeId}`),
  '/my/referrals/:referralId/consent-withdrawal': resident(`/my/referrals/${own.referralId}/consent-withdrawal`),
  '/my/referrals/:referralId/conclusion': resident(`/my/referrals/${own.referralId}/conclusion`),

  '/navigator': navigator('/navigator'),
  '/navigator/people/new': navigator('/navigator/people/new'),
  '/navigator/people/:personId': navigator(`/navigator/people/${person}`),
  '/navigator/people/:personId/needs/new': navigator(`/navigator/people/${person}/needs/new`),
  '/navigator/people/:personId/invitation': navigator(`/navigator/people/${person}/invitation`),
  '/navigator/refer': navigator(`/navigator/refer?offer=${offer}`),
  '/navigator/people/:personId/refer': navigator(`/navigator/people/${person}/refer`, `/navigator/people/${person}/refer?offer=${offer}`),
  '/navigator/needs/:needId/refer': navigator(`/navigator/needs/${waiting.needId}/refer`, `/navigator/needs/${waiting.needId}/refer?offer=${offer}`),
  '/navigator/referrals/:referralId': navigator(...[waiting.referralId, accepted.referralId, declined, concluded].map((id) => `/navigator/referrals/${id}`)),
  '/navigator/referrals/:referralId/outcomes/:outcomeId': navigator(`/navigator/referrals/${accepted.referralId}/outcomes/${accepted.outcomeIds[0]}`),
  '/navigator/referrals/:referralId/consent-withdrawal': navigator(`/navigator/referrals/${accepted.referralId}/consent-withdrawal`),
  '/navigator/referrals/:referralId/conclusion': navigator(`/navigator/referrals/${accepted.referralId}/conclusion`),

  ...fixturesOfMoney(money),
})
