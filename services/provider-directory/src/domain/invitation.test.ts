import fc from 'fast-check'
import {
  addressOf,
  declineInvitation,
  endInvitationsOver,
  type InviteByEmail,
  invitationsMax,
  invitationWithAddress,
  inviteByEmail,
  openByCode,
  sendInvitationAgain,
  withdrawInvitation,
} from './invitation.ts'
import { ownWords } from './mergedWords.ts'
import {
  changeMembers,
  closeOrganisation,
  describeOrganisation,
  evolveOrganisation,
  initialOrganisation,
  joinOrganisation,
  leaveOrganisation,
  type Organisation,
  type OrganisationDecision,
  type OrganisationDetails,
  type OrganisationEvent,
} from './organisation.ts'
import { RefusedError } from './refusals.ts'
import { at, organisationId, organisationScene, personId } from './testExamples.ts'

const id = (number: number): string => `0199b000-0000-4000-8000-${String(number).padStart(12, '0')}`
const [colleague, stranger] = [id(1), id(2)]
const later = (days: number): string => new Date(Date.parse(at) + days * 24 * 3_600_000).toISOString()
const details: OrganisationDetails = { name: 'Sale Good Neighbours', modifiedAt: at }
const registered: OrganisationEvent[] = [
  { type: 'organisation.registered.v1', data: { organisationId, kind: 'community-network', origin: 'registered' } },
  { type: 'organisation.member-joined.v1', data: { organisationId, personId, memberRole: 'owner' } },
]
const invite = (changes: Partial<InviteByEmail> = {}): InviteByEmail => ({
  ...{ organisationId, invitationId: id(10), joiningCodeId: id(11), invitedBy: personId, memberRole: 'member', email: 'femi@bowerham.uk', language: 'en', at },
  ...changes,
})
const invited = (changes: object = {}): OrganisationEvent => ({
  type: 'organisation.invitation-issued.v1',
  data: {
    ...{ organisationId, invitationId: id(10), joiningCodeId: id(11), memberRole: 'member', invitedBy: personId, issuedAt: at, expiresAt: later(7) },
    ...changes,
  },
})
const withAddress: OrganisationDetails = { ...details, invited: [{ invitationId: id(10), email: 'femi@bowerham.uk', language: 'en' }] }
const joined = (memberRole: 'owner' | 'member', who = colleague): OrganisationEvent => ({
  type: 'organisation.member-joined.v1',
  data: { organisationId, personId: who, memberRole, joiningCodeId: id(11) },
})
const join = (who: string, when = at) => ({ organisationId, joiningCodeId: id(11), personId: who, at: when })
const ended = (why: 'withdrawn' | 'declined' | 'over', endedAt = at): OrganisationEvent => ({
  type: 'organisation.invitation-ended.v1',
  data: { organisationId, invitationId: id(10), why, endedAt },
})
const { given } = organisationScene
const open = () => given([...registered, invited()], withAddress)

describe('an owner invites somebody by e-mail', () => {
  test('for seven days, and the address is in the sealed details alone', () =>
    given(registered, details)
      .when((now) => inviteByEmail(now, invite()))
      .thenDecision((decision) => {
        expect(decision.events).toEqual([invited()])
        expect(decision.details).toEqual(withAddress)
        expect(JSON.stringify([decision.events, decision.answer])).not.toContain('femi')
      }))
  test('nobody else can, nor for an organisation that has closed', () => {
    for (const nobody of [colleague, stranger])
      given([...registered, invited(), joined('member')], details)
        .when((now) => inviteByEmail(now, invite({ invitedBy: nobody })))
        .thenRefused('organisation-not-found')
    given([...registered, { type: 'organisation.closed.v1', data: { organisationId, closedBy: personId, closedAt: at } }], details)
      .when((now) => inviteByEmail(now, invite()))
      .thenRefused('organisation-closed')
  })
  test('the same address again, however it is written, is the same invitation with what is offered now', () =>
    open()
      .when((now) => inviteByEmail(now, invite({ invitationId: id(20), joiningCodeId: id(21), email: ' Femi@Bowerham.UK', memberRole: 'owner', at: later(3) })))
      .thenDecision((decision) => {
        expect(decision.events).toEqual([invited({ memberRole: 'owner', issuedAt: later(3), expiresAt: later(10) })])
        expect(decision.details?.invited).toHaveLength(1)
      }))
  test('sent again, its link works for seven days from then', () => {
    open()
      .when((now) => sendInvitationAgain(now, { organisationId, invitationId: id(10), sentBy: personId, at: later(6) }))
      .thenEvents([invited({ issuedAt: later(6), expiresAt: later(13) })])
    open()
      .when((now) => sendInvitationAgain(now, { organisationId, invitationId: id(10), sentBy: stranger, at }))
      .thenRefused('invitation-not-found')
  })
  test('describing the organisation anew keeps whom it has invited, and no words put an address back', () => {
    open()
      .when((now) => describeOrganisation(now, { organisationId, details: { ...details, name: 'Neighbours' } }))
      .thenDecision((decision) => expect(decision.details?.invited).toEqual(withAddress.invited))
    expect(ownWords(withAddress)).toEqual(details)
  })
})

describe('whoever was invited', () => {
  test('becomes what they were invited as, and the address is forgotten', () => {
    for (const memberRole of ['owner', 'member'] as const)
      given([...registered, invited({ memberRole })], withAddress)
        .when((now) => joinOrganisation(now, join(colleague)))
        .thenDecision((decision) => {
          expect(decision.events).toEqual([joined(memberRole)])
          expect(decision.details).toEqual(details)
        })
  })
  test('joins once: again nothing changes, and nobody else gets in by the same link', () => {
    const used = given([...registered, invited(), joined('member')], details)
    used.when((now) => joinOrganisation(now, join(colleague))).thenNothing()
    used.when((now) => joinOrganisation(now, join(stranger))).thenRefused('joining-code-ended', '/code')
  })
  test('is a member already: that stays, unless they are to look after it too', () => {
    const byCode: OrganisationEvent = { type: 'organisation.member-joined.v1', data: { organisationId, personId: colleague, memberRole: 'member' } }
    given([...registered, byCode, invited()], withAddress)
      .when((now) => joinOrganisation(now, join(colleague)))
      .thenNothing()
    given([...registered, byCode, invited({ memberRole: 'owner' })], withAddress)
      .when((now) => joinOrganisation(now, join(colleague)))
      .thenEvents([joined('owner')])
    open()
      .when((now) => joinOrganisation(now, join(personId)))
      .thenNothing()
  })
  test('declines, and is too late after seven days', () => {
    open()
      .when((now) => declineInvitation(now, { organisationId, joiningCodeId: id(11), at }))
      .thenEvents([ended('declined')])
    open()
      .when((now) => declineInvitation(now, { organisationId, joiningCodeId: id(11), at: later(7) }))
      .thenRefused('joining-code-ended', '/code')
    open()
      .when((now) => joinOrganisation(now, join(colleague, later(7))))
      .thenRefused('joining-code-ended', '/code')
  })
})

describe('an invitation ends', () => {
  test.each([
    ['withdrawn', (now: Organisation) => withdrawInvitation(now, { organisationId, invitationId: id(10), at })],
    ['over', (now: Organisation) => endInvitationsOver(now, { organisationId, at: later(7) })],
    ['with its organisation', (now: Organisation) => closeOrganisation(now, { organisationId, closedBy: personId, at })],
    ['when whoever sent it has left', (now: Organisation) => leaveOrganisation(now, { organisationId, personId })],
  ])('%s, and the address is forgotten with it', (_how, end) => {
    const another: OrganisationEvent = { type: 'organisation.member-joined.v1', data: { organisationId, personId: stranger, memberRole: 'owner' } }
    open()
      .when((now) => end({ ...now, state: evolveOrganisation(now.state, another) }))
      .thenDecision((decision) => expect(decision.details).toEqual(details))
    const after = [...registered, another, invited()].reduce(evolveOrganisation, initialOrganisation)
    const gone = end({ state: after, details: withAddress }).events.reduce(evolveOrganisation, after)
    expect(openByCode({ state: gone, details }, id(11), at)).toBeUndefined()
    for (const left of ['invitations', 'invitationIds', 'invitationEndsAt', 'joiningCodeIds']) expect(gone).not.toHaveProperty(left)
  })
  test('when whoever sent it looks after the organisation no more: handed over, or only through a merge that was undone', () => {
    const code: OrganisationEvent = {
      type: 'organisation.hand-over-offered.v1',
      data: { organisationId, joiningCodeId: id(30), offeredBy: personId, expiresAt: later(7) },
    }
    given([...registered, invited(), code], withAddress)
      .when((now) => joinOrganisation(now, { ...join(stranger), joiningCodeId: id(30) }))
      .thenDecision((decision) => expect(decision.details).toEqual(details))
    const through: OrganisationEvent = {
      type: 'organisation.member-joined.v1',
      data: { organisationId, personId: stranger, memberRole: 'owner', throughMatchId: id(40) },
    }
    given([...registered, through, invited({ invitedBy: stranger })], withAddress)
      .when((now) => changeMembers(now, { organisationId, joins: [], leaves: [stranger] }))
      .thenDecision((decision) => expect(decision.details).toEqual(details))
  })
  test('20 can be open at a time; the next is refused until one has ended', () => {
    const many = Array.from({ length: invitationsMax }, (_, number) => invited({ invitationId: id(100 + number), joiningCodeId: id(200 + number) }))
    given([...registered, ...many], details)
      .when((now) => inviteByEmail(now, invite()))
      .thenRefused('too-many-invitations', '/email')
    given([...registered, ...many], details)
      .when((now) => inviteByEmail(now, invite({ at: later(8) })))
      .thenDecision(({ events }) => expect(events).toHaveLength(1))
  })
})

test('whatever happens, a link lets one person in at most, none once it has ended, and addresses are kept of open invitations only', () => {
  const people = [personId, colleague, stranger]
  const step = fc.record({
    what: fc.constantFrom('invite', 'again', 'withdraw', 'decline', 'join', 'leave', 'close', 'over'),
    who: fc.constantFrom(...people),
    which: fc.integer({ min: 0, max: 3 }),
    days: fc.integer({ min: 0, max: 3 }),
    memberRole: fc.constantFrom('owner', 'member'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let now: Organisation = { state: registered.reduce(evolveOrganisation, initialOrganisation), details }
      let day = 0
      const [usedBy, endedCodes] = [new Map<string, string>(), new Set<string>()]
      for (const [number, { what, who, which, days, memberRole }] of steps.entries()) {
        day += days
        const when = later(day)
        const before = now.state.status === 'registered' ? (now.state.invitations ?? []) : []
        const one = before[which]
        const [invitationId, joiningCodeId] = [one?.invitationId ?? id(1_000 + which), one?.joiningCodeId ?? [...endedCodes][which] ?? id(5_000)]
        const decide: Record<typeof what, () => OrganisationDecision> = {
          invite: () =>
            inviteByEmail(
              now,
              invite({
                invitationId: id(1_000 + number),
                joiningCodeId: id(2_000 + number),
                invitedBy: who,
                memberRole,
                email: `who${which}@bowerham.uk`,
                at: when,
              }),
            ),
          again: () => sendInvitationAgain(now, { organisationId, invitationId, sentBy: who, at: when }),
          withdraw: () => withdrawInvitation(now, { organisationId, invitationId, at: when }),
          decline: () => declineInvitation(now, { organisationId, joiningCodeId, at: when }),
          join: () => joinOrganisation(now, { organisationId, joiningCodeId, personId: who, at: when }),
          leave: () => leaveOrganisation(now, { organisationId, personId: who }),
          close: () => closeOrganisation(now, { organisationId, closedBy: who, at: when }),
          over: () => endInvitationsOver(now, { organisationId, at: when }),
        }
        try {
          const decision = decide[what]()
          now = { state: decision.events.reduce(evolveOrganisation, now.state), details: decision.details ?? now.details }
          if (what === 'join' && decision.events.length > 0) {
            expect(endedCodes).not.toContain(joiningCodeId)
            expect(one !== undefined && one.expiresAt > when).toBe(true)
            expect(usedBy.has(joiningCodeId)).toBe(false)
            usedBy.set(joiningCodeId, who)
          }
        } catch (error) {
          if (!(error instanceof RefusedError)) throw error
        }
        if (now.state.status !== 'registered') throw new Error('It was registered')
        const { invitations: stillOpen = [], invitationIds = [], ownerIds } = now.state
        for (const { joiningCodeId: code } of before) if (!stillOpen.some((other) => other.joiningCodeId === code)) endedCodes.add(code)
        const addresses = (now.details?.invited ?? []).map((other) => addressOf(other.email))
        expect((now.details?.invited ?? []).map((other) => other.invitationId).sort()).toEqual([...invitationIds].sort())
        expect(new Set(addresses).size).toBe(addresses.length)
        for (const other of stillOpen) {
          expect(ownerIds).toContain(other.invitedBy)
          expect(invitationWithAddress(now, other.invitationId)?.email).toBeDefined()
        }
      }
    }),
    { numRuns: 500 },
  )
})
