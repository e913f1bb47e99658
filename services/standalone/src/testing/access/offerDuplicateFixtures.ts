import { eventually, must, type Person } from '../openPlace.ts'
import type { Fixture, Fixtures } from './fixture.ts'
import type { World } from './world.ts'

const forKeepers = { may: { any: ['administrator'], own: ['provider', 'coordinator'] }, owner: 'provider' } as const satisfies Partial<Fixture>
const at = '/api/provider-directory/offer-duplicates'
let count = 0

type Pair = { matchId: string; status: string; offers: { offerId: string; name: string; sequence: number }[] }

/** Two offers of one organisation that are likely the same thing: the same name at the same place. */
const waiting = async (world: World, owner: Person) => {
  const keeper = owner.role === 'provider' || owner.role === 'coordinator' ? owner : world.person('owner', 'provider')
  const name = `Twinned number ${++count} of bowls`
  const listed = async (): Promise<string> => {
    const body = { ...(await world.offerWordsOf(keeper)), name }
    const { offerId } = await must(() => keeper.send<{ offerId: string }>('POST', '/api/provider-directory/offers', { body }))
    await must(() => keeper.send('POST', `/api/provider-directory/offers/${offerId}/publication`))
    return offerId
  }
  const [one] = [await listed(), await listed()]
  const organisationId = await world.organisationOf(keeper)
  const matchId = await eventually('the pair is raised', async () => {
    const { items } = await must(() => keeper.send<{ items: Pair[] }>('GET', `${at}?limit=200&organisationId=${organisationId}`))
    return items.find(({ offers }) => offers.some(({ offerId }) => offerId === one))?.matchId
  })
  const look = () => must(() => keeper.send<Pair>('GET', `${at}/${matchId}`))
  const { offers } = await look()
  const seen = offers.map(({ offerId, sequence }) => ({ offerId, sequence }))
  return { keeper, matchId, name, organisationId, look, params: { id: matchId }, merging: { stands: one, seen } }
}

export const offerDuplicateFixtures: Fixtures = {
  [`GET ${at}`]: {
    ...forKeepers,
    prepare: async (world, owner) => {
      const { matchId, name, organisationId } = await waiting(world, owner)
      return { query: { limit: '200', organisationId }, marks: [matchId, name] }
    },
  },
  [`GET ${at}/{id}`]: {
    ...forKeepers,
    prepare: async (world, owner) => {
      const { params, name } = await waiting(world, owner)
      return { params, marks: [name] }
    },
  },
  [`POST ${at}/{id}/merging`]: {
    ...forKeepers,
    prepare: async (world, owner) => {
      const { params, look, merging } = await waiting(world, owner)
      return { params, look, body: merging }
    },
  },
  [`POST ${at}/{id}/undoing`]: {
    ...forKeepers,
    prepare: async (world, owner) => {
      const { keeper, params, look, merging } = await waiting(world, owner)
      await must(() => keeper.send('POST', `${at}/${params.id}/merging`, { body: merging }))
      await eventually('the merge is carried out', async () => ((await look()).status === 'merged' ? true : undefined))
      return { params, look }
    },
  },
  [`POST ${at}/{id}/rejection`]: {
    ...forKeepers,
    prepare: async (world, owner) => {
      const { params, look } = await waiting(world, owner)
      return { params, look }
    },
  },
  [`POST ${at}/{id}/reopening`]: {
    ...forKeepers,
    prepare: async (world, owner) => {
      const { keeper, params, look } = await waiting(world, owner)
      await must(() => keeper.send('POST', `${at}/${params.id}/rejection`, {}))
      return { params, look }
    },
  },
}
