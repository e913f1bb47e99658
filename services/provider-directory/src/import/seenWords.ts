import { hash } from 'node:crypto'

const firstSlots = 1_024
/** A table that is fuller than this is doubled. */
const fullest = 0.6

/** Words that have been met, at some 20 bytes each, however long they are. */
export type SeenWords = {
  has(words: string): boolean
  /** Whether they had not been met before. */
  add(words: string): boolean
}

/**
 * Remembers words by 64 bits of their SHA-256: of half a million, the chance that two were taken for one is about one in 150 million. A Set of the words
 * themselves takes several times the room, which counts where every record of a long feed is remembered by its id and its name.
 */
export const seenWords = (): SeenWords => {
  let slots = new BigUint64Array(firstSlots)
  let count = 0
  /** The slot in which a digest stands, or the empty one in which it would. */
  const slotOf = (digest: bigint, table: BigUint64Array): number => {
    let slot = Number(digest % BigInt(table.length))
    while (table[slot] !== 0n && table[slot] !== digest) slot = (slot + 1) % table.length
    return slot
  }
  const grow = (): void => {
    const larger = new BigUint64Array(slots.length * 2)
    for (const digest of slots) if (digest !== 0n) larger[slotOf(digest, larger)] = digest
    slots = larger
  }
  return {
    has: (words) => slots[slotOf(digestOf(words), slots)] !== 0n,
    add: (words) => {
      if (count >= slots.length * fullest) grow()
      const digest = digestOf(words)
      const slot = slotOf(digest, slots)
      if (slots[slot] !== 0n) return false
      slots[slot] = digest
      count += 1
      return true
    },
  }
}

/** Zero stands for an empty slot, so no words have it. */
const digestOf = (words: string): bigint => hash('sha256', words, 'buffer').readBigUInt64LE() || 1n
