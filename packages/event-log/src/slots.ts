/** How many handlers of one subscription may run at once, over all its topics and partitions. */
export interface Slots {
  /** Takes a slot, where one is free. */
  take(): boolean
  /** Gives a slot back and offers it to each stream in turn. */
  give(): void
  inUse(): number
  /** `offer` is called when there may be a free slot. Gives what takes it off again. */
  join(offer: () => void): () => void
}

export const openSlots = (max: number): Slots => {
  const offers: (() => void)[] = []
  let inUse = 0
  return {
    take: () => {
      if (inUse >= max) return false
      inUse += 1
      return true
    },
    give: () => {
      inUse -= 1
      // In turns, or a busy stream would keep every slot to itself.
      const first = offers.shift()
      if (first) offers.push(first)
      for (const offer of [...offers]) {
        if (inUse >= max) return
        offer()
      }
    },
    inUse: () => inUse,
    join: (offer) => {
      offers.push(offer)
      return () => {
        const index = offers.indexOf(offer)
        if (index >= 0) offers.splice(index, 1)
      }
    },
  }
}
