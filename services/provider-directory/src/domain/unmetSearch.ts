import type { DomainEvent, SearchFoundNoneAcceptable, SearchFoundNothing } from '@patchwork/events'

export type SearchEvent = DomainEvent<typeof SearchFoundNothing> | DomainEvent<typeof SearchFoundNoneAcceptable>
type Found = DomainEvent<typeof SearchFoundNothing>['data']
type Refused = DomainEvent<typeof SearchFoundNoneAcceptable>['data']

/**
 * A search that found nothing, or nothing that will do: the kind of help and the ward that were asked for, and why nothing will. Never the words, never who.
 * It does not change.
 */
export type UnmetSearch =
  | { status: 'none' }
  | (Omit<Found, 'searchId'> & { status: 'found-nothing' })
  | (Omit<Refused, 'searchId'> & { status: 'none-acceptable' })

export const initialSearch: UnmetSearch = { status: 'none' }

export const evolveSearch = (_: UnmetSearch, event: SearchEvent): UnmetSearch => {
  if (event.type === 'search.found-nothing.v1') {
    const { searchId: _id, ...facts } = event.data
    return { ...facts, status: 'found-nothing' }
  }
  const { searchId: _id, ...facts } = event.data
  return { ...facts, status: 'none-acceptable' }
}

/** Noted once. */
export const noteEmptySearch = (search: UnmetSearch, data: Found): SearchEvent[] =>
  search.status === 'none' ? [{ type: 'search.found-nothing.v1', data }] : []

/** Noted once. */
export const noteNoneAcceptable = (search: UnmetSearch, data: Refused): SearchEvent[] =>
  search.status === 'none' ? [{ type: 'search.found-none-acceptable.v1', data }] : []
