import fc from 'fast-check'
import { givenBackWords, ownWords, type WithTaken, withOwnWords, withTakenWords } from './takenWords.ts'

type Words = WithTaken & { name?: string; price?: string; times?: string }
const fields = ['name', 'price', 'times'] as const
const word = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined })
const words = fc.record({ name: word, price: word, times: word }).map((said): Words => Object.fromEntries(Object.entries(said).filter(([, value]) => value)))
const merges = fc.array(words, { minLength: 1, maxLength: 5 })

const afterAll = (start: Words, all: readonly Words[]): Words =>
  all.reduce(
    (next, said, at) =>
      withTakenWords(
        next,
        `m${at}`,
        fields.map((field) => [field, said[field]] as const),
      ),
    start,
  )

test('D10 whatever merges have put into the words, undoing them in any order gives back what was there', () => {
  fc.assert(
    fc.property(words, merges, fc.infiniteStream(fc.nat()), (start, all, chance) => {
      const left = all.map((_, at) => `m${at}`)
      let next = afterAll(start, all)
      while (left.length > 0) next = givenBackWords(next, left.splice(chance.next().value % left.length, 1)[0]!)
      expect(next).toEqual(start)
    }),
  )
})
test('D10 what something says of itself is known under every merge, and a feed that says it anew changes that alone', () => {
  fc.assert(
    fc.property(words, words, merges, (start, said, all) => {
      const merged = afterAll(start, all)
      expect(ownWords(merged)).toEqual(start)
      const anew = withOwnWords(merged, said)
      expect(ownWords(anew)).toEqual(said)
    }),
  )
})
