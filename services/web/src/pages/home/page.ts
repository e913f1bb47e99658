import { Category } from '@patchwork/events'
import { z } from 'zod'
import { definePage } from '../../http/page.ts'

const countTimeoutMs = 1_000
const AnyOffers = z.object({ total: z.int() })

/** What this is, a search, and the ways in. It shows at once, also while the directory cannot be asked. */
export const homePage = definePage({
  name: 'home',
  path: '/',
  for: 'anyone',
  load: async ({ services }) => {
    const counted = services.get('provider-directory', '/offers', AnyOffers, { query: { limit: 1 }, timeoutMs: countTimeoutMs })
    const total = await counted.then(
      (offers) => offers.total,
      () => 0,
    )
    return { total, categories: Category.options.filter((category) => category !== 'other') }
  },
})
