import { z } from 'zod'
import { OwnAsset } from '../../directory/asset.ts'
import { definePage } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { ownOrganisations, providing } from '../providing/own.ts'

const shownMax = 200
const Assets = z.object({ items: z.array(OwnAsset), after: z.string().optional() })

/** What the reader's organisations speak for: groups, buildings, land, money and things. */
export const providerAssetsPage = definePage({
  name: 'providerAssets',
  path: '/provider/assets',
  for: providing,
  load: async ({ services, query }) => {
    const mine = await ownOrganisations(services)
    const pages = await Promise.all(
      mine.map(({ organisationId }) =>
        services.get('provider-directory', path`/organisations/${organisationId}/assets`, Assets, {
          // The marker of a next page belongs to one organisation.
          query: { limit: shownMax, after: query.of === organisationId ? query.after : undefined },
        }),
      ),
    )
    return {
      hasOrganisation: mine.length > 0,
      groups: mine.map(({ organisationId, name }, index) => {
        const { items, after } = pages[index] ?? { items: [] }
        return { name, items, nextPage: after && `/provider/assets?${new URLSearchParams({ of: organisationId, after })}` }
      }),
      isFirst: query.after === undefined,
    }
  },
})
