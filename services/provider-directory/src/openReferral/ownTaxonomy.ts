import { idFor } from '@patchwork/aggregate'
import type { TermLanguage } from '../taxonomy/taxonomy.ts'

export type Words = { name: string; description: string }
type InLanguages = Record<TermLanguage, Words>

/**
 * A taxonomy of our own for the open feed. Ids follow from `name` and from `termPath` with a term's code, and never change, whatever language the words are
 * in; terms come in the order of `codes`.
 */
export const ownTaxonomy = <Code extends string>(options: {
  name: string
  termPath: (code: Code) => string
  about: Readonly<InLanguages>
  codes: readonly Code[]
  words: Readonly<Record<Code, InLanguages>>
}) => {
  const { name, termPath, about, codes, words } = options
  const id = idFor(`open-referral/taxonomy/${name}`)
  const termOf = (code: Code, language: TermLanguage = 'en') => ({
    id: idFor(`open-referral/taxonomy-term/${termPath(code)}`),
    ...words[code][language],
    taxonomy: about[language].name,
    taxonomy_id: id,
    term: code,
    language,
  })
  const codeByTerm = new Map<string, Code>(codes.map((code) => [termOf(code).id, code]))
  return {
    taxonomyIn: (language: TermLanguage = 'en') => ({ id, ...about[language] }),
    termOf,
    termsIn: (language: TermLanguage = 'en') => codes.map((code) => termOf(code, language)),
    codeOfTerm: (termId: string): Code | undefined => codeByTerm.get(termId),
  }
}
