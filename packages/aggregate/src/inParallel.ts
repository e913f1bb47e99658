/** Does `work` for every item, at most `atOnceMax` at a time. Rejects with the first failure once all begun work has ended; no more is begun then. */
export const inParallel = async <Item>(items: readonly Item[], atOnceMax: number, work: (item: Item) => Promise<void>): Promise<void> => {
  let next = 0
  const failures: unknown[] = []
  const lane = async () => {
    while (next < items.length && failures.length === 0) {
      const item = items[next] as Item
      next += 1
      await work(item).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnceMax, items.length) }, lane))
  if (failures.length > 0) throw failures[0]
}
