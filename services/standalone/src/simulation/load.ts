import { calendarDay, sleep } from '@patchwork/runtime'
import type { SimulatedTime } from '@patchwork/runtime/simulation'
import type { People, Person } from './people.ts'

const dayMs = 86_400_000
const directory = '/api/provider-directory'
const pooling = '/api/personal-budget-pooling'
const referrals = '/api/referral'

type Given = { time: SimulatedTime; people: People }
type Status = 'sent' | 'accepted' | 'declined' | 'consent-withdrawn' | 'concluded'
/** What everybody was told, and the place is held to at the end. */
export type Promises = {
  referrals: Map<string, { status: Status; seenBy: Person }>
  pools: { at: string; member: Person; freePence: number; paidPence: number }[]
  registered: Person[]
}
type Organisation = { owner: Person; organisationId: string; offerId: string }

/** Registers residents, organisations with an offer, and what follows: the loop, a pool, a contract, accounts. Resolves when all was granted. */
export const playLoad = async (given: Given): Promise<Promises> => {
  const { time, people } = given
  const { pick } = time
  const promises: Promises = { referrals: new Map(), pools: [], registered: [] }
  const somebody = (role: Person['role'], name: string): Person => ({ personId: time.runtime.uuid(), role, name })
  const navigator = somebody('navigator', 'Navigator')
  const commissioner = somebody('commissioner', 'Commissioner')
  const administrator = somebody('administrator', 'Administrator')

  const organisations = Promise.all([organisationOf(given, somebody('provider', 'Gardener')), organisationOf(given, somebody('coordinator', 'Coordinator'))])
  const residents = Promise.all(
    ['Anna', 'Ben', 'Cara'].map(async (name): Promise<Person> => {
      const details = { name, email: `${name.toLowerCase()}@example.org`, how: 'by-navigator' }
      const { personId } = await people.surely<{ personId: string }>(navigator, 'POST', '/api/people/people', details)
      return { personId, role: 'resident', name }
    }),
  )
  const rounds = Array.from({ length: 3 + pick(3) }, async (_, round) => {
    await sleep(time.runtime, pick(4_000))
    const offers = await organisations
    const everybody = await residents
    await referOnce(given, promises, { round, navigator, resident: everybody[pick(3)] as Person, offer: offers[pick(2)] as Organisation })
  })
  await Promise.all([
    ...rounds,
    Promise.all([organisations, residents]).then(([[payee], members]) => poolOnce(given, promises, { commissioner, payee, members })),
    organisations.then((partners) => contractOnce(given, { commissioner, partners })),
    residents.then((members) => inviteAll(given, { navigator, administrator, members })),
  ])
  promises.registered = await residents
  return promises
}

const organisationOf = async ({ people }: Given, owner: Person): Promise<Organisation> => {
  const kind = owner.role === 'provider' ? 'micro-provider' : 'community-network'
  const { organisationId } = await people.surely(owner, 'POST', `${directory}/organisations`, { name: `Of ${owner.name}`, kind })
  const words = { name: 'Come and see', description: 'What is done here.', price: { kind: 'free' }, area: { withinMetres: 5_000, postcode: 'M33 7ZF' } }
  const draft = { organisationId, track: 'be-helped', category: 'garden-and-home', ...words }
  const { offerId } = await people.surely(owner, 'POST', `${directory}/offers`, draft)
  await people.surely(owner, 'POST', `${directory}/offers/${offerId}/publication`)
  return { owner, organisationId: organisationId as string, offerId: offerId as string }
}

type Referring = { round: number; navigator: Person; resident: Person; offer: Organisation }

/** A need, a referral, and one of its ends; two people may take its last step at a time. */
const referOnce = async ({ time: { pick }, people }: Given, promises: Promises, { round, navigator, resident, offer }: Referring): Promise<void> => {
  const need = { personId: resident.personId, track: 'be-helped', category: 'garden-and-home', words: `The hedge, ${round}`, desiredOutcomes: ['It is cut'] }
  const { needId, outcomeIds } = await people.surely<{ needId: string; outcomeIds: string[] }>(navigator, 'POST', `${referrals}/needs`, need)
  const asked = people.kept.find(({ path, text }) => path.endsWith('/needs') && text.includes(needId))
  if (asked && pick(2) === 0) await people.misuse(asked, { ...need, words: 'Something else' })
  const body = { needId, offerId: offer.offerId, basis: { kind: 'consent', given: 'spoken' } }
  const { referralId } = await people.surely(navigator, 'POST', `${referrals}/referrals`, body)
  const at = `${referrals}/referrals/${referralId}`
  const is = (status: Status) => void promises.referrals.set(referralId as string, { status, seenBy: navigator })
  is('sent')
  const end = pick(5)
  if (end === 0) return
  if (end === 1) {
    await people.surely(offer.owner, 'POST', `${at}/decline`, { reason: 'no-capacity' })
    return is('declined')
  }
  await people.surely(offer.owner, 'POST', `${at}/acceptance`)
  is('accepted')
  if (end === 2) {
    await people.surely(navigator, 'POST', `${at}/consent-withdrawal`)
    return is('consent-withdrawn')
  }
  const outcome = { outcomeId: outcomeIds[0], result: 'achieved' }
  await Promise.all([people.surely(offer.owner, 'POST', `${at}/outcomes`, outcome), people.surely(navigator, 'POST', `${at}/outcomes`, outcome)])
  if (end === 3) return
  await people.surely(navigator, 'POST', `${at}/conclusion`, { reason: 'completed' })
  is('concluded')
}

const terms = {
  costs: 'equally',
  absence: 'pays-share',
  joining: 'all-agree',
  dispute: 'members-meet',
  leavingNoticeDays: 0,
  decideWithinDays: 7,
  approvals: [{ uptoPence: 20_000, needed: 1 }, { needed: 2 }],
}
type Member = { person: Person; outcomeId: string }

/** A pool of all residents: set aside all at a time, propose, vote, pay, take back, reverse, release. */
const poolOnce = async (
  given: Given,
  promises: Promises,
  parties: { commissioner: Person; payee: Organisation; members: readonly Person[] },
): Promise<void> => {
  const { time, people } = given
  const { commissioner, payee } = parties
  const day = (days: number): string => calendarDay(time.runtime.now() + days * dayMs)
  const members = await Promise.all(
    parties.members.map(async (person): Promise<Member> => {
      const plan = { personId: person.personId, holder: 'own-payment', outcomes: [{ kind: 'habitable-home', words: 'My garden is safe' }] }
      const { budgetId, outcomeIds } = await people.surely<{ budgetId: string; outcomeIds: string[] }>(commissioner, 'POST', `${pooling}/budgets`, plan)
      const amount = { fundSource: 'council-net', weeklyPence: 100_000, fromOn: day(-28), untilOn: day(336) }
      await people.surely(commissioner, 'POST', `${pooling}/budgets/${budgetId}/amounts`, amount)
      return { person, outcomeId: outcomeIds[0] as string }
    }),
  )
  const [founder, ...others] = members as [Member, ...Member[]]
  const founding = { name: 'Ash Road', purpose: 'A gardener for our street', accountHolder: { kind: 'council' }, calledName: founder.person.name }
  const { poolId } = await people.surely(founder.person, 'POST', `${pooling}/pools`, founding)
  const at = `${pooling}/pools/${poolId}`
  const { code } = await people.read<{ code: string }>(founder.person, at)
  await Promise.all(others.map(({ person }) => people.surely(person, 'POST', `${pooling}/pools/join`, { code, calledName: person.name })))
  const { rulesVersion } = await people.surely<{ rulesVersion: number }>(founder.person, 'POST', `${at}/rules`, terms)
  await Promise.all(members.map(({ person }) => people.surely(person, 'POST', `${at}/signature`, { rulesVersion })))

  const held = new Map(members.map(({ person }) => [person.personId, { at, member: person, freePence: 0, paidPence: 0 }]))
  promises.pools.push(...held.values())
  const move = (personId: string, freePence: number, paidPence = 0): void => {
    const sums = held.get(personId)
    if (sums) Object.assign(sums, { freePence: sums.freePence + freePence, paidPence: sums.paidPence + paidPence })
  }
  const setAside = async ({ person, outcomeId }: Member, amountPence: number): Promise<void> => {
    await people.surely(person, 'POST', `${at}/earmarks`, { fundSource: 'council-net', outcomeId, amountPence, fromOn: day(0), untilOn: day(27) })
    move(person.personId, amountPence)
  }
  await Promise.all(members.flatMap((member) => [setAside(member, 700), setAside(member, 300)]))
  const spend = async (invoice: number): Promise<void> => {
    const shares = members.map(({ person }) => ({ memberId: person.personId, amountPence: 100 + invoice, outcomeKind: 'habitable-home' }))
    const totalPence = shares.reduce((sum, share) => sum + share.amountPence, 0)
    const body = {
      payeeOrganisationId: payee.organisationId,
      invoiceNumber: `INV ${invoice}`,
      invoicedOn: day(-1),
      sessions: 1,
      totalPence,
      purpose: 'A morning',
      shares,
    }
    const { spendId } = await people.surely(founder.person, 'POST', `${at}/spends`, body)
    const step = `${at}/spends/${spendId}`
    if (invoice === 1) return void (await people.surely(founder.person, 'POST', `${step}/take-back`))
    await people.surely((others[invoice % others.length] as Member).person, 'POST', `${step}/votes`, { vote: 'approve' })
    await people.surely(commissioner, 'POST', `${step}/payment`, { paidOn: day(0), reference: `BACS ${invoice}` })
    for (const { memberId, amountPence } of shares) move(memberId, -amountPence, amountPence)
  }
  await Promise.all([spend(0), spend(1), spend(2)])
  await Promise.all(
    members.map(async ({ person, outcomeId }, at2) => {
      if (at2 === 0) return
      await people.surely(person, 'POST', `${at}/releases`, { fundSource: 'council-net', outcomeId, amountPence: 50 })
      move(person.personId, -50)
    }),
  )
}

/** A contract of two partners; both return their quarter at a time. */
const contractOnce = async ({ people }: Given, { commissioner, partners }: { commissioner: Person; partners: readonly Organisation[] }): Promise<void> => {
  const years = [{ year: 1, startsOn: '2024-04-01', endsOn: '2025-03-31', valuePence: 200_000 }]
  const body = {
    title: 'Neighbourhood networks',
    startsOn: '2024-04-01',
    endsOn: '2025-03-31',
    referralsEndOn: '2025-03-31',
    lightTouch: true,
    years,
    partners: partners.map(({ organisationId }, at) => ({
      name: `Partner ${at}`,
      organisationId,
      isLead: at === 0,
      shares: [{ year: 1, valuePence: 100_000 }],
    })),
    outcomes: [{ words: 'People who took part', measure: 'count', rollUp: 'sum', targets: [] }],
  }
  type Recorded = { contractId: string; partnerIds: string[]; outcomeIds: string[] }
  const { contractId, partnerIds, outcomeIds } = await people.surely<Recorded>(commissioner, 'POST', '/api/commissioning/contracts', body)
  const at = `/api/commissioning/contracts/${contractId}`
  await Promise.all(
    partners.map(({ owner }, partner) =>
      people.surely(owner, 'PUT', `${at}/returns`, {
        partnerId: partnerIds[partner],
        year: 1,
        quarter: 1,
        results: [{ outcomeId: outcomeIds[0], value: 12 + partner }],
      }),
    ),
  )
}

/** Invitations go from the vault to the accounts and back; an account that an administrator opens asks the vault at once. */
const inviteAll = async ({ people }: Given, parties: { navigator: Person; administrator: Person; members: readonly Person[] }): Promise<void> => {
  const { navigator, administrator, members } = parties
  await Promise.all([
    ...members.slice(0, 2).map((member) => people.surely(navigator, 'POST', `/api/people/people/${member.personId}/invitation`, {})),
    people.surely(administrator, 'POST', '/api/identity/accounts/for-another', { name: 'Dan', email: 'dan@example.org', role: 'navigator' }),
  ])
}
