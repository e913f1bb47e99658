// What open data files did to the words that charities wrote: line breaks dropped, so that sentences and lines run into each other, and texts in capitals.

// Written so on purpose.
const asWritten = new Set(['IAMRoadSmart', 'CofE', 'SrebrenicaMacFest', 'femSTEM', 'blueSCI', 'GreaterSport'])
// In capitals nothing shows where a break was: these were found by reading.
const grownTogether: readonly [RegExp, string][] = [
  [/\bSOCIETYRESEARCH\b/g, 'SOCIETY. RESEARCH'],
  [/\bPEOPLEIN\b/g, 'PEOPLE IN'],
  [/\bSCHOOLBUT\b/g, 'SCHOOL BUT'],
  [/\bANDMENTORING\b/g, 'AND MENTORING'],
  [/\bEXPERIENCEPROGRAMMES\b/g, 'EXPERIENCE PROGRAMMES'],
  [/\bFACILITIESAND\b/g, 'FACILITIES AND'],
  [/\bANA LTERNATIVE\b/g, 'AN ALTERNATIVE'],
  [/\beveryonebelongs\b/g, 'everyone belongs'],
  [/\bcommunityneeds\b/g, 'community needs'],
  [/\bGreaterManchester\b/g, 'Greater Manchester'],
  [/\bgroupsthe\b/g, 'groups. the'],
  [/\bfaithhelp\b/g, 'faith. Help'],
  // A bullet that was read in another encoding.
  [/ÔÇÓ/g, ' • '],
]
const abbreviation = /^(?:[\p{L}]\.)+[\p{L}]?\.?$|https?:|www\.|@|\.(?:co|com|org|net|uk)\b/u

/** Puts a space, and where a line began a full stop, back between what has run together. */
export const parted = (text: string): string =>
  grownTogether
    .reduce((words, [together, apart]) => words.replaceAll(together, apart), text)
    .split(' ')
    .map((word) => {
      if (asWritten.has(word.replaceAll(/[^\p{L}]/gu, '')) || abbreviation.test(word)) return word
      return word
        .replaceAll(/(\p{Ll}{3,})(\p{Lu}\p{Ll}|\p{Lu}{3,})/gu, '$1. $2')
        .replaceAll(/(\p{Ll}{3,})(A|8)(\b|pm)/gu, '$1. $2$3')
        .replaceAll(/(\p{L}{2,}['’]?[)\]?]?)([.;:,!?])(?=\p{L}|\((?:\p{L}|\d)\))/gu, '$1$2 ')
        .replaceAll(/([.;:,])(\p{L}\))(?=\p{L})/gu, '$1 $2 ')
        .replaceAll(/(\(?\p{L}\)|\(\d\))(?=\p{Lu}\p{L})/gu, '$1 ')
    })
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim()

const shoutsFrom = 0.6
const lettersMin = 12
const sentenceStart = /(?:^[-•(\s]*|(?:(?<=[\p{L}\d]{2})[.!?]|•)\s+)[("“]*\p{L}/gu

/** How people write a word within a sentence, learned from texts that are not in capitals: `manchester` is written Manchester, `nhs` NHS. */
export const spellingsOf = (texts: readonly string[]): ReadonlyMap<string, string> => {
  const counts = new Map<string, Map<string, number>>()
  for (const text of texts.filter((one) => !shouts(one)))
    for (const [, word] of text.matchAll(/(?<=[\p{Ll},] )(\p{L}[\p{L}'’]*)/gu)) {
      const lower = word!.toLowerCase()
      const forms = counts.get(lower) ?? new Map<string, number>()
      counts.set(lower, forms.set(word!, (forms.get(word!) ?? 0) + 1))
    }
  return new Map([...counts].map(([lower, forms]) => [lower, [...forms].sort(([, one], [, other]) => other - one)[0]![0]]))
}

const shouts = (text: string): boolean => {
  const letters = text.match(/\p{L}/gu) ?? []
  return letters.length >= lettersMin && letters.filter((letter) => /\p{Lu}/u.test(letter)).length / letters.length > shoutsFrom
}

// Names that stand in texts in capitals alone.
const names = new Map(
  'Altrincham Bowdon Hale Dunham Massey Cheshire Flixton Celestial Longford John Rylands Peter Easter Warwick Davis Cherylee Houston Izzy Armstrong Phab MBE CUP CIO Carmel June Clement’s'
    .split(' ')
    .map((name) => [name.toLowerCase().replace('’', "'"), name.replace('’', "'")]),
)

/** A text in capitals as people would write it; any other text as it is. */
export const quietened = (text: string, spellings: ReadonlyMap<string, string>): string =>
  shouts(text)
    ? text
        .replaceAll(/\p{L}[\p{L}'’]*/gu, (word) => {
          const lower = word.toLowerCase()
          return names.get(lower) ?? spellings.get(lower) ?? lower
        })
        .replaceAll(sentenceStart, (start) => start.slice(0, -1) + start.slice(-1).toUpperCase())
    : text
