import { idFor } from '@patchwork/aggregate'
import type { MatchState } from '../domain/match.ts'
import type { Directory } from './directory.ts'

/** Matches of one organisation or offer that a merge closes or an undoing opens again. */
export const matchesMax = 1_000

/** The id of a pair, whichever of the two is named first. */
export const matchIdOf = (one: string, other: string): string => idFor(`match/${[one, other].sort().join('/')}`)

type Asked = {
  about: 'organisations' | 'offers'
  status: 'waiting' | 'rejected' | 'merged'
  limit: number
  after?: string | undefined
  organisationId?: string
}

/**
 * One page of pairs, the most certain first, without those of which nothing is left to decide: as many as were asked for where there are so many. `open` says
 * which of some are to be shown.
 */
export const pageOfMatches = async <Shown>(
  { matches }: Pick<Directory, 'matches'>,
  { about, status, limit, after: from, organisationId }: Asked,
  open: (found: { matchId: string; state: MatchState }[]) => Promise<Shown[]>,
): Promise<{ items: Shown[]; after?: string }> => {
  const items: Shown[] = []
  let after = from
  do {
    const page = await matches.find({
      where: {
        status: { equals: status },
        about: { equals: about === 'offers' ? about : null },
        ...(organisationId === undefined ? {} : { organisationId: { has: organisationId } }),
      },
      sort: [{ field: 'certainty', direction: 'descending' }],
      // No more than fit, so that the next page begins with the first that was not looked at.
      limit: limit - items.length,
      ...(after === undefined ? {} : { after }),
    })
    items.push(...(await open(page.aggregates.map(({ id: matchId, state }) => ({ matchId, state })))))
    after = page.after
  } while (after !== undefined && items.length < limit)
  return { items, ...(after === undefined ? {} : { after }) }
}
