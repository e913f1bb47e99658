import type { AssetKind, Category } from '@patchwork/events'
import { localGovernmentCodeOf, type Scheme } from './taxonomy.ts'

// Which terms of two taxonomies that others keep our kinds stand for. Codes and names are those of the published lists: the functions and services of
// http://id.esd.org.uk (Local Government Association, list of 2010 with the services of 2013), and Open Eligibility 2.0 (openeligibility.org). Both
// can be imported, and a test holds this table against them.

export type MappedTerm = {
  code: string
  name: string
  /** The term takes in more than the kind: who offers something of the kind is of the term, and not the other way round. */
  isBroader?: true
}

/**
 * The term that each kind is shown with besides our own: the nearest one that is not narrower than the kind. Where a list has only narrower ones the kind has
 * none, as its offers would be called what many of them are not: nothing stands for pharmacies, for gardens and the home, or for learning and work together.
 */
export const shownTerms: Readonly<Record<Category, Partial<Record<Scheme, MappedTerm>>>> = {
  'advice-and-money': { lga: { code: 'function/1', name: 'Advice and benefits' } },
  befriending: { 'open-eligibility': { code: '1303', name: 'Support Network' } },
  'care-at-home': { lga: { code: 'service/242', name: 'Care at home' }, 'open-eligibility': { code: '1307', name: 'In-Home Support' } },
  'care-homes': {
    lga: { code: 'function/60', name: 'Care homes, supported and sheltered housing' },
    'open-eligibility': { code: '1298', name: 'Residential Care' },
  },
  'children-and-families': { lga: { code: 'function/63', name: 'Children and family care' } },
  'community-groups': { lga: { code: 'service/297', name: 'Community support groups and organisations' } },
  food: { 'open-eligibility': { code: '1102', name: 'Food' } },
  'garden-and-home': {},
  health: { lga: { code: 'function/58', name: 'Health and social care', isBroader: true }, 'open-eligibility': { code: '1106', name: 'Health' } },
  housing: { lga: { code: 'function/66', name: 'Housing' }, 'open-eligibility': { code: '1103', name: 'Housing' } },
  'learning-and-work': {},
  libraries: { lga: { code: 'function/76', name: 'Libraries' } },
  'mental-health': { lga: { code: 'service/1284', name: 'Mental health support' } },
  pharmacies: {},
  'sport-and-leisure': { lga: { code: 'function/80', name: 'Sports and sporting venues' } },
  transport: { lga: { code: 'function/106', name: 'Community transport' }, 'open-eligibility': { code: '1105', name: 'Transit' } },
  other: {},
}

/**
 * The same of the kinds of what a place has beside services. Nothing stands for land: parks are only some of it, and the lists know plots only as allotments or
 * as what is for sale. Nothing is read the other way, as feeds bring services.
 */
export const shownTermsOfAssets: Readonly<Record<AssetKind, Partial<Record<Scheme, MappedTerm>>>> = {
  skill: { lga: { code: 'function/57', name: 'Volunteering and voluntary organisations', isBroader: true } },
  group: { lga: { code: 'service/297', name: 'Community support groups and organisations' } },
  building: { lga: { code: 'function/62', name: 'Community centres and facilities' } },
  land: {},
  money: { lga: { code: 'function/5', name: 'Grants and aid' }, 'open-eligibility': { code: '1107', name: 'Money', isBroader: true } },
  thing: { 'open-eligibility': { code: '1104', name: 'Goods' } },
}

const read = (kind: Category, ...terms: [code: string, name: string][]) => terms.map(([code, name]) => ({ kind, code, name }))

/** Terms that are narrower than a kind, or beside it: an offer that comes with one, or with one below it, is of the kind. */
export const narrowerTerms: Readonly<Record<Scheme, readonly { kind: Category; code: string; name: string }[]>> = {
  lga: [
    ...read('befriending', ['function/61', 'Carers']),
    ...read('care-homes', ['service/292', 'Adult residential care']),
    ...read('children-and-families', ['function/25', 'Early years and childcare']),
    ...read('community-groups', ['function/57', 'Volunteering and voluntary organisations'], ['function/62', 'Community centres and facilities']),
    ...read('food', ['service/315', 'Mobile meals']),
    ...read('garden-and-home', ['service/147', 'Assisted garden maintenance']),
    ...read(
      'health',
      ['function/64', 'Doctors, GPs and hospitals'],
      ['function/65', 'Health and medical advice'],
      ['service/180', 'Occupational therapy'],
      ['service/204', 'Independence support for disabled people'],
      ['service/205', 'Specialist equipment for disabled people'],
    ),
    ...read('housing', ['service/107', 'Sheltered housing']),
    ...read('learning-and-work', ['function/23', 'Education and learning'], ['function/10', 'Careers and employment']),
    ...read('mental-health', ['service/163', 'Counselling'], ['service/328', 'Bereavement support']),
    ...read('sport-and-leisure', ['function/75', 'Leisure activities']),
    ...read('transport', ['function/111', 'Public transport']),
  ],
  'open-eligibility': [
    ...read('advice-and-money', ['1107', 'Money'], ['1111', 'Legal']),
    ...read('care-at-home', ['1228', 'In-Home Support']),
    ...read('care-homes', ['1149', 'Nursing Home'], ['1153', 'Nursing Home'], ['1224', 'Nursing Home']),
    ...read(
      'children-and-families',
      ['1271', 'Adoption & Foster Care'],
      ['1279', 'Afterschool Care'],
      ['1280', 'Childcare'],
      ['1283', 'Day Camp'],
      ['1284', 'Preschool'],
      ['1302', 'Overnight Camp'],
      ['1344', 'Preschool'],
    ),
    ...read('food', ['1120', 'Emergency Food']),
    ...read('health', ['1300', 'Residential Treatment']),
    ...read('housing', ['1121', 'Emergency Shelter']),
    ...read('learning-and-work', ['1109', 'Education'], ['1110', 'Work']),
    ...read(
      'mental-health',
      ['1126', 'Psychiatric Emergency Services'],
      ['1220', 'Counseling'],
      ['1231', 'Psychiatric Emergency Services'],
      ['1288', 'Bereavement'],
      ['1304', 'Counseling'],
      ['1314', 'Bereavement'],
    ),
    ...read('sport-and-leisure', ['1285', 'Recreation']),
  ],
}

const codesOf = (scheme: Scheme): ReadonlyMap<string, Category> => {
  const shown = (Object.keys(shownTerms) as Category[]).flatMap((kind) => {
    const term = shownTerms[kind][scheme]
    return term && !term.isBroader ? [{ code: term.code, kind }] : []
  })
  return new Map([...narrowerTerms[scheme], ...shown].map(({ code, kind }) => [code, kind]))
}
const kindsByCode: Readonly<Record<Scheme, ReadonlyMap<string, Category>>> = { lga: codesOf('lga'), 'open-eligibility': codesOf('open-eligibility') }

/** The kind that a code of a taxonomy means by itself, whatever lies above it. */
export const kindOfCode = (scheme: Scheme, code: string): Category | undefined => kindsByCode[scheme].get(code)

/** The kinds that are shown with a code. */
export const kindsShownWith = (scheme: Scheme, code: string): Category[] =>
  (Object.keys(shownTerms) as Category[]).filter((kind) => shownTerms[kind][scheme]?.code === code)

/** The taxonomy and the code that a term of another feed says it is of, where it says so in words that can be known. */
export const codeSaid = (term: Readonly<Record<string, unknown>>): { scheme: Scheme; code: string } | undefined => {
  const said = [term.term_uri, term.uri, term.id, term.term, term.code].filter((value): value is string => typeof value === 'string')
  const code = said.map(localGovernmentCodeOf).find((one) => one !== undefined)
  if (code !== undefined) return { scheme: 'lga', code }
  const isOpenEligibility = [term.taxonomy, term.vocabulary].some((value) => typeof value === 'string' && /^open[\s-]*eligibility\b/i.test(value.trim()))
  const number = isOpenEligibility ? [term.code, term.term, term.id].find((value) => /^\d{3,6}$/.test(String(value))) : undefined
  return number === undefined ? undefined : { scheme: 'open-eligibility', code: String(number) }
}
