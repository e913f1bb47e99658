import { type AccessCode, accessCodes, ageMax } from '@patchwork/events'
import { languageName, languageNamed } from '@patchwork/http'
import type { Ages } from '../domain/suiting.ts'
import type { PublicOffer } from '../store/publicOffer.ts'
import { type Fields, listOf } from './said.ts'

// Languages, access and ages in the fields of the open standard, and back from them: what leaves in our words comes in equal.

/** The standard has words for access and no codes; these are ours, and the patterns are of what others say. */
const accessWords: Readonly<Record<AccessCode, { words: string; also: RegExp }>> = {
  'step-free': { words: 'Step-free way in', also: /\bstep[- ]?free\b|\blevel access\b|\bwheelchair(?:[- ]accessible| access| ramp)|\bramp(?:ed)?\b/i },
  lift: { words: 'Lift to every floor that is used', also: /\blift\b|\belevator\b/i },
  'accessible-toilet': { words: 'Accessible toilet', also: /\b(?:accessible|disabled|wheelchair)(?:\/\w+)? (?:toilets?|wcs?)\b/i },
  'changing-places': { words: 'Changing Places toilet', also: /\bchanging places\b/i },
  'blue-badge-parking': { words: 'Blue Badge parking', also: /\bblue badge\b|\b(?:accessible|disabled) (?:car )?parking\b/i },
  'hearing-loop': { words: 'Hearing loop', also: /\b(?:hearing|induction) loops?\b/i },
  'sign-language': { words: 'Sign language interpreter on request', also: /\bsign language\b|\bBSL\b/i },
  'quiet-space': { words: 'Quiet space', also: /\bquiet (?:space|room|area)\b/i },
  'large-print': { words: 'Large print', also: /\blarge print\b/i },
  'easy-read': { words: 'Easy read', also: /\beasy[- ]read\b/i },
  'assistance-dogs': { words: 'Assistance dogs welcome', also: /\b(?:assistance|guide) dogs?\b/i },
  companions: { words: 'Who helps you may come along without paying', also: /\b(?:carers?|companions?|personal assistants?) (?:go |come |are )?free\b/i },
}
const codeByWords: ReadonlyMap<string, AccessCode> = new Map(accessCodes.map((code) => [accessWords[code].words.toLowerCase(), code]))
/** What says that something is not there must not be read as if it were. */
const denial = /\b(?:no|not|without|isn.t|aren.t|limited|restricted|unfortunately)\b/i

type PartId = (offerId: string, part: string) => string

export const toLanguages = ({ offerId, languages = [] }: PublicOffer, partId: PartId): Fields[] =>
  languages.map((code) => ({ id: partId(offerId, `language/${code}`), service_id: offerId, name: languageName(code), code }))

/** Of a place: the standard has no access of services that come to people. */
export const toAccessibility = ({ offerId, accessibility = [] }: PublicOffer, locationId: string, partId: PartId): Fields[] =>
  accessibility.map((code) => ({ id: partId(offerId, `access/${code}`), location_id: locationId, description: accessWords[code].words }))

export const toAges = ({ ages }: PublicOffer): Fields => ({ minimum_age: ages?.from, maximum_age: ages?.to })

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined)

/** Languages of a service by code or by name, each once; undefined where none can be read. */
export const languagesOf = (service: Fields): string[] | undefined => {
  const codes = listOf(service.languages).flatMap(({ code, name, language }) => {
    const known = [code, name, language]
      .map(textOf)
      .map((words) => words && languageNamed(words))
      .find((one) => one !== undefined)
    return known ?? []
  })
  return codes.length > 0 ? [...new Set(codes)].sort().slice(0, languagesMax) : undefined
}
const languagesMax = 50

/** Facts about access of a service's places, as far as their words say them plainly. */
export const accessOf = (locations: readonly Fields[]): AccessCode[] | undefined => {
  const said = locations.flatMap(({ accessibility, accessibility_for_disabilities: former }) => [...listOf(accessibility), ...listOf(former)])
  const codes = said.flatMap((one) =>
    [one.description, one.accessibility, one.details].flatMap((value) => {
      const words = textOf(value)
      const own = words && codeByWords.get(words.toLowerCase())
      if (own) return own
      const sentences = words?.split(/[.;\n]+/).filter((sentence) => !denial.test(sentence)) ?? []
      return accessCodes.filter((code) => sentences.some((sentence) => accessWords[code].also.test(sentence)))
    }),
  )
  return codes.length > 0 ? [...new Set(codes)].sort() : undefined
}

/** Ages of a service in whole years; undefined where none are said, or where they bound nothing. */
export const agesOf = (service: Fields): Ages | undefined => {
  const [eligibility = {}] = [...listOf(service.eligibilitys), ...listOf(service.eligibility)]
  const from = yearsOf(service.minimum_age ?? eligibility.minimum_age, Math.ceil)
  const to = yearsOf(service.maximum_age ?? eligibility.maximum_age, Math.floor)
  const bounds = { ...(from !== undefined && from > 0 ? { from } : {}), ...(to !== undefined && to < ageMax ? { to } : {}) }
  return Object.keys(bounds).length === 0 || (from ?? 0) > (to ?? ageMax) ? undefined : bounds
}

/** Whole years are rounded to what is sure: from 16½ on, those of 17 are let in for certain; up to 16½, those of 16. */
const yearsOf = (value: unknown, round: (years: number) => number): number | undefined => {
  const years = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof years === 'number' && years >= 0 && years <= 150 ? Math.min(round(years), ageMax) : undefined
}
