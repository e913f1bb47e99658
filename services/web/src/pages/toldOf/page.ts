import { z } from 'zod'
import { definePage, goTo, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { beginWatch, findAddressOf, keepWanted, Watched, wantedOf, watchedInWords } from './watched.ts'

const Watch = z.object({ searchWatchId: z.string(), search: Watched, begunAt: z.string(), endsAt: z.string(), toldAt: z.string().optional() })
const Watches = z.object({ items: z.array(Watch) })
const list = '/told-of'

/** The searches of which the reader asked to be told, and one that they asked for before they had signed in. */
export const toldOfPage = definePage({
  name: 'toldOf',
  path: list,
  for: 'everyone',
  load: async (visit) => {
    const [{ items }, wards] = await Promise.all([visit.services.get('provider-directory', '/search-watches', Watches), visit.wards()])
    const wanted = wantedOf(visit)
    return {
      watches: items.map((watch) => ({ ...watch, inWords: watchedInWords(watch.search, visit, wards) })),
      wanted: wanted && watchedInWords(wanted, visit, wards),
    }
  },
  save: async (_values, visit) => {
    const wanted = wantedOf(visit)
    if (!wanted) return goTo(list)
    const begun = await beginWatch(visit, wanted)
    keepWanted(visit, undefined)
    return begun
  },
})

/** Where a message leads: to the search itself. Which one it is, only its own person is told. */
export const toldOfSearchPage = definePage({
  name: 'toldOf',
  path: '/told-of/searches/:searchWatchId',
  for: 'everyone',
  load: async (visit) => goTo(findAddressOf((await watchOf(visit)).search)),
})

const watchOf = ({ services, params }: SignedInVisit) => services.get('provider-directory', path`/search-watches/${params.searchWatchId!}`, Watch)

/** Something that is done with one of them: in one step from the list, or asked first here. */
const step = (what: 'renewal' | 'removal', notice: 'confirm.watchRenewed' | 'confirm.watchRemoved') =>
  definePage({
    name: 'confirm',
    path: `/told-of/searches/:searchWatchId/${what}`,
    for: 'everyone',
    load: async (visit) => ({ question: `watch-${what}`, about: watchedInWords((await watchOf(visit)).search, visit, await visit.wards()), back: list }),
    save: async (_values, { services, params }) => {
      await services.post('provider-directory', path`/search-watches/${params.searchWatchId!}/${what}`, {})
      return goTo(list, { notice })
    },
  })

export const toldOfSteps = [step('renewal', 'confirm.watchRenewed'), step('removal', 'confirm.watchRemoved')]
