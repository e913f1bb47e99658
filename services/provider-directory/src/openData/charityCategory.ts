import type { Category, Track } from '@patchwork/events'

// The first line that matches is taken, so narrow kinds of help stand before wide ones.
const rules: readonly [RegExp, Category, Track][] = [
  [/food ?bank|food parcel|pantry|hunger|soup kitchen/, 'food', 'be-helped'],
  [/mental (?:health|ill|well)|counsell|bereave|depression|suicid|anxiety|psycholog|psychother/, 'mental-health', 'be-helped'],
  [/homeless|housing|almshouse|hostel|rough sleep|refuge\b/, 'housing', 'be-helped'],
  [/befriend|lonel|social isolation|isolated|companionship/, 'befriending', 'be-helped'],
  [/minibus|community transport|transport (?:for|to) |car scheme/, 'transport', 'be-helped'],
  [
    /citizens advice|\bdebt|welfare rights|legal advice|money advice|advice and (?:information|support)|information and advice|benefits advice/,
    'advice-and-money',
    'be-helped',
  ],
  [
    /disab|hospice|hospital|cancer|dementia|alzheimer|\bblind|visual(?:ly)? impair|\bdeaf|autis|palliative|nursing|patients|\bhiv\b|epilep|stroke|sclerosis|addict|alcohol|drug|syndrome|\bhealth/,
    'health',
    'be-helped',
  ],
  [/\bcarers?\b|elderly|older people|old people|pensioner|over 50|retired/, 'befriending', 'be-helped'],
  [
    /nursery|pre-?school|playgroup|toddler|childmind|child ?care|famil(?:y|ies)|parents|children|young people|\byouth|scout|guides|girls|boys/,
    'children-and-families',
    'be-helped',
  ],
  [
    /\bsports?\b|football|cricket|rugby|swimming|tennis|bowling|athletic|gymnast|rowing|golf|netball|lacrosse|recreation ground|leisure/,
    'sport-and-leisure',
    'join-in',
  ],
  [/garden|allotment|horticult/, 'garden-and-home', 'join-in'],
  [/poverty|in need|hardship/, 'advice-and-money', 'be-helped'],
  [/\bschool|education|training|employment|scholarship|student|learning|teaching|university|college/, 'learning-and-work', 'be-helped'],
]

type Kind = { category: Category; track: Track }

/** The kind of help that a name points to, else the words beside it; undefined when neither points anywhere in particular. */
export const kindByWords = (name: string, words: string): Kind | undefined => ruleFor(name) ?? ruleFor(words)

/** The same for a charity, which is a community group when nothing says more. */
export const charityCategory = (name: string, activities: string): Kind => kindByWords(name, activities) ?? { category: 'community-groups', track: 'join-in' }

const ruleFor = (words: string): Kind | undefined => {
  const [, category, track] = rules.find(([pattern]) => pattern.test(words.toLowerCase())) ?? []
  return category && track ? { category, track } : undefined
}
