import { type Aggregate, type Command, type Decision, idFor } from '@patchwork/aggregate'
import { type AnyRoute, defineRoute, IdParams, InvalidRequestError, ListQuery, NotFoundError, type RouteRequest } from '@patchwork/http'
import { calendarDay, type Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { type Contract, type ContractEvent, type RecordedContract, totalOf } from '../domain/contract.ts'
import { decideReturn, dueReturnsOf, returnKey, speaksFor } from '../domain/contractReturn.ts'
import { decide } from '../domain/decide.ts'
import { type ContractDetails, type ContractStore, returnsOf } from '../store/contractStore.ts'
import type { Figures } from '../store/figures.ts'
import type { Memberships } from '../store/memberships.ts'
import { type Asker, askerOf } from './asker.ts'
import { ContractBody, ContractLine, ContractView, QuarterBody, ReturnBody, ReturnView, VariationBody } from './contractBodies.ts'
import { countsOf, partOf, toContractView } from './contractView.ts'

type Dependencies = { store: ContractStore; memberships: Memberships; figures: Figures; runtime: Runtime }
type Current = Aggregate<Contract, ContractDetails>
type WholeContract = Current & { state: RecordedContract; details: ContractDetails }

const badTerms = ['shares-do-not-add-up', 'years-not-contiguous', 'dates-back-to-front', 'partner-twice', 'one-lead', 'unknown-year']
const contractsPerOrganisationMax = 200
/** Returns that are read by their ids at a time. */
const returnsReadMax = 500

/** The routes about contracts and the returns of their partners. A partner's members see their own part, and of the others nothing. */
export const contractRoutes = (dependencies: Dependencies): AnyRoute[] => {
  const { store, memberships, figures, runtime } = dependencies
  const today = () => calendarDay(runtime.now())

  const whole = async (id: string): Promise<WholeContract> => {
    const found = await store.contracts.get(id)
    if (found === undefined || found.state.status !== 'recorded' || found.details === undefined) throw new NotFoundError()
    return found as WholeContract
  }
  /** Whether the caller acts for one of a contract's partners. */
  const hasPart = async ({ caller, params: { id } }: Pick<RouteRequest<typeof IdParams, undefined, undefined>, 'caller' | 'params'>): Promise<boolean> => {
    const { organisationIds } = (await whole(id)).state
    const mine = (await askerOf(caller, memberships)).organisationIds
    return organisationIds.some((organisationId) => mine.includes(organisationId))
  }

  return [
    recordRoute(dependencies),
    listRoute(dependencies),
    defineRoute({
      method: 'get',
      path: '/contracts/:id',
      policy: 'contract.read',
      summary: 'A contract with what rolls up to it by year and partner; who acts for a partner sees that partner’s part',
      params: IdParams,
      answer: ContractView,
      own: hasPart,
      handle: async ({ caller, level, params: { id } }) => {
        const { state, details, sequence } = await whole(id)
        const isWhole = level === 'any'
        const contract = isWhole ? state : partOf(state, (await askerOf(caller, memberships)).organisationIds)
        const partnerIds = contract.partners.map(({ partnerId }) => partnerId)
        const [returns, counts] = await Promise.all([returnsOf(store, id, isWhole ? undefined : partnerIds), countsOf(contract, figures)])
        const made = returns.map((one) => one.made)
        return { body: toContractView({ contractId: id, contract, details, isWhole }, made, counts, today()), sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/contracts/:id/variations',
      policy: 'contract.vary',
      summary: 'Vary the value, term or partners of a contract; says whether a change notice is due',
      params: IdParams,
      body: VariationBody,
      status: 201,
      answer: z.object({ contractId: z.uuid(), variationId: z.uuid(), noticeDue: z.boolean() }),
      problems: [...badTerms, 'closed-year-changed', 'partner-missing', 'partner-organisation-fixed', 'too-many-variations', 'stale'],
      handle: async ({ caller, params: { id }, body, command }) => {
        const { personId } = await askerOf(caller, memberships)
        const { answer, sequence } = await store.contracts.update(id, command, (current) => varied(current, body, command, personId))
        return { body: answer as { contractId: string; variationId: string; noticeDue: boolean }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/contracts/:id/quarters',
      policy: 'contract.close-quarter',
      summary: 'Close a quarter: it takes no more returns and no more corrections; closing it again changes nothing',
      params: IdParams,
      body: QuarterBody,
      answer: z.object({ contractId: z.uuid(), year: z.int(), quarter: z.int() }),
      problems: ['unknown-quarter', 'quarter-not-over'],
      handle: async ({ caller, params: { id: contractId }, body: { year, quarter }, command }) => {
        const { personId: by } = await askerOf(caller, memberships)
        const answer = { contractId, year, quarter }
        const { sequence } = await store.contracts.update(contractId, command, ({ state }) => ({
          events: decide(state, { type: 'CloseQuarter', ...answer, today: today(), by, at: command.at }),
          answer,
        }))
        return { body: answer, sequence }
      },
    }),
    defineRoute({
      method: 'put',
      path: '/contracts/:id/returns',
      policy: 'return.make',
      summary: 'Say what came of a partner’s part in a quarter; while the quarter is open, saying something else corrects it',
      params: IdParams,
      body: ReturnBody,
      answer: z.object({ returnId: z.uuid() }),
      problems: ['quarter-closed', 'quarter-not-begun', 'unknown-quarter', 'unknown-partner', 'outcomes-incomplete', 'value-too-high'],
      own: async ({ caller, params: { id }, body: { partnerId } }) => speaksFor((await whole(id)).state, partnerId, await askerOf(caller, memberships)),
      handle: async ({ caller, params: { id: contractId }, body: { note, ...said }, command }) => {
        const { state: contract } = await whole(contractId)
        const returnId = idFor(returnKey({ contractId, ...said }))
        const make = { returnId, contractId, ...said, contract, by: await askerOf(caller, memberships), today: today(), at: command.at }
        const { sequence } = await store.returns.update(returnId, command, ({ state, details }) => {
          const events = decideReturn(state, make)
          return { events, answer: { returnId }, ...(note === undefined || note === details?.note ? {} : { details: { note } }) }
        })
        return { body: { returnId }, sequence }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/contracts/:id/returns',
      policy: 'return.read',
      summary: 'The returns of a contract in the order of year and quarter; who acts for a partner sees that partner’s',
      params: IdParams,
      query: ListQuery.extend({ partner: z.uuid().optional(), year: z.coerce.number().int().min(1).max(25).optional() }),
      answer: z.object({ items: z.array(ReturnView), after: z.string().optional() }),
      own: hasPart,
      handle: async ({ caller, level, params: { id }, query: { partner, year, limit, after } }) => {
        const { state } = await whole(id)
        const shown = level === 'any' ? state : partOf(state, (await askerOf(caller, memberships)).organisationIds)
        const partnerIds = shown.partners.map(({ partnerId }) => partnerId).filter((partnerId) => partner === undefined || partnerId === partner)
        const page = await store.returns.find({
          where: { contractId: { equals: id }, partnerId: { in: partnerIds }, ...(year === undefined ? {} : { year: { equals: year } }) },
          sort: [
            { field: 'year', direction: 'ascending' },
            { field: 'quarter', direction: 'ascending' },
          ],
          limit,
          ...(after === undefined ? {} : { after }),
        })
        const items = page.aggregates.flatMap(({ id: returnId, sequence, state: made, details }) => {
          if (made.status !== 'made') return []
          const { partnerId, year, quarter, results, madeAt, lastSaidAt, corrections } = made
          return { returnId, partnerId, year, quarter, results, ...details, madeAt, lastSaidAt, corrections, sequence }
        })
        return { body: { items, ...(page.after === undefined ? {} : { after: page.after }) } }
      },
    }),
  ]
}

const recordRoute = ({ store, memberships }: Dependencies) =>
  defineRoute({
    method: 'post',
    path: '/contracts',
    policy: 'contract.record',
    summary: 'Record a contract: its value by year, its partners and their shares, the outcomes it is for',
    body: ContractBody,
    status: 201,
    answer: z.object({ contractId: z.uuid(), partnerIds: z.array(z.uuid()), outcomeIds: z.array(z.uuid()) }),
    problems: [...badTerms, 'roll-up-not-for-measure', 'value-too-high'],
    handle: async ({ caller, body, command }) => {
      const { personId: by } = await askerOf(caller, memberships)
      const contractId = idFor(command.key)
      const { title, description, partners: named, outcomes: worded, ...terms } = body
      const partners = named.map(({ name: _, ...partner }, index) => ({ ...defined(partner), partnerId: idFor(`${command.key}/partner/${index}`) }))
      const outcomes = worded.map(({ words: _, ...outcome }, index) => ({ ...outcome, outcomeId: idFor(`${command.key}/outcome/${index}`) }))
      const answer = { contractId, partnerIds: partners.map(({ partnerId }) => partnerId), outcomeIds: outcomes.map(({ outcomeId }) => outcomeId) }
      const details: ContractDetails = {
        title,
        ...(description === undefined ? {} : { description }),
        partnerNames: named.map(({ name }, index) => ({ partnerId: answer.partnerIds[index] as string, name })),
        outcomeWords: worded.map(({ words }, index) => ({ outcomeId: answer.outcomeIds[index] as string, words })),
        variationNotes: [],
      }
      const { sequence } = await store.contracts.update(contractId, command, ({ state }) => {
        const events = decide(state, { type: 'RecordContract', contractId, ...terms, partners, outcomes, by, at: command.at })
        return { events, answer, ...(events.length > 0 ? { details } : {}) }
      })
      return { status: 201, body: answer, sequence, headers: { Location: `/api/commissioning/contracts/${contractId}` } }
    },
  })

/** Without the fields that are undefined. */
const defined = <Fields extends { organisationId?: string | undefined }>({ organisationId, ...others }: Fields) => ({
  ...others,
  ...(organisationId === undefined ? {} : { organisationId }),
})

const varied = (
  { id: contractId, state, details }: Current,
  { note, partners: named, ...terms }: z.output<typeof VariationBody>,
  command: Command,
  by: string,
): Decision<ContractEvent, ContractDetails> => {
  const known = new Set(state.status === 'recorded' ? state.partners.map(({ partnerId }) => partnerId) : [])
  const foreign = named.findIndex(({ partnerId }) => partnerId !== undefined && !known.has(partnerId))
  if (state.status === 'recorded' && foreign >= 0)
    throw new InvalidRequestError(`/partners/${foreign}/partnerId`, 'unknown-partner', 'The contract has no such partner; leave the id out for a new one.')
  const variationId = idFor(`${command.key}/variation`)
  const partners = named.map(({ name: _, partnerId, ...partner }, index) => ({
    ...defined(partner),
    partnerId: partnerId ?? idFor(`${command.key}/partner/${index}`),
  }))
  const events = decide(state, { type: 'VaryContract', contractId, variationId, ...terms, partners, by, at: command.at })
  const noticeDue = events.some((event) => event.type === 'contract.varied.v1' && event.data.noticeDue)
  const answer = { contractId, variationId, noticeDue }
  if (events.length === 0 || details === undefined) return { events, answer }
  return {
    events,
    answer,
    details: {
      ...details,
      partnerNames: named.map(({ name }, index) => ({ partnerId: partners[index]?.partnerId as string, name })),
      variationNotes: [...details.variationNotes, ...(note === undefined ? [] : [{ variationId, note }])],
    },
  }
}

const listRoute = ({ store, memberships, runtime }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/contracts',
    policy: 'contract.list',
    summary: 'Contracts, the latest to begin first; who acts for partners sees those they have a part in, 200 at most',
    query: ListQuery,
    answer: z.object({ items: z.array(ContractLine), after: z.string().optional() }),
    own: 'by-caller',
    handle: async ({ caller, level, query: { limit, after } }) => {
      const asker = await askerOf(caller, memberships)
      if (level === 'own') return { body: { items: await ownContracts(store, asker, { limit, today: calendarDay(runtime.now()) }) } }
      const page = await store.contracts.find({
        sort: [{ field: 'startsOn', direction: 'descending' }],
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return { body: { items: page.aggregates.flatMap((one) => toLine(one)), ...(page.after === undefined ? {} : { after: page.after }) } }
    },
  })

/** The contracts in which the asker's organisations have a part. One person acts for a few organisations, and an organisation has few contracts. */
const ownContracts = async (store: ContractStore, { organisationIds }: Asker, { limit, today }: { limit: number; today: string }) => {
  const found = await Promise.all(
    organisationIds.map((organisationId) => store.contracts.find({ where: { organisationId: { has: organisationId } }, limit: contractsPerOrganisationMax })),
  )
  const byId = new Map(found.flatMap(({ aggregates }) => aggregates).map((one) => [one.id, one]))
  const lines = [...byId.values()]
    .flatMap((one) => toLine(one, organisationIds))
    .sort((one, other) => (one.startsOn < other.startsOn ? 1 : -1))
    .slice(0, limit)
  const due = new Map(lines.map(({ contractId }) => [contractId, dueOf(byId.get(contractId)!, organisationIds, today)]))
  const made = await madeOf(store, [...due.values()].flat())
  return lines.map((line) => {
    const first = due.get(line.contractId)!.find(({ returnId }) => !made.has(returnId))
    if (!first) return line
    const { returnId: _, ...returnDue } = first
    return { ...line, returnDue }
  })
}

const dueOf = ({ id: contractId, state }: Current, organisationIds: readonly string[], today: string) => {
  if (state.status !== 'recorded') return []
  const partnerIds = partOf(state, organisationIds).partners.map(({ partnerId }) => partnerId)
  return dueReturnsOf(state, partnerIds, today).map((due) => ({ ...due, returnId: idFor(returnKey({ contractId, ...due })) }))
}

/** Which of these returns were made. */
const madeOf = async ({ returns }: ContractStore, due: readonly { returnId: string }[]): Promise<ReadonlySet<string>> => {
  const made = new Set<string>()
  for (let from = 0; from < due.length; from += returnsReadMax) {
    const found = await returns.getMany(due.slice(from, from + returnsReadMax).map(({ returnId }) => returnId))
    for (const { id, state } of found) if (state.status === 'made') made.add(id)
  }
  return made
}

const toLine = ({ id, state, details }: Current, organisationIds?: readonly string[]): z.input<typeof ContractLine>[] => {
  if (state.status !== 'recorded' || details === undefined) return []
  const { startsOn, endsOn, lightTouch } = state
  const shown = organisationIds === undefined ? state : partOf(state, organisationIds)
  const isWhole = organisationIds === undefined
  return [{ contractId: id, title: details.title, startsOn, endsOn, lightTouch, valuePence: totalOf(shown.years), partners: shown.partners.length, isWhole }]
}
