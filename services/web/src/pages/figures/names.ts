import type { Visit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { Contract, seesContracts } from '../contracting/contract.ts'
import type { Names } from './figure.ts'

/** The names for a visitor's figures: those of the wards, and with a contract that they may see those of its partners and outcomes. */
export const namesFor = async ({ wards, services, person }: Visit, contractId: string | undefined): Promise<Names> => {
  const isSeen = contractId !== undefined && person && seesContracts(person.role)
  const [boundaries, contract] = await Promise.all([wards(), isSeen ? services.get('commissioning', path`/contracts/${contractId}`, Contract) : undefined])
  return {
    wards: new Map(boundaries.map(({ properties: { wardCode, name } }) => [wardCode, name])),
    partners: new Map(contract?.partners.map(({ partnerId, name }) => [partnerId, name])),
    outcomes: new Map(contract?.outcomes.map(({ outcomeId, words, measure }) => [outcomeId, { words, measure }])),
  }
}
