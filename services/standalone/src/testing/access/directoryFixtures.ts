import { must, type Person } from '../openPlace.ts'
import { everyRole, type Fixture, type Fixtures } from './fixture.ts'
import type { World } from './world.ts'

const members = ['provider', 'coordinator'] as const
const forMembers = { own: members, any: ['administrator'] } as const satisfies Fixture['may']
const forAnyone = { any: ['anyone'] } as const satisfies Fixture['may']

/** A search of which somebody asked to be told. */
const watching = async (owner: Person): Promise<{ params: { id: string } }> => {
  const { searchWatchId } = await must(() =>
    owner.send<{ searchWatchId: string }>('POST', '/api/provider-directory/search-watches', { body: { category: 'food' } }),
  )
  return { params: { id: searchWatchId } }
}

type InFeed = { id: string; organization_id: string; service_at_locations?: { id: string }[] }
/** A service that the open feed shows: the standard wants its organisation described. */
const serviceInFeed = async ({ person, offerOf, organisationOf, anyone }: World): Promise<InFeed> => {
  const [owner, at] = [person('partner', 'coordinator'), '/api/provider-directory/organisations']
  const body = { name: 'Neighbours', description: 'People who look out for each other.' }
  const organisationId = await organisationOf(owner)
  await must(() => owner.send('PUT', `${at}/${organisationId}`, { body }))
  const id = await offerOf(owner)
  return must(() => anyone<InFeed>('GET', `/open-referral-uk/v3/services/${id}`))
}
const firstOf =
  (list: string) =>
  async ({ anyone }: World) => {
    const { contents } = await must(() => anyone<{ contents: { id: string }[] }>('GET', `/open-referral-uk/v3/${list}`))
    return { params: { id: contents[0]?.id ?? '' } }
  }
const published = async ({ offerOf }: World, owner: Person) => ({ params: { id: await offerOf(owner) } })
const drafted = async ({ draftOf }: World, owner: Person) => ({ params: { id: await draftOf(owner) } })
/** A published offer with an edit that waits as a draft. */
const edited = async (world: World, owner: Person) => {
  const { params } = await published(world, owner)
  const body = { ...(await world.offerWordsOf(owner)), name: 'An edit to come' }
  await must(() => owner.send('PUT', `/api/provider-directory/offers/${params.id}/draft`, { body }))
  return { params }
}
const ofOrganisation = async ({ organisationOf, draftOf }: World, owner: Person) => {
  const draftId = await draftOf(owner)
  return { params: { id: await organisationOf(owner) }, marks: [draftId] }
}

const checkAt = '/api/provider-directory/organisations'
/** A criminal-record check that an organisation's owner entered; of a provider's, where the owner can have none. */
const entered = async ({ organisationOf, person }: World, owner: Person) => {
  const member = owner.role === 'coordinator' ? owner : person('owner', 'provider')
  const organisationId = await organisationOf(member)
  const body = { level: 'enhanced', certificateNumber: '001234567890', issuedOn: '2024-05-01' }
  const { credentialId } = await must(() => member.send<{ credentialId: string }>('POST', `${checkAt}/${organisationId}/credentials`, { body }))
  return { member, organisationId, credentialId }
}

/** Somebody whom an owner has invited by e-mail to a new organisation; a provider, where they can own none. */
const invitedBy = async ({ newOrganisationOf, newAddress, person }: World, owner: Person) => {
  const member = ['provider', 'coordinator'].includes(owner.role) ? owner : person('owner', 'provider')
  const organisationId = await newOrganisationOf(member)
  const email = newAddress()
  const body = { email, memberRole: 'member' }
  const { invitationId } = await must(() =>
    member.send<{ invitationId: string }>('POST', `/api/provider-directory/organisations/${organisationId}/invitations`, { body }),
  )
  return { member, organisationId, invitationId, email }
}
/** The link of an invitation, as its message carries it. */
const withLink = async (world: World) => {
  const { invitationId } = await invitedBy(world, world.person('partner', 'provider'))
  const { body } = await world.service('notification')<{ url: string }>('GET', `/api/provider-directory/invitations/${invitationId}/mail`)
  return { body: { code: new URL(body.url).searchParams.get('token') } }
}

export const directoryFixtures: Fixtures = {
  'GET /api/provider-directory/offers': { may: forAnyone, prepare: async () => ({ query: { text: 'garden' } }) },
  'POST /api/provider-directory/searches/none-acceptable': { may: forAnyone, prepare: async () => ({ body: { category: 'food', reason: 'too-far' } }) },
  'POST /api/provider-directory/search-watches': { may: { any: everyRole }, prepare: async () => ({ body: { category: 'food' } }) },
  'GET /api/provider-directory/search-watches': {
    may: { own: everyRole },
    byCaller: true,
    prepare: async (_world, owner) => ({ marks: [(await watching(owner)).params.id] }),
  },
  'GET /api/provider-directory/search-watches/{id}': {
    may: { own: everyRole },
    prepare: async (_world, owner) => {
      const { params } = await watching(owner)
      return { params, marks: [params.id] }
    },
  },
  'POST /api/provider-directory/search-watches/{id}/renewal': { may: { own: everyRole }, prepare: async (_world, owner) => watching(owner) },
  'POST /api/provider-directory/search-watches/{id}/removal': { may: { own: everyRole }, prepare: async (_world, owner) => watching(owner) },
  'GET /api/provider-directory/offers/names': {
    may: forAnyone,
    prepare: async ({ offerOf }, owner) => {
      const offerId = await offerOf(owner)
      return { query: { ids: offerId }, marks: [offerId] }
    },
  },
  'GET /api/provider-directory/offers/unassured': { may: { any: ['administrator'] }, prepare: async () => ({ query: { limit: '1' } }) },
  'GET /api/provider-directory/offers/{id}': [
    { of: 'published', may: forAnyone, prepare: published },
    { of: 'a draft', may: forMembers, owner: 'provider', others: 'hidden', prepare: drafted },
    {
      of: 'an edit that waits',
      may: { own: members },
      owner: 'provider',
      others: 'without',
      prepare: async (world, owner) => ({ ...(await edited(world, owner)), marks: ['An edit to come'] }),
    },
  ],
  'POST /api/provider-directory/offers': {
    may: forMembers,
    owner: 'provider',
    prepare: async ({ offerWordsOf }, owner) => ({ body: await offerWordsOf(owner) }),
  },
  'POST /api/provider-directory/listings': { may: { own: members }, prepare: async ({ offerWordsOf }, owner) => ({ body: await offerWordsOf(owner) }) },
  'PUT /api/provider-directory/offers/{id}': {
    may: forMembers,
    owner: 'provider',
    prepare: async (world, owner) => ({ ...(await drafted(world, owner)), body: { ...(await world.offerWordsOf(owner)), name: 'Another name' } }),
  },
  'PUT /api/provider-directory/offers/{id}/draft': {
    may: { own: members },
    owner: 'provider',
    prepare: async (world, owner) => ({ ...(await published(world, owner)), body: { ...(await world.offerWordsOf(owner)), name: 'Another name' } }),
  },
  'POST /api/provider-directory/offers/{id}/draft/publication': { may: { own: members }, owner: 'provider', prepare: edited },
  'POST /api/provider-directory/offers/{id}/draft/discarding': { may: { own: members }, owner: 'provider', prepare: edited },
  'POST /api/provider-directory/offers/{id}/publication': { may: forMembers, owner: 'provider', prepare: drafted },
  'POST /api/provider-directory/offers/{id}/capacity': {
    may: forMembers,
    owner: 'provider',
    prepare: async (world, owner) => ({
      ...(await published(world, owner)),
      body: { state: 'open', units: 2, expiresAt: new Date(world.place.ports.runtime.now() + 86_400_000).toISOString() },
    }),
  },
  'POST /api/provider-directory/offers/{id}/capacity-renewal': {
    may: forMembers,
    owner: 'provider',
    prepare: async (world, owner) => {
      const prepared = await published(world, owner)
      const body = { state: 'open', expiresAt: new Date(world.place.ports.runtime.now() + 86_400_000).toISOString() }
      await must(() => owner.send('POST', `/api/provider-directory/offers/${prepared.params.id}/capacity`, { body }))
      return prepared
    },
  },
  'POST /api/provider-directory/offers/{id}/assurance': { may: forMembers, owner: 'provider', prepare: published },
  'POST /api/provider-directory/offers/{id}/withdrawal': { may: forMembers, owner: 'provider', prepare: published },
  'GET /api/provider-directory/organisations/mine': {
    may: { own: ['provider', 'coordinator', 'administrator'] },
    byCaller: true,
    prepare: async ({ organisationOf }, owner) => ({ marks: [await organisationOf(owner)] }),
  },
  'GET /api/provider-directory/organisations/{id}': [
    { of: 'what all may see', may: forAnyone, prepare: async ({ organisationOf }, owner) => ({ params: { id: await organisationOf(owner) } }) },
    { of: 'its drafts', may: { own: members }, others: 'without', prepare: ofOrganisation },
  ],
  'GET /api/provider-directory/organisations/{id}/offers': [
    { of: 'what all may see', may: forAnyone, prepare: async ({ organisationOf }, owner) => ({ params: { id: await organisationOf(owner) } }) },
    { of: 'its drafts', may: { own: members }, others: 'without', prepare: ofOrganisation },
  ],
  'GET /api/provider-directory/offers/{id}/search-state': {
    may: forMembers,
    owner: 'provider',
    prepare: async (world, owner) => ({ ...(await published(world, owner)), marks: ['true'] }),
  },
  'POST /api/provider-directory/organisations/{id}/joining-codes': {
    may: { own: members },
    prepare: async ({ organisationOf }, owner) => ({ params: { id: await organisationOf(owner) } }),
  },
  'POST /api/provider-directory/organisations/{id}/hand-over': {
    may: { own: members },
    prepare: async ({ organisationOf }, owner) => ({ params: { id: await organisationOf(owner) } }),
  },
  'POST /api/provider-directory/organisations/{id}/leaving': {
    may: { own: members },
    prepare: async ({ handedOverBy }, owner) => ({ params: { id: await handedOverBy(owner) } }),
  },
  'POST /api/provider-directory/organisations/{id}/closing': {
    may: { own: members },
    prepare: async ({ newOrganisationOf }, owner) => ({ params: { id: await newOrganisationOf(owner) } }),
  },
  'POST /api/provider-directory/organisations/{id}/invitations': {
    may: { own: members },
    prepare: async ({ organisationOf, newAddress }, owner) => ({
      params: { id: await organisationOf(owner) },
      body: { email: newAddress(), memberRole: 'member' },
    }),
  },
  'GET /api/provider-directory/organisations/{id}/invitations': {
    may: { own: members },
    prepare: async (world, owner) => {
      const { organisationId, email } = await invitedBy(world, owner)
      return { params: { id: organisationId }, marks: [email] }
    },
  },
  'GET /api/provider-directory/organisations/{id}/invitation-readings': {
    may: { own: members },
    prepare: async (world, owner) => {
      const { member, organisationId } = await invitedBy(world, owner)
      await must(() => member.send('GET', `/api/provider-directory/organisations/${organisationId}/invitations`))
      return { params: { id: organisationId }, marks: [member.personId] }
    },
  },
  'POST /api/provider-directory/invitations/{id}/renewal': {
    may: { own: members },
    prepare: async (world, owner) => ({ params: { id: (await invitedBy(world, owner)).invitationId } }),
  },
  'POST /api/provider-directory/invitations/{id}/withdrawal': {
    may: { own: members },
    prepare: async (world, owner) => ({ params: { id: (await invitedBy(world, owner)).invitationId } }),
  },
  'POST /api/provider-directory/invitations/reading': { may: { any: members }, prepare: withLink },
  'POST /api/provider-directory/invitations/declining': { may: { any: members }, prepare: withLink },
  'GET /api/provider-directory/invitations/{id}/mail': {
    may: { any: ['service notification'] },
    prepare: async (world) => {
      const { invitationId, email } = await invitedBy(world, world.person('owner', 'provider'))
      return { params: { id: invitationId }, marks: [email] }
    },
  },
  'POST /api/provider-directory/memberships': {
    may: { any: members },
    prepare: async ({ joiningCodeOf, person }) => ({ body: { code: await joiningCodeOf(person('partner', 'provider')) } }),
  },
  'POST /api/provider-directory/organisations': {
    may: { any: ['provider', 'coordinator', 'administrator'] },
    prepare: async () => ({ body: { name: 'A new one', kind: 'micro-provider' } }),
  },
  'PUT /api/provider-directory/organisations/{id}': {
    may: forMembers,
    owner: 'provider',
    prepare: async ({ organisationOf }, owner) => ({ params: { id: await organisationOf(owner) }, body: { name: `Of ${owner.name}` } }),
  },
  'POST /api/provider-directory/organisations/{id}/credentials': {
    may: { own: members },
    owner: 'provider',
    prepare: async ({ organisationOf }, owner) => ({
      params: { id: await organisationOf(owner) },
      body: { level: 'basic', certificateNumber: '001234567891', issuedOn: '2024-05-01' },
    }),
  },
  'GET /api/provider-directory/organisations/{id}/credentials': {
    may: forMembers,
    owner: 'provider',
    prepare: async (world, owner) => {
      const { organisationId, credentialId } = await entered(world, owner)
      return { params: { id: organisationId }, marks: [credentialId, '001234567890'] }
    },
  },
  'GET /api/provider-directory/organisations/{id}/credential-readings': {
    may: { own: members },
    owner: 'provider',
    prepare: async (world, owner) => {
      const { member, organisationId } = await entered(world, owner)
      await must(() => member.send('GET', `${checkAt}/${organisationId}/credentials`))
      return { params: { id: organisationId }, marks: [member.personId] }
    },
  },
  'POST /api/provider-directory/credentials/{id}/removal': {
    may: { own: members },
    owner: 'provider',
    prepare: async (world, owner) => ({ params: { id: (await entered(world, owner)).credentialId } }),
  },
  'GET /api/provider-directory/credentials/waiting': {
    may: { any: ['administrator'] },
    owner: 'provider',
    prepare: async (world, owner) => {
      await entered(world, owner)
      return { query: { limit: '1' } }
    },
  },
  'POST /api/provider-directory/credentials/{id}/review': {
    may: { any: ['administrator'] },
    owner: 'provider',
    prepare: async (world, owner) => ({ params: { id: (await entered(world, owner)).credentialId }, body: {} }),
  },
  'GET /api/provider-directory/organisations/{id}/checks': {
    may: forAnyone,
    prepare: async ({ organisationOf }, owner) => ({ params: { id: await organisationOf(owner) } }),
  },
  'GET /api/provider-directory/place': { may: forAnyone, prepare: async () => ({}) },
  'GET /api/provider-directory/sources': { may: forAnyone, prepare: async () => ({}) },
  'GET /api/provider-directory/wards': { may: forAnyone, prepare: async () => ({}) },
  'GET /api/provider-directory/wards/boundaries': { may: forAnyone, prepare: async () => ({}) },
  'GET /api/provider-directory/places/{postcode}': { may: forAnyone, prepare: async () => ({ params: { postcode: 'M33 7ZF' } }) },

  'GET /open-referral-uk/v3/': { may: forAnyone, prepare: async () => ({}) },
  'GET /open-referral-uk/v3/services': { may: forAnyone, prepare: async () => ({}) },
  'GET /open-referral-uk/v3/services/{id}': {
    may: forAnyone,
    prepare: async (world) => ({ params: { id: (await serviceInFeed(world)).id } }),
  },
  'GET /open-referral-uk/v3/service_at_locations': { may: forAnyone, prepare: async () => ({}) },
  'GET /open-referral-uk/v3/service_at_locations/{id}': {
    may: forAnyone,
    prepare: async (world) => {
      const { service_at_locations: [place] = [] } = await serviceInFeed(world)
      return { params: { id: place?.id ?? '' } }
    },
  },
  'GET /open-referral-uk/v3/organizations': { may: forAnyone, prepare: async () => ({}) },
  'GET /open-referral-uk/v3/organizations/{id}': {
    may: forAnyone,
    prepare: async (world) => ({ params: { id: (await serviceInFeed(world)).organization_id } }),
  },
  'GET /open-referral-uk/v3/taxonomies': { may: forAnyone, prepare: async () => ({}) },
  'GET /open-referral-uk/v3/taxonomies/{id}': { may: forAnyone, prepare: firstOf('taxonomies') },
  'GET /open-referral-uk/v3/taxonomy_terms': { may: forAnyone, prepare: async () => ({}) },
  'GET /open-referral-uk/v3/taxonomy_terms/{id}': { may: forAnyone, prepare: firstOf('taxonomy_terms') },
}
