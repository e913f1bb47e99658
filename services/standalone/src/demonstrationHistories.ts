import { calendarDay, type Runtime, sleep } from '@patchwork/runtime'
import type { DemonstrationAccount } from './demonstration.ts'
import { whatIsStrong } from './demonstrationAssets.ts'
import { aPoolOfNeighbours } from './demonstrationPool.ts'

const dayMs = 24 * 3600_000
const triesMax = 100
const waitMs = 100

type Send = <Answer>(path: string, key: string, body?: object) => Promise<Answer>
/** Somebody who is signed in. `get` reads once; `post` and `put` send under a key of its own, again for a while where it may have been early. */
export type Person = { get: <Answer>(path: string) => Promise<Answer>; post: Send; put: Send; personId: string }
type Ids = { organisationId: string; offerId: string; personId: string; needId: string; referralId: string; outcomeIds: string[] }

/**
 * What the demonstration people did before anyone looked: offers published, needs recorded, referrals sent, accepted, declined and concluded, all by
 * the commands that anyone's browser sends, each under a key of its own, so that a repeat changes nothing. Throws when a command is refused.
 */
export const playHistories = async (options: {
  url: string
  accounts: readonly DemonstrationAccount[]
  runtime: Runtime
  onProgress: (count: number, total: number) => void
}): Promise<void> => {
  const { runtime, url, accounts } = options
  const as = async (name: string): Promise<Person> => {
    const account = accounts.find((one) => one.name === name)
    if (account === undefined) throw new Error(`There is no demonstration account for ${name}`)
    return signIn(url, account, runtime)
  }
  const story: Story = {
    as,
    inDays: (days) => new Date(runtime.now() + days * dayMs).toISOString(),
    today: calendarDay(runtime.now()),
    offers: new Map(),
    organisations: new Map(),
  }
  const chapters = [offersOfHelp, activities, aGardenInOrder, joiningIn, waitingAndDeclined, aPoolOfNeighbours, whatIsStrong, aContract]
  for (const [index, chapter] of chapters.entries()) {
    await chapter(story)
    options.onProgress(index + 1, chapters.length)
  }
}

export type Story = {
  as: (name: string) => Promise<Person>
  inDays: (days: number) => string
  /** The calendar day on which they are played. */
  today: string
  /** Offer and organisation ids by the key they were made with. */
  offers: Map<string, string>
  organisations: Map<string, string>
}

const offerOf = ({ offers }: Story, key: string): string => {
  const offerId = offers.get(key)
  if (offerId === undefined) throw new Error(`The history speaks of ${key} before it was offered`)
  return offerId
}

const publishOffer = async (
  story: Story,
  provider: Person,
  key: string,
  body: object,
  capacity: { state: string; units: number; expiresAt: string },
): Promise<void> => {
  const offer = await provider.post<Ids>('/provider-directory/offers', key, body)
  await provider.post(`/provider-directory/offers/${offer.offerId}/publication`, `${key}-publication`)
  await provider.post(`/provider-directory/offers/${offer.offerId}/capacity`, `${key}-capacity`, capacity)
  story.offers.set(key, offer.offerId)
}

const offersOfHelp = async (story: Story): Promise<void> => {
  const { as, inDays } = story
  const dee = await as('Dee Okafor')
  const gardens = await dee.post<Ids>('/provider-directory/organisations', 'demo-dees-gardens', {
    name: 'Dee’s Gardens (demonstration)',
    kind: 'micro-provider',
    description:
      'Two gardeners with a small van and all their own tools. We keep gardens safe and pleasant for people who cannot do it all themselves any more.',
  })
  story.organisations.set('demo-dees-gardens', gardens.organisationId)
  await publishOffer(
    story,
    dee,
    'demo-gardening',
    {
      organisationId: gardens.organisationId,
      track: 'be-helped',
      name: 'Garden tidy and regular gardening',
      description: 'Mowing, hedges, clearing paths and pots. We work with you if you like to join in, at your pace. Waste is taken away.',
      category: 'garden-and-home',
      forWhom: 'Older people and anyone who finds the garden too much',
      form: { kind: 'one-to-one' },
      price: { kind: 'paid', pence: 1_800, unit: 'hour' },
      area: { withinMetres: 6_000, postcode: 'M33 7ZF', atHome: true },
      place: { postcode: 'M33 7ZF' },
      times: [{ days: ['monday', 'tuesday', 'thursday'], from: '09:00', to: '15:30' }],
      fundingAccepted: ['own-money', 'direct-payment'],
      personalCare: false,
      contact: {},
    },
    { state: 'open', units: 3, expiresAt: inDays(28) },
  )
  const { code } = await dee.post<{ code: string }>(`/provider-directory/organisations/${gardens.organisationId}/joining-codes`, 'demo-femi-code')
  await (await as('Femi Adeyemi')).post('/provider-directory/memberships', 'demo-femi-joins', { code })
  const tom = await as('Tom Brennan')
  const care = await tom.post<Ids>('/provider-directory/organisations', 'demo-toms-care', {
    name: 'Tom Brennan, personal support (demonstration)',
    kind: 'micro-provider',
    description: 'A sole worker with twelve years in home care. You direct the support; I give it the way you like it.',
  })
  story.organisations.set('demo-toms-care', care.organisationId)
  await publishOffer(
    story,
    tom,
    'demo-home-care',
    {
      organisationId: care.organisationId,
      track: 'be-helped',
      name: 'Help at home in the morning and evening',
      description: 'Getting up, washing, dressing, breakfast and medicines prompts. Always the same person.',
      category: 'care-at-home',
      form: { kind: 'one-to-one' },
      price: { kind: 'paid', pence: 2_250, unit: 'hour' },
      area: { withinMetres: 5_000, postcode: 'WA14 1EF', atHome: true },
      place: { postcode: 'WA14 1EF' },
      times: [{ days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], from: '07:00', to: '11:00' }],
      fundingAccepted: ['own-money', 'direct-payment', 'individual-service-fund'],
      personalCare: true,
      personalCareGate: { soleWorkerDeclaration: true },
      contact: {},
    },
    { state: 'waiting-list', units: 2, expiresAt: inDays(21) },
  )
}

const activities = async (story: Story): Promise<void> => {
  const { as, inDays } = story
  const aisha = await as('Aisha Rahman')
  const neighbours = await aisha.post<Ids>('/provider-directory/organisations', 'demo-neighbours', {
    name: 'Sale Moor Good Neighbours (demonstration)',
    kind: 'community-network',
    description: 'Neighbours who cook, walk, mend and look out for each other. Run by the people who come.',
  })
  story.organisations.set('demo-neighbours', neighbours.organisationId)
  await publishOffer(
    story,
    aisha,
    'demo-lunch-club',
    {
      organisationId: neighbours.organisationId,
      track: 'join-in',
      name: 'Thursday lunch: come and eat, or come and cook',
      description: 'A hot meal and good company. Everyone helps with something: laying the table, peeling, telling stories.',
      category: 'food',
      form: { kind: 'group', seats: 24 },
      price: { kind: 'free' },
      area: { withinMetres: 4_000, postcode: 'M33 7ZF' },
      place: { postcode: 'M33 7ZF' },
      times: [{ days: ['thursday'], from: '12:00', to: '14:30' }],
      fundingAccepted: ['free'],
      personalCare: false,
      contact: {},
    },
    { state: 'open', units: 12, expiresAt: inDays(28) },
  )
}

const refer = async (
  referrer: Person,
  key: string,
  need: { personId: string; track: string; category: string; words: string; desiredOutcomes: string[]; accessNeeds: string[]; postcode: string },
  offerId: string,
  basis: object,
): Promise<Ids> => {
  const recorded = await referrer.post<Ids>('/referral/needs', `${key}-need`, need)
  const sent = await referrer.post<Ids>('/referral/referrals', `${key}-referral`, { needId: recorded.needId, offerId, basis })
  return { ...recorded, ...sent, outcomeIds: recorded.outcomeIds }
}

const aGardenInOrder = async (story: Story): Promise<void> => {
  const { as } = story
  const [ruth, dee] = [await as('Ruth Mellor'), await as('Dee Okafor')]
  const margaret = await ruth.post<Ids>('/people/people', 'demo-margaret', {
    name: 'Margaret Hale',
    postcode: 'M33 7ZF',
    accessNeeds: ['large-print'],
    how: 'by-navigator',
  })
  const referral = await refer(
    ruth,
    'demo-margarets-garden',
    {
      personId: margaret.personId,
      track: 'be-helped',
      category: 'garden-and-home',
      words: 'I cannot push the mower since my hip, and the path is getting slippery. I would like to sit outside again.',
      desiredOutcomes: ['The path is safe to walk on', 'I sit outside when the weather is good'],
      accessNeeds: ['large-print'],
      postcode: 'M33 7ZF',
    },
    offerOf(story, 'demo-gardening'),
    { kind: 'consent', given: 'spoken' },
  )
  const at = `/referral/referrals/${referral.referralId}`
  await dee.post(`${at}/acceptance`, 'demo-margaret-acceptance')
  for (const [index, outcomeId] of referral.outcomeIds.entries())
    await ruth.post(`${at}/outcomes`, `demo-margaret-outcome-${index}`, { outcomeId, result: index === 0 ? 'achieved' : 'partly' })
  await ruth.post(`${at}/conclusion`, 'demo-margaret-conclusion', { reason: 'completed' })
}

const joiningIn = async (story: Story): Promise<void> => {
  const { as } = story
  const [george, aisha] = [await as('George Whitfield'), await as('Aisha Rahman')]
  const referral = await refer(
    george,
    'demo-george-joins-in',
    {
      personId: george.personId,
      track: 'join-in',
      category: 'food',
      words: 'I used to cook for forty in the army. I would like to be of use again, and to eat with people.',
      desiredOutcomes: ['I cook with others once a week'],
      accessNeeds: ['hearing-loop'],
      postcode: 'M33 7ZF',
    },
    offerOf(story, 'demo-lunch-club'),
    { kind: 'consent', given: 'self' },
  )
  await aisha.post(`/referral/referrals/${referral.referralId}/acceptance`, 'demo-george-acceptance')
}

const waitingAndDeclined = async (story: Story): Promise<void> => {
  const { as } = story
  const [ruth, dee] = [await as('Ruth Mellor'), await as('Dee Okafor')]
  const yusuf = await ruth.post<Ids>('/people/people', 'demo-yusuf', {
    name: 'Yusuf Demir',
    postcode: 'WA14 1EF',
    accessNeeds: ['interpreter'],
    how: 'by-navigator',
  })
  const need = { personId: yusuf.personId, accessNeeds: ['interpreter'], postcode: 'WA14 1EF', track: 'be-helped' }
  await refer(
    ruth,
    'demo-yusuf-mornings',
    {
      ...need,
      category: 'care-at-home',
      words: 'Mornings are hard. I need someone to help me wash and dress who has patience.',
      desiredOutcomes: ['I am up and dressed by nine'],
    },
    offerOf(story, 'demo-home-care'),
    { kind: 'consent', given: 'written' },
  )
  const declined = await refer(
    ruth,
    'demo-yusuf-garden',
    { ...need, category: 'garden-and-home', words: 'The hedge blocks the light in my kitchen.', desiredOutcomes: ['There is light in the kitchen'] },
    offerOf(story, 'demo-gardening'),
    { kind: 'consent', given: 'spoken' },
  )
  await dee.post(`/referral/referrals/${declined.referralId}/decline`, 'demo-yusuf-decline', { reason: 'out-of-area' })
}

const sharePence = 2_400_000
const partnersOfContract = [
  { name: 'Sale Moor Good Neighbours (demonstration)', organisation: 'demo-neighbours' },
  { name: 'Dee’s Gardens (demonstration)', organisation: 'demo-dees-gardens' },
  { name: 'Tom Brennan, personal support (demonstration)', organisation: 'demo-toms-care' },
  { name: 'Brookside Friends (fictional)' },
  { name: 'Old Mill Lunch Circle (fictional)' },
  { name: 'Canal Bank Walkers (fictional)' },
  { name: 'The Repair Table (fictional)' },
  { name: 'Evening Star Choir (fictional)' },
  { name: 'Meadow Lane Carers (fictional)' },
]
const yearsOfContract = 8

/** One contract over many networks, the shape of Leeds in small: the year that runs is its third; two are returned and closed, the third is open. */
const aContract = async (story: Story): Promise<void> => {
  const priya = await story.as('Priya Nair')
  // Councils' years begin in April.
  const thisYear = Number(story.today.slice(0, 4)) - (story.today.slice(5) < '04-01' ? 1 : 0)
  const years = Array.from({ length: yearsOfContract }, (_, index) => ({
    year: index + 1,
    startsOn: `${thisYear - 2 + index}-04-01`,
    endsOn: `${thisYear - 1 + index}-03-31`,
    valuePence: sharePence * partnersOfContract.length,
  }))
  const lastDay = `${thisYear - 2 + yearsOfContract}-03-31`
  const contract = await priya.post<ContractIds>('/commissioning/contracts', 'demo-contract', {
    title: 'Neighbourhood networks for older people (demonstration)',
    description: 'Networks run by older people themselves: company, practical help, and a way to be of use. Every partner in it is fictional.',
    startsOn: `${thisYear - 2}-04-01`,
    endsOn: lastDay,
    referralsEndOn: lastDay,
    lightTouch: true,
    years,
    partners: partnersOfContract.map(({ name, organisation }, index) => ({
      name,
      ...(organisation === undefined ? {} : { organisationId: story.organisations.get(organisation) }),
      isLead: index === 0,
      shares: years.map(({ year }) => ({ year, valuePence: sharePence })),
    })),
    outcomes: [
      { words: 'Older people who took part', measure: 'count', rollUp: 'sum', targets: years.map(({ year }) => ({ year, value: 1_000 + 100 * year })) },
      { words: 'Hours that people gave each other', measure: 'count', rollUp: 'sum', targets: years.map(({ year }) => ({ year, value: 4_000 })) },
      { words: 'People who feel less lonely', measure: 'percentage-tenths', rollUp: 'mean', targets: years.map(({ year }) => ({ year, value: 600 })) },
    ],
  })
  const quarters = [1, 2].flatMap((year) => [1, 2, 3, 4].map((quarter) => ({ year, quarter })))
  await Promise.all(quarters.flatMap((when) => contract.partnerIds.map((_, partner) => demonstrationReturn(priya, contract, partner, when))))
  for (const when of quarters)
    await priya.post(`/commissioning/contracts/${contract.contractId}/quarters`, `demo-contract-closed-${when.year}-${when.quarter}`, when)
  // Of the year that runs only some have returned yet, and one that does not is worth asking.
  for (const partner of [0, 1, 3, 4]) await demonstrationReturn(priya, contract, partner, { year: 3, quarter: 1 })
}

type ContractIds = { contractId: string; partnerIds: string[]; outcomeIds: string[] }

const demonstrationReturn = async (
  commissioner: Person,
  { contractId, partnerIds, outcomeIds }: ContractIds,
  partner: number,
  { year, quarter }: { year: number; quarter: number },
): Promise<void> => {
  const values = [22 + partner * 3 + year * 4 + quarter, 80 + partner * 11 + quarter * 6, 540 + partner * 15 + year * 20]
  await commissioner.put(`/commissioning/contracts/${contractId}/returns`, `demo-return-${partner}-${year}-${quarter}`, {
    partnerId: partnerIds[partner],
    year,
    quarter,
    results: outcomeIds.map((outcomeId, index) => ({ outcomeId, value: values[index] })),
  })
}

const signIn = async (url: string, account: DemonstrationAccount, runtime: Runtime): Promise<Person> => {
  const granted = await runtime.fetch(`${url}/identity/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${account.clientId}:${account.clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  })
  if (!granted.ok) throw new Error(`${account.name} got no token: ${granted.status}`)
  const { access_token: token } = (await granted.json()) as { access_token: string }
  const { person_id: personId } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { person_id: string }
  const sender =
    (method: 'POST' | 'PUT'): Send =>
    (path, key, body) =>
      send({ method, url, token, path, key, body }, runtime)
  return {
    personId,
    get: async <Answer>(path: string) => {
      const response = await runtime.fetch(`${url}/api${path}`, { headers: { authorization: `Bearer ${token}` } })
      if (!response.ok) throw new Error(`The demonstration could not read: ${response.status}`)
      return (await response.json()) as Answer
    },
    post: sender('POST'),
    put: sender('PUT'),
  }
}

// A service may not have heard yet of what another has just told: such refusals are tried again for a while, as a person would.
const send = async <Answer>(
  { method, url, token, path, key, body }: { method: 'POST' | 'PUT'; url: string; token: string; path: string; key: string; body: object | undefined },
  runtime: Runtime,
): Promise<Answer> => {
  for (let tries = 1; ; tries += 1) {
    const response = await runtime.fetch(`${url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'idempotency-key': `${key}-try-${tries}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (response.ok) return (await response.json().catch(() => ({}))) as Answer
    const refusal = await response.text()
    const mayBeEarly = [404, 409, 503].includes(response.status) || refusal.includes('offer-takes-no-referrals')
    if (tries === triesMax || !mayBeEarly) throw new Error(`The demonstration step ${key} was refused: ${response.status} ${refusal}`)
    await sleep(runtime, waitMs)
  }
}
