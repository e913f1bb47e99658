import { AccountHolder } from '@patchwork/events'
import { z } from 'zod'
import { definePage } from '../../http/page.ts'
import { service } from '../pooling/pools.ts'

const poolsMax = 50

export const Pools = z.object({
  items: z.array(
    z.object({
      poolId: z.uuid(),
      name: z.string(),
      status: z.enum(['gathering', 'open']),
      relation: z.enum(['member', 'former-member', 'account-holder']),
      accountHolder: AccountHolder,
      memberCount: z.int(),
      waitsForYou: z.int(),
    }),
  ),
  after: z.string().optional(),
})

/** The pools that somebody is a member of, or was. */
export const poolsPage = definePage({
  name: 'pools',
  path: '/my/pools',
  for: ['resident'],
  load: async ({ services, query }) => ({
    ...(await services.get(service, '/pools', Pools, { query: { limit: poolsMax, after: query.after } })),
    isFirst: query.after === undefined,
  }),
})
