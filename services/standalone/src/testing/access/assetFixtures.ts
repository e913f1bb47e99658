import { must, type Person } from '../openPlace.ts'
import type { Fixture, Fixtures } from './fixture.ts'
import type { World } from './world.ts'

const members = ['provider', 'coordinator'] as const
const forMembers = { own: members, any: ['administrator'] } as const satisfies Fixture['may']
const forHolders = { own: ['resident', ...members], any: ['administrator'] } as const satisfies Fixture['may']
const forAnyone = { any: ['anyone'] } as const satisfies Fixture['may']

const at = '/api/provider-directory'
const skillBody = {
  name: 'I can mend bicycles',
  category: 'garden-and-home',
  wardCode: 'E05015254',
  gift: 'hands',
  shownAs: 'ask',
  reach: { phone: '0161 496 0000' },
}
const skillOf = async (owner: Person): Promise<string> =>
  (await must(() => owner.send<{ assetId: string }>('POST', `${at}/skills`, { body: { ...skillBody, isAdult: true } }))).assetId

const assetWordsOf = async ({ organisationOf }: World, owner: Person) => ({
  organisationId: await organisationOf(owner),
  kind: 'thing',
  name: 'A gazebo',
  category: 'community-groups',
  terms: 'lent',
})
/** A resident's skill, or a thing that somebody's organisation lends. */
const assetOf = async (world: World, owner: Person): Promise<string> => {
  if (owner.role === 'resident') return skillOf(owner)
  const member = owner.role === 'coordinator' || owner.role === 'administrator' ? owner : world.person('owner', 'provider')
  const body = await assetWordsOf(world, member)
  return (await must(() => member.send<{ assetId: string }>('POST', `${at}/assets`, { body }))).assetId
}
const listed = async (world: World, owner: Person) => ({ params: { id: await assetOf(world, owner) } })
const hidden = async (world: World, owner: Person) => {
  const id = await assetOf(world, owner)
  await must(() => owner.send('POST', `${at}/assets/${id}/hiding`))
  return { params: { id } }
}
const residentsSkill = async (world: World, owner: Person) => ({
  params: { id: await skillOf(owner.role === 'resident' ? owner : world.person('owner', 'resident')) },
})

export const assetFixtures: Fixtures = {
  'GET /api/provider-directory/assets': { may: forAnyone, prepare: async () => ({ query: { text: 'bicycles' } }) },
  'GET /api/provider-directory/assets/by-ward': { may: forAnyone, prepare: async () => ({}) },
  'GET /api/provider-directory/assets/{id}': [
    { of: 'listed', may: forAnyone, owner: 'coordinator', prepare: listed },
    { of: 'hidden', may: { own: ['resident', ...members] }, others: 'hidden', prepare: hidden },
    {
      of: 'how its person is reached',
      may: { own: ['resident'] },
      others: 'without',
      prepare: async (world, owner) => ({ ...(await listed(world, owner)), marks: ['0161 496 0000'] }),
    },
  ],
  'GET /api/provider-directory/organisations/{id}/assets': [
    { of: 'what all may see', may: forAnyone, prepare: async ({ organisationOf }, owner) => ({ params: { id: await organisationOf(owner) } }) },
    {
      of: 'what it hides',
      may: { own: members },
      others: 'without',
      prepare: async (world, owner) => {
        const { params } = await hidden(world, owner)
        return { params: { id: await world.organisationOf(owner) }, marks: [params.id] }
      },
    },
  ],
  'POST /api/provider-directory/assets': {
    may: forMembers,
    owner: 'provider',
    prepare: async (world, owner) => ({ body: await assetWordsOf(world, owner) }),
  },
  'PUT /api/provider-directory/assets/{id}': {
    may: forMembers,
    owner: 'provider',
    prepare: async (world, owner) => ({ ...(await listed(world, owner)), body: { ...(await assetWordsOf(world, owner)), name: 'Two gazebos' } }),
  },
  'POST /api/provider-directory/assets/{id}/hiding': { may: forHolders, owner: 'provider', prepare: listed },
  'POST /api/provider-directory/assets/{id}/showing': { may: { own: ['resident', ...members] }, prepare: hidden },
  'POST /api/provider-directory/assets/{id}/removal': { may: forHolders, owner: 'provider', prepare: listed },
  'POST /api/provider-directory/skills': { may: { any: ['resident'] }, prepare: async () => ({ body: { ...skillBody, isAdult: true } }) },
  'PUT /api/provider-directory/skills/{id}': {
    may: { own: ['resident'] },
    prepare: async (world, owner) => ({ ...(await listed(world, owner)), body: { ...skillBody, name: 'I can bake' } }),
  },
  'GET /api/provider-directory/skills/mine': {
    may: { own: ['resident'] },
    byCaller: true,
    prepare: async (_world, owner) => ({ marks: [await skillOf(owner)] }),
  },
  'GET /api/provider-directory/skills/{id}/sharer': {
    may: { any: ['navigator', 'coordinator'] },
    prepare: async (world, owner) => ({ ...(await residentsSkill(world, owner)), marks: ['0161 496 0000'] }),
  },
  'GET /api/provider-directory/skills/readings': {
    may: { own: ['resident'] },
    byCaller: true,
    prepare: async (world, owner) => {
      const id = await skillOf(owner)
      const reader = world.person('partner', 'coordinator')
      await must(() => reader.send('GET', `${at}/skills/${id}/sharer`))
      return { marks: [id] }
    },
  },
}
