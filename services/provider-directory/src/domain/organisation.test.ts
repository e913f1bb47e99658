import { describeOrganisation, type OrganisationDetails, type OrganisationEvent, registerOrganisation } from './organisation.ts'
import { at, organisationId, organisationScene, personId } from './testExamples.ts'

const { given } = organisationScene
const details: OrganisationDetails = { name: 'Sale Good Neighbours', description: 'Neighbours who help each other.', modifiedAt: at }
const registered: OrganisationEvent[] = [
  { type: 'organisation.registered.v1', data: { organisationId, kind: 'community-network', origin: 'registered' } },
  { type: 'organisation.described.v1', data: { organisationId } },
  { type: 'organisation.member-joined.v1', data: { organisationId, personId, memberRole: 'owner' } },
]

test('whoever registers an organisation becomes its owner', () =>
  given([])
    .when((now) => registerOrganisation(now, { organisationId, kind: 'community-network', origin: 'registered', registrantId: personId, details }))
    .thenEvents(registered))
test('an organisation from open data belongs to nobody here', () =>
  given([])
    .when((now) => registerOrganisation(now, { organisationId, kind: 'organisation', origin: 'open-data', details }))
    .thenDecision(({ events }) => expect(events).toHaveLength(2)))
test('an organisation is registered once', () =>
  given(registered, details)
    .when((now) => registerOrganisation(now, { organisationId, kind: 'organisation', origin: 'registered', details }))
    .thenRefused('already-registered'))
test('saying the same of an organisation changes nothing', () =>
  given(registered, details)
    .when((now) => describeOrganisation(now, { organisationId, details: { ...details, modifiedAt: '2026-06-01T00:00:00.000Z' } }))
    .thenNothing())
test('a new description keeps where the record came from', () =>
  given(registered, { ...details, source: { code: 'charities', recordId: '210843' } })
    .when((now) => describeOrganisation(now, { organisationId, details: { ...details, name: 'Sale Neighbours' } }))
    .thenDecision((decision) => {
      expect(decision.events).toEqual([registered[1]])
      expect(decision.details).toMatchObject({ name: 'Sale Neighbours', source: { code: 'charities', recordId: '210843' } })
    }))
test('what is not registered cannot be described', () =>
  given([])
    .when((now) => describeOrganisation(now, { organisationId, details }))
    .thenRefused('organisation-not-found'))
