import type { DomainEvent, SearchFoundNothing } from '@patchwork/events'

export type SearchEvent = DomainEvent<typeof SearchFoundNothing>
type Found = SearchEvent['data']

/** A search that found nothing: the kind of help and the ward that were asked for. Never the words, never who. It does not change. */
export type EmptySearch = { status: 'none' } | (Omit<Found, 'searchId'> & { status: 'found-nothing' })

export const initialSearch: EmptySearch = { status: 'none' }

export const evolveSearch = (_: EmptySearch, { data: { searchId: __, ...facts } }: SearchEvent): EmptySearch => ({ ...facts, status: 'found-nothing' })

/** Noted once. */
export const noteEmptySearch = (search: EmptySearch, data: Found): SearchEvent[] =>
  search.status === 'none' ? [{ type: 'search.found-nothing.v1', data }] : []
