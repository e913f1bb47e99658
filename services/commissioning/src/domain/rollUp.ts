import type { Outcome } from './contract.ts'
import type { MadeReturn } from './contractReturn.ts'

export type RolledUp = { outcomeId: string; value: number; partnersReturned: number }
type Returned = Pick<MadeReturn, 'partnerId' | 'results'>

/**
 * What returns come to for each outcome. Sums add over partners and quarters; means are averaged over each partner's quarters, then over the partners
 * that returned, so nobody counts twice for returning more often. Each return is its latest correction. An outcome that nobody returned is left out.
 */
export const rollUp = (outcomes: readonly Outcome[], returns: readonly Returned[]): RolledUp[] =>
  outcomes.flatMap(({ outcomeId, rollUp: how }) => {
    const byPartner = new Map<string, number[]>()
    for (const { partnerId, results } of returns) {
      const value = results.find((result) => result.outcomeId === outcomeId)?.value
      if (value !== undefined) byPartner.set(partnerId, [...(byPartner.get(partnerId) ?? []), value])
    }
    if (byPartner.size === 0) return []
    const perPartner = [...byPartner.values()].map((values) => (how === 'sum' ? sum(values) : sum(values) / values.length))
    const value = how === 'sum' ? sum(perPartner) : Math.round(sum(perPartner) / perPartner.length)
    return [{ outcomeId, value, partnersReturned: byPartner.size }]
  })

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
