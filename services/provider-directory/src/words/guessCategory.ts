import type { Category } from '@patchwork/events'
import { kindByWords } from '../openData/charityCategory.ts'

// What neighbours, sole traders and small groups call what they do, in English and Welsh. The first line that matches is taken, so narrow kinds stand
// before wide ones; the words that charities use of themselves are those of the open data.
const rules: readonly [RegExp, Category][] = [
  [/lunch|supper|\bmeals?\b|\bcook|\bfood|breakfast|\bdinner|\bbak(?:e|ed|ing)\b|\bbread\b|\bcinio\b|\bbwyd|\bpryd(?:au)?\b|\bcoginio/, 'food'],
  [/personal care|\bwash(?:ing)? and dress|home ?care|care at home|home help|carer at home|gofal (?:personol|cartref|gartref)/, 'care-at-home'],
  [/\blifts?\b|\bdriv(?:e|er|ing)\b|minibus|hospital run|\bcludiant|\bbws mini/, 'transport'],
  [/memory caf|dementia|stroke group/, 'health'],
  [
    /\bmow|\bweed|garden|\bhedge|\blawn|\bfences?\b|\bsheds?\b|handy ?(?:man|woman|person)|repair|\bdiy\b|joiner|plumb|decorat|clean|ironing|gardd|atgyweirio|glanhau/,
    'garden-and-home',
  ],
  [/\bwalk|yoga|pilates|tai chi|\bdanc|\bswim|\bgym\b|exercise|keep fit|bowls|football|cricket|cerdded|nofio|dawns/, 'sport-and-leisure'],
  [/stay and play|toddler|babies|playgroup|after.school|\bplant bach\b|cylch meithrin/, 'children-and-families'],
  [/computer|reading group|\bclass(?:es)?\b|\blessons?\b|learn|\btutor|\bcv\b|job ?club|dysgu|gwersi/, 'learning-and-work'],
  [/\bforms?\b|\bdebt|benefits|budgeting|\badvice\b|cyngor ar/, 'advice-and-money'],
  [/company\b|\bchat\b|befriend|\bvisit(?:s|ing|ors)?\b|\bphone calls?\b|cwmni|sgwrs|ymweld/, 'befriending'],
  [
    /choir|\bsing|craft|\bknit|sew|coffee morning|caf[eé]|book club|\bband\b|\bart\b|\bclub\b|\bgroup\b|\bcôr\b|\bcanu\b|crefft|\bclwb\b|\bgrŵp\b/,
    'community-groups',
  ],
]

/** The kind that an offer's own words point to, its name before what is said of it; `other` where they point nowhere. */
export const guessCategory = (name: string, description: string): Category =>
  ruleFor(name) ?? kindByWords(name, '')?.category ?? ruleFor(description) ?? kindByWords('', description)?.category ?? 'other'

const ruleFor = (words: string): Category | undefined => rules.find(([pattern]) => pattern.test(words.toLowerCase()))?.[1]
