import type { WatchedSearch } from '../domain/searchWatch.ts'
import type { CouncilArea } from '../place/place.ts'
import type { OfferSearch } from './searchIndex.ts'

/** What of a watched search can be asked of an index. A place that is not known measures no distance, as everywhere. */
export const toOfferSearch = (search: WatchedSearch, councilArea: Pick<CouncilArea, 'whereabouts'>, limit: number): OfferSearch => {
  const { text, exactly, near, within, category, track, cost, funding, ward } = search
  const place = near === undefined ? undefined : councilArea.whereabouts(near)
  return {
    limit,
    ...(text === undefined ? {} : { text }),
    ...(exactly === undefined ? {} : { exactly: true as const }),
    ...(place ? { near: place, ...(within === undefined ? {} : { withinMetres: within }) } : {}),
    ...(category === undefined ? {} : { categories: [category] }),
    ...(track === undefined ? {} : { track }),
    ...(cost === undefined ? {} : { cost }),
    ...(funding === undefined ? {} : { funding }),
    ...(ward === undefined ? {} : { wardCode: ward }),
  }
}
