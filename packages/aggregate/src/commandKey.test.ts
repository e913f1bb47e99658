import fc from 'fast-check'
import { bodyDigest, canonicalJson, idFor, keyDigest } from './commandKey.ts'

test('an id made from a key is a UUID of version 8, the same for the same key and another for another', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (left, right) => {
      expect(idFor(left)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(idFor(left) === idFor(right)).toBe(left === right)
      expect(keyDigest(left)).not.toContain(idFor(left).slice(0, 8))
    }),
  )
})

test('the order of keys does not make another body', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
      const turned = Object.fromEntries(Object.entries(body).reverse())
      expect(bodyDigest(turned)).toBe(bodyDigest(body))
      expect(JSON.parse(canonicalJson(body))).toEqual(JSON.parse(JSON.stringify(body)))
    }),
  )
})
