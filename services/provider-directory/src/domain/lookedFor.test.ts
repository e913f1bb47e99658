import { type LookedFor, missingIn } from './lookedFor.ts'
import type { Offer, OfferDetails } from './offer.ts'

const details: OfferDetails = {
  ...{ name: 'Bread on Fridays', description: 'We bake.', price: { kind: 'unknown' }, area: {}, place: { postcode: 'M33 7ZF' }, times: [] },
  ...{ fundingAccepted: [], contact: { phone: '0161 496 0000' }, modifiedAt: '2026-03-02T10:00:00.000Z' },
}
const offer = (changes: Partial<OfferDetails> = {}, category = 'food'): Pick<Offer, 'state' | 'details'> => ({
  state: {
    ...{ status: 'draft', organisationId: 'an-organisation', track: 'join-in', origin: 'registered', personalCare: false, wardCodes: [] },
    ...{ category, capacity: { state: 'unknown' } },
  } as Offer['state'],
  details: { ...details, ...changes },
})

test('an offer as it is listed on one page lacks what can wait', () => {
  expect(missingIn(offer(), false)).toEqual(['form', 'price', 'payment', 'times', 'for-whom', 'contact-name', 'room'])
})
test.each<[LookedFor, Partial<OfferDetails>]>([
  ['price', { price: { kind: 'paid', pence: 350 } }],
  ['payment', { fundingAccepted: ['own-money'] }],
  ['payment', { price: { kind: 'free' } }],
  ['times', { times: [{ days: ['friday'], from: '10:00', to: '12:00' }] }],
  ['form', { form: { kind: 'advice' } }],
  ['times', { timesInWords: 'Fridays, except in August' }],
  ['for-whom', { forWhom: 'Everybody' }],
  ['contact-name', { contact: { name: 'Bea', phone: '0161 496 0000' } }],
])('once it says its %s, that is missing no longer', (what, changes) => {
  expect(missingIn(offer(changes), false)).not.toContain(what)
})
test.each<[LookedFor, Partial<OfferDetails>, string]>([
  ['where', { place: {} }, 'food'],
  ['reach', { contact: { name: 'Bea' } }, 'food'],
  ['kind', {}, 'other'],
  ['description', { description: '' }, 'food'],
])('without its %s that is missing', (what, changes, category) => {
  expect(missingIn(offer(changes, category), true)).toContain(what)
})
test('an offer that says everything lacks nothing', () => {
  const all = {
    form: { kind: 'group' as const },
    price: { kind: 'free' as const },
    timesInWords: 'Fridays',
    forWhom: 'Everybody',
    contact: { name: 'Bea', phone: '0161 496 0000' },
  }
  expect(missingIn(offer(all), true)).toEqual([])
})
