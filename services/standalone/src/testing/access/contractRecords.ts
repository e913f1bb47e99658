import { must, type Person } from '../openPlace.ts'
import type { World } from './world.ts'

export const commissioning = '/api/commissioning'
export type ContractOfPartner = { contractId: string; partnerId: string; outcomeId: string }

const valuePence = 100_000
let count = 0

/** The terms of a contract of one year, long over, in which an organisation is the one partner. */
const terms = {
  endsOn: '2025-03-31',
  referralsEndOn: '2025-03-31',
  years: [{ year: 1, startsOn: '2024-04-01', endsOn: '2025-03-31', valuePence }],
}
const partner = { name: 'Neighbours', isLead: true, shares: [{ year: 1, valuePence }] }

export const contractBody = async ({ organisationOf }: World, owner: Person) => ({
  ...terms,
  title: `Contract ${++count}`,
  startsOn: '2024-04-01',
  lightTouch: true,
  partners: [{ ...partner, organisationId: await organisationOf(owner) }],
  outcomes: [{ words: 'People who took part', measure: 'count', rollUp: 'sum', targets: [] }],
})

/** A contract in which the organisation of this person is the partner; of a provider, where the role can have none. */
export const contractOf = async (world: World, owner: Person): Promise<ContractOfPartner & { title: string }> => {
  const body = await contractBody(world, owner)
  const { send } = world.person('partner', 'commissioner')
  const recorded = await must(() => send<{ contractId: string; partnerIds: string[]; outcomeIds: string[] }>('POST', `${commissioning}/contracts`, { body }))
  const { contractId, partnerIds, outcomeIds } = recorded
  return { contractId, partnerId: partnerIds[0] as string, outcomeId: outcomeIds[0] as string, title: body.title }
}

export const variationBody = async ({ organisationOf }: World, owner: Person, partnerId: string) => ({
  ...terms,
  reason: 'other',
  effectiveOn: '2024-06-01',
  partners: [{ ...partner, partnerId, organisationId: await organisationOf(owner) }],
})

export const returnBody = ({ partnerId, outcomeId }: ContractOfPartner) => ({ partnerId, year: 1, quarter: 1, results: [{ outcomeId, value: 12 }] })

/** A contract with what its partner returned for the first quarter. */
export const returnOf = async (world: World, owner: Person) => {
  const contract = await contractOf(world, owner)
  const { send } = world.person('partner', 'commissioner')
  const at = `${commissioning}/contracts/${contract.contractId}/returns`
  return { ...contract, ...(await must(() => send<{ returnId: string }>('PUT', at, { body: returnBody(contract) }))) }
}
