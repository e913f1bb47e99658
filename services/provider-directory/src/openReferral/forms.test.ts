import fc from 'fast-check'
import { formKinds } from '../domain/form.ts'
import { anyForm } from '../domain/testExamples.ts'
import { fromOpenReferral } from '../import/fromOpenReferral.ts'
import { publicOffer } from '../store/testOffers.ts'
import { formInWords, formOfService, formTaxonomy, formTerm, formTerms } from './forms.ts'
import { feedPartsOf } from './parts.ts'
import type { Fields } from './said.ts'
import { toFullService } from './service.ts'
import { termOf } from './terms.ts'

const around = (language: 'en' | 'cy') => ({
  districtName: 'Trafford',
  wardName: () => undefined,
  clockOffset: '+00:00',
  termsOf: () => [termOf('food', language)],
  language,
})
const attributesOf = (service: Fields) => service.attributes as Fields[]

test('D2 the form of an offer leaves by the open feed and comes in again equal, in either language, beside its kind', () =>
  fc.assert(
    fc.property(fc.option(anyForm, { nil: undefined }), fc.constantFrom('en' as const, 'cy' as const), (form, language) => {
      const service = toFullService(publicOffer(1, { category: 'food', ...(form ? { form } : {}) }), around(language))
      const read = fromOpenReferral({ value: JSON.parse(JSON.stringify(service)), isTooLarge: false })
      const { form: came, category } = 'record' in read ? read.record : {}
      expect({ form: came, category }).toEqual({ form, category: 'food' })
    }),
  ))
test('D2 it leaves as a term of a taxonomy of our own, with the seats as its value; an offer that does not say it has no such attribute', () => {
  const service = toFullService(publicOffer(1, { form: { kind: 'group', seats: 12 } }), around('en'))
  expect(attributesOf(service)).toMatchObject([
    { taxonomy_term_id: termOf('food').id },
    { link_type: 'service', taxonomy_term_id: formTerm('group').id, value: '12', taxonomy_term: { name: 'Group', taxonomy_id: formTaxonomy().id } },
  ])
  expect(attributesOf(toFullService(publicOffer(1, { form: { kind: 'group' } }), around('en')))[1]).not.toHaveProperty('value')
  expect(attributesOf(toFullService(publicOffer(1), around('en')))).toHaveLength(1)
})
test('D2 terms have one id in both languages, and words in each', () => {
  expect(formTerms('cy').map(({ id }) => id)).toEqual(formTerms('en').map(({ id }) => id))
  expect(new Set([...formTerms('cy'), ...formTerms('en')].map(({ name }) => name)).size).toBe(2 * formKinds.length)
})
test('D2 a list of the open feed is asked for by the form that an offer says, and by what a record brought in its place', () => {
  const form = { kind: 'space' as const, people: 40 }
  expect(feedPartsOf(publicOffer(1, { form })).terms).toMatchObject([{ id: formTerm('space').id, taxonomyId: formTaxonomy().id }])
  const attributes = [{ taxonomy_term: { id: 'theirs', name: 'Hall', description: 'Hall' } }]
  expect(feedPartsOf(publicOffer(1, { form, given: { attributes } })).terms.map(({ id }) => id)).toEqual(['theirs'])
})
test.each([
  [{ attributes: [{ taxonomy_term_id: formTerm('group').id.toUpperCase(), value: 12 }] }, { kind: 'group', seats: 12 }],
  [{ attributes: [{ taxonomy_term: { id: formTerm('group').id }, value: 'a dozen' }] }, { kind: 'group' }],
  [{ attributes: [{ taxonomy_term_id: formTerm('group').id, value: '501' }] }, { kind: 'group' }],
  [{ attributes: [{ taxonomy_term: { name: 'Group', id: 'of-another' } }] }, undefined],
  [{ attributes: 'Group' }, undefined],
  [{}, undefined],
])('D2 of other feeds a form is read by our terms alone: %j', (service, form) => expect(formOfService(service)).toEqual(form))

test('X1 the form of an offer, written in a row in either language, is read equal', () =>
  fc.assert(
    fc.property(anyForm, fc.constantFrom('en' as const, 'cy' as const), (form, language) => {
      const terms = { en: { lent: 'lent', given: 'given away', sold: 'for sale' }, cy: { lent: 'ar fenthyg', given: 'i’w roi', sold: 'ar werth' } }[language]
      const beside = form.kind === 'thing' && form.terms ? `, ${terms[form.terms]}` : ''
      const row = {
        form: `${formTerm(form.kind, language).name}${beside}`,
        ...(form.kind === 'group' && form.seats ? { seats: String(form.seats) } : {}),
        ...(form.kind === 'space' && form.people ? { people: String(form.people) } : {}),
      }
      expect(formInWords(row)).toEqual(form)
    }),
  ))
test.each([
  [{ form: '1:1 session' }, { kind: 'one-to-one' }],
  [{ form: 'one-to-one' }, { kind: 'one-to-one' }],
  [{ form: '1-2-1' }, { kind: 'one-to-one' }],
  [
    { form: 'Craft class', seats: ' 12 ' },
    { kind: 'group', seats: 12 },
  ],
  [{ form: 'Group', seats: '12.5' }, { kind: 'group' }],
  [{ form: 'Group', people: '40' }, { kind: 'group' }],
  [{ form: 'To borrow' }, { kind: 'thing', terms: 'lent' }],
  [{ form: 'Lent or for sale' }, { kind: 'thing' }],
  [
    { form: 'Room for hire', people: '40' },
    { kind: 'space', people: 40 },
  ],
  [{ form: 'One to one, or in a group' }, undefined],
  [{ form: 'One to one, or in a group, or to borrow' }, undefined],
  // A town.
  [{ form: 'Sale' }, undefined],
  [{ form: 'Whatever you like', seats: '12' }, undefined],
  [{ seats: '12' }, { kind: 'group', seats: 12 }],
  [{ people: '40' }, { kind: 'space', people: 40 }],
  [{ seats: '12', people: '40' }, undefined],
  [{ seats: 'plenty' }, undefined],
  [{}, undefined],
])('X1 a form is read of a row where it is plain: %j', (row, form) => expect(formInWords(row)).toEqual(form))
