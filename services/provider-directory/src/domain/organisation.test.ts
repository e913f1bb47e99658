import fc from 'fast-check'
import {
  closeOrganisation,
  closeWithStanding,
  describeOrganisation,
  evolveOrganisation,
  initialOrganisation,
  issueJoiningCode,
  joiningCodesMax,
  joinOrganisation,
  leaveOrganisation,
  mergeOrganisation,
  type OrganisationDetails,
  type OrganisationEvent,
  offerHandOver,
  registerOrganisation,
} from './organisation.ts'
import { RefusedError } from './refusals.ts'
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
  const offered: OrganisationEvent = { type: 'organisation.hand-over-offered.v1', data: { organisationId, joiningCodeId, offeredBy: personId, expiresAt } }
  const handedOver: OrganisationEvent = {
    type: 'organisation.handed-over.v1',
    data: { organisationId, fromPersonId: personId, toPersonId: colleagueId, joiningCodeId, handedOverAt: at },
  }
  const left = (who: string): OrganisationEvent => ({ type: 'organisation.member-left.v1', data: { organisationId, personId: who } })
  const otherCode: OrganisationEvent = { type: 'organisation.joining-code-issued.v1', data: issuedWith(strangerId) }
  const byOtherCode: OrganisationEvent = {
    type: 'organisation.member-joined.v1',
    data: { organisationId, personId: colleagueId, memberRole: 'member', joiningCodeId: strangerId },
  }
  const throughMerge = (memberRole: 'owner' | 'member'): OrganisationEvent => ({
    type: 'organisation.member-joined.v1',
    data: { organisationId, personId: colleagueId, memberRole, throughMatchId: strangerId },
  })
  const stateAfter = (...events: OrganisationEvent[]) => [...registered, ...events].reduce(evolveOrganisation, initialOrganisation)

  test('an owner gets a code to hand over by; nobody else does', () => {
    const offer = (who: string) => ({ organisationId, joiningCodeId, offeredBy: who, at })
    given(registered, details)
      .when((now) => offerHandOver(now, offer(personId)))
      .thenEvents([offered])
    for (const nobody of [colleagueId, strangerId])
      given([...registered, code, joined], details)
        .when((now) => offerHandOver(now, offer(nobody)))
        .thenRefused('organisation-not-found')
  })
  test('a member who enters it owns the organisation, and the one who handed it over stays a member', () => {
    given([...registered, otherCode, byOtherCode, offered], details)
      .when((now) => joinOrganisation(now, join(colleagueId)))
      .thenEvents([handedOver])
    expect(stateAfter(otherCode, byOtherCode, offered, handedOver)).toMatchObject({ ownerIds: [colleagueId], memberIds: [personId, colleagueId] })
  })
  test('somebody new who enters it joins and owns the organisation', () => {
    given([...registered, offered], details)
      .when((now) => joinOrganisation(now, join(colleagueId)))
      .thenEvents([joined, handedOver])
    expect(stateAfter(offered, joined, handedOver)).toMatchObject({ ownerIds: [colleagueId], memberIds: [personId, colleagueId] })
  })
  test('who was a member only through a merge owns it by themselves, whatever becomes of the merge', () => {
    given([...registered, throughMerge('member'), offered], details)
      .when((now) => joinOrganisation(now, join(colleagueId)))
      .thenEvents([joined, handedOver])
    expect(stateAfter(throughMerge('member'), offered, joined, handedOver)).not.toHaveProperty('through')
  })
  test('it is used once: entered again by the new owner nothing changes, by anybody else it opens nothing, and other codes to hand over by are gone', () => {
    const second = { ...offered, data: { ...offered.data, joiningCodeId: strangerId } } as OrganisationEvent
    const after = given([...registered, second, offered, joined, handedOver], details)
    after.when((now) => joinOrganisation(now, join(colleagueId))).thenNothing()
    for (const who of [strangerId, personId]) after.when((now) => joinOrganisation(now, join(who))).thenRefused('joining-code-ended', '/code')
    after.when((now) => joinOrganisation(now, { ...join(strangerId), joiningCodeId: strangerId })).thenRefused('joining-code-ended', '/code')
  })
  test('an owner who enters it themselves changes nothing, and past its time it opens nothing', () => {
    given([...registered, offered], details)
      .when((now) => joinOrganisation(now, join(personId)))
      .thenNothing()
    given([...registered, offered], details)
      .when((now) => joinOrganisation(now, join(colleagueId, expiresAt)))
      .thenRefused('joining-code-ended', '/code')
  })
  test('a member leaves; whoever alone looks after it cannot, until it is handed over', () => {
    const leave = (who: string) => ({ organisationId, personId: who })
    given([...registered, code, joined], details)
      .when((now) => leaveOrganisation(now, leave(colleagueId)))
      .thenEvents([left(colleagueId)])
    // Who owns it through a merge may not do so tomorrow.
    for (const others of [[code, joined], [throughMerge('owner')]])
      given([...registered, ...others], details)
        .when((now) => leaveOrganisation(now, leave(personId)))
        .thenRefused('last-owner')
    given([...registered, offered, joined, handedOver], details)
      .when((now) => leaveOrganisation(now, leave(personId)))
      .thenEvents([left(personId)])
    expect(stateAfter(offered, joined, handedOver, left(personId))).toMatchObject({ ownerIds: [colleagueId], memberIds: [colleagueId] })
  })
  test('leaving again changes nothing; whoever left joins again by a new code only', () => {
    const gone = given([...registered, code, joined, left(colleagueId)], details)
    gone.when((now) => leaveOrganisation(now, { organisationId, personId: colleagueId })).thenNothing()
    gone.when((now) => joinOrganisation(now, join(colleagueId))).thenRefused('joining-code-ended', '/code')
  })
  const closedBy = (who: string): OrganisationEvent => ({ type: 'organisation.closed.v1', data: { organisationId, closedBy: who, closedAt: at } })
  const close = (who: string) => ({ organisationId, closedBy: who, at })

  test('its owner closes it, nobody else does, and closing again changes nothing', () => {
    given([...registered, code, joined], details)
      .when((now) => closeOrganisation(now, close(personId)))
      .thenEvents([closedBy(personId)])
    for (const nobody of [colleagueId, strangerId])
      given([...registered, code, joined], details)
        .when((now) => closeOrganisation(now, close(nobody)))
        .thenRefused('organisation-not-found')
    given([...registered, closedBy(personId)], details)
      .when((now) => closeOrganisation(now, close(personId)))
      .thenNothing()
  })
  test('its codes are gone with it and no new ones are made; its people stay, for what they have in hand', () => {
    const after = given([...registered, otherCode, byOtherCode, code, offered, closedBy(personId)], details)
    after.when((now) => joinOrganisation(now, join(strangerId))).thenRefused('joining-code-ended', '/code')
    after.when((now) => issueJoiningCode(now, issuedBy(personId))).thenRefused('organisation-closed')
    after.when((now) => offerHandOver(now, { organisationId, joiningCodeId, offeredBy: personId, at })).thenRefused('organisation-closed')
    after.when((now) => describeOrganisation(now, { organisationId, details: { ...details, name: 'Another' } })).thenRefused('organisation-closed')
    const state = stateAfter(otherCode, byOtherCode, code, offered, closedBy(personId))
    expect(state).toMatchObject({ memberIds: [personId, colleagueId], ownerIds: [personId], closedAt: at })
    expect(state).not.toHaveProperty('joiningCodeIds')
  })
  test('once it is closed, whoever looked after it may leave too', () =>
    given([...registered, closedBy(personId)], details)
      .when((now) => leaveOrganisation(now, { organisationId, personId }))
      .thenEvents([left(personId)]))
  test('one that is closed is merged with no other; one that was merged into it closes with it, unless it stands by itself again', () => {
    const merge = { organisationId, intoOrganisationId: strangerId, matchId: colleagueId, mergedBy: personId, at }
    given([...registered, closedBy(personId)], details)
      .when((now) => mergeOrganisation(now, { ...merge, fields: [] }))
      .thenRefused('organisation-closed')
    const merged: OrganisationEvent = {
      type: 'organisation.merged.v1',
      data: { organisationId, intoOrganisationId: strangerId, matchId: colleagueId, mergedBy: personId, mergedAt: at },
    }
    const withIt = { ...close(colleagueId), intoOrganisationId: strangerId }
    given([...registered, merged], details)
      .when((now) => closeWithStanding(now, withIt))
      .thenEvents([closedBy(colleagueId)])
    given([...registered, merged, closedBy(colleagueId)], details)
      .when((now) => closeWithStanding(now, withIt))
      .thenNothing()
    given(registered, details)
      .when((now) => closeWithStanding(now, withIt))
      .thenNothing()
  })
  test('an organisation always has somebody who looks after it, whoever hands over, joins and leaves', () => {
    const step = fc.record({
      what: fc.constantFrom('offer', 'issue', 'join', 'leave'),
      who: fc.constantFrom(personId, colleagueId, strangerId),
      codeId: fc.constantFrom(joiningCodeId, colleagueId, strangerId),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let state = registered.reduce(evolveOrganisation, initialOrganisation)
        for (const { what, who, codeId } of steps) {
          const now = { state, details }
          const decide = {
            offer: () => offerHandOver(now, { organisationId, joiningCodeId: codeId, offeredBy: who, at }),
            issue: () => issueJoiningCode(now, { organisationId, joiningCodeId: codeId, issuedBy: who, at }),
            join: () => joinOrganisation(now, { organisationId, joiningCodeId: codeId, personId: who, at }),
            leave: () => leaveOrganisation(now, { organisationId, personId: who }),
          }[what] as () => ReturnType<typeof joinOrganisation>
          try {
            state = decide().events.reduce(evolveOrganisation, state)
          } catch (error) {
            if (!(error instanceof RefusedError)) throw error
          }
          if (state.status !== 'registered') throw new Error('It was registered')
          expect(state.ownerIds).toHaveLength(1)
          expect(state.memberIds).toEqual(expect.arrayContaining(state.ownerIds))
        }
      }),
    )
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
