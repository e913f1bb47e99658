import type { Organisation } from '../domain/organisation.ts'
import { mergedMax } from '../domain/organisation.ts'
import type { Organisations } from './directory.ts'

export type FoundOrganisation = Organisation & { id: string; sequence: number }
/** The organisation that stands for one, and the way there, itself first. */
export type Standing = { organisation: FoundOrganisation; path: { id: string; sequence: number }[] }

export const mergedIntoOf = ({ state }: Organisation) => (state.status === 'registered' ? state.mergedInto : undefined)

/** Since when it is closed; undefined while it is open. */
export const closedAtOf = ({ state }: Organisation): string | undefined => (state.status === 'registered' ? state.closedAt : undefined)

export const isClosed = async (organisations: Pick<Organisations, 'get'>, organisationId: string): Promise<boolean> => {
  const organisation = await organisations.get(organisationId)
  return organisation !== undefined && closedAtOf(organisation) !== undefined
}

/** The organisation that stands for each of these: itself, or the one that it was merged into, in the end. Absent where there is none. */
export const standingOf = async (organisations: Pick<Organisations, 'getMany'>, ids: readonly string[]): Promise<Map<string, Standing>> => {
  const standing = new Map<string, Standing>()
  let open = new Map([...new Set(ids)].map((id) => [id, id]))
  // Two merges at the same moment can lead in a ring, until one of them is undone: each step is one reading, and their number is bounded.
  for (let step = 0; open.size > 0 && step <= mergedMax; step += 1) {
    const found = new Map((await organisations.getMany([...new Set(open.values())])).map((one) => [one.id, one]))
    const next = new Map<string, string>()
    for (const [id, at] of open) {
      const organisation = found.get(at)
      if (!organisation) continue
      const path = [...(standing.get(id)?.path ?? []), { id: at, sequence: organisation.sequence }]
      standing.set(id, { organisation, path })
      const into = mergedIntoOf(organisation)
      if (into) next.set(id, into.organisationId)
    }
    open = next
  }
  return standing
}

/** The organisation that stands for one; undefined where there is none. */
export const standingFor = async (organisations: Pick<Organisations, 'getMany'>, id: string): Promise<Standing | undefined> =>
  (await standingOf(organisations, [id])).get(id)

/** All that stand as one with an organisation: itself, then those that were merged into it, directly or through another. */
export const standingAsOne = async (organisations: Pick<Organisations, 'get' | 'find'>, standingId: string): Promise<FoundOrganisation[]> => {
  const first = await organisations.get(standingId)
  const all = first ? [first] : []
  for (let from = 0; from < all.length && all.length <= mergedMax; ) {
    const ids = all.slice(from).map(({ id }) => id)
    from = all.length
    const { aggregates } = await organisations.find({ where: { mergedInto: { in: ids } }, limit: mergedMax })
    all.push(...aggregates.filter(({ id }) => !all.some((known) => known.id === id)))
  }
  return all
}

/** Ids of all that stand as one with an organisation, whichever of them it is. */
export const idsAsOne = async (organisations: Pick<Organisations, 'get' | 'getMany' | 'find'>, id: string): Promise<string[]> => {
  const standing = await standingFor(organisations, id)
  return standing ? (await standingAsOne(organisations, standing.organisation.id)).map((one) => one.id) : [id]
}
