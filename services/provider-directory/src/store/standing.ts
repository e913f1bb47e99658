import { mergedOffersMax } from '../domain/mergedOffer.ts'
import { type Offer, mergedIntoOf as offerMergedInto } from '../domain/offer.ts'
import { mergedMax, type Organisation } from '../domain/organisation.ts'
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

type Found = { id: string; sequence: number }
type Reading<One> = {
  get(id: string): Promise<One | undefined>
  getMany(ids: readonly string[]): Promise<One[]>
  find(query: { where: { mergedInto: { in: string[] } }; limit: number }): Promise<{ aggregates: One[] }>
}

/** Follows what was merged to what stands for it, and back: organisations and offers in the same way. `intoIdOf`: which one stands for one. */
const following = <One extends Found>(intoIdOf: (one: One) => string | undefined, max: number) => {
  /** What stands for each of these: itself, or what it was merged into, in the end, with the way there. Absent where there is none. */
  const standingOf = async (collection: Pick<Reading<One>, 'getMany'>, ids: readonly string[]): Promise<Map<string, { one: One; path: Found[] }>> => {
    const standing = new Map<string, { one: One; path: Found[] }>()
    let open = new Map([...new Set(ids)].map((id) => [id, id]))
    // Two merges at the same moment can lead in a ring, until one of them is undone: each step is one reading, and their number is bounded.
    for (let step = 0; open.size > 0 && step <= max; step += 1) {
      const found = new Map((await collection.getMany([...new Set(open.values())])).map((one) => [one.id, one]))
      const next = new Map<string, string>()
      for (const [id, at] of open) {
        const one = found.get(at)
        if (!one) continue
        standing.set(id, { one, path: [...(standing.get(id)?.path ?? []), { id: at, sequence: one.sequence }] })
        const intoId = intoIdOf(one)
        if (intoId !== undefined) next.set(id, intoId)
      }
      open = next
    }
    return standing
  }
  /** All that stand as one: itself, by its id or as it was read, then those that were merged into it, directly or through another. */
  const standingAsOne = async (collection: Pick<Reading<One>, 'get' | 'find'>, standing: string | One): Promise<One[]> => {
    const first = typeof standing === 'string' ? await collection.get(standing) : standing
    const all = first ? [first] : []
    for (let from = 0; from < all.length && all.length <= max; ) {
      const ids = all.slice(from).map(({ id }) => id)
      from = all.length
      const { aggregates } = await collection.find({ where: { mergedInto: { in: ids } }, limit: max })
      all.push(...aggregates.filter(({ id }) => !all.some((known) => known.id === id)))
    }
    return all
  }
  return { standingOf, standingAsOne }
}

const ofOrganisations = following<FoundOrganisation>((one) => mergedIntoOf(one)?.organisationId, mergedMax)

/** The organisation that stands for each of these: itself, or the one that it was merged into, in the end. Absent where there is none. */
export const standingOf = async (organisations: Pick<Organisations, 'getMany'>, ids: readonly string[]): Promise<Map<string, Standing>> =>
  new Map([...(await ofOrganisations.standingOf(organisations, ids))].map(([id, { one: organisation, path }]) => [id, { organisation, path }]))

/** The organisation that stands for one; undefined where there is none. */
export const standingFor = async (organisations: Pick<Organisations, 'getMany'>, id: string): Promise<Standing | undefined> =>
  (await standingOf(organisations, [id])).get(id)

/** All that stand as one with an organisation: itself, then those that were merged into it, directly or through another. */
export const standingAsOne = (organisations: Pick<Organisations, 'get' | 'find'>, standingId: string): Promise<FoundOrganisation[]> =>
  ofOrganisations.standingAsOne(organisations, standingId)

/** All that stand as one with an organisation, whichever of them it is. */
export const allAsOne = async (organisations: Pick<Organisations, 'get' | 'getMany' | 'find'>, id: string): Promise<FoundOrganisation[]> => {
  const standing = await standingFor(organisations, id)
  return standing ? ofOrganisations.standingAsOne(organisations, standing.organisation) : []
}

/** Ids of all that stand as one with an organisation, whichever of them it is. */
export const idsAsOne = async (organisations: Pick<Organisations, 'get' | 'getMany' | 'find'>, id: string): Promise<string[]> => {
  const all = await allAsOne(organisations, id)
  return all.length > 0 ? all.map((one) => one.id) : [id]
}

export type FoundOffer = Offer & { id: string; sequence: number }

/** Offers that stand for offers, by the same rules: `standingOf` gives each with the way there, `standingAsOne` all that one stands for, itself first. */
export const offersStanding = following<FoundOffer>(({ state }) => offerMergedInto(state)?.offerId, mergedOffersMax)

/** Whether two offers are of one organisation, or of organisations that stand as one. */
export const areOfOneOrganisation = async (organisations: Pick<Organisations, 'getMany'>, one: Offer, other: Offer): Promise<boolean> => {
  if (one.state.status === 'none' || other.state.status === 'none') return false
  const standing = await standingOf(organisations, [one.state.organisationId, other.state.organisationId])
  const [these, those] = [standing.get(one.state.organisationId), standing.get(other.state.organisationId)]
  return these !== undefined && these.organisation.id === those?.organisation.id
}
