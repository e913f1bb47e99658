import type { Assurance } from '../domain/assurance.ts'
import { at, details, offerId, organisationId, publishedState, withDetails } from '../domain/testExamples.ts'
import { toPublicOffer } from './publicOffer.ts'

const organisation = { organisationId, kind: 'micro-provider', name: 'Dee', modifiedAt: at } as const
const shownWith = (assurance?: Assurance) =>
  toPublicOffer(
    {
      id: offerId,
      details,
      state: { ...publishedState, ...(assurance ? { assurance } : {}) },
    },
    organisation,
  )

test('D4 a hidden offer is none that search or the feed knows of, from the first moment of a rebuild', () => {
  expect(shownWith({ standing: 'hidden' })).toBeUndefined()
  expect(shownWith({ standing: 'downranked' })).toMatchObject({ isDownranked: true })
  for (const standing of ['fresh', 'asked'] as const) expect(shownWith({ standing })).not.toHaveProperty('isDownranked')
})
test('D3 an assurance is told by its day in London and on whose behalf, never by whom, and is a change to whoever keeps a copy', () => {
  const shown = shownWith({ standing: 'fresh', assurer: 'council', assuredBy: organisationId, assuredAt: '2026-06-30T23:30:00.000Z' })
  expect(shown).toMatchObject({ assured: { assurer: 'council', on: '2026-07-01' }, modifiedAt: '2026-06-30T23:30:00.000Z' })
  expect(JSON.stringify(shown)).not.toContain('assuredBy')
})
test('D6 what search and the feed know of an offer is the same with a draft beside it as without', () => {
  const draft = withDetails({ name: 'A name to come', place: { address: '7 Zebra Row' } })
  const waiting = { id: offerId, details: { ...details, draft }, state: { ...publishedState, editDraftedAt: at } }
  expect(toPublicOffer(waiting, organisation)).toEqual(shownWith())
})
