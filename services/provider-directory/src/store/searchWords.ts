const wordsMax = 12
const wordLengthMax = 40
const prefixLengthMin = 2

// Words that say nothing about what is looked for. Left out unless there is nothing else.
const emptyWords = new Set(
  'a an and are at be by can do for from have how i in is it me my near of on or our please some that the this to we what where who with you'.split(' '),
)

/** How a person's words are asked of the index: all of them, all of them with the last as a beginning, or any. Undefined when there is no word at all. */
export type WordQuery = { all: string; beginning: string; any: string; allInName: string; beginningInName: string }

/** Makes index queries from whatever was typed. Quotes, operators and signs are never passed on: only letters and digits are, each word quoted. */
export const toWordQuery = (typed: string): WordQuery | undefined => {
  const found = typed.normalize('NFC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  const telling = found.filter((word) => !emptyWords.has(word.toLowerCase()))
  const words = (telling.length > 0 ? telling : found).slice(0, wordsMax).map((word) => [...word].slice(0, wordLengthMax).join(''))
  const last = words.at(-1)
  if (last === undefined) return undefined
  const quoted = words.map((word) => `"${word}"`)
  const all = quoted.join(' AND ')
  const beginning = last.length < prefixLengthMin ? all : `${all}*`
  return { all, beginning, any: quoted.join(' OR '), allInName: `{name kind} : (${all})`, beginningInName: `{name kind} : (${beginning})` }
}
