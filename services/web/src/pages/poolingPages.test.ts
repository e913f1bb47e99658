import { hidden, problem, residentId, startTestPlace, type TestPlace } from '../testPlace.ts'

const id = (last: number) => `5d3b6f0a-1c2d-4e5f-8a9b-${String(last).padStart(12, '0')}`
const [poolId, spendId, budgetId, documentId, outcomeId, noraId, payeeId] = [1, 2, 3, 4, 5, 6, 7].map(id) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
]
const sums = (freePence: number, committedPence: number, paidPence: number) => ({ freePence, committedPence, paidPence })
const terms = {
  ...{ costs: 'equally', absence: 'pays-share', joining: 'all-agree', dispute: 'members-meet', leavingNoticeDays: 28, decideWithinDays: 14 },
  approvals: [{ uptoPence: 10_000, needed: 1 }, { needed: 2 }],
}
const spend = {
  ...{ poolId, spendId, status: 'proposed', payeeOrganisationId: payeeId, payeeName: 'Dee’s Gardens', payeeHoldsTheMoney: false, invoiceNumber: 'DG-1' },
  ...{ purpose: 'Paths cleared', invoicedOn: '2026-03-01', totalPence: 7_200, documentId, proposedBy: noraId, proposedAt: '2026-03-02T10:00:00.000Z' },
  ...{ decideBy: '2026-03-16T10:00:00.000Z', approvalsNeeded: 2, votes: [], steps: ['vote'] },
  shares: [{ memberId: residentId, amountPence: 7_200, outcomeKind: 'habitable-home' }],
}
const purposes = [
  { outcomeKind: 'habitable-home', ...sums(4_800, 0, 0) },
  { outcomeKind: 'relationships', ...sums(2_000, 0, 0) },
]
const pool = {
  ...{ poolId, name: 'Ash Road together', purpose: 'One gardener', status: 'open', relation: 'member', accountHolder: { kind: 'council' }, code: 'ABCDEFGH23' },
  totals: sums(13_600, 7_200, 1_800),
  members: [
    { memberId: residentId, calledName: 'Margaret', isYou: true, joinedAt: '2026-01-01T10:00:00.000Z', takesPart: true, ...sums(6_800, 7_200, 900), purposes },
    { memberId: noraId, calledName: 'Nora', isYou: false, joinedAt: '2026-01-01T10:00:00.000Z', takesPart: true, ...sums(6_800, 0, 900), purposes },
  ],
  formerMembers: [],
  mine: { ...sums(6_800, 7_200, 900), shares: [{ fundSource: 'council-net', outcomeId, outcomeKind: 'habitable-home', ...sums(6_800, 7_200, 900) }] },
  rules: { inForce: { rulesVersion: 1, terms, proposedBy: noraId, proposedAt: '2026-01-01T10:00:00.000Z', signedBy: [residentId, noraId] } },
  waitsForYou: { votes: [spendId], payments: [] },
  spends: [spend],
}
const budget = {
  ...{ budgetId, personId: residentId, holder: 'own-payment', bars: [], setAside: [], recordedAt: '2026-01-01T10:00:00.000Z' },
  outcomes: [{ outcomeId, kind: 'habitable-home', words: 'My garden is safe' }],
  amounts: [{ amountId: id(8), fundSource: 'council-net', weeklyPence: 6_000, fromOn: '2026-01-01', untilOn: '2026-12-31' }],
  availableFor: { fromOn: '2026-03-01', untilOn: '2026-05-30' },
  available: [{ fundSource: 'council-net', pence: 70_000 }],
}
const base = '/personal-budget-pooling'
const here = `/my/pools/${poolId}`

let place: TestPlace
let shown: object = pool
beforeAll(async () => {
  place = await startTestPlace({
    [`GET ${base}/pools`]: () => ({
      items: [{ poolId, name: pool.name, status: 'open', relation: 'member', accountHolder: pool.accountHolder, memberCount: 2, waitsForYou: 1 }],
    }),
    [`GET ${base}/pools/:id`]: () => shown,
    [`GET ${base}/pools/:id/split`]: () => ({ shares: [residentId, noraId].map((memberId) => ({ memberId, amountPence: 3_600, isFree: true })) }),
    [`GET ${base}/pools/:id/balances-over-time`]: () => ({
      ...{ fromOn: '2026-01-01', untilOn: '2026-03-02', before: { budgetPence: 0, ...sums(0, 0, 0) } },
      days: [{ day: '2026-02-01', budgetPence: -22_600, ...sums(22_600, 0, 0) }],
    }),
    [`GET ${base}/pools/:id/entries`]: () => ({
      items: [
        { at: '2026-02-01T10:00:00.000Z', kind: 'earmarked', memberId: noraId, outcomeKind: 'relationships', from: 'budget', to: 'free', amountPence: 2_000 },
      ],
      after: 'more',
    }),
    [`GET ${base}/pools/:id/spends/:spendId`]: () => spend,
    [`POST ${base}/pools/:id/spends`]: (_asked, response) => void response.status(201).json({ poolId, spendId }),
    [`POST ${base}/pools/:id/spends/:spendId/votes`]: () => ({ poolId, spendId }),
    [`POST ${base}/pools/:id/spends/:spendId/payment`]: () => ({ poolId, spendId }),
    [`POST ${base}/pools/:id/signature`]: (_asked, response) => problem(response, 409, 'rules-old'),
    [`POST ${base}/pools/:id/earmarks`]: (_asked, response) =>
      problem(response, 409, 'not-enough-in-budget', [{ pointer: '/amountPence', code: 'not-enough-in-budget' }]),
    [`POST ${base}/pools/join`]: (_asked, response) => problem(response, 404, 'code-unknown'),
    [`POST ${base}/documents`]: (_asked, response) => void response.status(201).json({ documentId }),
    [`GET ${base}/documents/:id`]: (_asked, response) =>
      void response.set({ 'Content-Type': 'application/pdf', 'Content-Disposition': 'attachment; filename="invoice.pdf"' }).end('%PDF-'),
    [`GET ${base}/budgets/mine`]: () => ({ personId: residentId, budget }),
    [`GET ${base}/budgets/:id`]: () => budget,
    [`POST ${base}/budgets`]: (_asked, response) => void response.status(201).json({ budgetId, outcomeIds: [outcomeId] }),
    [`GET ${base}/payments`]: () => ({
      items: [
        { ...spend, status: 'instructed', poolName: pool.name, sources: [{ fundSource: 'council-net', amountPence: 7_200 }], instructedAt: spend.proposedAt },
      ],
    }),
    [`GET ${base}/payments.csv`]: (_asked, response) =>
      void response.set({ 'Content-Type': 'text/csv', 'Content-Disposition': 'attachment; filename="payments.csv"' }).end('payment id,pool\r\n'),
    'GET /provider-directory/offers': () => ({ items: [{ name: 'Garden tidy', organisation: { organisationId: payeeId, name: 'Dee’s Gardens' } }] }),
    'GET /provider-directory/organisations/:id': () => ({ organisationId: payeeId, name: 'Dee’s Gardens' }),
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  shown = pool
})

const formOf = (html: string) => ({ _token: hidden(html, '_token'), _key: hidden(html, '_key') })
const posted = (path: string) => place.asked.filter((one) => one.method === 'POST' && one.path === `${base}${path}`)
type Agent = Awaited<ReturnType<TestPlace['signedIn']>>
const entered = async (agent: Agent, address: string, fields: Record<string, string>) => {
  const { text } = await agent.get(address).expect(200)
  return agent
    .post(address)
    .type('form')
    .send({ ...formOf(text), ...fields })
}
const invoiceEntered = async (agent: Agent, file: Buffer, token?: string) => {
  const address = `${here}/spends/new/invoice`
  const { text } = await agent.get(address).expect(200)
  const { _token, _key } = formOf(text)
  return agent
    .post(address)
    .field({ _token: token ?? _token, _key, invoiceNumber: 'DG-1', invoicedOn: '2026-03-01', totalPence: '72', sessions: '' })
    .attach('document', file, 'invoice.pdf')
}
const payeeChosen = (agent: Agent) => entered(agent, `${here}/spends/new/payee?organisation=${payeeId}`, { organisationId: payeeId, purpose: 'Paths cleared' })

test('P2 a pool shows what there is, what is promised and paid, what is mine and what waits for me, and that Patchwork holds no money', async () => {
  const agent = await place.signedIn('resident')
  const { text } = await agent.get(here).expect(200)
  expect(text).toContain('Patchwork holds no money.')
  expect(text).toContain('The council holds it')
  expect(text).toContain('Decide on £72 for Dee’s Gardens, by 16 March 2026')
  expect(text).toContain('Together, £136 is free, £72 is promised and £18 is paid.')
  expect(text).toContain('A home fit to live in')
  expect(text).toContain('ABCDEFGH23')
})

test('P2 every movement stands in a table, page by page', async () => {
  const { text } = await (await place.signedIn('resident')).get(`${here}/entries`).expect(200)
  expect(text).toContain('Family and friends')
  expect(text).toContain('personal budget to free')
  expect(text).toContain(`${here}/entries?after=more`)
})

describe('P4 P5 a spend in four steps', () => {
  test('keeps what was entered from step to step out of addresses, says by how much shares are off, and proposes once they add up', async () => {
    const agent = await place.signedIn('resident')
    await agent.get(`${here}/spends/new/shares`).expect(303).expect('location', `${here}/spends/new/payee`)
    expect((await payeeChosen(agent)).headers.location).toBe(`${here}/spends/new/invoice`)
    expect((await invoiceEntered(agent, Buffer.from('%PDF-1.4'))).headers.location).toBe(`${here}/spends/new/shares`)
    expect(String(posted('/documents').at(-1)?.body)).toBe('%PDF-1.4')
    const address = `${here}/spends/new/shares`
    const { text } = await agent.get(address).expect(200)
    expect(text).toContain('value="36.00"')
    const shares = (mine: string, hers: string) =>
      entered(agent, address, {
        [`amount-${residentId}`]: mine,
        [`kind-${residentId}`]: 'habitable-home',
        [`amount-${noraId}`]: hers,
        [`kind-${noraId}`]: 'habitable-home',
      })
    const off = await shares('30', '36')
    expect(off.status).toBe(422)
    expect(off.text).toContain('£6 is still to be shared out.')
    const tooMuch = await shares('24', '48.01')
    expect(tooMuch.text).toContain('So much is not free in this share')
    expect((await shares('36', '36')).headers.location).toBe(`${here}/spends/new/check`)
    const proposed = await entered(agent, `${here}/spends/new/check`, {})
    expect(proposed.headers.location).toBe(`${here}/spends/${spendId}`)
    expect(posted(`/pools/${poolId}/spends`).at(-1)?.body).toEqual({
      ...{ payeeOrganisationId: payeeId, purpose: 'Paths cleared', invoiceNumber: 'DG-1', invoicedOn: '2026-03-01', totalPence: 7_200, documentId },
      shares: [residentId, noraId].map((memberId) => ({ memberId, amountPence: 3_600, outcomeKind: 'habitable-home' })),
    })
    await agent.get(`${here}/spends/new/check`).expect(303).expect('location', `${here}/spends/new/payee`)
  })

  test('a form with a file is taken from our own pages only, and no file above 2 MB', async () => {
    const agent = await place.signedIn('resident')
    await payeeChosen(agent)
    const before = posted('/documents').length
    expect((await invoiceEntered(agent, Buffer.from('%PDF-1.4'), 'not ours')).status).toBe(403)
    const large = await invoiceEntered(agent, Buffer.alloc(2 * 1024 * 1024 + 1))
    expect(large.status).toBe(400)
    expect(large.text).toContain('This file is larger than 2 MB')
    const cut = await agent.post(`${here}/spends/new/invoice`).set('content-type', 'multipart/form-data; boundary=x').send('--x\r\nno end')
    expect(cut.status).toBe(400)
    expect(posted('/documents').length).toBe(before)
  })

  test('what one person entered is nobody else’s to see', async () => {
    await payeeChosen(await place.signedIn('resident'))
    await (await place.signedIn('resident')).get(`${here}/spends/new/invoice`).expect(303).expect('location', `${here}/spends/new/payee`)
  })
})

test('P5 a member sees who gets it and how it is shared, opens the document, and says yes', async () => {
  const agent = await place.signedIn('resident')
  const address = `${here}/spends/${spendId}`
  expect((await agent.get(address).expect(200)).text).toContain('2 more members must say yes by 16 March 2026.')
  await agent.get(`${here}/documents/${documentId}`).expect(200).expect('content-disposition', 'attachment; filename="invoice.pdf"')
  expect((await entered(agent, address, { decision: 'approve' })).headers.location).toBe(address)
  expect(posted(`/pools/${poolId}/spends/${spendId}/votes`).at(-1)?.body).toEqual({ vote: 'approve' })
})

test('P1 the version of the rules that the page showed is signed; an old one is refused in words', async () => {
  shown = { ...pool, waitsForYou: { ...pool.waitsForYou, signature: 1 } }
  const refused = await entered(await place.signedIn('resident'), `${here}/signature`, { rulesVersion: '1', agree: 'yes' })
  expect(refused.status).toBe(409)
  expect(refused.text).toContain('There is a newer version of the rules')
})

test('P3 more than the budget gives is refused at its field, with what is left beside it', async () => {
  const refused = await entered(await place.signedIn('resident'), `${here}/earmark`, {
    ...{ outcomeId, fundSource: 'council-net', amountPence: '9999', fromOn: '2026-03-01', untilOn: '2026-05-30' },
  })
  expect(refused.text).toContain('href="#amountPence"')
  expect(refused.text).toContain('£700')
})

test('P1 a code that fits no pool is said at its field', async () => {
  const refused = await entered(await place.signedIn('resident'), '/my/pools/join', { code: 'nothing', calledName: 'Margaret' })
  expect(refused.status).toBe(422)
  expect(refused.text).toContain('href="#code"')
})

test('P12 leaving says what goes back and what stays until it is paid', async () => {
  const { text } = await (await place.signedIn('resident')).get(`${here}/leave`).expect(200)
  expect(text).toContain('£68 is free: it goes back')
  expect(text).toContain('£72 is promised: it stays')
})

test('P4 the council records a budget with the outcomes of the plan; residents may not', async () => {
  const agent = await place.signedIn('commissioner')
  const fields = { personId: residentId, holder: 'own-payment', holderName: '', kind1: 'habitable-home', words1: 'My garden is safe' }
  const empty = Object.fromEntries([2, 3, 4].flatMap((number) => [`kind${number}`, `words${number}`].map((name) => [name, ''])))
  const recorded = await entered(agent, '/council/budgets/new', { ...fields, ...empty })
  expect(recorded.headers.location).toBe(`/council/budgets/${budgetId}`)
  expect(posted('/budgets').at(-1)?.body).toEqual({
    personId: residentId,
    holder: 'own-payment',
    outcomes: [{ kind: 'habitable-home', words: 'My garden is safe' }],
  })
  const half = await entered(agent, '/council/budgets/new', { ...fields, ...empty, words2: 'I see friends' })
  expect(half.text).toContain('Fill in both, or neither')
  await (await place.signedIn('resident')).get('/council/budgets').expect(403)
})

test('P2 whoever holds the money takes the list as CSV and says when it was paid', async () => {
  for (const [role, path] of [
    ['coordinator', '/provider'],
    ['commissioner', '/council'],
  ] as const) {
    shown = { ...pool, relation: 'account-holder', code: undefined, mine: undefined }
    const agent = await place.signedIn(role)
    expect((await agent.get(`${path}/payments`).expect(200)).text).toContain(`${path}/payments.csv`)
    const csv = await agent
      .get(`${path}/payments.csv`)
      .expect(200)
      .expect('content-type', /^text.csv/)
    expect(csv.text).toContain('payment id,pool')
    expect((await agent.get(`${path}/pools/${poolId}`).expect(200)).text).not.toContain('ABCDEFGH23')
  }
})

test.each(['/my/pools', '/my/pools/new', '/my/budget', `${here}/rules`, `${here}/rules/new`, `${here}/release`])(
  'P2 %s can be read in Welsh',
  async (address) => {
    const { text } = await (await place.signedIn('resident')).get(`${address}?lang=cy`).expect(200)
    expect(text).toContain('<html lang="cy"')
    expect(text).not.toMatch(/pooling\.\w|undefined/)
  },
)
