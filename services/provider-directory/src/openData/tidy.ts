const smallWords = new Set(['a', 'an', 'and', 'at', 'by', 'for', 'from', 'in', 'of', 'on', 'or', 'the', 'to', 'with'])
const initials = new Set(
  'AFC BME BAME CE CIC CIO CPRE FC GB HIV LGBT MS NHS PFA PSA PTA PTFA RAF RC RFC RNLI RSPB RSPCA STEM UK USA WI YMCA YWCA II III IV'.split(' '),
)

/** A name written in capitals throughout, as people would write it; any other name as it is. */
export const tidyName = (name: string): string => {
  const folded = name
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\(\s+|\s+\)/g, (bracket) => bracket.trim())
    .trim()
  if (/\p{Ll}/u.test(folded)) return folded
  return folded
    .split(' ')
    .map((word, index) => {
      if (initials.has(word.replaceAll(/[^A-Z]/g, ''))) return word
      const lower = word.toLowerCase()
      if (index > 0 && smallWords.has(lower)) return lower
      // The first letter of each part: St-Mary, (Old Trafford), O'Neil but Down's.
      return lower.replaceAll(/(^|[-(&/."“]|\bmc|\bo')(\p{L})/gu, (_all, before: string, letter: string) => before + letter.toUpperCase())
    })
    .join(' ')
}

/** A telephone number in groups, with the 0 that spreadsheets lose; undefined for what is not one. */
export const phoneNumber = (text: string): string | undefined => {
  const digits = text.replaceAll(/\D/g, '')
  const full = digits.length === 10 && !digits.startsWith('0') ? `0${digits}` : digits
  if (!/^0[1-9]\d{8,9}$/.test(full)) return undefined
  if (/^0(?:1\d1|11\d)/.test(full)) return `${full.slice(0, 4)} ${full.slice(4, 7)} ${full.slice(7)}`
  if (full.startsWith('02')) return `${full.slice(0, 3)} ${full.slice(3, 7)} ${full.slice(7)}`
  if (/^0[389]/.test(full)) return `${full.slice(0, 4)} ${full.slice(4, 7)} ${full.slice(7)}`
  return `${full.slice(0, 5)} ${full.slice(5)}`
}

/** A web address with its scheme; undefined for what no browser would take. */
export const webAddress = (text: string): string | undefined => {
  if (text === '' || /\s/.test(text)) return undefined
  const address = /^https?:\/\//i.test(text) ? text : `http://${text}`
  const host = URL.canParse(address) ? new URL(address).hostname : ''
  return /^[a-z0-9.-]+\.[a-z]{2,}$/i.test(host) ? address : undefined
}
