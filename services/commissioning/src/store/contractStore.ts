import { type AggregateDefinition, openAggregates, type Ports, together } from '@patchwork/aggregate'
import { ContractQuarterClosed, ContractRecorded, ContractVaried, GrantRecorded, ReturnCorrected, ReturnMade } from '@patchwork/events'
import { type Contract, type ContractEvent, evolve, unrecorded } from '../domain/contract.ts'
import { type ContractReturn, evolveReturn, type ReturnEvent, unmade } from '../domain/contractReturn.ts'
import { evolveGrant, type Grant, type GrantEvent, ungranted } from '../domain/grant.ts'

export const service = 'commissioning'

/** The words of a contract: sealed at rest, never in an event. */
export type ContractDetails = {
  title: string
  description?: string
  partnerNames: { partnerId: string; name: string }[]
  outcomeWords: { outcomeId: string; words: string }[]
  variationNotes: { variationId: string; note: string }[]
}
/** What a partner wrote beside its numbers; the latest. */
export type ReturnDetails = { note: string }
/** A grant in its register's words. */
export type GrantDetails = { title: string; description: string; recipientName: string; programme: string; sourceId: string }

const string = (path: string) => ({ path, type: 'string' }) as const
const integer = (path: string) => ({ path, type: 'integer' }) as const

const contracts: AggregateDefinition<Contract, ContractEvent> = {
  service,
  name: 'contract',
  topic: ContractRecorded.topic,
  events: [ContractRecorded, ContractVaried, ContractQuarterClosed],
  initial: unrecorded,
  evolve,
  fields: { startsOn: string('state.startsOn'), organisationId: { path: 'state.organisationIds', type: 'string', array: true } },
  indexes: { 'by-start': { fields: ['startsOn'] }, 'by-organisation': { fields: ['organisationId'] } },
}

const returns: AggregateDefinition<ContractReturn, ReturnEvent> = {
  service,
  name: 'return',
  topic: ReturnMade.topic,
  events: [ReturnMade, ReturnCorrected],
  initial: unmade,
  evolve: evolveReturn,
  fields: { contractId: string('state.contractId'), partnerId: string('state.partnerId'), year: integer('state.year'), quarter: integer('state.quarter') },
  indexes: { 'by-contract': { fields: ['contractId', 'year', 'quarter', 'partnerId'] }, 'by-partner': { fields: ['partnerId', 'year', 'quarter'] } },
}

const grants: AggregateDefinition<Grant, GrantEvent> = {
  service,
  name: 'grant',
  topic: GrantRecorded.topic,
  events: [GrantRecorded],
  initial: ungranted,
  evolve: evolveGrant,
  fields: {
    awardedOn: string('state.awardedOn'),
    wardCode: string('state.wardCode'),
    organisationId: string('state.organisationId'),
    amountPence: integer('state.amountPence'),
  },
  indexes: {
    'by-day': { fields: ['awardedOn'] },
    'by-ward': { fields: ['wardCode', 'awardedOn'] },
    'by-organisation': { fields: ['organisationId', 'awardedOn'] },
  },
}

/** Opens contracts, returns and grants, each with its history and its relay. */
export const openContractStore = (ports: Ports) =>
  together({
    contracts: openAggregates<Contract, ContractEvent, ContractDetails>(contracts, ports),
    returns: openAggregates<ContractReturn, ReturnEvent, ReturnDetails>(returns, ports),
    grants: openAggregates<Grant, GrantEvent, GrantDetails>(grants, ports),
  })
export type ContractStore = Awaited<ReturnType<typeof openContractStore>>

const returnsPageSize = 1_000
/** More than one contract can have: 100 partners in 25 years of 4 quarters. */
const returnPagesMax = 11

/** Every return of a contract, at its latest correction; of one partner, when it is named. */
export const returnsOf = async ({ returns }: Pick<ContractStore, 'returns'>, contractId: string, partnerIds?: readonly string[]) => {
  const found: { returnId: string; sequence: number; made: Extract<ContractReturn, { status: 'made' }> }[] = []
  let after: string | undefined
  for (let pages = 0; pages < returnPagesMax; pages += 1) {
    const page = await returns.find({
      where: { contractId: { equals: contractId }, ...(partnerIds === undefined ? {} : { partnerId: { in: partnerIds } }) },
      limit: returnsPageSize,
      ...(after === undefined ? {} : { after }),
    })
    for (const { id, sequence, state } of page.aggregates) if (state.status === 'made') found.push({ returnId: id, sequence, made: state })
    if (page.after === undefined) break
    after = page.after
  }
  return found
}
