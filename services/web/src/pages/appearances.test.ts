import type { Role } from '@patchwork/events'
import { hidden, residentId, startTestPlace, type TestPlace } from '../testPlace.ts'

const id = (last: number) => `7c2f6f10-4f0e-4b64-9b64-${String(last).padStart(12, '0')}`
const [organisationId, offerId, referralId, personId, needId] = [id(1), id(2), id(3), id(4), id(5)] as [string, string, string, string, string]
const offer = {
  offerId,
  status: 'published',
  organisation: { organisationId, name: 'Dee’s Gardens' },
  track: 'be-helped',
  category: 'garden-and-home',
  name: 'A tidy garden',
  capacity: { state: 'open' },
  takesReferrals: true,
  isYours: true,
}
const described = { name: 'A tidy garden', description: 'I mow.', category: 'garden-and-home', 'price-kind': 'free', personalCare: 'no', version: '"7"' }
const need = { words: 'My shed door', track: 'be-helped', category: 'garden-and-home', consent: undefined }

/** What each form causes elsewhere: where it is looked for, and what is seen there before and after it has come. */
const search = ['GET /provider-directory/offers/:id/search-state', { isUpToDate: false }, { isUpToDate: true }] as const
const memberships = ['GET /referral/memberships', { organisationIds: [] }, { organisationIds: [organisationId] }] as const
const offered = ['GET /provider-directory/organisations/:id', { offers: [{ status: 'published' }] }, { offers: [{ status: 'withdrawn' }] }] as const
const access = (before: string, after: string) => ['GET /people/referrals/:id/access', { access: before }, { access: after }] as const
const receipt = ['GET /notification/messages', { items: [], unread: 0 }, { items: [{ link: `/my/referrals/${referralId}` }], unread: 1 }] as const

type Case = [role: Role, form: string, entered: object, cause: readonly [string, object, object], words: string]
const cases: Case[] = [
  ['provider', '/provider/organisation/new', { name: 'Dee’s Gardens', kind: 'micro-provider' }, memberships, 'Now you can describe'],
  ['provider', '/provider/join', { code: 'ABCD' }, memberships, 'You have joined'],
  ['provider', `/provider/organisations/${organisationId}/leaving`, {}, [memberships[0], memberships[2], memberships[1]], 'You have left'],
  ['provider', `/provider/organisations/${organisationId}/closing`, {}, offered, 'Nobody else finds what it offered'],
  ['provider', `/provider/offers/${offerId}/publication`, {}, search, 'Everyone can find it now'],
  ['provider', `/provider/offers/${offerId}/withdrawal`, {}, search, 'Nobody else sees it any more'],
  ['provider', `/provider/offers/${offerId}`, { state: 'open', expiresAt: '2099-01-01' }, search, 'Others see it now'],
  ['provider', `/provider/offers/${offerId}/edit`, described, search, 'Saved.'],
  ['provider', `/provider/offers/${offerId}/draft/publication`, { version: '"7"' }, search, 'Everyone sees the change now'],
  ['provider', `/provider/referrals/${referralId}/acceptance`, {}, access('asked', 'open'), 'You said yes'],
  ['provider', `/provider/referrals/${referralId}/conclusion`, { reason: 'completed' }, access('open', 'none'), 'ended'],
  ['resident', `/my/referrals/${referralId}/consent-withdrawal`, {}, access('open', 'none'), 'stopped'],
  ['resident', `/my/referrals/${referralId}/conclusion`, { reason: 'completed' }, access('open', 'none'), 'ended'],
  ['navigator', `/navigator/referrals/${referralId}/consent-withdrawal`, {}, access('open', 'none'), 'stopped'],
  ['navigator', `/navigator/referrals/${referralId}/conclusion`, { reason: 'moved' }, access('open', 'none'), 'ended'],
  ['resident', `/my/referrals/new?offer=${offerId}`, { words: 'My shed door', consent: 'yes' }, receipt, 'Your request is sent'],
  ['resident', `/my/needs/${needId}/refer?offer=${offerId}`, { consent: 'yes' }, receipt, 'Your request is sent'],
  ['navigator', `/navigator/people/${personId}/refer?offer=${offerId}`, { ...need, 'basis-given': 'spoken' }, access('none', 'asked'), 'The request is sent'],
  ['navigator', `/navigator/needs/${needId}/refer?offer=${offerId}`, { 'basis-given': 'spoken' }, access('none', 'asked'), 'The request is sent'],
]

let place: TestPlace
beforeAll(async () => {
  place = await startTestPlace({
    'GET /provider-directory/offers/:id': () => offer,
    'PUT /provider-directory/offers/:id': () => ({ offerId }),
    'POST /provider-directory/memberships': () => ({ organisationId }),
    'POST /provider-directory/organisations/:id/leaving': () => ({ organisationId }),
    'POST /provider-directory/organisations/:id/closing': () => ({ organisationId }),
    'POST /provider-directory/organisations': () => ({ organisationId }),
    'POST /provider-directory/offers/:id/:what': () => ({ offerId }),
    'POST /provider-directory/offers/:id/draft/:what': () => ({ offerId }),
    'POST /referral/referrals/:id/:what': () => ({ referralId, status: 'accepted' }),
    'POST /referral/needs': () => ({ needId }),
    'POST /referral/referrals': () => ({ referralId }),
    'GET /people/people/me': () => ({ personId: residentId, accessNeeds: [] }),
  })
})
afterAll(() => place.stop())

/** Sends a form and gives the words that the next page says of it. */
const said = async (role: Role, form: string, entered: object): Promise<string> => {
  const agent = await place.signedIn(role)
  const token = hidden((await agent.get('/help-now')).text, '_token')
  const sent = await agent
    .post(form)
    .type('form')
    .send({ ...entered, _token: token })
  expect([form, sent.status]).toEqual([form, 303])
  return /govuk-notification-banner__content[\s\S]*?<\/div>/.exec((await agent.get('/help-now')).text)?.[0] ?? 'nothing'
}

describe('after a write', () => {
  test.each(cases)('for a %s at %s the words say that it is done once what it caused is there', async (role, form, entered, [route, before, after], words) => {
    let looks = 0
    place.routes[route] = () => (++looks > 2 ? after : before)
    const notice = await said(role, form, entered)
    expect(notice).toContain(words)
    expect(notice).not.toContain('It will appear here shortly')
    expect(looks).toBeGreaterThan(2)
  })
  test.each(cases)(
    'for a %s at %s the words say that it will appear where that does not come within 2 seconds',
    async (role, form, entered, [route, before]) => {
      let looks = 0
      place.routes[route] = () => {
        looks += 1
        place.pass(700)
        return before
      }
      expect(await said(role, form, entered)).toContain('It will appear here shortly')
      expect(looks).toBeGreaterThan(1)
      // The header asks for messages too.
      expect(looks).toBeLessThanOrEqual(8)
    },
  )
  test('a service that is away is waited for as one that is late', async () => {
    place.routes[search[0]] = () => {
      place.pass(1_500)
      return 503
    }
    expect(await said('provider', `/provider/offers/${offerId}/publication`, {})).toContain('It will appear here shortly')
  })
})
