import { createSpelling, folded, wordsIn } from '../words/spelling.ts'
import type { Wards } from './wards.ts'

/** A place that has a name: where its middle lies, and the wards that it has a part in. */
export type NamedPlace = { name: string; latitude: number; longitude: number; wardCodes: readonly string[] }
export type PlaceNames = {
  /**
   * What somebody means by a name: a town of the council area, a ward or one of the several that a ward is called after, or the first words of such (`Sale`
   * of Sale Central and Sale Moor). Letter case, accents and signs do not matter, `Saint` is `St`, and a slip of the finger is forgiven. Undefined when nothing here is called so.
   */
  find(words: string): NamedPlace | undefined
}

type Part = { name: string; key: string; wardCode: string; latitude: number; longitude: number }

/** How names are compared: their words, folded. */
const keyOf = (name: string): string =>
  wordsIn(name)
    .map(folded)
    .map((word) => (word === 'saint' ? 'st' : word))
    .join(' ')
/** Fewer letters are the beginning of too much. */
const beginningMin = 3

/** The names of towns, each with its middle, and those that the wards give. Of one name a town's stands before a ward's. */
export const openPlaceNames = (wards: Wards, towns: readonly Omit<NamedPlace, 'wardCodes'>[]): PlaceNames => {
  // A ward is often called after several places: Hale Barns & Timperley South.
  const parts = wards.list.flatMap(({ wardCode, name }): Part[] => {
    const middle = wards.middleOf(wardCode)
    if (!middle) return []
    return [name, ...name.split(/\s+(?:&|and)\s+/)].map((part) => ({ name: part, key: keyOf(part), wardCode, ...middle }))
  })
  const wardsCalled = (key: string) => parts.filter((part) => part.key === key || part.key.startsWith(`${key} `)).map(({ wardCode }) => wardCode)
  const townsByKey = new Map(
    towns.map(({ name, latitude, longitude }) => {
      const own = wards.at(latitude, longitude)?.wardCode
      const wardCodes = [...new Set([...wardsCalled(keyOf(name)), ...(own === undefined ? [] : [own])])]
      return [keyOf(name), { name, latitude, longitude, wardCodes }]
    }),
  )
  const spelling = createSpelling()
  const known = new Set<string>()
  for (const { name } of [...towns, ...parts]) {
    spelling.add(name)
    for (const word of keyOf(name).split(' ')) known.add(word)
  }

  const called = (key: string): NamedPlace | undefined => {
    const exact = parts.filter((part) => part.key === key)
    const begun = exact.length === 0 && key.length >= beginningMin ? parts.filter((part) => part.key.startsWith(`${key} `)) : exact
    return townsByKey.get(key) ?? together(key, begun)
  }
  return {
    find: (words) => {
      const key = keyOf(words)
      if (key === '') return undefined
      const mended = key
        .split(' ')
        .map((word) => (known.has(word) ? word : keyOf(spelling.nearest(word) ?? word)))
        .join(' ')
      return called(key) ?? called(mended)
    },
  }
}

const together = (key: string, parts: readonly Part[]): NamedPlace | undefined => {
  const [first] = parts
  if (!first) return undefined
  const byWard = [...new Map(parts.map((part) => [part.wardCode, part])).values()]
  const mean = (of: (part: Part) => number) => byWard.reduce((sum, part) => sum + of(part), 0) / byWard.length
  return {
    // What several begin with is written as they write it.
    name: byWard.length === 1 ? first.name : wordsIn(first.name).slice(0, key.split(' ').length).join(' '),
    latitude: mean(({ latitude }) => latitude),
    longitude: mean(({ longitude }) => longitude),
    wardCodes: byWard.map(({ wardCode }) => wardCode),
  }
}
