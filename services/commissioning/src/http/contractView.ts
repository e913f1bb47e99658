import { type Quarter, quartersOf, type RecordedContract, referralDaysOf, totalOf } from '../domain/contract.ts'
import type { MadeReturn } from '../domain/contractReturn.ts'
import { rollUp } from '../domain/rollUp.ts'
import type { ContractDetails } from '../store/contractStore.ts'
import type { Figures } from '../store/figures.ts'
import type { ContractView } from './contractBodies.ts'

type Counts = Omit<ContractView['rollUp']['whole'], 'valuePence' | 'outcomes'>
type YearView = ContractView['rollUp']['years'][number]
const nothing: Counts = { sent: 0, accepted: 0, concluded: 0, declined: 0, promisedPence: 0, spentPence: 0 }

/** The contract as one partner's members see it: that partner's part, and nothing of the others. */
export const partOf = (contract: RecordedContract, organisationIds: readonly string[]): RecordedContract => {
  const partners = contract.partners.filter(({ organisationId }) => organisationId !== undefined && organisationIds.includes(organisationId))
  const years = contract.years.map((year) => ({ ...year, valuePence: partners.reduce((sum, partner) => sum + shareOf(partner, year.year), 0) }))
  return { ...contract, partners, years }
}

const shareOf = ({ shares }: RecordedContract['partners'][number], year: number): number => shares.find((share) => share.year === year)?.valuePence ?? 0

/** What counts towards a contract by events, by year and organisation: referrals sent until its last day for them (R19), and what pools promised and paid. */
export const countsOf = async (contract: RecordedContract, figures: Pick<Figures, 'referralsTo' | 'spendsTo'>): Promise<Map<number, Map<string, Counts>>> => {
  const organisationIds = contract.partners.flatMap(({ organisationId }) => organisationId ?? [])
  const ofYear = async (year: RecordedContract['years'][number]): Promise<[number, Map<string, Counts>]> => {
    const counts = new Map<string, Counts>()
    const add = (organisationId: unknown, change: Partial<Counts>) => {
      const before = counts.get(String(organisationId)) ?? nothing
      counts.set(String(organisationId), sumOf([before, { ...nothing, ...change }]))
    }
    if (organisationIds.length === 0) return [year.year, counts]
    const referralDays = referralDaysOf(contract, year)
    const [sent, { promised, paid }] = await Promise.all([
      referralDays === undefined ? [] : figures.referralsTo(organisationIds, referralDays),
      figures.spendsTo(organisationIds, { from: year.startsOn, until: year.endsOn }),
    ])
    for (const { by, count } of sent)
      add(by.organisationId, {
        sent: count,
        accepted: by.accepted === true ? count : 0,
        concluded: by.state === 'concluded' ? count : 0,
        declined: by.state === 'declined' ? count : 0,
      })
    for (const { by, sums } of promised) add(by.organisationId, { promisedPence: sums.promisedPence ?? 0 })
    for (const { by, sums } of paid) add(by.organisationId, { spentPence: sums.paidPence ?? 0 })
    return [year.year, counts]
  }
  return new Map(await Promise.all(contract.years.map(ofYear)))
}

const sumOf = (parts: readonly Counts[]): Counts =>
  parts.reduce(
    (sum, part) => ({
      sent: sum.sent + part.sent,
      accepted: sum.accepted + part.accepted,
      concluded: sum.concluded + part.concluded,
      declined: sum.declined + part.declined,
      promisedPence: sum.promisedPence + part.promisedPence,
      spentPence: sum.spentPence + part.spentPence,
    }),
    nothing,
  )

/** Per year and partner and over the whole: each part counts once, so that partners and years add up to the contract. */
export const rollUpOf = (
  contract: RecordedContract,
  returns: readonly MadeReturn[],
  counts: ReadonlyMap<number, ReadonlyMap<string, Counts>>,
): ContractView['rollUp'] => {
  const years = contract.years.map(({ year, valuePence }): YearView => {
    const ofYear = returns.filter((one) => one.year === year)
    const partners = contract.partners.map((partner) => {
      const ofPartner = ofYear.filter(({ partnerId }) => partnerId === partner.partnerId)
      return {
        partnerId: partner.partnerId,
        sharePence: shareOf(partner, year),
        quartersReturned: ofPartner.map(({ quarter }) => quarter).sort(),
        outcomes: rollUp(contract.outcomes, ofPartner),
        ...(counts.get(year)?.get(partner.organisationId ?? '') ?? nothing),
      }
    })
    return { year, valuePence, outcomes: rollUp(contract.outcomes, ofYear), partners, ...sumOf(partners) }
  })
  return { years, whole: { valuePence: totalOf(contract.years), outcomes: rollUp(contract.outcomes, returns), ...sumOf(years) } }
}

const stateOf = (contract: RecordedContract, year: number, { quarter, startsOn }: Quarter, today: string): 'to-come' | 'open' | 'closed' => {
  if (contract.closed.some((one) => one.year === year && one.quarter === quarter)) return 'closed'
  return startsOn > today ? 'to-come' : 'open'
}

/** A contract, or somebody's part of one, with everything that rolls up to it. */
export const toContractView = (
  { contractId, contract, details, isWhole }: { contractId: string; contract: RecordedContract; details: ContractDetails; isWhole: boolean },
  returns: readonly MadeReturn[],
  counts: ReadonlyMap<number, ReadonlyMap<string, Counts>>,
  today: string,
): ContractView => {
  const { startsOn, endsOn, referralsEndOn, lightTouch, recordedAt, partners, years, outcomes } = contract
  const nameOf = new Map(details.partnerNames.map(({ partnerId, name }) => [partnerId, name]))
  const wordsOf = new Map(details.outcomeWords.map(({ outcomeId, words }) => [outcomeId, words]))
  const noteOf = new Map(details.variationNotes.map(({ variationId, note }) => [variationId, note]))
  const returned = (year: number, quarter: number) => returns.filter((one) => one.year === year && one.quarter === quarter).length
  return {
    contractId,
    title: details.title,
    ...(details.description === undefined ? {} : { description: details.description }),
    startsOn,
    endsOn,
    referralsEndOn,
    lightTouch,
    recordedAt,
    isWhole,
    valuePence: totalOf(years),
    years: years.map((year) => ({
      ...year,
      quarters: quartersOf(year).map((quarter) => ({
        ...quarter,
        state: stateOf(contract, year.year, quarter, today),
        returned: returned(year.year, quarter.quarter),
        expected: partners.length,
      })),
    })),
    partners: partners.map((partner) => ({
      ...partner,
      name: nameOf.get(partner.partnerId) ?? '',
      valuePence: partner.shares.reduce((sum, { valuePence }) => sum + valuePence, 0),
    })),
    outcomes: outcomes.map((outcome) => ({ ...outcome, words: wordsOf.get(outcome.outcomeId) ?? '' })),
    variations: isWhole
      ? contract.variations.map((variation) => {
          const note = noteOf.get(variation.variationId)
          return { ...variation, ...(note === undefined ? {} : { note }) }
        })
      : [],
    rollUp: rollUpOf(contract, returns, counts),
  }
}
