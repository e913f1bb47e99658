import type { z } from 'zod'
import { councilNewBudgetPage } from './councilNewBudget/page.ts'
import { navigatorReferPage } from './navigatorRefer/page.ts'
import { poolProposeRulesPage } from './poolProposeRules/page.ts'
import { ListingForm } from './providerListing/form.ts'
import { NewOfferForm } from './providing/offerForm.ts'
import { NewAssetForm } from './sharing/assetForm.ts'
import { NewSkillForm } from './sharing/skillForm.ts'

const organisationId = '3d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b21'
/** The fields that a form is refused for; each stands once. */
const refusedIn = (form: z.ZodType, entered: Record<string, unknown>): string[] => {
  const fields = form.safeParse(entered).error?.issues.map(({ path }) => String(path[0])) ?? []
  expect(new Set(fields).size).toBe(fields.length)
  return fields.sort()
}

test.each<[string, z.ZodType, Record<string, string>, Record<string, string>]>([
  [
    'listing what one does',
    ListingForm,
    {
      organisationId: '',
      'organisation-name': '',
      name: '',
      description: '',
      where: 'place',
      'place-postcode': '',
      personalCare: 'yes',
      'contact-email': 'no',
    },
    {
      ...{ 'organisation-name': 'Dee’s Gardens', 'organisation-kind': 'micro-provider', track: 'be-helped', name: 'Tidy', description: 'I mow.' },
      ...{ 'place-postcode': 'M33 7ZF', 'price-kind': 'free', personalCareGate: 'later', 'contact-email': 'dee@example.org' },
    },
  ],
  [
    'a new offer',
    NewOfferForm,
    { name: '', description: '', 'ages-from': '60', 'ages-to': '18', 'monday-from': '9', 'area-withinMetres': '1600', personalCare: 'yes', startsOn: 'soon' },
    {
      ...{ organisationId, track: 'join-in', name: 'Lunch club', description: 'Soup.', category: 'food', 'ages-to': '80', 'price-kind': 'free', startsOn: '' },
      ...{ 'area-postcode': 'M33 7ZF', 'monday-to': '11', personalCareGate: 'later' },
    },
  ],
  ['a thing', NewAssetForm, { kind: 'thing', name: '' }, { organisationId, name: 'A ladder', category: 'other', terms: 'lent' }],
  ['a fund', NewAssetForm, { kind: 'money', name: '', pence: 'lots' }, { organisationId, name: 'A fund', category: 'other', purpose: 'Trips', pence: '100' }],
  ['a group', NewAssetForm, { kind: 'group', name: '', wardCode: '' }, { organisationId, name: 'Choir', category: 'other', wardCode: 'E05015254' }],
  [
    'a skill',
    NewSkillForm,
    { name: '', shownAs: 'name', calledName: '' },
    { name: 'I bake', category: 'food', wardCode: 'E05015254', gift: 'hands', calledName: 'Nora', 'reach-email': 'nora@example.org', isAdult: 'yes' },
  ],
  [
    'asking for somebody',
    navigatorReferPage.form as z.ZodType,
    { words: '', 'basis-given': 'vital-interests' },
    { track: 'join-in', category: 'food', words: 'Company at lunch', 'basis-note': 'She fell' },
  ],
  [
    'a personal budget',
    councilNewBudgetPage.form as z.ZodType,
    { personId: 'x', words1: '', kind2: '', words2: 'To swim' },
    { personId: organisationId, holder: 'council-managed', kind1: 'other', words1: 'To walk', kind2: 'other' },
  ],
  [
    'rules of a pool',
    poolProposeRulesPage.form as z.ZodType,
    { costs: '', smallPounds: '20', needed: 'two' },
    {
      ...{
        costs: 'equally',
        absence: 'pays-nothing',
        joining: 'all-agree',
        dispute: 'council',
        leavingNoticeDays: '7',
        decideWithinDays: '7',
        smallNeeded: '1',
        needed: '2',
      },
    },
  ],
])('all that is wrong with %s is told at once: nothing is left to tell once just that is mended', (_what, form, entered, mended) => {
  expect(refusedIn(form, entered)).toEqual(Object.keys(mended).sort())
  expect(refusedIn(form, { ...entered, ...mended })).toEqual([])
})

test.each<[string, z.ZodType, Record<string, string>, string[]]>([
  [
    'a postcode that is none says where a building is',
    NewAssetForm,
    { organisationId, kind: 'building', name: 'Hall', category: 'other', 'place-postcode': 'x' },
    ['place-postcode'],
  ],
  [
    'a telephone number that is none is a way to reach somebody',
    NewSkillForm,
    { name: 'I bake', category: 'food', wardCode: 'E05015254', gift: 'hands', shownAs: 'ask', 'reach-phone': 'x', isAdult: 'yes' },
    ['reach-phone'],
  ],
  [
    'an amount is for whoever says what is paid, and a season for times that cannot be read',
    NewOfferForm,
    {
      ...{ organisationId, track: 'join-in', name: 'Lunch club', description: 'Soup.', category: 'food', 'price-pence': '5', personalCare: 'no' },
      ...{ 'monday-from': 'noonish', 'monday-to': '13:00', startsOn: '2026-03-02' },
    },
    ['monday-from', 'price-kind'],
  ],
])('nothing is told of a field that depends on one that is refused: %s', (_what, form, entered, fields) => {
  expect(refusedIn(form, entered)).toEqual(fields)
})
