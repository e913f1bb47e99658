import fc from 'fast-check'
import {
  type CredentialEvent,
  type DbsCertificate,
  dbsLevels,
  enterCredential,
  evolveCredential,
  initialCredential,
  isDueForALook,
  removeCredential,
  reviewCredential,
} from './credential.ts'
import { at, credentialScene, organisationId, personId as reviewedBy } from './testExamples.ts'

const { given } = credentialScene
const credentialId = '0199a000-0000-4000-8000-0000000000aa'
const today = '2026-03-02'
const certificate: DbsCertificate = { level: 'enhanced', certificateNumber: '001234567890', issuedOn: '2024-05-01' }
const enter = { credentialId, organisationId, at, today, ...certificate }
const review = { credentialId, reviewedBy, at, today }
const entered: CredentialEvent[] = [{ type: 'credential.entered.v1', data: { credentialId, organisationId, enteredAt: at } }]
const reviewed: CredentialEvent = { type: 'credential.reviewed.v1', data: { credentialId, organisationId, reviewedBy, reviewedAt: at } }
const removed: CredentialEvent = { type: 'credential.removed.v1', data: { credentialId, organisationId, removedAt: at } }

test('D7 a credential holds level, issue date, update-service check date and council review date, and nothing that expires', () =>
  given(entered, { certificate })
    .when((now) => reviewCredential(now, { ...review, updateServiceCheckedOn: '2026-03-01' }))
    .thenDecision(({ events, details }) => {
      expect(events).toEqual([reviewed])
      expect(details).toEqual({ certificate: { ...certificate, updateServiceCheckedOn: '2026-03-01', councilReviewedOn: today } })
      expect(JSON.stringify([details, [...events, ...entered].reduce(evolveCredential, initialCredential)])).not.toMatch(/expir|valid/i)
    }))
test('D7 what a certificate says stands in no event', () => {
  given([])
    .when((now) => enterCredential(now, enter))
    .thenEvents(entered)
  fc.assert(
    fc.property(fc.constantFrom(...dbsLevels), fc.stringMatching(/^\d{12}$/), (level, certificateNumber) => {
      const { events } = enterCredential({ state: initialCredential, details: undefined }, { ...enter, level, certificateNumber })
      expect(events).toEqual(entered)
    }),
  )
})
test('a certificate of a day to come is refused', () =>
  given([])
    .when((now) => enterCredential(now, { ...enter, issuedOn: '2026-03-03' }))
    .thenRefused('day-not-passed', '/issuedOn'))
test('the update service was asked between the certificate’s day and today', () => {
  const waiting = given(entered, { certificate })
  waiting.when((now) => reviewCredential(now, { ...review, updateServiceCheckedOn: '2026-03-03' })).thenRefused('day-not-passed', '/updateServiceCheckedOn')
  waiting.when((now) => reviewCredential(now, { ...review, updateServiceCheckedOn: '2024-04-30' })).thenRefused('check-before-issue', '/updateServiceCheckedOn')
})
test('reviewing the same again on one day changes nothing; another day it says so anew and keeps when the update service was asked', () => {
  const seen = given([...entered, reviewed], { certificate: { ...certificate, councilReviewedOn: today, updateServiceCheckedOn: '2026-03-01' } })
  seen.when((now) => reviewCredential(now, review)).thenNothing()
  seen
    .when((now) => reviewCredential(now, { ...review, today: '2027-03-02' }))
    .thenDecision(({ details }) => expect(details?.certificate).toMatchObject({ councilReviewedOn: '2027-03-02', updateServiceCheckedOn: '2026-03-01' }))
})
test('what is removed is forgotten, once, and cannot be reviewed', () => {
  given([...entered, reviewed], { certificate })
    .when((now) => removeCredential(now, { credentialId, at }))
    .thenDecision((decision) => expect(decision).toMatchObject({ events: [removed], details: {} }))
  const gone = given([...entered, removed], {})
  gone.when((now) => removeCredential(now, { credentialId, at })).thenNothing()
  gone.when((now) => reviewCredential(now, review)).thenRefused('credential-not-found')
})

test.each([
  ['was issued this year', { issuedOn: '2026-01-10' }, false],
  ['was issued long ago', { issuedOn: '2024-05-01' }, true],
  ['was looked at by the council this year', { issuedOn: '2024-05-01', councilReviewedOn: '2026-01-10' }, false],
  ['was asked of the update service this year', { issuedOn: '2023-05-01', councilReviewedOn: '2024-01-10', updateServiceCheckedOn: '2025-12-01' }, false],
  ['was looked at more than a year ago', { issuedOn: '2023-05-01', councilReviewedOn: '2025-02-01' }, true],
])('a check that %s is due for a look: %s', (_what, days, isDue) => {
  expect(isDueForALook({ level: 'enhanced', certificateNumber: '001234567890', ...days }, Date.parse('2026-03-02T10:00:00.000Z'))).toBe(isDue)
})
