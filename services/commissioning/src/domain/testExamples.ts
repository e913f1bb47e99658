import { type Contract, type ContractEvent, evolve, type Partner, unrecorded } from './contract.ts'
import type { CloseQuarter, ContractCommand, RecordContract, VaryContract } from './decide.ts'
import { decide } from './decide.ts'

export const id = (digit: string | number) => `00000000-0000-4000-8000-${String(digit).padStart(12, '0')}`
export const contractId = id(1)
export const priya = id(2)
export const [turnout, loneliness] = [id(31), id(32)]
export const at = '2026-11-26T10:00:00.000Z'

/** `count` partners with even shares of each year, the first leading; its organisation is known. */
export const partnersOf = (count: number, sharePence: number, years: readonly number[]): Partner[] =>
  Array.from({ length: count }, (_, index) => ({
    partnerId: id(100 + index),
    ...(index === 0 ? { organisationId: id(200) } : {}),
    isLead: index === 0,
    shares: years.map((year) => ({ year, valuePence: sharePence })),
  }))

export const years = [
  { year: 1, startsOn: '2025-04-01', endsOn: '2026-03-31', valuePence: 200_000 },
  { year: 2, startsOn: '2026-04-01', endsOn: '2027-03-31', valuePence: 200_000 },
]

export const record = (changes: Partial<RecordContract> = {}): RecordContract => ({
  type: 'RecordContract',
  contractId,
  startsOn: '2025-04-01',
  endsOn: '2027-03-31',
  referralsEndOn: '2026-12-31',
  lightTouch: false,
  years,
  partners: partnersOf(2, 100_000, [1, 2]),
  outcomes: [
    { outcomeId: turnout, measure: 'count', rollUp: 'sum', targets: [{ year: 1, value: 300 }] },
    { outcomeId: loneliness, measure: 'percentage-tenths', rollUp: 'mean', targets: [] },
  ],
  by: priya,
  at,
  ...changes,
})

/** A variation that only moves what is given; each has an id of its own. */
export const vary = (variationId: string, changes: Partial<VaryContract> = {}): VaryContract => ({
  type: 'VaryContract',
  contractId,
  variationId,
  reason: 'more-or-less-needed',
  effectiveOn: '2026-04-01',
  endsOn: '2027-03-31',
  referralsEndOn: '2026-12-31',
  years,
  partners: partnersOf(2, 100_000, [1, 2]),
  by: priya,
  at,
  ...changes,
})

/** The second year worth more or less by so many pence, which the lead bears. */
export const secondYearBy = (pence: number): Pick<VaryContract, 'years' | 'partners'> => ({
  years: years.map((year) => (year.year === 2 ? { ...year, valuePence: year.valuePence + pence } : year)),
  partners: partnersOf(2, 100_000, [1, 2]).map((partner) =>
    partner.isLead
      ? { ...partner, shares: partner.shares.map((share) => (share.year === 2 ? { ...share, valuePence: share.valuePence + pence } : share)) }
      : partner,
  ),
})

export const close = (year: number, quarter: number, today = '2026-11-26'): CloseQuarter => ({
  type: 'CloseQuarter',
  contractId,
  year,
  quarter,
  today,
  by: priya,
  at,
})

export const stateAfter = (events: readonly ContractEvent[]): Contract => events.reduce(evolve, unrecorded)
/** The events of some commands, one after another, each decided on what came before. */
export const happened = (...commands: readonly ContractCommand[]): ContractEvent[] => {
  const events: ContractEvent[] = []
  for (const command of commands) events.push(...decide(stateAfter(events), command))
  return events
}

/** Given what happened, when a command comes, then these events are told, nothing, or an error. */
export const given = (...commands: readonly ContractCommand[]) => ({
  when: (command: ContractCommand) => {
    const contract = stateAfter(happened(...commands))
    return {
      thenTells: (...events: readonly object[]) => expect(decide(contract, command)).toEqual(events.map((event) => expect.objectContaining(event))),
      thenTellsData: (data: object) => expect(decide(contract, command).map((event) => event.data)).toEqual([expect.objectContaining(data)]),
      thenNothing: () => expect(decide(contract, command)).toEqual([]),
      thenThrows: (code: string, more: object = {}) => expect(() => decide(contract, command)).toThrow(expect.objectContaining({ code, ...more })),
    }
  },
})
