import { on, type Reaction } from '@patchwork/aggregate'
import { SearchWatchTold } from '@patchwork/events'
import { once } from '../domain/audience.ts'
import type { Announce } from './announce.ts'

/** A person is told that something new fits a search of theirs. Which search that is, the directory shows to them alone. */
export const onSearchWatchTold = ({ announce }: { announce: Announce }): Reaction =>
  on(SearchWatchTold, (event, context) =>
    announce(event, context, {
      about: { kind: 'search', id: event.data.searchWatchId },
      audience: async () => once([{ personId: event.data.personId, template: 'search-matched' }]),
    }),
  )
