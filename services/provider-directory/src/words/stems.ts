import { DatabaseSync } from 'node:sqlite'

/** How the index makes words of texts: English stems, no accents. What is asked has to be cut the same way. */
export const tokenizer = 'porter unicode61 remove_diacritics 2'
const rememberedMax = 20_000

/** Gives what the index makes of a word, asked of SQLite itself so that there is one stemmer and not two that differ. Some microseconds. */
export const openStems = (): ((word: string) => string) => {
  const database = new DatabaseSync(':memory:')
  database.exec(`create virtual table stems using fts5(word, tokenize='${tokenizer}'); create virtual table terms using fts5vocab(stems, instance)`)
  const put = database.prepare('insert into stems(rowid, word) values (1, ?)')
  const read = database.prepare('select term from terms order by offset')
  const clear = database.prepare('delete from stems')
  const remembered = new Map<string, string>()
  return (word) => {
    const known = remembered.get(word)
    if (known !== undefined) return known
    put.run(word)
    const stem = (read.all() as { term: string }[]).map(({ term }) => term).join(' ')
    clear.run()
    if (remembered.size >= rememberedMax) remembered.clear()
    remembered.set(word, stem)
    return stem
  }
}
