import type { PoolCommand } from './commands.ts'
import { RefusedError } from './errors.ts'
import { foundPool, joinPool, leavePool, proposeRules, signRules } from './membership.ts'
import { earmarkShare, releaseShare } from './money.ts'
import type { FoundedPool, Pool, PoolEvent } from './pool.ts'
import { confirmPayment, proposeSpend, refuseLate, reversePayment, takeBackSpend, voteOnSpend } from './spending.ts'

type Of<Type extends PoolCommand['type']> = Extract<PoolCommand, { type: Type }>
type Rules = { [Type in Exclude<PoolCommand['type'], 'FoundPool'>]: (pool: FoundedPool, command: Of<Type>) => PoolEvent[] }

const rules: Rules = {
  JoinPool: joinPool,
  ProposeRules: proposeRules,
  SignRules: signRules,
  EarmarkShare: earmarkShare,
  ReleaseShare: releaseShare,
  LeavePool: leavePool,
  ProposeSpend: proposeSpend,
  VoteOnSpend: voteOnSpend,
  TakeBackSpend: takeBackSpend,
  ConfirmPayment: confirmPayment,
  ReversePayment: reversePayment,
  RefuseLate: refuseLate,
}

/** What follows when a command meets a pool; none where it has happened already. Throws RefusedError: not-found, and what the rule of the command throws. */
export const decide = (pool: Pool, command: PoolCommand): PoolEvent[] => {
  if (command.type === 'FoundPool') return foundPool(pool, command)
  if (pool.status === 'unfounded') throw new RefusedError('not-found')
  const rule = rules[command.type] as (pool: FoundedPool, command: PoolCommand) => PoolEvent[]
  return rule(pool, command)
}
