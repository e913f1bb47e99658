import type { Invariant } from '@patchwork/aggregate'
import type { EventLog } from '@patchwork/event-log'
import { ReferralSent } from '@patchwork/events'
import type { RecordedContract } from './domain/contract.ts'
import { quarterOf, totalOf } from './domain/contract.ts'
import { rollUp } from './domain/rollUp.ts'
import { readGrants } from './openData/loadGrants.ts'
import { type ContractStore, returnsOf } from './store/contractStore.ts'
import type { OpenedFacts } from './store/facts.ts'

const pageSize = 200
const examplesMax = 10
/** Referrals followed through one reading of the topic; memory is bounded by it. */
const referralsPerReading = 50_000
/** A return that was under way while its quarter was closed counts as before it. */
const underWayMs = 30_000

type Result = { checked: number; violations: number; examples: string[] }
const tally = () => {
  const result: Result = { checked: 0, violations: 0, examples: [] }
  const look = (isRight: boolean, example: string): void => {
    result.checked += 1
    if (isRight) return
    result.violations += 1
    if (result.examples.length < examplesMax) result.examples.push(example)
  }
  return { result, look }
}

type Dependencies = { store: ContractStore; facts: OpenedFacts; log: Pick<EventLog, 'read'>; placeFolder: string }

/** What must hold over contracts, returns, grants and the facts that figures are made of. */
export const commissioningInvariants = ({ store, facts, log, placeFolder }: Dependencies): Invariant[] => {
  async function* everyContract(): AsyncGenerator<{ id: string; contract: RecordedContract }> {
    let after: string | undefined
    do {
      const page = await store.contracts.find({ limit: pageSize, ...(after === undefined ? {} : { after }) })
      for (const { id, state } of page.aggregates) if (state.status === 'recorded') yield { id, contract: state }
      after = page.after
    } while (after !== undefined)
  }
  return [
    {
      name: 'commissioning: the partners’ shares of each contract year are that year’s value',
      check: async () => {
        const { result, look } = tally()
        for await (const { id, contract } of everyContract())
          for (const { year, valuePence } of contract.years) {
            const shares = contract.partners.flatMap((partner) => partner.shares).filter((share) => share.year === year)
            look(shares.reduce((sum, share) => sum + share.valuePence, 0) === valuePence, `${id} year ${year}`)
          }
        return result
      },
    },
    {
      name: 'commissioning: each return belongs to a partner and a quarter of its contract, and was made before that was closed',
      check: async () => {
        const { result, look } = tally()
        for await (const { id, contract } of everyContract())
          for (const { returnId, made } of await returnsOf(store, id)) {
            const closedAt = contract.closed.find(({ year, quarter }) => year === made.year && quarter === made.quarter)?.closedAt
            const isInTime = closedAt === undefined || Date.parse(made.lastSaidAt) <= Date.parse(closedAt) + underWayMs
            const hasPartner = contract.partners.some(({ partnerId }) => partnerId === made.partnerId)
            look(isInTime && hasPartner && quarterOf(contract, made.year, made.quarter) !== undefined, returnId)
          }
        return result
      },
    },
    {
      name: 'commissioning: what the partners returned adds up to the contract, each return once',
      check: async () => {
        const { result, look } = tally()
        for await (const { id, contract } of everyContract()) {
          const returns = (await returnsOf(store, id)).map(({ made }) => made)
          const sums = contract.outcomes.filter((outcome) => outcome.rollUp === 'sum')
          const parts = contract.partners.map(({ partnerId }) =>
            rollUp(
              sums,
              returns.filter((one) => one.partnerId === partnerId),
            ),
          )
          for (const { outcomeId, value } of rollUp(sums, returns))
            look(value === parts.flat().reduce((sum, part) => sum + (part.outcomeId === outcomeId ? part.value : 0), 0), `${id} ${outcomeId}`)
          look(contract.partners.reduce((sum, { shares }) => sum + shares.reduce((all, share) => all + share.valuePence, 0), 0) === totalOf(contract.years), id)
        }
        return result
      },
    },
    {
      name: 'commissioning: each referral fact says what the referral’s events say',
      check: () => checkReferrals({ facts, log }),
    },
    {
      name: 'commissioning: the grants of the open data stand in the register with their sum',
      check: async () => {
        const { result, look } = tally()
        const records = new Map(readGrants(placeFolder).map((record) => [record.sourceId, record]))
        const [facted] = await facts['grant-facts'].collection().tally({ sum: ['pence'] })
        const [kept] = await store.grants.tally({ sum: ['amountPence'] })
        look(facted?.count === kept?.count && facted?.sums.pence === kept?.sums.amountPence, 'the facts and the register')
        let after: string | undefined
        do {
          const page = await store.grants.find({ limit: pageSize, ...(after === undefined ? {} : { after }) })
          for (const { id, state, details } of page.aggregates) {
            if (state.status !== 'recorded' || state.origin !== 'open-data') continue
            const record = records.get(details?.sourceId ?? '')
            look(record?.amountPence === state.amountPence && record?.awardedOn === state.awardedOn, id)
          }
          after = page.after
        } while (after !== undefined)
        return result
      },
    },
  ]
}

const statesByType: Record<string, string> = {
  'referral.sent.v1': 'waiting',
  'referral.accepted.v1': 'accepted',
  'referral.declined.v1': 'declined',
  'referral.went-unanswered.v1': 'unanswered',
  'referral.consent-withdrawn.v1': 'consent-withdrawn',
  'referral.concluded.v1': 'concluded',
}

/**
 * Reads the topic once for every so many facts. Facts that are on their way are looked at when they are there. An event may stand in the topic again
 * after later ones, so the last of a referral is the one with the highest sequence.
 */
const checkReferrals = async ({ facts, log }: Pick<Dependencies, 'facts' | 'log'>): Promise<Result> => {
  const { result, look } = tally()
  let after: string | undefined
  do {
    const held = new Map<string, { state: string; ids: Set<string> }>()
    do {
      const page = await facts.referrals.collection().find({ limit: pageSize, ...(after === undefined ? {} : { after }) })
      for (const { id, body } of page.documents) held.set(id, { state: body.state, ids: new Set(body.events.map((event) => event.id)) })
      after = page.after
    } while (after !== undefined && held.size < referralsPerReading)
    const said = new Map<string, { state: string; sequence: number }>()
    if (held.size > 0)
      for await (const { id, type, subject, sequence } of log.read(ReferralSent.topic)) {
        const state = statesByType[type]
        if (state !== undefined && held.get(subject)?.ids.has(id) && sequence > (said.get(subject)?.sequence ?? 0)) said.set(subject, { state, sequence })
      }
    for (const [id, { state }] of held) look(said.get(id)?.state === state, id)
  } while (after !== undefined)
  return result
}
