import type { Command } from '@patchwork/aggregate'
import type { BudgetShareSetAside, DomainEvent } from '@patchwork/events'
import type { EarmarkShare } from './domain/commands.ts'

// What the door in and the consumer share, so that an earmark is the same whichever of them brings it to its end.

type SetAside = DomainEvent<typeof BudgetShareSetAside>['data']

/** The command by which a pool takes in what a budget has set aside: the same from the route and from the consumer, so that it is carried out once. */
export const earmarkCommand = (earmarkId: string, at: string, causationId?: string): Command => ({
  key: `earmark/${earmarkId}`,
  repeatable: true,
  body: null,
  at,
  ...(causationId === undefined ? {} : { causationId }),
})

/** What a budget has set aside, as its pool takes it in. */
export const earmarkOf = (
  { poolId, earmarkId, personId, budgetId, fundSource, outcomeId, amountPence, fromOn, untilOn }: SetAside,
  at: string,
): EarmarkShare => ({
  type: 'EarmarkShare',
  poolId,
  earmarkId,
  memberId: personId,
  budgetId,
  fundSource,
  outcomeId,
  amountPence,
  fromOn,
  untilOn,
  at,
})
