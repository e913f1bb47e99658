import { accessCodes } from '@patchwork/events'
import { languageName } from '@patchwork/http'
import type { Language, Translate } from '../words/words.ts'

// Whom an offer suits, by the codes that the directory has for it.

/** These by name; the languages of Britain, which most people look for, come first in lists. */
const first = ['en', 'cy', 'bfi']

/** Languages with their names, in the order in which people look for them. */
export const languagesInOrder = (codes: Iterable<string>, language: Language): { code: string; name: string }[] => {
  const place = (code: string) => (first.includes(code) ? first.indexOf(code) : first.length)
  return [...new Set(codes)]
    .map((code) => ({ code, name: languageName(code, language) }))
    .sort((one, other) => place(one.code) - place(other.code) || one.name.localeCompare(other.name, language))
}

/** 60 and over; Up to 11; 18 to 25; undefined where no age is named. */
export const agesInWords = (ages: { from?: number | undefined; to?: number | undefined } | undefined, t: Translate): string | undefined => {
  const { from, to } = ages ?? {}
  if (from === undefined) return to === undefined ? undefined : t('ages.to', { to })
  return to === undefined ? t('ages.from', { from }) : t('ages.between', { from, to })
}

type Suiting = { ages?: Parameters<typeof agesInWords>[0]; languages: readonly string[]; accessibility: readonly string[] }

/** What pages show of it, in words. */
export const suitingInWords = ({ ages, languages, accessibility }: Suiting, { t, language }: { t: Translate; language: Language }) => ({
  ages: agesInWords(ages, t),
  languages: languagesInOrder(languages, language)
    .map(({ name }) => name)
    .join(', '),
  access: accessCodes.filter((code) => accessibility.includes(code)).map((code) => t(`access.${code}`)),
})
