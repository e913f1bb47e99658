import { createFormat } from '../view/format.ts'
import { openTranslations } from '../words/words.ts'
import { formInWords, OfferForm } from './form.ts'

const translations = openTranslations()

test.each([
  [{ kind: 'one-to-one' }, 'One to one', 'Un i un'],
  [{ kind: 'group' }, 'Group', 'Grŵp'],
  [{ kind: 'group', seats: 1 }, 'Group, 1 seat', 'Grŵp, 1 sedd'],
  [{ kind: 'group', seats: 12 }, 'Group, 12 seats', 'Grŵp, 12 sedd'],
  [{ kind: 'thing' }, 'A thing', 'Peth'],
  [{ kind: 'thing', terms: 'lent' }, 'A thing, lent', 'Peth, ar fenthyg'],
  [{ kind: 'thing', terms: 'given' }, 'A thing, given away', 'Peth, i’w roi'],
  [{ kind: 'thing', terms: 'sold' }, 'A thing, for sale', 'Peth, ar werth'],
  [{ kind: 'space' }, 'A space', 'Gofod'],
  [{ kind: 'space', people: 1 }, 'A space for 1 person', 'Gofod i 1 person'],
  [{ kind: 'space', people: 1_500 }, 'A space for 1,500 people', 'Gofod i 1,500 o bobl'],
  [{ kind: 'advice' }, 'Advice or information', 'Cyngor neu wybodaeth'],
  [undefined, undefined, undefined],
  // What a newer directory may say, and this one does not know.
  [{ kind: 'hologram' }, undefined, undefined],
  [{ kind: 'group', seats: 'many' }, 'Group', 'Grŵp'],
])('how something is offered in words: %j', (form, english, welsh) => {
  const read = OfferForm.parse(form)
  const inLanguage = (language: 'en' | 'cy') => {
    const t = translations.in(language)
    return formInWords(read, t, createFormat(language, t))
  }
  expect([inLanguage('en'), inLanguage('cy')]).toEqual([english, welsh])
})
