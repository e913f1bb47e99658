import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInstance } from 'i18next'

export const languages = ['en', 'cy'] as const
export type Language = (typeof languages)[number]

/** The words for a key (`find.title`) in the page's language; of several keys the first that there are words for. `count` chooses among plural forms. */
export type Translate = (key: string | readonly string[], values?: Readonly<Record<string, string | number>>) => string

type Words = { [key: string]: string | Words }

const pagesFolder = join(import.meta.dirname, '../pages')

/** All words of a language: the shell's, and under each page's own name those that stand in its folder. */
export const wordsOf = (language: Language): Words => {
  const words = readWords(join(import.meta.dirname, `${language}.json`))
  const names = readdirSync(pagesFolder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  for (const name of names) {
    const file = join(pagesFolder, name, `words.${language}.json`)
    if (existsSync(file)) words[name] = readWords(file)
  }
  return words
}

const readWords = (file: string): Words => JSON.parse(readFileSync(file, 'utf8'))

export type Translations = {
  in(language: Language): Translate
  /** Whether there are words of its own for a key. */
  has(key: string, language: Language): boolean
}

/** Reads every word once. English stands in where Welsh is missing; words.test.ts sees to it that it never is. */
export const openTranslations = (): Translations => {
  const i18n = createInstance()
  void i18n.init({
    initAsync: false,
    resources: Object.fromEntries(languages.map((language) => [language, { translation: wordsOf(language) }])),
    supportedLngs: [...languages],
    fallbackLng: 'en',
    nsSeparator: false,
    // The templates escape; twice would show.
    interpolation: { escapeValue: false },
  })
  const translators = new Map(languages.map((language) => [language, i18n.getFixedT(language)]))
  return {
    in: (language) => {
      const fixed = translators.get(language)!
      return (key, values) => fixed(key as string | string[], values ?? {})
    },
    has: (key, language) => i18n.exists(key, { lng: language, fallbackLng: [] }),
  }
}
