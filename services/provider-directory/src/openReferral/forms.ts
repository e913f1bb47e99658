import type { FormKind } from '@patchwork/events'
import { besideKind, formKinds, formOf, type OfferForm, type ThingTerms, thingTerms } from '../domain/form.ts'
import type { PublicOffer } from '../store/publicOffer.ts'
import type { TermLanguage } from '../taxonomy/taxonomy.ts'
import { ownTaxonomy, type Words } from './ownTaxonomy.ts'
import { type Fields, fieldsOf, listOf, said } from './said.ts'

// The form of an offer in the open feed, which has no field for it: an attribute with a term of a taxonomy of our own, and what stands beside it as the
// attribute's value.

const words: Readonly<Record<FormKind, Record<TermLanguage, Words>>> = {
  'one-to-one': {
    en: { name: 'One to one', description: 'A session for one person at a time.' },
    cy: { name: 'Un i un', description: 'Sesiwn i un person ar y tro.' },
  },
  group: {
    en: { name: 'Group', description: 'A session for several people together. A value is how many seats it has.' },
    cy: { name: 'Grŵp', description: 'Sesiwn i sawl person gyda’i gilydd. Gwerth yw nifer y seddi.' },
  },
  thing: {
    en: { name: 'Thing', description: 'A thing that people get. A value is on what terms: lent, given or sold.' },
    cy: { name: 'Peth', description: 'Peth y mae pobl yn ei gael. Gwerth yw’r telerau: lent (ar fenthyg), given (i’w roi) neu sold (ar werth).' },
  },
  space: {
    en: { name: 'Space', description: 'A room or a place to use or hire. A value is how many people it holds.' },
    cy: { name: 'Gofod', description: 'Ystafell neu le i’w ddefnyddio neu ei logi. Gwerth yw nifer y bobl y mae’n eu dal.' },
  },
  advice: {
    en: { name: 'Advice or information', description: 'Somebody who knows answers questions and tells people what there is.' },
    cy: { name: 'Cyngor neu wybodaeth', description: 'Rhywun sy’n gwybod yn ateb cwestiynau ac yn dweud wrth bobl beth sydd ar gael.' },
  },
}

const about: Readonly<Record<TermLanguage, Words>> = {
  en: { name: 'Patchwork forms of offers', description: 'What form something that is offered has, beside what it is about. An offer need not say it.' },
  cy: {
    name: 'Ffurfiau cynigion Patchwork',
    description: 'Pa ffurf sydd ar rywbeth a gynigir, ar wahân i’r hyn y mae’n ymwneud ag ef. Nid oes rhaid i gynnig ei ddweud.',
  },
}

/** The forms of offers as taxonomy terms. */
export const {
  taxonomyIn: formTaxonomy,
  termOf: formTerm,
  termsIn: formTerms,
  codeOfTerm: formOfTerm,
} = ownTaxonomy<FormKind>({ name: 'patchwork-forms', termPath: (kind) => `form/${kind}`, about, codes: formKinds, words })

type PartId = (offerId: string, part: string) => string

/** None where an offer does not say its form. */
export const toFormAttributes = ({ offerId, form }: PublicOffer, { language, partId }: { language: TermLanguage; partId: PartId }): Fields[] => {
  if (form === undefined) return []
  const term = formTerm(form.kind, language)
  return [
    said({
      id: partId(offerId, 'attribute/form'),
      link_id: offerId,
      link_type: 'service',
      taxonomy_term_id: term.id,
      value: besideKind(form),
      taxonomy_term: term,
    }),
  ]
}

/** The form that a service of a feed names with a term of ours, the first where it names several; undefined where it names none. */
export const formOfService = (service: Fields): OfferForm | undefined => {
  for (const { taxonomy_term_id: id, taxonomy_term: term, value } of listOf(service.attributes)) {
    const termId = id ?? fieldsOf(term)?.id
    const kind = typeof termId === 'string' ? formOfTerm(termId.trim().toLowerCase()) : undefined
    if (kind !== undefined) return formOf(kind, typeof value === 'string' || typeof value === 'number' ? String(value) : undefined)
  }
  return undefined
}

/** What people write in a column about it; each kind's own names among them. */
const patterns: Readonly<Record<FormKind, RegExp>> = {
  'one-to-one': /\b(?:one|1)[- ]?(?:to|2|:|-)[- ]?(?:one|1)\b|\bindividual(?:ly)?\b|\bun i un\b/i,
  group: /\bgroups?\b|\bclass(?:es)?\b|\bworkshops?\b|\bgrŵp\b/i,
  thing: /\bthings?\b|\b(?:item|equipment|goods)\b|\bpeth\b/i,
  space: /\bspaces?\b|\b(?:room|hall|venue)\b|\bgofod\b/i,
  advice: /\badvice\b|\binformation\b|\bcyngor\b/i,
}
const termPatterns: Readonly<Record<ThingTerms, RegExp>> = {
  lent: /\b(?:lent|lend|loan|borrow)\b|\bfenthyg\b/i,
  given: /\b(?:given?|gift)\b|\bi.w roi\b/i,
  sold: /\b(?:sold|for sale)\b|\bar werth\b/i,
}

/**
 * The form that a row of a list says: in words, with the seats of a group and how many people a space holds in numbers of their own. A number alone says the
 * kind it belongs to. Words that mean several kinds, or none that is known, say nothing.
 */
export const formInWords = ({ form = '', seats, people }: { form?: string; seats?: string; people?: string }): OfferForm | undefined => {
  const meant = formKinds.filter((kind) => patterns[kind].test(form))
  const terms = thingTerms.filter((one) => termPatterns[one].test(form))
  const [kind, another] = meant.length > 0 ? meant : terms.length > 0 ? (['thing'] as const) : form.trim() === '' ? kindsOfNumbers({ seats, people }) : []
  if (kind === undefined || another !== undefined) return undefined
  return formOf(kind, kind === 'group' ? seats : kind === 'space' ? people : terms.length === 1 ? terms[0] : undefined)
}

/** A number that is none says no kind either. */
const kindsOfNumbers = ({ seats, people }: { seats: string | undefined; people: string | undefined }): FormKind[] => [
  ...(besideKind(formOf('group', seats)) === undefined ? [] : ['group' as const]),
  ...(besideKind(formOf('space', people)) === undefined ? [] : ['space' as const]),
]
