import fc from 'fast-check'
import {
  describeOrganisation,
  evolveOrganisation,
  initialOrganisation,
  issueJoiningCode,
  joiningCodesMax,
  joinOrganisation,
  type OrganisationDetails,
  type OrganisationEvent,
  registerOrganisation,
} from './organisation.ts'
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

describe('a colleague joins', () => {
  const colleagueId = '0199a000-0000-4000-8000-00000000000d'
  const strangerId = '0199a000-0000-4000-8000-00000000000e'
  const joiningCodeId = '0199a000-0000-4000-8000-00000000000f'
  const expiresAt = '2026-03-09T10:00:00.000Z'
  const issuedBy = (issuer: string) => ({ organisationId, joiningCodeId, issuedBy: issuer, at })
  const code: OrganisationEvent = { type: 'organisation.joining-code-issued.v1', data: issuedWith(joiningCodeId) }
  const joined: OrganisationEvent = {
    type: 'organisation.member-joined.v1',
    data: { organisationId, personId: colleagueId, memberRole: 'member', joiningCodeId },
  }
  const join = (who: string, when = at) => ({ organisationId, joiningCodeId, personId: who, at: when })
  function issuedWith(id: string) {
    return { organisationId, joiningCodeId: id, issuedBy: personId, expiresAt }
  }

  test('an owner gets a code that holds for seven days', () =>
    given(registered, details)
      .when((now) => issueJoiningCode(now, issuedBy(personId)))
      .thenEvents([code]))
  test('a member who is no owner gets none, nor does a stranger', () => {
    for (const nobody of [colleagueId, strangerId])
      given([...registered, code, joined], details)
        .when((now) => issueJoiningCode(now, issuedBy(nobody)))
        .thenRefused('organisation-not-found')
  })
  test('whoever has the code becomes a member', () =>
    given([...registered, code], details)
      .when((now) => joinOrganisation(now, join(colleagueId)))
      .thenEvents([joined]))
  test('a code lets one colleague in; that one may enter it again, and nothing changes', () => {
    const used = given([...registered, code, joined], details)
    used.when((now) => joinOrganisation(now, join(strangerId))).thenRefused('joining-code-ended', '/code')
    used.when((now) => joinOrganisation(now, join(colleagueId))).thenNothing()
  })
  test('an owner who tries their own code stays an owner, and it is not used up', () =>
    given([...registered, code], details)
      .when((now) => joinOrganisation(now, join(personId)))
      .thenNothing())
  test('a code that has run out opens nothing, nor does one that never was', () => {
    given([...registered, code], details)
      .when((now) => joinOrganisation(now, join(colleagueId, expiresAt)))
      .thenRefused('joining-code-ended', '/code')
    given(registered, details)
      .when((now) => joinOrganisation(now, join(colleagueId)))
      .thenRefused('joining-code-ended', '/code')
  })
  test('however many codes are made and used, no more are kept than the limit, and nobody but their owner owns', () => {
    const event = fc.nat(40).chain((n) => {
      const id = `0199a000-0000-4000-8000-${String(n).padStart(12, '0')}`
      return fc.constantFrom<OrganisationEvent>(
        { type: 'organisation.joining-code-issued.v1', data: issuedWith(id) },
        { type: 'organisation.member-joined.v1', data: { organisationId, personId: colleagueId, memberRole: 'member', joiningCodeId: id } },
      )
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (events) => {
        const state = [...registered, ...events].reduce(evolveOrganisation, initialOrganisation)
        if (state.status !== 'registered') throw new Error('It was registered')
        expect(state.joiningCodes?.length ?? 0).toBeLessThanOrEqual(joiningCodesMax)
        expect(state.joiningCodeIds ?? []).toEqual((state.joiningCodes ?? []).map((one) => one.joiningCodeId))
        expect(state.ownerIds).toEqual([personId])
      }),
    )
  })
})
