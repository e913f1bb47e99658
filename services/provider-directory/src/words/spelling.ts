/** Letters of a word that a slip can be told in: in shorter ones nearly everything is near everything. */
const lengthMin = 4
const lengthMax = 24
/** From this length on two slips are forgiven, below it one. */
const lengthForTwo = 8
/** Different words that are remembered; past it new ones are found by search as before, but nothing is corrected to them. */
const wordsMax = 300_000

type Known = { written: string; count: number; letters: number }

export type Spelling = {
  /** Remembers the words of a text, once for each time they stand there. */
  add(text: string): void
  /** Forgets them again. */
  remove(text: string): void
  /**
   * The known word nearest to one that is not known: one slip away (a letter too many, too few, another one, or two swapped), two in long words; of
   * several the nearest, then one with the same first letter, then the most usual. Undefined when there is none.
   */
  nearest(word: string): string | undefined
}

/** Lower case, no accents: how two words are compared. */
export const folded = (word: string): string => word.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '')

/** The words of a text: letters and digits. */
export const wordsIn = (text: string): string[] => text.normalize('NFC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? []

/** Words that a slip of the finger may have been meant for, by their length, so that a look at those of about the same length is enough. */
export const createSpelling = (): Spelling => {
  const byLength = Array.from({ length: lengthMax + 1 }, () => new Map<string, Known>())
  let size = 0

  const change = (text: string, by: 1 | -1): void => {
    for (const word of wordsIn(text)) {
      const key = folded(word)
      if (key.length < lengthMin || key.length > lengthMax || !/^[a-z]+$/.test(key)) continue
      const known = byLength[key.length]!
      const entry = known.get(key)
      if (entry) {
        entry.count += by
        if (entry.count <= 0) {
          known.delete(key)
          size -= 1
        }
      } else if (by === 1 && size < wordsMax) {
        known.set(key, { written: word.toLowerCase(), count: 1, letters: lettersOf(key) })
        size += 1
      }
    }
  }

  return {
    add: (text) => change(text, 1),
    remove: (text) => change(text, -1),
    nearest: (word) => {
      const key = folded(word)
      if (key.length < lengthMin || key.length > lengthMax || !/^[a-z]+$/.test(key)) return undefined
      let most = key.length >= lengthForTwo ? 2 : 1
      const letters = lettersOf(key)
      let best: { key: string; known: Known; isSameStart: boolean } | undefined
      for (let length = Math.max(lengthMin, key.length - most); length <= Math.min(lengthMax, key.length + most); length += 1)
        for (const [candidate, known] of byLength[length]!) {
          // Each slip changes at most two letters of the set: most words are left out by that alone.
          if (bitsOf(letters ^ known.letters) > 2 * most) continue
          const slips = slipsBetween(key, candidate, most)
          if (slips > most) continue
          const isSameStart = candidate[0] === key[0]
          const isBetter = !best || slips < most || isBefore({ key: candidate, known, isSameStart }, best)
          most = slips
          if (isBetter) best = { key: candidate, known, isSameStart }
        }
      return best?.known.written
    },
  }
}

type Found = { key: string; known: Known; isSameStart: boolean }
const isBefore = (one: Found, other: Found): boolean => {
  if (one.isSameStart !== other.isSameStart) return one.isSameStart
  if (one.known.count !== other.known.count) return one.known.count > other.known.count
  return one.key < other.key
}

/** Which letters stand in a word, one bit for each. */
const lettersOf = (key: string): number => {
  let letters = 0
  for (let at = 0; at < key.length; at += 1) letters |= 1 << (key.charCodeAt(at) - 97)
  return letters
}

const bitsOf = (letters: number): number => {
  let count = 0
  for (let left = letters; left !== 0; left &= left - 1) count += 1
  return count
}

/** Slips between two words, two neighbours swapped counting as one; more than `most` is told as `most + 1`. */
const slipsBetween = (one: string, other: string, most: number): number => {
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row]
    let least = row
    for (let at = 1; at <= other.length; at += 1) {
      const isSame = one[row - 1] === other[at - 1]
      let slips = Math.min(last[at]! + 1, next[at - 1]! + 1, last[at - 1]! + (isSame ? 0 : 1))
      const isSwapped = row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1]
      if (isSwapped) slips = Math.min(slips, before[at - 2]! + 1)
      next.push(slips)
      least = Math.min(least, slips)
    }
    if (least > most) return most + 1
    before = last
    last = next
  }
  return Math.min(last[other.length]!, most + 1)
}
