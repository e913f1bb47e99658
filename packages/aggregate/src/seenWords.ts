import { hash } from 'node:crypto'

const firstSlots = 1_024
/** A table that is fuller than this is doubled. */
const fullest = 0.6

/** Words that have been met, at some 20 bytes each, however long they are. */
export type SeenWords = {
  has(words: string): boolean
  /** Whether they had not been met before. */
  add(words: string): boolean
  /** How many different ones have been met. */
  size(): number
}

/**
 * Remembers words by 64 bits of their SHA-256: of half a million, the chance that two were taken for one is about one in 150 million. A Set of the words
 * themselves takes several times the room, which counts where every record of a long feed, or every event since the last start, is remembered.
 */
export const seenWords = (): SeenWords => {
  // Two halves of a digest to a slot; as numbers, since a table of 64-bit integers would make an object of each that is looked at.
  let table = new Uint32Array(firstSlots * 2)
  let count = 0
  /** Where a digest stands, or the empty place where it would. */
  const placeOf = (low: number, high: number, slots: Uint32Array): number => {
    let place = (low * 2) % slots.length
    while (!isEmpty(place, slots) && (slots[place] !== low || slots[place + 1] !== high)) place = (place + 2) % slots.length
    return place
  }
  const grow = (): void => {
    const larger = new Uint32Array(table.length * 2)
    for (let from = 0; from < table.length; from += 2) {
      if (isEmpty(from, table)) continue
      const [low, high] = [table[from]!, table[from + 1]!]
      larger.set([low, high], placeOf(low, high, larger))
    }
    table = larger
  }
  return {
    has: (words) => {
      const { low, high } = digestOf(words)
      return !isEmpty(placeOf(low, high, table), table)
    },
    add: (words) => {
      if (count * 2 >= table.length * fullest) grow()
      const { low, high } = digestOf(words)
      const place = placeOf(low, high, table)
      if (!isEmpty(place, table)) return false
      table[place] = low
      table[place + 1] = high
      count += 1
      return true
    },
    size: () => count,
  }
}

const isEmpty = (place: number, slots: Uint32Array): boolean => slots[place] === 0 && slots[place + 1] === 0

/** Of binary text, one character is one byte: a buffer of its own for each digest would lie outside the heap until it is collected. */
const digestOf = (words: string): { low: number; high: number } => {
  const bytes = hash('sha256', words, 'binary')
  const low = numberAt(bytes, 0)
  // Both zero stands for an empty slot, so no words have it.
  return { low, high: numberAt(bytes, 4) || (low === 0 ? 1 : 0) }
}
const numberAt = (bytes: string, at: number): number =>
  (bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8) | (bytes.charCodeAt(at + 2) << 16) | (bytes.charCodeAt(at + 3) << 24)) >>> 0
