import { likenessOf, plainName, type TraitKind, traitsOf } from './likeness.ts'
import type { OrganisationDetails } from './organisation.ts'
import { at, details as offer } from './testExamples.ts'

const organisation = (name: string, more: Partial<OrganisationDetails> = {}): OrganisationDetails => ({ name, modifiedAt: at, ...more })
const likeness = (one: string, other: string, ...shared: TraitKind[]) => likenessOf(organisation(one), organisation(other), new Set(shared))
const charity = (identifier: string) => ({ identifiers: [{ scheme: 'GB-CHC', identifier }] })

test('D10 a name is the same whatever its signs, capitals, accents and legal form', () => {
  expect(plainName('The Sale Neighbours CIC')).toBe('sale neighbours')
  expect(plainName("St. Mary's Café & Larder Ltd")).toBe(plainName('St Marys Cafe and Larder'))
  // What is nothing but legal form stays what it is.
  expect(plainName('The Company')).toBe('the company')
})

test('D10 the same number is one body, whatever its name', () => {
  expect(likeness('Sale Neighbours', 'SN Trading', 'number')).toEqual({ certainty: 95, reasons: ['same-number'] })
})

test('D10 the same name needs one thing more, and a near spelling another', () => {
  expect(likeness('Sale Neighbours', 'Sale Neighbours', 'name')).toBeUndefined()
  expect(likeness('Sale Neighbours', 'Sale Neighbours', 'name', 'postcode')).toEqual({ certainty: 75, reasons: ['same-name', 'same-postcode'] })
  expect(likeness('Sale Neighbours', 'Sale Nieghbours', 'phone')).toEqual({ certainty: 70, reasons: ['same-phone', 'similar-name'] })
  expect(likeness('Sale Neighbours', 'Urmston Movers', 'phone', 'website', 'email')).toBeUndefined()
})

test('D10 two numbers of one register are two bodies: branches share a name and a telephone', () => {
  const [one, other] = [organisation('1st Sale Scouts', charity('1')), organisation('1st Sale Scouts', charity('2'))]
  expect(likenessOf(one, other, new Set(['name', 'phone']))).toBeUndefined()
  expect(likenessOf(one, other, new Set(['name', 'phone', 'email', 'website']))).toMatchObject({
    certainty: 99,
    reasons: expect.arrayContaining(['other-number']),
  })
})

test('D10 an organisation is known by what its offers tell too, but never by where somebody must not be found', () => {
  const place = { postcode: 'M33 7ZF' }
  const known = traitsOf(organisation('Sale Neighbours', { website: 'https://www.sale.example.org/about', email: 'Hello@Sale.example.org' }), [
    { ...offer, place, contact: { phone: '+44 161 496 0000' } },
  ])
  expect(known).toEqual([
    { kind: 'name', value: 'sale neighbours' },
    { kind: 'phone', value: '01614960000' },
    { kind: 'website', value: 'sale.example.org' },
    { kind: 'email', value: 'hello@sale.example.org' },
    { kind: 'postcode', value: 'M337ZF sa' },
  ])
  expect(traitsOf(organisation('Refuge'), [{ contact: {}, place: { ...place, sensitive: true } }])).toEqual([{ kind: 'name', value: 'refuge' }])
  // A page on a host that thousands share is told apart by its path.
  expect(traitsOf(organisation('A', { website: 'https://facebook.com/sale.neighbours/' }), [])).toContainEqual({
    kind: 'website',
    value: 'facebook.com/sale.neighbours',
  })
})
