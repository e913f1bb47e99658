import { eventually, must, type Person } from '../openPlace.ts'
import type { Fixture, Fixtures } from './fixture.ts'
import type { World } from './world.ts'

const forAdministrators = { may: { any: ['administrator'] } } as const satisfies Partial<Fixture>
const at = '/api/provider-directory/duplicates'
/** Nobody may register more than 20 organisations. */
const pairsOfOneMax = 9
let count = 0
let registrant: { world: World; person: Promise<Person>; pairs: number } | undefined

type Pair = { matchId: string; status: string; organisations: { organisationId: string; name: string; sequence: number }[] }

/** Somebody who has to do with nothing else here, and a new one when that one may register no more. */
const registrantOf = (world: World): Promise<Person> => {
  if (registrant?.world !== world || registrant.pairs === pairsOfOneMax) {
    const opened = world.open([{ role: 'provider', name: `registrant of pair ${count}` }])
    registrant = { world, person: opened.then(([person]) => person as Person), pairs: 0 }
  }
  registrant.pairs += 1
  return registrant.person
}

/** Two organisations that are likely one: the same name, the same telephone. */
const waiting = async (world: World) => {
  const [owner, administrator] = [await registrantOf(world), world.person('partner', 'administrator')]
  const name = `Twin ${++count} of Neighbours`
  const body = { name, kind: 'organisation', phone: `0161 496 0${String(100 + count)}` }
  const ids = [0, 0].map(() => must(() => owner.send<{ organisationId: string }>('POST', '/api/provider-directory/organisations', { body })))
  const [one] = await Promise.all(ids)
  const matchId = await eventually('the pair is raised', async () => {
    const { items } = await must(() => administrator.send<{ items: Pair[] }>('GET', `${at}?limit=200`))
    return items.find(({ organisations }) => organisations.some(({ organisationId }) => organisationId === one!.organisationId))?.matchId
  })
  const look = () => must(() => administrator.send<Pair>('GET', `${at}/${matchId}`))
  const { organisations } = await look()
  const seen = organisations.map(({ organisationId, sequence }) => ({ organisationId, sequence }))
  return { administrator, matchId, name, look, params: { id: matchId }, merging: { stands: one!.organisationId, seen } }
}

export const duplicateFixtures: Fixtures = {
  [`GET ${at}`]: {
    ...forAdministrators,
    prepare: async (world) => {
      const { matchId, name } = await waiting(world)
      return { query: { limit: '200' }, marks: [matchId, name] }
    },
  },
  [`GET ${at}/{id}`]: {
    ...forAdministrators,
    prepare: async (world) => {
      const { params, name } = await waiting(world)
      return { params, marks: [name] }
    },
  },
  [`POST ${at}/{id}/merging`]: {
    ...forAdministrators,
    prepare: async (world) => {
      const { params, look, merging } = await waiting(world)
      return { params, look, body: merging }
    },
  },
  [`POST ${at}/{id}/undoing`]: {
    ...forAdministrators,
    prepare: async (world) => {
      const { administrator, params, look, merging } = await waiting(world)
      await must(() => administrator.send('POST', `${at}/${params.id}/merging`, { body: merging }))
      await eventually('the merge is carried out', async () => ((await look()).status === 'merged' ? true : undefined))
      return { params, look }
    },
  },
  [`POST ${at}/{id}/rejection`]: {
    ...forAdministrators,
    prepare: async (world) => {
      const { params, look } = await waiting(world)
      return { params, look }
    },
  },
  [`POST ${at}/{id}/reopening`]: {
    ...forAdministrators,
    prepare: async (world) => {
      const { administrator, params, look } = await waiting(world)
      await must(() => administrator.send('POST', `${at}/${params.id}/rejection`, {}))
      return { params, look }
    },
  },
}
