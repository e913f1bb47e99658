// The first letters of Welsh words change after many small words: cartref, "i gartref", "fy nghartref", "ei chartref" are one word.

const soft = { ll: 'l', rh: 'r', p: 'b', t: 'd', c: 'g', b: 'f', d: 'dd', g: '', m: 'f' } as const
const nasal = { p: 'mh', t: 'nh', c: 'ngh', b: 'm', d: 'n', g: 'ng' } as const
const aspirate = { p: 'ph', t: 'th', c: 'ch' } as const
/** Two signs that are one letter: none of them begins with the letter of its first sign. */
const digraphs = ['ch', 'dd', 'ff', 'ng', 'ph', 'th']
const vowel = /^[aeiouwyâêîôûŵŷ]/

const begun = (word: string, table: Readonly<Record<string, string>>): string[] => {
  if (digraphs.some((digraph) => word.startsWith(digraph))) return []
  const letters = Object.keys(table).find((start) => word.startsWith(start))
  return letters === undefined ? [] : [table[letters] + word.slice(letters.length)]
}

/** Every form that a Welsh word takes at its beginning, the word itself first: `cartref`, `gartref`, `nghartref`, `chartref`. */
export const formsOf = (word: string): string[] => [
  ...new Set([word, ...begun(word, soft), ...begun(word, nasal), ...begun(word, aspirate), ...(vowel.test(word) ? [`h${word}`] : [])]),
]

/** The forms that a word takes inside a phrase, where only the softest change is usual: `canolfan ddydd`. */
export const formsWithin = (word: string): string[] => [...new Set([word, ...begun(word, soft)])]

const radicals: readonly (readonly [start: string, radical: string])[] = [soft, nasal, aspirate].flatMap((table) =>
  Object.entries(table).flatMap(([radical, start]): [string, string][] => (start === '' ? [] : [[start, radical]])),
)

/** The words that a word may be a changed form of; it says nothing of whether there are such words. */
export const possibleRadicalsOf = (word: string): string[] => [
  ...new Set([
    ...radicals.flatMap(([start, radical]) => (word.startsWith(start) ? [radical + word.slice(start.length)] : [])),
    ...(vowel.test(word) || /^[lr]/.test(word) ? [`g${word}`] : []),
    ...(word.startsWith('h') ? [word.slice(1)] : []),
  ]),
]
