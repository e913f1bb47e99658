import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { meanings } from '../words/meanings.ts'
import { createSpelling, wordsIn } from '../words/spelling.ts'
import { tokenizer } from '../words/stems.ts'
import { formsOf, possibleRadicalsOf } from '../words/welsh.ts'
import { toWordQuery } from './searchWords.ts'

/** How the words were matched, what was looked for instead of a slip of the finger, and other words for the same that were looked for as well. */
export type WordsFound = { words?: 'all' | 'beginning' | 'any'; corrected?: string; also?: string[] }

/** What words lead to, by the first way of asking that finds anything. */
export type FoundByWords = { ids: number[]; inName: Set<number>; ranks: Map<number, number> } & Required<Pick<WordsFound, 'words' | 'also'>> &
  Pick<WordsFound, 'corrected'>

/** Texts by number: name, kind, organisation, place, description, found by what people type. */
export type WordFinder = {
  add(id: number, texts: readonly string[]): void
  /** Forgets them; they must be those that were added. */
  remove(id: number, texts: readonly string[]): void
  /** By all the words, then all with the last as a beginning; then with what is misspelt put right; then by any of them. */
  find(text: string, exactly: boolean): FoundByWords | undefined
}

/** Past this many matches the fine order by words is left out: so common a word says little, and ordering all of them would take too long. */
const rankedHitsMax = 4_000
/** Other words for the same that a person is told of. */
const toldWordsMax = 6

/** Makes the table of the words in a database that has none. */
export const createWordFinder = (database: DatabaseSync): WordFinder => {
  database.exec(`create virtual table words using fts5(name, kind, organisation, place, description, content='', contentless_delete=1,
    tokenize='${tokenizer}')`)
  const sql = {
    add: database.prepare('insert into words(rowid, name, kind, organisation, place, description) values (?, ?, ?, ?, ?, ?)'),
    remove: database.prepare('delete from words where rowid = ?'),
    // One text instead of thousands of rows: handing rows over costs more than finding them.
    match: database.prepare('select json_group_array(rowid) as ids from words where words match ?'),
    has: database.prepare('select 1 from words where words match ? limit 1'),
    rank: database.prepare('select rowid, bm25(words, 10, 5, 3, 3, 1) from words where words match ?'),
  }
  sql.rank.setReturnArrays(true)
  const spelling = createSpelling()
  for (const word of meanings().words) spelling.add(word)

  const has = (match: string): boolean => sql.has.get(match) !== undefined

  /** The rows that the words lead to, with their tier and rank, by the first of these ways of asking that finds any. */
  const rowsBy = (typed: string, exactly: boolean, ways: readonly WordsFound['words'][]): FoundByWords | undefined => {
    const query = toWordQuery(typed, { exactly })
    if (!query) return undefined
    for (const words of ways) {
      if (words === undefined) continue
      const match = query[words]
      const ids = idsOf(sql.match, match)
      if (ids.length === 0) continue
      const ranks = new Map<number, number>()
      if (ids.length <= rankedHitsMax) for (const [id, rank] of sql.rank.all(match) as unknown as [number, number][]) ranks.set(id, Math.round(rank * 4))
      const inName = new Set(idsOf(sql.match, words === 'beginning' ? query.beginningInName : query.allInName))
      return { ids, inName, ranks, words, also: toldOf(query) }
    }
    return undefined
  }

  /** Other words for the same, as far as anything has them and they are not those that were typed. */
  const toldOf = ({ readable, words }: { readable: readonly string[]; words: readonly string[] }): string[] => {
    const asTyped = words.join(' ').toLowerCase()
    const told: string[] = []
    for (const term of readable) if (told.length < toldWordsMax && !asTyped.includes(term.toLowerCase()) && has(`"${wordsIn(term).join(' ')}"`)) told.push(term)
    return told
  }

  /** A word that nothing has: another form of a Welsh word that something has, or the nearest word that something has. */
  const mended = (word: string): string | undefined => {
    const lower = word.toLowerCase()
    if (has(`"${lower}"`)) return undefined
    for (const radical of [lower, ...possibleRadicalsOf(lower)]) for (const form of formsOf(radical)) if (form.length > 2 && has(`"${form}"`)) return form
    return meanings().isListed(lower) ? undefined : spelling.nearest(lower)
  }

  return {
    add: (id, texts) => {
      sql.add.run(id, ...texts)
      for (const text of texts) spelling.add(text)
    },
    remove: (id, texts) => {
      for (const text of texts) spelling.remove(text)
      sql.remove.run(id)
    },
    find: (text, exactly) => {
      const found = rowsBy(text, exactly, ['all', 'beginning'])
      if (found) return found
      const corrected = exactly ? text : text.normalize('NFC').replaceAll(/[\p{L}\p{M}\p{N}]+/gu, (word) => mended(word) ?? word)
      if (corrected === text.normalize('NFC')) return rowsBy(text, exactly, ['any'])
      const better = rowsBy(corrected, exactly, ['all', 'any'])
      return better ? { ...better, corrected } : rowsBy(text, exactly, ['any'])
    },
  }
}

/** The numbers of a statement that gives them as one list. */
export const idsOf = (statement: StatementSync, ...values: (string | number)[]): number[] => JSON.parse((statement.get(...values) as { ids: string }).ids)
