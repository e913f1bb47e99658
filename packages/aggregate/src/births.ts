import type { Collection, Condition, Query, Stored, TallyRow, Where } from '@patchwork/document-store'

/**
 * Reads a collection without the documents that are there for bookkeeping only (an id whose commands were all refused; a row that was taken out).
 * Those hold `unborn: true` and none of the fields that can be asked for, so every condition but `equals: null` leaves them out by itself.
 */
export const onlyBorn = <Body extends { unborn?: true }>(collection: Collection<Body>) => {
  const isBorn = (stored: Stored<Body>) => stored.body.unborn !== true
  const couldMatchUnborn = (where: Where): boolean => Object.values(where).every((condition) => 'equals' in condition && condition.equals === null)
  const bornWhere = (where: Where): Where => (couldMatchUnborn(where) ? { ...where, unborn: { equals: null } satisfies Condition } : where)
  const isEmpty = (where: Where | undefined): boolean => where === undefined || Object.keys(where).length === 0
  const unbornCount = () => collection.count({ unborn: { equals: true } })

  return {
    get: async (id: string): Promise<Stored<Body> | undefined> => [await collection.get(id)].find((stored) => stored !== undefined && isBorn(stored)),
    getMany: async (ids: readonly string[]): Promise<Stored<Body>[]> => (await collection.getMany(ids)).filter(isBorn),
    /** A page can be shorter than its limit although there is an `after`. */
    find: async (query: Query): Promise<{ documents: Stored<Body>[]; after?: string }> => {
      const page = await collection.find(isEmpty(query.where) ? query : { ...query, where: bornWhere(query.where ?? {}) })
      return { ...page, documents: page.documents.filter(isBorn) }
    },
    count: async (where?: Where): Promise<number> =>
      isEmpty(where) ? (await collection.count()) - (await unbornCount()) : collection.count(bornWhere(where ?? {})),
    tally: async (options: { where?: Where; by?: readonly string[]; sum?: readonly string[] }): Promise<TallyRow[]> => {
      if (!isEmpty(options.where)) return collection.tally({ ...options, where: bornWhere(options.where ?? {}) })
      const [rows, unborn] = await Promise.all([collection.tally(options), unbornCount()])
      // Unborn documents miss every field: all of them stand in the one group in which each value is missing, and add nothing to a sum.
      const without = rows.map((row) => (Object.values(row.by).every((value) => value === null) ? { ...row, count: row.count - unborn } : row))
      return without.filter((row) => row.count > 0 || Object.keys(row.by).length === 0)
    },
  }
}
