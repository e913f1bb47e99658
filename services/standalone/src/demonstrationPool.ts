import type { Person, Story } from './demonstrationHistories.ts'

type Budget = { budgetId: string; outcomeIds: string[] }
type Neighbour = Person & Budget & { name: string }
type Share = { memberId: string; amountPence: number; outcomeKind: string }

/** Four residents of one street, what a week gives each, in pence, and the outcomes of their plans. */
const plans = [
  {
    name: 'George Whitfield',
    weekly: { 'council-net': 6_800, 'own-contribution': 1_200 },
    words: ['I can walk safely in my garden', 'I eat with other people every week'],
  },
  { name: 'Nora Lindqvist', weekly: { 'council-net': 5_400, 'top-up': 900 }, words: ['My garden path is clear', 'I see my neighbours'] },
  { name: 'Harold Obi', weekly: { 'council-net': 7_100, nhs: 1_500 }, words: ['I can sit outside', 'I have a hot meal in company'] },
  {
    name: 'Beatrice Moss',
    weekly: { 'council-net': 4_900, 'own-contribution': 2_000 },
    words: ['The hedge leaves light in my kitchen', 'I go out once a week'],
  },
] as const

const earmarks = { garden: 9_600, lunch: 4_800 }

/**
 * Four neighbours pool part of their personal budgets for a gardener and a weekly lunch, with the council as the account-holder: budgets, rules that all
 * sign, shares, one invoice paid and one that waits for votes.
 */
export const aPoolOfNeighbours = async (story: Story): Promise<void> => {
  const priya = await story.as('Priya Nair')
  const neighbours = await Promise.all(plans.map((plan) => recordBudget(story, priya, plan)))
  const [george, nora, harold] = neighbours as [Neighbour, Neighbour, Neighbour, Neighbour]
  const { poolId } = await george.post<{ poolId: string }>('/personal-budget-pooling/pools', 'demo-pool', {
    name: 'Ash Road together (demonstration)',
    purpose: 'One gardener for our four gardens, and a lunch we share on Thursdays.',
    accountHolder: { kind: 'council' },
    calledName: 'George',
  })
  const at = `/personal-budget-pooling/pools/${poolId}`
  await agreeOnRules(at, neighbours)
  await Promise.all(neighbours.map((neighbour) => setAside(story, at, neighbour)))
  await payTheGardener(story, at, { george, nora, priya })
  await proposeLunch(story, at, harold)
}

const recordBudget = async ({ as, inDays }: Story, priya: Person, { name, weekly, words }: (typeof plans)[number]): Promise<Neighbour> => {
  const person = await as(name)
  const key = `demo-budget-${person.personId}`
  const budget = await priya.post<Budget>('/personal-budget-pooling/budgets', key, {
    personId: person.personId,
    holder: 'own-payment',
    outcomes: [
      { kind: 'habitable-home', words: words[0] },
      { kind: 'relationships', words: words[1] },
    ],
  })
  for (const [fundSource, weeklyPence] of Object.entries(weekly))
    await priya.post(`/personal-budget-pooling/budgets/${budget.budgetId}/amounts`, `${key}-${fundSource}`, {
      fundSource,
      weeklyPence,
      fromOn: dayOf(inDays(-28)),
      untilOn: dayOf(inDays(336)),
    })
  return { ...person, ...budget, name }
}

const dayOf = (instant: string): string => instant.slice(0, 10)

const agreeOnRules = async (at: string, [george, ...others]: readonly Neighbour[]): Promise<void> => {
  if (george === undefined) return
  const { code } = await george.get<{ code: string }>(at)
  for (const neighbour of others)
    await neighbour.post('/personal-budget-pooling/pools/join', `demo-pool-join-${neighbour.personId}`, { code, calledName: neighbour.name.split(' ')[0] })
  await george.post(`${at}/rules`, 'demo-pool-rules', {
    costs: 'equally',
    absence: 'pays-with-less-than-a-day-of-notice',
    joining: 'all-agree',
    dispute: 'members-meet',
    leavingNoticeDays: 28,
    decideWithinDays: 14,
    approvals: [{ uptoPence: 10_000, needed: 1 }, { needed: 2 }],
  })
  for (const neighbour of [george, ...others]) await neighbour.post(`${at}/signature`, `demo-pool-signature-${neighbour.personId}`, { rulesVersion: 1 })
}

const setAside = async ({ inDays }: Story, at: string, { post, personId, outcomeIds }: Neighbour): Promise<void> => {
  const days = { fromOn: dayOf(inDays(0)), untilOn: dayOf(inDays(55)) }
  for (const [position, amountPence] of [earmarks.garden, earmarks.lunch].entries())
    await post(`${at}/earmarks`, `demo-pool-earmark-${personId}-${position}`, {
      fundSource: 'council-net',
      outcomeId: outcomeIds[position],
      amountPence,
      ...days,
    })
}

const invoiceOf = ({ organisations, inDays }: Story, payee: string, shares: readonly Share[]) => ({
  payeeOrganisationId: organisations.get(payee),
  invoicedOn: dayOf(inDays(-1)),
  totalPence: shares.reduce((sum, { amountPence }) => sum + amountPence, 0),
  shares,
})

const equalParts = async (member: Neighbour, at: string, totalPence: number, outcomeKind: string): Promise<Share[]> => {
  const { shares } = await member.get<{ shares: Share[] }>(`${at}/split?totalPence=${totalPence}`)
  return shares.map(({ memberId, amountPence }) => ({ memberId, amountPence, outcomeKind }))
}

const payTheGardener = async (story: Story, at: string, { george, nora, priya }: { george: Neighbour; nora: Neighbour; priya: Person }): Promise<void> => {
  const parts = await equalParts(george, at, 7_200, 'habitable-home')
  const { spendId } = await george.post<{ spendId: string }>(`${at}/spends`, 'demo-pool-gardener', {
    ...invoiceOf(story, 'demo-dees-gardens', parts),
    ...{ invoiceNumber: 'DG-0117', sessions: 4, purpose: 'Four mornings: paths cleared, hedges cut' },
  })
  await nora.post(`${at}/spends/${spendId}/votes`, 'demo-pool-gardener-vote', { vote: 'approve' })
  await priya.post(`${at}/spends/${spendId}/payment`, 'demo-pool-gardener-payment', { paidOn: dayOf(story.inDays(0)), reference: 'BACS 20411' })
}

const proposeLunch = async (story: Story, at: string, harold: Neighbour): Promise<void> => {
  const parts = await equalParts(harold, at, 12_800, 'relationships')
  await harold.post(`${at}/spends`, 'demo-pool-lunch', {
    ...invoiceOf(story, 'demo-neighbours', parts),
    ...{ invoiceNumber: 'LUNCH 08', sessions: 8, purpose: 'Thursday lunches for the four of us, eight weeks' },
  })
}
