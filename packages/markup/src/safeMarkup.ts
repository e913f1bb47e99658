import { createRequire } from 'node:module'
import type sanitizeHtml from 'sanitize-html'

/** The elements that texts of the open standard use. */
const elements = ['p', 'br', 'ul', 'ol', 'li', 'strong', 'em', 'b', 'i', 'a'] as const
/** Characters that are looked at: whatever is longer is no description that anybody wrote. */
const readMax = 65_536
const addressLengthMax = 500
const depthMax = 8
const roundsMax = 5

const isUsable = (address: string): boolean => address.length <= addressLengthMax && /^(?:https?:\/\/|mailto:|tel:)[!#$&-;=?-Z_a-z~%]+$/i.test(address)

const rules: sanitizeHtml.IOptions = {
  allowedTags: [...elements],
  allowedAttributes: { a: ['href', 'rel'] },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  // Of these nothing is left, words included: they are no words to whoever reads.
  nonTextTags: [
    'script',
    'style',
    'template',
    'noscript',
    'head',
    'svg',
    'iframe',
    'object',
    'math',
    'textarea',
    'option',
    'xmp',
    'noembed',
    'noframes',
    'plaintext',
  ],
  nestingLimit: depthMax,
  transformTags: {
    // Whoever put a link into a feed is not recommended by it, and learns nothing of the page that it stood on. One that leads nowhere is no link.
    a: (_name, { href = '' }) =>
      isUsable(href.trim()) ? { tagName: 'a', attribs: { href: href.trim(), rel: 'nofollow noopener' } } : { tagName: 'span', attribs: {} },
  },
}

// With it comes a parser of style sheets: a process that meets no markup does without.
const require = createRequire(import.meta.url)
let sanitize: typeof sanitizeHtml | undefined

/**
 * What may be shown of a text that came as HTML from somewhere else: paragraphs, lists, line breaks, emphasis, and links to web pages, e-mail addresses and
 * telephone numbers; of everything else the words, and of scripts, styles, pictures and frames nothing. What it gives is whole: each element that opens
 * closes, eight deep at most. Empty for a text of more than 65,536
 * characters, and for one that is another each time it is read. A repeat changes nothing.
 */
export const safeMarkup = (html: string): string => {
  if (html === '' || html.length > readMax) return ''
  sanitize ??= require('sanitize-html') as typeof sanitizeHtml
  // Where an element is left out, those around it may meet anew: what is given is what stays as it is when it is read again.
  for (let [round, before] = [0, html]; round < roundsMax; round += 1) {
    const after = sanitize(before, rules)
    if (after === before) return after
    before = after
  }
  return ''
}
