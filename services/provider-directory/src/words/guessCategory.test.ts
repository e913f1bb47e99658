import { guessCategory } from './guessCategory.ts'

test.each([
  ['Thursday lunch club', 'A hot meal and good company.', 'food'],
  ['Evenings with Tom', 'Washing and dressing, the way you like it: personal care at home.', 'care-at-home'],
  ['Lifts to hospital', 'I drive you there and wait.', 'transport'],
  ['Nia Parry, joiner', 'I mend sheds, gates and fences.', 'garden-and-home'],
  ['Stroke group', 'We meet and talk about living after a stroke.', 'health'],
  ['Chair yoga', 'Gentle stretching.', 'sport-and-leisure'],
  ['A good ear', 'I come for a chat and a cup of tea.', 'befriending'],
  ['Songs for Sale', 'A choir for anybody.', 'community-groups'],
  ['Clwb cinio', 'Cinio cynnes a chwmni da.', 'food'],
  ['Brooklands families', 'Somewhere for parents and children.', 'children-and-families'],
  ['Quux', 'Frobnication.', 'other'],
])('%s is guessed to be of the kind that its own words point to', (name, description, category) => {
  expect(guessCategory(name, description)).toBe(category)
})
