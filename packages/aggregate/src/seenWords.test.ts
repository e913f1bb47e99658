import fc from 'fast-check'
import { seenWords } from './seenWords.ts'

test('words that were met are known again, and no others, and counted once, however many there are', () =>
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 3_000, size: 'max' }), fc.array(fc.string()), (met, others) => {
      const seen = seenWords()
      const plain = new Set<string>()
      for (const words of met) {
        expect(seen.add(words)).toBe(!plain.has(words))
        plain.add(words)
      }
      expect(seen.size()).toBe(plain.size)
      for (const words of [...met, ...others]) expect(seen.has(words)).toBe(plain.has(words))
    }),
    { numRuns: 10 },
  ))
