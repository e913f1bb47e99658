import { hidden, problem, startTestPlace, type TestPlace } from '../testPlace.ts'

const id = (last: number) => `8c2f6f10-4f0e-4b64-9b64-${String(last).padStart(12, '0')}`
const [organisationId, invitationId] = [id(1), id(2)]
const organisation = { organisationId, name: 'Dee’s Gardens', kind: 'micro-provider', memberRole: 'owner' }
const invitation = {
  ...{ invitationId, email: 'femi@bowerham.uk', memberRole: 'member' },
  ...{ issuedAt: '2026-03-02T10:00:00.000Z', expiresAt: '2026-03-09T10:00:00.000Z' },
}
const offered = { organisationId, name: 'Dee’s Gardens', kind: 'micro-provider', memberRole: 'member', expiresAt: invitation.expiresAt }
const token = '7KQM-X2PD-9HTV-BN4C'
const state = {
  organisation: organisation as object,
  invitations: [invitation],
  offered: offered as object,
  joinsAs: 'member',
  refuses: undefined as [string, string] | undefined,
}

let place: TestPlace
beforeAll(async () => {
  const done =
    (answer: () => object, status = 200) =>
    (_asked: unknown, response: Parameters<typeof problem>[0]) =>
      state.refuses
        ? problem(response, 422, state.refuses[0], [{ pointer: state.refuses[1], code: state.refuses[0] }])
        : void response.status(status).json(answer())
  place = await startTestPlace({
    'GET /notification/mail': () => ({ sendsMail: true }),
    'GET /provider-directory/organisations/mine': () => ({ items: [state.organisation] }),
    'GET /provider-directory/organisations/:id': () => ({ ...organisation, isYours: true, offers: [] }),
    'GET /provider-directory/organisations/:id/invitations': () => ({ items: state.invitations }),
    'GET /provider-directory/organisations/:id/invitation-readings': () => ({ items: [{ at: '2026-03-03T10:00:00.000Z', personId: id(9) }] }),
    'POST /provider-directory/organisations/:id/invitations': done(() => invitation, 201),
    'POST /provider-directory/invitations/:id/renewal': done(() => invitation),
    'POST /provider-directory/invitations/:id/withdrawal': done(() => ({ invitationId })),
    'POST /provider-directory/invitations/reading': done(() => state.offered),
    'POST /provider-directory/invitations/declining': done(() => ({ organisationId })),
    'POST /provider-directory/memberships': done(() => ({ organisationId, memberRole: state.joinsAs }), 201),
    'GET /referral/referrals': () => ({ items: [] }),
    'GET /referral/memberships': () => ({ organisationIds: [organisationId] }),
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  Object.assign(state, { organisation, invitations: [invitation], offered, joinsAs: 'member', refuses: undefined })
  place.asked.length = 0
})

const formOf = (html: string) => ({ _token: hidden(html, '_token'), _key: hidden(html, '_key') })
const posted = (path: string) => place.asked.filter((one) => one.method === 'POST' && one.path === path).map(({ body }) => body)
type Agent = Awaited<ReturnType<TestPlace['signedIn']>>
const send = async (agent: Agent, from: string, to: string, entered: object = {}) => {
  const { text } = await agent.get(from).expect(200)
  return agent
    .post(to)
    .type('form')
    .send({ ...formOf(text), ...entered })
}

describe('letting a colleague in', () => {
  const address = `/provider/organisations/${organisationId}/invitations`

  test('shows who is invited and until when, and leads to a code for somebody without e-mail', async () => {
    const agent = await place.signedIn('provider')
    expect((await agent.get('/provider')).text).toContain(`href="${address}"`)
    const { text } = await agent.get(address).expect(200)
    for (const words of ['femi@bowerham.uk', 'Sent on 2 March 2026.', 'Works until 9 March 2026', 'A colleague saw the addresses on 3 March 2026'])
      expect(text).toContain(words)
    expect(text).toContain(`href="/provider/organisations/${organisationId}/joining-code"`)
    expect((await agent.get(`${address}?lang=cy`)).text).toContain('Pwy sydd wedi’i wahodd')
  })
  test('an address and a role are sent, with the language of the page; what is wrong is told at its field', async () => {
    const agent = await place.signedIn('coordinator')
    const sent = await send(agent, address, address, { email: 'femi@bowerham.uk', memberRole: 'owner' })
    expect([sent.status, sent.headers.location]).toEqual([303, address])
    expect(posted(`/provider-directory/organisations/${organisationId}/invitations`)).toEqual([
      { email: 'femi@bowerham.uk', memberRole: 'owner', language: 'en' },
    ])
    expect((await agent.get(address)).text).toContain('The invitation is on its way.')
    const wrong = await send(agent, address, address, { email: 'femi', memberRole: 'member' })
    expect(wrong.text).toContain('<a href="#email">Enter an e-mail address in the form name@example.com</a>')
    expect(wrong.text).toContain('value="femi"')
    state.refuses = ['invited-too-often', '/email']
    expect((await send(agent, address, address, { email: 'femi@bowerham.uk', memberRole: 'member' })).text).toContain(
      '<a href="#email">Three invitations went to',
    )
    expect(place.logged.join()).not.toContain('femi')
  })
  test('an invitation is sent again, or withdrawn, by one button', async () => {
    const agent = await place.signedIn('provider')
    for (const [what, said] of [
      ['renewal', 'on its way again'],
      ['withdrawal', 'opens nothing any more'],
    ] as const) {
      const answer = await send(agent, address, `${address}/${invitationId}/${what}`)
      expect([answer.status, answer.headers.location]).toEqual([303, address])
      expect((await agent.get(address)).text).toContain(said)
      expect(posted(`/provider-directory/invitations/${invitationId}/${what}`)).toHaveLength(1)
      expect((await agent.get(`${address}/${invitationId}/${what}`)).text).toContain('the invitation')
    }
  })
  test('in a place that no e-mail leaves there is the code alone', async () => {
    const other = await startTestPlace({
      'GET /notification/mail': () => ({ sendsMail: false }),
      'GET /provider-directory/organisations/mine': () => ({ items: [organisation] }),
      'GET /provider-directory/organisations/:id/invitations': () => ({ items: [] }),
      'GET /provider-directory/organisations/:id/invitation-readings': () => ({ items: [] }),
    })
    const { text } = await (await other.signedIn('provider')).get(address).expect(200)
    expect(text).toContain('No e-mail leaves this place')
    expect(text).not.toContain('name="email"')
    expect(text).toContain('joining-code')
    await other.stop()
  })
  test('is for those who look after it, while it is open', async () => {
    for (const not of [{ memberRole: 'member' }, { closedAt: '2026-03-01T10:00:00.000Z' }, { organisationId: id(7) }]) {
      state.organisation = { ...organisation, ...not }
      await (await place.signedIn('provider')).get(address).expect(404)
    }
    expect(place.asked.filter(({ path }) => path.includes('invitation'))).toEqual([])
  })
})

describe('the link of an invitation', () => {
  const page = '/organisation-invitation'
  const link = `${page}?token=${token}`

  test('shows what is offered and by whom, and does nothing until a button is pressed; the address keeps no token', async () => {
    const agent = await place.signedIn('provider')
    await agent.get(link).expect(303).expect('location', page)
    const { text } = await agent.get(page).expect(200)
    for (const words of ['Dee’s Gardens', 'You would be a member.', 'You can answer until 9 March 2026', 'Yes, join', 'No, thank you'])
      expect(text).toContain(words)
    expect(posted('/provider-directory/memberships')).toEqual([])
    expect(posted('/provider-directory/invitations/reading')).toEqual([{ code: token }])
    expect((await agent.get(`${page}?lang=cy`)).text).toContain('Rydych wedi’ch gwahodd')
  })
  test.each([
    ['accept', 'member', '/provider-directory/memberships', 'You have joined.'],
    ['accept', 'owner', '/provider-directory/memberships', 'You look after this organisation now, with those who did before.'],
    ['decline', 'member', '/provider-directory/invitations/declining', 'You said no.'],
  ])('%s as %s', async (answer, joinsAs, path, said) => {
    state.joinsAs = joinsAs
    const agent = await place.signedIn('coordinator')
    await agent.get(link)
    const sent = await send(agent, page, page, { token, answer })
    expect([sent.status, sent.headers.location]).toEqual([303, '/provider'])
    expect(posted(path)).toEqual([{ code: token }])
    expect((await agent.get('/provider')).text).toContain(said)
    // It is answered, and kept no longer.
    expect((await agent.get(page)).text).toContain('This invitation is over')
  })
  test('whoever has not signed in is told nothing but that, and led through signing in, or opening an account, and back', async () => {
    const browser = place.browser()
    await browser.get(link).expect(303)
    const { text } = await browser.get(page).expect(200)
    expect(text).not.toContain('Dee’s Gardens')
    expect(text).toContain('href="/sign-in?next=/organisation-invitation"')
    expect(text).toContain('href="/sign-up?as=provider"')
    expect((await browser.get('/account-ready?because=verified')).text).toContain('href="/sign-in?next=/organisation-invitation"')
    expect((await place.browser().get('/account-ready?because=verified')).text).toContain('href="/sign-in"')
    expect(place.asked.filter(({ path }) => path.includes('invitations'))).toEqual([])
  })
  test('of another kind of account, of somebody who is there already, or one that is over: told in words', async () => {
    const resident = await place.signedIn('resident')
    await resident.get(link)
    expect((await resident.get(page)).text).toContain('Your account is of another kind')
    const provider = await place.signedIn('provider')
    await provider.get(link)
    state.offered = { ...offered, alreadyAs: 'member' }
    expect((await provider.get(page)).text).toContain('You act for it already')
    state.offered = { ...offered, memberRole: 'owner', alreadyAs: 'member' }
    expect((await provider.get(page)).text).toContain('You would look after it')
    state.refuses = ['joining-code-ended', '/code']
    const { text } = await provider.get(page).expect(200)
    expect(text).toContain('This invitation is over')
    expect(text).not.toContain('name="answer"')
  })
  test('sent with nothing in it, it says what is wrong and shows the invitation again', async () => {
    const agent = await place.signedIn('provider')
    await agent.get(link)
    const answer = await send(agent, page, page)
    expect(answer.status).toBe(400)
    expect(answer.text.match(/class="govuk-error-summary"/g)).toHaveLength(1)
    expect(answer.text).toContain('Yes, join')
  })
  test('taken up by another meanwhile, it says so', async () => {
    const agent = await place.signedIn('provider')
    await agent.get(link)
    const { text } = await agent.get(page)
    state.refuses = ['joining-code-ended', '/code']
    const answer = await agent
      .post(page)
      .type('form')
      .send({ ...formOf(text), token, answer: 'accept' })
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('This invitation is over')
  })
})
