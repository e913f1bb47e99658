import type { Role } from '@patchwork/events'
import { systemRuntime } from '@patchwork/runtime'
import { eventually, must, type OpenedPlace, openPlace, type Person } from '../openPlace.ts'
import { everyRole } from './fixture.ts'

const twoWeeksMs = 14 * 86_400_000

/** `owner` owns what is tried, `stranger` tries it, `partner` stands on the other side of a referral: nobody is two of them. */
type Part = 'owner' | 'stranger' | 'partner'
export type SentReferral = { referralId: string; needId: string; personId: string; offerId: string; outcomeIds: string[]; provider: Person; referrer: Person }

/** A place, told this beside what it must be told, with three people of each role, and what the routes need to be tried on: each call makes another record, by the commands of the API. */
export const openWorld = async (environment: Record<string, string> = {}) => {
  const opened = await openPlace(environment)
  const parts: Part[] = ['owner', 'stranger', 'partner']
  const people = await opened.open(parts.flatMap((part) => everyRole.map((role) => ({ role, name: `${part} ${role}` }))))
  const world = { ...opened, person: (part: Part, role: Role) => people.find(({ name }) => name === `${part} ${role}`) as Person }
  const records = recordsOf(world)
  return { ...world, ...records, overdue: await overdueReferrals(world, records), stop: opened.stop }
}
export type World = Awaited<ReturnType<typeof openWorld>>

type PeopledPlace = OpenedPlace & { person: (part: Part, role: Role) => Person }

const offerBody = {
  track: 'be-helped',
  name: 'Help in the garden',
  description: 'Mowing and hedges.',
  category: 'garden-and-home',
  price: { kind: 'free' },
  area: { withinMetres: 5_000, postcode: 'M33 7ZF' },
  place: { address: 'Sale Waterside, Sale', postcode: 'M33 7ZF' },
}

const recordsOf = (world: PeopledPlace) => {
  const { place, person } = world
  let count = 0
  const newAddress = () => `somebody-${++count}@example.org`
  const organisations = new Map<string, Promise<string>>()
  const register = async (owner: Person) => {
    const body = { name: `Of ${owner.name}`, kind: 'micro-provider' }
    return (await must(() => owner.send<{ organisationId: string }>('POST', '/api/provider-directory/organisations', { body }))).organisationId
  }
  /** The one organisation of a person; of a provider, where the role can have none. */
  const organisationOf = (owner: Person): Promise<string> => {
    const member = ['provider', 'coordinator', 'administrator'].includes(owner.role) ? owner : person('owner', 'provider')
    if (!organisations.has(member.personId)) organisations.set(member.personId, register(member))
    return organisations.get(member.personId) as Promise<string>
  }
  /** A new organisation of this person's, or of a provider's where they can have none: for what can be done to it once only. */
  const newOrganisationOf = (owner: Person): Promise<string> => register(['provider', 'coordinator'].includes(owner.role) ? owner : person('owner', 'provider'))
  const offerWordsOf = async (owner: Person) => ({ organisationId: await organisationOf(owner), ...offerBody })
  const draftOf = async (owner: Person): Promise<string> => {
    const member = ['provider', 'coordinator', 'administrator'].includes(owner.role) ? owner : person('owner', 'provider')
    const body = await offerWordsOf(member)
    return (await must(() => member.send<{ offerId: string }>('POST', '/api/provider-directory/offers', { body }))).offerId
  }
  const offerOf = async (owner: Person): Promise<string> => {
    const offerId = await draftOf(owner)
    const member = ['provider', 'coordinator', 'administrator'].includes(owner.role) ? owner : person('owner', 'provider')
    await must(() => member.send('POST', `/api/provider-directory/offers/${offerId}/publication`))
    return offerId
  }
  const residentOf = async (navigator: Person): Promise<string> => {
    const body = { name: `Somebody ${++count}`, accessNeeds: ['large-print'] }
    return (await must(() => navigator.send<{ personId: string }>('POST', '/api/people/people', { body }))).personId
  }
  /** A resident whom this navigator registered and invited, without an account yet. */
  const invitedBy = async (owner: Person): Promise<string> => {
    const navigator = owner.role === 'navigator' ? owner : person('owner', 'navigator')
    const personId = await residentOf(navigator)
    await must(() => navigator.send('POST', `/api/people/people/${personId}/invitation`, { body: { email: newAddress() } }))
    return personId
  }
  /** A code by which a colleague joins an organisation of this person's that nothing else here has to do with: whoever joins sees what is in it. */
  const joiningCodeOf = async (owner: Person): Promise<string> => {
    const organisationId = await register(owner)
    return (await must(() => owner.send<{ code: string }>('POST', `/api/provider-directory/organisations/${organisationId}/joining-codes`))).code
  }
  /** A new organisation that this person is a member of, and a partner owns. */
  const handedOverBy = async (owner: Person): Promise<string> => {
    const member = ['provider', 'coordinator'].includes(owner.role) ? owner : person('owner', 'provider')
    const organisationId = await register(member)
    const { code } = await must(() => member.send<{ code: string }>('POST', `/api/provider-directory/organisations/${organisationId}/hand-over`))
    await must(() => person('partner', 'coordinator').send('POST', '/api/provider-directory/memberships', { body: { code } }))
    return organisationId
  }
  const needWordsFor = async (owner: Person) => ({
    personId: owner.role === 'resident' ? owner.personId : await residentOf(owner),
    track: 'be-helped',
    category: 'garden-and-home',
    words: 'The hedge is too high.',
    desiredOutcomes: ['It is cut'],
  })
  const needOf = async (owner: Person) => {
    const body = await needWordsFor(owner)
    const need = await must(() => owner.send<{ needId: string; outcomeIds: string[] }>('POST', '/api/referral/needs', { body }))
    return { ...need, personId: body.personId }
  }
  const basisOf = (owner: Person) => ({ kind: 'consent', given: owner.role === 'resident' ? 'self' : 'spoken' })

  /** A referral that is this person's in their role; sent, and accepted where asked for. */
  const referralOf = async (owner: Person, { accepted = false } = {}): Promise<SentReferral> => {
    const isProviding = owner.role === 'provider' || owner.role === 'coordinator'
    const provider = isProviding ? owner : person('partner', 'provider')
    const referrer = isProviding ? person('partner', 'navigator') : owner
    const offerId = await offerOf(provider)
    const need = await needOf(referrer)
    const body = { needId: need.needId, offerId, basis: basisOf(referrer) }
    const { referralId } = await must(() => referrer.send<{ referralId: string }>('POST', '/api/referral/referrals', { body }))
    if (accepted) await must(() => provider.send('POST', `/api/referral/referrals/${referralId}/acceptance`))
    return { ...need, referralId, offerId, provider, referrer }
  }

  /** Somebody whom this person may see: registered by them, or theirs by an accepted referral. */
  const personSeenBy = async (owner: Person): Promise<string> => {
    if (owner.role === 'navigator') return residentOf(owner)
    const { personId } = await referralOf(owner, { accepted: true })
    await must(() => owner.send('GET', `/api/people/people/${personId}`))
    return personId
  }

  /** A message in the page to this person. */
  const messageTo = async (owner: Person): Promise<string> => {
    if (owner.role === 'administrator') {
      const offerId = await offerOf(owner)
      const body = { state: 'open', expiresAt: new Date(systemRuntime.now() + 200).toISOString() }
      await must(() => owner.send('POST', `/api/provider-directory/offers/${offerId}/capacity`, { body }))
    } else await referralOf(owner, { accepted: owner.role === 'navigator' })
    const message = await eventually(`a message to ${owner.name}`, async () => {
      const { body } = await owner.send<{ items: { messageId: string; read: boolean }[] }>('GET', '/api/notification/messages')
      return body.items.find(({ read }) => !read)
    })
    return message.messageId
  }

  const usedLinks = new Set<string>()
  /** A one-time link of this kind that still works; `ask` makes one. */
  const linkFor = async (purpose: string, ask: () => Promise<unknown>): Promise<{ challengeId: string; token: string }> => {
    await ask()
    return eventually(`a link for ${purpose}`, async () => {
      for await (const { type, data } of place.ports.log.read('patchwork.identity.account')) {
        const { challengeId, purpose: kind } = data as { challengeId: string; purpose: string }
        if (type !== 'account.challenge-issued.v1' || kind !== purpose || usedLinks.has(challengeId)) continue
        const { body } = await world.service('notification')<{ url?: string }>('GET', `/api/identity/challenges/${challengeId}/link`)
        usedLinks.add(challengeId)
        if (body.url !== undefined) return { challengeId, token: new URL(body.url).searchParams.get('token') as string }
      }
      return undefined
    })
  }
  const signUp = async () => {
    const body = { name: 'Somebody new', email: newAddress(), password: 'a long one for nobody', role: 'resident' }
    await must(() => world.anyone('POST', '/api/identity/accounts', { body }))
  }
  /** An account that an administrator opened for somebody, who has not taken it up. */
  const accountForAnother = async () => {
    const body = { name: 'Somebody invited', email: newAddress(), role: 'provider' }
    return must(() => person('partner', 'administrator').send<{ accountId: string }>('POST', '/api/identity/accounts/for-another', { body }))
  }

  return {
    newAddress,
    organisationOf,
    newOrganisationOf,
    offerWordsOf,
    draftOf,
    offerOf,
    residentOf,
    invitedBy,
    joiningCodeOf,
    handedOverBy,
    needWordsFor,
    needOf,
    basisOf,
    referralOf,
    personSeenBy,
    messageTo,
    linkFor,
    signUp,
    accountForAnother,
  }
}

/** A referral that nobody answered in time, of each navigator: two weeks pass for the place while nobody is signed in. */
const overdueReferrals = async ({ place, clock, person }: PeopledPlace, { referralOf }: ReturnType<typeof recordsOf>): Promise<Map<string, string>> => {
  const overdue = new Map<string, string>()
  for (const part of ['owner', 'stranger'] as const) {
    const navigator = person(part, 'navigator')
    overdue.set(navigator.personId, (await referralOf(navigator)).referralId)
  }
  clock.aheadMs = twoWeeksMs
  await eventually('both referrals are noted as unanswered', async () => {
    const noted = new Set<unknown>()
    for await (const { type, subject } of place.ports.log.read('patchwork.referral.referral')) if (type === 'referral.went-unanswered.v1') noted.add(subject)
    return [...overdue.values()].every((referralId) => noted.has(referralId))
  })
  clock.aheadMs = 0
  return overdue
}
