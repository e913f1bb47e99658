import { FundSource, PlanOutcomeKind, type Role } from '@patchwork/events'
import { z } from 'zod'
import { definePage, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { councilRoles, namesIn, poolOf, service } from '../pooling/pools.ts'
import { providing } from '../providing/own.ts'

const entriesMax = 50

const Entries = z.object({
  items: z.array(
    z.object({
      at: z.string(),
      kind: z.enum(['earmarked', 'released', 'left', 'promised', 'refused', 'paid', 'reversed']),
      spendId: z.uuid().optional(),
      memberId: z.uuid(),
      fundSource: FundSource.optional(),
      outcomeId: z.uuid().optional(),
      outcomeKind: PlanOutcomeKind.optional(),
      from: z.enum(['budget', 'free', 'committed', 'paid']),
      to: z.enum(['budget', 'free', 'committed', 'paid']),
      amountPence: z.int(),
    }),
  ),
  after: z.string().optional(),
})

const entriesPage = <const Audience extends readonly Role[]>(base: string, audience: Audience) =>
  definePage({
    name: 'poolEntries',
    path: `${base}/:poolId/entries`,
    for: audience,
    load: async (given) => {
      const { services, params, query } = given as SignedInVisit
      const poolId = params.poolId!
      const [pool, entries] = await Promise.all([
        poolOf(services, poolId),
        services.get(service, path`/pools/${poolId}/entries`, Entries, { query: { limit: entriesMax, after: query.after } }),
      ])
      return { pool, ...entries, isFirst: query.after === undefined, names: namesIn(pool), here: `${base}/${poolId}` }
    },
  })

/** Every movement of money in a pool, line by line, as the reader may see it. */
export const poolEntriesPages = [entriesPage('/my/pools', ['resident']), entriesPage('/provider/pools', providing), entriesPage('/council/pools', councilRoles)]
