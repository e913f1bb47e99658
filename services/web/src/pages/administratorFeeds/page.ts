import { z } from 'zod'
import { choice } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { ImportForm } from '../administratorImports/page.ts'

const rhythms = ['day', 'week'] as const
const Feeds = z.object({
  items: z.array(
    z.object({
      feedId: z.string(),
      address: z.string(),
      every: z.enum(rhythms),
      isLooking: z.boolean(),
      nextLookAt: z.string(),
      failures: z.int(),
      last: z
        .object({
          endedAt: z.string(),
          answer: z.enum(['staged', 'unchanged', 'no-difference', 'failed']),
          reason: z.string().optional(),
          importId: z.string().optional(),
        })
        .optional(),
    }),
  ),
})
const Watched = z.object({ feedId: z.uuid() })

export const FeedForm = ImportForm.extend({ every: choice(rhythms) })

/** The feeds that are looked at by themselves: what each answered last, and when the next look is. */
export const administratorFeedsPage = definePage({
  name: 'administratorFeeds',
  path: '/administrator/feeds',
  for: ['administrator'],
  load: async ({ services }) => ({ feeds: (await services.get('provider-directory', '/feeds', Feeds)).items }),
  form: FeedForm,
  fill: () => ({ every: 'day' }),
  save: async (feed, { services }) => {
    await services.post('provider-directory', '/feeds', feed, Watched)
    return goTo('/administrator/feeds', { notice: 'administratorFeeds.watched' })
  },
})
