import { z } from 'zod'

/**
 * Languages that people here are offered to choose from: those of Britain with British Sign Language, then the main languages that most people named in the
 * Census 2021 of England and Wales (ONS, TS024), by their ISO 639 codes.
 */
export const commonLanguages = [
  ...(['en', 'cy', 'bfi'] as const),
  ...(['ar', 'bn', 'bg', 'el', 'es', 'fa', 'fr', 'gu', 'hi', 'hu', 'it', 'ku', 'lt', 'ne', 'pa', 'phr', 'pl', 'ps', 'pt', 'ro', 'ru'] as const),
  ...(['so', 'ta', 'tr', 'uk', 'ur', 'vi', 'yue', 'zh'] as const),
] as const

const english = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })
/** Codes for no language in particular, which are named all the same. */
const ofNone: ReadonlySet<string> = new Set(['mul', 'und', 'zxx', 'mis'])
const common: ReadonlySet<string> = new Set(commonLanguages)

/** The code of a language in its one form: `cy` of `cym` or `CY`; undefined for what is no code of a language that Unicode's CLDR or the list above knows. */
export const languageCode = (written: string): string | undefined => {
  const lower = written.trim().toLowerCase()
  if (!/^[a-z]{2,3}$/.test(lower)) return undefined
  const [code = lower] = Intl.getCanonicalLocales(lower)
  return !ofNone.has(code) && (common.has(code) || english.of(code) !== undefined) ? code : undefined
}

/** A language by its ISO 639 code, in its shortest form. */
export const LanguageCode = z
  .string()
  .regex(/^[A-Za-z]{2,3}$/, { error: 'Give a language by its ISO 639 code, like cy, pl or bfi.' })
  .transform((value, context) => {
    const code = languageCode(value)
    if (code !== undefined) return code
    context.addIssue({ code: 'custom', message: 'There is no such language. Give its ISO 639 code, like cy, pl or bfi.', params: { code: 'unknown-language' } })
    return z.NEVER
  })

export type NamingLocale = 'en' | 'cy'
/** Names that CLDR lacks, or has otherwise than people here say. */
const ownNames: Readonly<Record<NamingLocale, Readonly<Record<string, string>>>> = {
  en: { bfi: 'British Sign Language', bn: 'Bengali', phr: 'Pahari', zh: 'Mandarin Chinese' },
  cy: { bfi: 'Iaith Arwyddion Prydain', bn: 'Bengaleg', phr: 'Pahari', zh: 'Tsieinëeg Mandarin' },
}
const names = { en: english, cy: new Intl.DisplayNames('cy', { type: 'language', fallback: 'none' }) }

/** What a language is called in English or Welsh; its code where it has no name. */
export const languageName = (code: string, locale: NamingLocale = 'en'): string => ownNames[locale][code] ?? names[locale].of(code) ?? code

/** Other words for the same, in small letters. */
const otherNames: Readonly<Record<string, string>> = {
  ...{
    bsl: 'bfi',
    'british sign language (bsl)': 'bfi',
    chinese: 'zh',
    mandarin: 'zh',
    farsi: 'fa',
    panjabi: 'pa',
    bangla: 'bn',
    sylheti: 'bn',
    kurmanji: 'ku',
  },
  ...{ mirpuri: 'phr', pothwari: 'phr', cymraeg: 'cy', iap: 'bfi' },
}
const letters = 'abcdefghijklmnopqrstuvwxyz'
let named: ReadonlyMap<string, string> | undefined

/** The language that a name in English or Welsh, or a code, means; undefined where it means none. Names are known of those with a code of two letters. */
export const languageNamed = (written: string): string | undefined => {
  named ??= new Map(
    [...commonLanguages, ...[...letters].flatMap((first) => [...letters].map((second) => first + second))].flatMap((code) => {
      const known = languageCode(code)
      return known === undefined ? [] : (['en', 'cy'] as const).map((locale): [string, string] => [languageName(known, locale).toLowerCase(), known])
    }),
  )
  const lower = written.normalize('NFC').trim().toLowerCase()
  return otherNames[lower] ?? named.get(lower) ?? languageCode(lower)
}
