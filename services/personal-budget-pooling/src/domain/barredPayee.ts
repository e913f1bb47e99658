import type { RecordedBudget } from './budget.ts'
import { dayNumber } from './calendar.ts'

/**
 * Whether an organisation may not be paid from this budget today: it, or a person who acts for it, is the member's spouse or partner, wherever they
 * live, or a listed relative in the same household, and no exception of the council covers the day.
 */
export const isBarred = ({ bars }: Pick<RecordedBudget, 'bars'>, payee: { organisationId: string; personIds: readonly string[] }, today: string): boolean => {
  const day = dayNumber(today)
  return bars.some(
    ({ payee: { kind, id }, relation, sameHousehold, exceptions }) =>
      (kind === 'organisation' ? id === payee.organisationId : payee.personIds.includes(id)) &&
      (relation === 'spouse-or-partner' || sameHousehold) &&
      !exceptions.some(({ fromOn, untilOn }) => dayNumber(fromOn) <= day && day <= dayNumber(untilOn)),
  )
}
