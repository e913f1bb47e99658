import { Parser } from 'htmlparser2'

const breaksAround = new Set(
  'address article aside blockquote dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul'.split(' '),
)
const unseen = new Set(['script', 'style', 'template', 'noscript', 'head', 'svg', 'iframe', 'object'])
const looksLikeHtml = /<\/?[a-z][^<>]*>|&(?:#\d+|#x[\da-f]+|[a-z]+\d*);/i
// biome-ignore lint/suspicious/noControlCharactersInRegex: leaving them out is the point
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u2028\u2029\ufeff]/g
/** What those who publish a feed put in the place of a person's address or number. */
const word = /[^\s<>()]+/g
const madeUpNumber = /(?:\+44|0)\s*7700\s*900\s*\d{3}/g

/** Whether a contact was made up in the place of a real one: it must be shown to nobody and written to by nobody. */
export const isMadeUp = (text: string): boolean => /redacted-/i.test(text) || /7700\s*900\s*\d{3}/.test(text)

/**
 * The words of a text that may be HTML: paragraphs and list entries on lines of their own, everything else as it reads, nothing that a browser would
 * act on. Contacts that were made up in the place of real ones are left out.
 */
export const plainWords = (text: string): string =>
  withoutMadeUp(looksLikeHtml.test(text) ? withoutMarkup(text) : text)
    .replaceAll('\r\n', '\n')
    .replaceAll(control, '')
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()

// Word by word, so that it takes no longer than the text is long, whatever stands in it.
const withoutMadeUp = (text: string): string =>
  (/redacted-/i.test(text) ? text.replaceAll(word, (one) => (/redacted-/i.test(one) && one.includes('@') ? '' : one)) : text).replaceAll(madeUpNumber, '')

/** The same on one line. */
export const plainLine = (text: string): string => plainWords(text).replaceAll(/\s+/g, ' ')

const withoutMarkup = (html: string): string => {
  const parts: string[] = []
  let hiddenDepth = 0
  const parser = new Parser(
    {
      onopentag: (name) => {
        if (unseen.has(name)) hiddenDepth += 1
        else if (name === 'li') parts.push('\n- ')
        else if (name === 'br' || breaksAround.has(name)) parts.push('\n')
        else if (name === 'td' || name === 'th') parts.push(' ')
      },
      ontext: (words) => {
        if (hiddenDepth === 0) parts.push(words.replaceAll(/\s+/g, ' '))
      },
      onclosetag: (name) => {
        if (unseen.has(name)) hiddenDepth = Math.max(0, hiddenDepth - 1)
        else if (name === 'p') parts.push('\n\n')
        else if (name !== 'br' && name !== 'li' && breaksAround.has(name)) parts.push('\n')
      },
    },
    { decodeEntities: true },
  )
  parser.end(html)
  return parts.join('').replaceAll(/\n- \s*(?=\n|$)/g, '\n')
}

/** At most so many characters, cut after a sentence, else between words; whether anything was cut. */
export const shortened = (text: string, lengthMax: number): { words: string; isShortened: boolean } => {
  if (text.length <= lengthMax) return { words: text, isShortened: false }
  const cut = text.slice(0, lengthMax - 1)
  const sentence = Math.max(cut.lastIndexOf('. '), cut.lastIndexOf('.\n'), cut.lastIndexOf('\n'))
  const end = sentence > lengthMax / 2 ? sentence + 1 : cut.lastIndexOf(' ')
  return { words: `${(end > lengthMax / 2 ? cut.slice(0, end) : cut).trimEnd().toWellFormed()}…`, isShortened: true }
}
