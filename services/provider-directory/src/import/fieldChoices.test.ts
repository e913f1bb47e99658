import { details } from '../domain/testExamples.ts'
import { differences, fieldDigestsOf, withChoices } from './fieldChoices.ts'

const theirs = { category: 'food', details: { ...details, name: 'Home help', description: 'Cleaning only.', timesInWords: 'Mornings' } } as const
const ours = { category: 'food', details: { ...details, name: 'Home help in Sale and Urmston', timesInWords: 'Evenings' } } as const

test('X1 without knowing what was accepted, everything that differs is asked, and ours is proposed', () => {
  expect(differences(ours, theirs).map(({ field, proposed }) => [field, proposed])).toEqual([
    ['name', 'ours'],
    ['description', 'ours'],
    ['timesInWords', 'ours'],
  ])
})

test('X1 what the feed says again is not asked about, and what was not edited here follows the feed', () => {
  const before = fieldDigestsOf({ ...theirs, details: { ...theirs.details, description: details.description } })
  expect(differences(ours, theirs, before)).toMatchObject([{ field: 'description', proposed: 'theirs' }])
})

test('X1 both are kept of words and lists, one after the other, and not of a name or a price', () => {
  const [name, description, times] = differences(ours, theirs)
  expect(name).not.toHaveProperty('both')
  expect([description?.both, times?.both]).toEqual(['Cleaning, shopping and company.\n\nCleaning only.', 'Evenings; Mornings'])
  const monday = { days: ['monday' as const], from: '10:00', to: '11:00' }
  const [lists] = differences({ ...ours, details }, { ...ours, details: { ...details, times: [monday] } })
  expect(lists).toMatchObject({ field: 'times', both: [...details.times, monday] })
})

test('X1 D11 ages, languages, access and days that differ are chosen like all else: lists as all that either has, ages as one or the other', () => {
  const closed = { on: '2026-12-25', times: [] }
  const own = { ...ours, details: { ...details, ages: { from: 18 }, languages: ['cy', 'en'], accessibility: ['step-free' as const], exceptions: [closed] } }
  const said = { ...ours, details: { ...details, ages: { from: 16 }, languages: ['en', 'pl'], closedOnBankHolidays: true as const } }
  expect(differences(own, said).map(({ field, both }) => [field, both])).toEqual([
    ['ages', undefined],
    ['languages', ['cy', 'en', 'pl']],
    ['accessibility', undefined],
    ['exceptions', undefined],
    ['closedOnBankHolidays', undefined],
  ])
  const chosen = withChoices(own, said, { choices: { languages: 'both', accessibility: 'theirs', closedOnBankHolidays: 'theirs' } })
  expect(chosen.details).toEqual({ ...details, ages: { from: 18 }, languages: ['cy', 'en', 'pl'], exceptions: [closed], closedOnBankHolidays: true })
})

test('X1 the form of an offer is one or the other, and not asked about where nothing was said of it', () => {
  const own = { ...ours, details: { ...details, form: { kind: 'group' as const, seats: 12 } } }
  const said = { ...ours, details: { ...details, form: { kind: 'group' as const, seats: 8 } } }
  expect(differences(own, said)).toEqual([{ field: 'form', ours: own.details.form, theirs: said.details.form, proposed: 'ours' }])
  expect(withChoices(own, said, { choices: { form: 'theirs' } }).details.form).toEqual({ kind: 'group', seats: 8 })
  expect(differences({ ...ours, details }, { ...ours, details })).toEqual([])
})

test('X1 both of words that would be too long together are not offered', () => {
  const long = { ...theirs, details: { ...theirs.details, description: 'x'.repeat(3_990) } }
  expect(differences(ours, long).find(({ field }) => field === 'description')).not.toHaveProperty('both')
})

test('X1 what was chosen stands, field by field', () => {
  const chosen = withChoices(ours, theirs, { choices: { name: 'theirs', description: 'both' } })
  expect(chosen.details).toMatchObject({ name: 'Home help', description: 'Cleaning, shopping and company.\n\nCleaning only.', timesInWords: 'Evenings' })
  const given = { ...theirs, details: { ...theirs.details, given: { a: 1 } } }
  const all = withChoices(ours, given, { choices: { name: 'theirs', description: 'theirs', timesInWords: 'theirs' } })
  expect(all.details).toEqual(given.details)
})
