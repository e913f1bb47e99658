import type { Category, Track } from '@patchwork/events'

// The first line that matches is taken, so narrow kinds of help stand before wide ones.
const rules: readonly [RegExp, Category, Track][] = [
  [/food ?bank|food parcel|pantry|hunger|soup kitchen/, 'food', 'be-helped'],
  [/cancer|hospice|palliative|\bdeaf|hard of hearing|\bblind|spina bifida|eczema/, 'health', 'be-helped'],
  [/mental (?:health|ill|well)|counsell|bereave|depression|suicid|anxiety|psycholog|psychother/, 'mental-health', 'be-helped'],
  [/homeless|housing|almshouse|hostel|rough sleep|refuge\b|homes? for /, 'housing', 'be-helped'],
  [/befriend|lonel|social isolation|isolated|companionship/, 'befriending', 'be-helped'],
  [/community transport|transport for|car scheme|dial-a-ride/, 'transport', 'be-helped'],
  [
    /citizens advice|\bdebt|welfare rights|legal advice|money advice|advice and (?:information|support)|information and advice|benefits advice/,
    'advice-and-money',
    'be-helped',
  ],
  [
    /disab|hospital\b|dementia|alzheimer|visual(?:ly)? impair|autis|nursing|patients|\bhiv\b|epilep|stroke|sclerosis|addict|alcohol|drug|syndrome|health(?: |-)?(?:care|service|information|promotion|advice)/,
    'health',
    'be-helped',
  ],
  [/\bcarers?\b|elderly|older (?:people|adults)|old people|pensioner|\bover (?:50|60)s?\b(?! years)|retired people/, 'befriending', 'be-helped'],
  [
    /nursery|pre-?school|playgroup|toddler|childmind|child ?care|famil(?:y|ies)|parents|children|young people|\byouth|scout|guides|girls|boys/,
    'children-and-families',
    'be-helped',
  ],
  [
    /\bsports?\b|football|cricket|rugby|swimming|tennis|bowling|boxing|athletic|gymnast|rowing|golf|netball|lacrosse|recreation ground|leisure/,
    'sport-and-leisure',
    'join-in',
  ],
  [/gardening|allotment|horticult|community garden/, 'garden-and-home', 'join-in'],
  [/poverty|people in need|hardship/, 'advice-and-money', 'be-helped'],
  [/\bschool|education|training|employment|scholarship|student|learning|teaching|university|college/, 'learning-and-work', 'be-helped'],
]

// Names that say what something is, whatever good it does besides.
const namesOnly: readonly [RegExp, Category, Track][] = [
  [/\bhealth|medical/, 'health', 'be-helped'],
  [
    /church|chapel|gospel|christ|bible|ministr|diocese|diocesan|methodist|baptist|parish|clergy|mosque|masjid|muslim|islam|synagogue|jewish|\bjews\b|hindu|sikh|buddh|quaker|chabad|lubavitch|\bbeth\b|kollel|congregation/,
    'community-groups',
    'join-in',
  ],
  [/\bchoir|choral|orchestra|\bband\b|theatre|drama|opera|music|singers|\bdance|\barts?\b|festival|\bfilm|video society/, 'community-groups', 'join-in'],
  [
    /civic society|histor|heritage|museum|\banimals?\b|wildlife|gardens? (?:charitable )?trust|women'?s institute|rotary|lions club|round table/,
    'community-groups',
    'join-in',
  ],
]

type Kind = { category: Category; track: Track }

/** The kind of help that a name points to, else the words beside it; undefined when neither points anywhere in particular. */
export const kindByWords = (name: string, words: string): Kind | undefined => ruleFor(rules, name) ?? ruleFor(namesOnly, name) ?? ruleFor(rules, words)

/** The same for a charity, which is a community group when nothing says more. */
export const charityCategory = (name: string, activities: string): Kind => kindByWords(name, activities) ?? { category: 'community-groups', track: 'join-in' }

const ruleFor = (from: typeof rules, words: string): Kind | undefined => {
  const [, category, track] = from.find(([pattern]) => pattern.test(words.toLowerCase())) ?? []
  return category && track ? { category, track } : undefined
}
