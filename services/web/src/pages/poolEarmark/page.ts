import { FundSource } from '@patchwork/events'
import { z } from 'zod'
import { choice, pounds } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { type BudgetView, ownBudget } from '../pooling/budgets.ts'
import { holderName, poolOf, service } from '../pooling/pools.ts'
import { totalPenceMax } from '../pooling/spendDraft.ts'
import { day } from '../providing/londonDay.ts'

const EarmarkForm = z.strictObject({
  outcomeId: z.uuid({ error: 'choose-one' }),
  fundSource: choice(FundSource.options),
  amountPence: pounds(totalPenceMax),
  fromOn: day(),
  untilOn: day(),
})
type Loaded = { budget?: BudgetView }

/** Setting part of one's personal budget aside for a pool: for which outcome, from which source, how much, for which days. */
export const poolEarmarkPage = definePage({
  name: 'poolEarmark',
  path: '/my/pools/:poolId/earmark',
  for: ['resident'],
  load: async ({ services, params, t }) => {
    const [pool, { budget, personId }] = await Promise.all([poolOf(services, params.poolId!), ownBudget(services)])
    // Those of the plan, and not only those with something left now: another period may have more.
    const sources = [...new Set(budget?.amounts.map(({ fundSource }) => fundSource))]
    return { pool, sources, holder: await holderName(services, pool.accountHolder, t), personId, ...(budget ? { budget } : {}) }
  },
  form: EarmarkForm,
  fill: ({ budget }: Loaded) => ({
    outcomeId: budget?.outcomes[0]?.outcomeId,
    fundSource: budget?.available.find(({ pence }) => pence > 0)?.fundSource,
    fromOn: budget?.availableFor.fromOn,
    untilOn: budget?.availableFor.untilOn,
  }),
  save: async (values, { services, params }) => {
    await services.post(service, path`/pools/${params.poolId!}/earmarks`, values)
    return goTo(`/my/pools/${params.poolId}`, { notice: 'pooling.notice.earmarked' })
  },
})
