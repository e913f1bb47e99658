import type { Amount, FundSource, RecordedBudget, SetAside } from './budget.ts'
import { dayNumber } from './calendar.ts'

type Period = { fundSource: FundSource; fromOn: string; untilOn: string }

/**
 * How many pence of a fund source can still be set aside for the days from `fromOn` to `untilOn`, both counted; never below zero.
 *
 * A day gives a seventh of the weekly amount that holds on it. An earmark may be met from any of its own days, so the rule is: whatever stretch of days
 * one looks at, the earmarks that lie wholly within it are together never more than its days give (whole weeks give whole amounts; the rest is pro
 * rata by days, rounded down once for the stretch). That is exactly when every earmark, of every pool, can have its money and no penny is promised
 * twice. So what is left for a period is the least, over all stretches that hold it and begin and end with an earmark or with the period itself, of
 * what the stretch gives less what is set aside wholly within it.
 */
export const availablePence = ({ amounts, setAside }: Pick<RecordedBudget, 'amounts' | 'setAside'>, { fundSource, fromOn, untilOn }: Period): number => {
  const [from, until] = [dayNumber(fromOn), dayNumber(untilOn)]
  const standing = setAside.filter((one) => one.fundSource === fundSource).map(spanOf)
  const given = givenSevenths(amounts.filter((amount) => amount.fundSource === fundSource))
  const starts = [from, ...new Set(standing.map((one) => one.from).filter((day) => day < from))]
  const byEnd = standing.toSorted((left, right) => left.until - right.until)
  let least = Number.MAX_SAFE_INTEGER
  for (const start of starts) {
    const within = byEnd.filter((one) => one.from >= start)
    let sum = within.filter((one) => one.until <= until).reduce((total, one) => total + one.pence, 0)
    least = Math.min(least, Math.floor(given(start, until) / 7) - sum)
    for (const [position, one] of within.entries()) {
      if (one.until <= until) continue
      sum += one.pence
      if (within[position + 1]?.until !== one.until) least = Math.min(least, Math.floor(given(start, one.until) / 7) - sum)
    }
  }
  return Math.max(0, least)
}

const spanOf = ({ fromOn, untilOn, amountPence }: SetAside) => ({ from: dayNumber(fromOn), until: dayNumber(untilOn), pence: amountPence })

/** What the days from one to another give, in sevenths of a penny: an integer, so that nothing is lost before the one rounding. */
const givenSevenths = (amounts: readonly Amount[]) => {
  const spans = amounts.map(({ fromOn, untilOn, weeklyPence }) => ({ from: dayNumber(fromOn), after: dayNumber(untilOn) + 1, weeklyPence }))
  const edges = [...new Set(spans.flatMap(({ from, after }) => [from, after]))].sort((left, right) => left - right)
  const pieces = edges.slice(0, -1).map((from, position) => {
    const after = edges[position + 1] ?? from
    return { from, after, weeklyPence: spans.findLast((span) => span.from <= from && span.after >= after)?.weeklyPence ?? 0 }
  })
  return (from: number, until: number): number =>
    pieces.reduce((sum, piece) => sum + Math.max(0, Math.min(piece.after, until + 1) - Math.max(piece.from, from)) * piece.weeklyPence, 0)
}
