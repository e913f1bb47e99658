import type { Person } from '../openPlace.ts'
import { commissioning, contractBody, contractOf, returnBody, returnOf, variationBody } from './contractRecords.ts'
import type { Fixture, Fixtures } from './fixture.ts'
import type { World } from './world.ts'

const council = ['commissioner', 'administrator'] as const
const partners = ['provider', 'coordinator'] as const
const forCouncil = { may: { any: council } } as const satisfies Partial<Fixture>
const forPartners = { may: { own: partners, any: council } } as const satisfies Partial<Fixture>
const forAnyone = { may: { any: ['anyone'] } } as const satisfies Partial<Fixture>
/** Who may ask for a figure exactly; everybody else is answered, and not with that. */
const exactly = { of: 'exactly', may: { any: council }, others: 'without' } as const satisfies Partial<Fixture>

/** A contract and its returns as a commissioner sees them: what a stranger tries must leave them so. */
const ofContract = ({ person }: World, contractId: string) => {
  const [{ send }, at] = [person('partner', 'commissioner'), `${commissioning}/contracts/${contractId}`]
  return {
    params: { id: contractId },
    look: async () => [(await send('GET', at)).body, (await send('GET', `${at}/returns`)).body],
  }
}

const contractFixtures: Fixtures = {
  [`POST ${commissioning}/contracts`]: { ...forCouncil, prepare: async (world, owner) => ({ body: await contractBody(world, owner) }) },
  [`GET ${commissioning}/contracts`]: {
    ...forPartners,
    byCaller: true,
    prepare: async (world, owner) => {
      const { contractId, title } = await contractOf(world, owner)
      return { query: { limit: '200' }, marks: [contractId, title] }
    },
  },
  [`GET ${commissioning}/contracts/{id}`]: {
    ...forPartners,
    prepare: async (world, owner) => {
      const { contractId, title } = await contractOf(world, owner)
      return { params: { id: contractId }, marks: [contractId, title] }
    },
  },
  [`POST ${commissioning}/contracts/{id}/variations`]: {
    ...forCouncil,
    prepare: async (world, owner) => {
      const { contractId, partnerId } = await contractOf(world, owner)
      return { ...ofContract(world, contractId), body: await variationBody(world, owner, partnerId) }
    },
  },
  [`POST ${commissioning}/contracts/{id}/quarters`]: {
    ...forCouncil,
    prepare: async (world, owner) => ({ ...ofContract(world, (await contractOf(world, owner)).contractId), body: { year: 1, quarter: 1 } }),
  },
  [`PUT ${commissioning}/contracts/{id}/returns`]: {
    may: { own: partners, any: ['commissioner'] },
    prepare: async (world, owner) => {
      const contract = await contractOf(world, owner)
      return { ...ofContract(world, contract.contractId), body: returnBody(contract) }
    },
  },
  [`GET ${commissioning}/contracts/{id}/returns`]: {
    ...forPartners,
    prepare: async (world, owner) => {
      const { contractId, returnId } = await returnOf(world, owner)
      return { params: { id: contractId }, marks: [returnId] }
    },
  },
}

const offers = { params: { measure: 'offers' } }
const exactFigure = async () => ({ ...offers, marks: ['"exact":true'] })
const eventsOfContract = async (world: World, owner: Person) => {
  const { contractId } = await contractOf(world, owner)
  return { params: { measure: 'contract-value' }, query: { contract: contractId }, marks: [contractId] }
}

const figureFixtures: Fixtures = {
  [`GET ${commissioning}/grants`]: { ...forAnyone, prepare: async () => ({}) },
  [`GET ${commissioning}/measures`]: { ...forAnyone, prepare: async () => ({}) },
  [`GET ${commissioning}/figures/{measure}`]: [
    { ...forAnyone, of: 'as all may see it', prepare: async () => offers },
    { ...exactly, prepare: exactFigure },
  ],
  [`GET ${commissioning}/figures/{measure}.csv`]: { ...forAnyone, prepare: async () => offers },
  [`GET ${commissioning}/figures/{measure}/events`]: [
    { ...forAnyone, of: 'as all may see them', prepare: async () => offers },
    { ...exactly, of: 'of a contract', prepare: eventsOfContract },
  ],
  [`GET ${commissioning}/dashboard`]: [
    { ...forAnyone, of: 'as all may see it', prepare: async () => ({}) },
    { ...exactly, prepare: async () => ({ marks: ['"exact":true'] }) },
  ],
  [`GET ${commissioning}/dashboard/changes`]: { ...forAnyone, prepare: async () => ({}) },
}

export const commissioningFixtures: Fixtures = { ...contractFixtures, ...figureFixtures }
