import fc from 'fast-check'
import { evolve, openLinksPerPurposeMax, unopened } from './account.ts'
import { decide, linksPerHourMax, usableLink } from './decide.ts'
import { AccountClosedError, AccountExistsError, AccountOpenError, LinkEndedError, NoSuchAccountError } from './errors.ts'
import {
  accountId,
  administratorId,
  after,
  choose,
  chosen,
  close,
  closed,
  given,
  handedOver,
  handOver,
  invite,
  issue,
  issued,
  link,
  loginId,
  move,
  opened,
  personId,
  signUp,
  verified,
  verify,
  vouch,
  vouched,
} from './testExamples.ts'

const day = 24 * 60

describe('opening', () => {
  test('a sign-up opens an account and sends a link that works for a day', () =>
    given()
      .when(signUp)
      .then(opened, issued('verify-email', link(1), after(day))))
  test('opening again for the same person changes nothing', () => given(signUp).when(signUp).thenNothing())
  test('an account that is open cannot be opened for somebody else', () =>
    given(signUp)
      .when({ ...signUp, personId: administratorId } as typeof signUp)
      .thenThrows(AccountOpenError))
  test('an account that is open cannot be opened with another address', () =>
    given(signUp)
      .when({ ...signUp, loginId: 'b'.repeat(64) } as typeof signUp)
      .thenThrows(AccountOpenError))
  test('a closed account stays closed', () => given(signUp, close).when(signUp).thenThrows(AccountClosedError))
  test('an invitation works for fourteen days', () =>
    given()
      .when(invite)
      .then(
        { type: 'account.opened.v1', data: { accountId, personId, role: 'resident', how: 'invitation', openedAt: after(0) } },
        issued('invitation', link(1), after(14 * day)),
      ))
  test('an account can be opened as verified', () => expect(given({ ...signUp, verifiedHow: 'vouched' } as typeof signUp).state().status).toBe('verified'))
})

describe('showing that the address is one’s own', () => {
  test('the link verifies the account', () =>
    given(signUp)
      .when(verify(link(1), after(5)))
      .then(verified))
  test('clicking again changes nothing', () =>
    given(signUp, verify(link(1), after(5)))
      .when(verify(link(1), after(6)))
      .thenNothing())
  test('a link works until its last moment', () =>
    given(signUp)
      .when(verify(link(1), after(day - 1)))
      .then(verified))
  test('a link that has ended is refused', () =>
    given(signUp)
      .when(verify(link(1), after(day)))
      .thenThrows(LinkEndedError))
  test('a link that was never issued is refused', () =>
    given(signUp)
      .when(verify(link(9), after(5)))
      .thenThrows(LinkEndedError))
  test('a link for a new password does not serve to verify', () =>
    given(signUp, issue('reset-password', link(2), after(1)))
      .when(verify(link(2), after(5)))
      .thenThrows(LinkEndedError))
  test('a closed account cannot be verified', () =>
    given(signUp, close)
      .when(verify(link(1), after(5)))
      .thenThrows(LinkEndedError))
})

describe('choosing a password', () => {
  const reset = issue('reset-password', link(2), after(10))
  test('a link for a new password works for an hour', () =>
    given(signUp)
      .when(reset)
      .then(issued('reset-password', link(2), after(70))))
  test('the link gives a new password, and shows that the address is reached', () =>
    given(signUp, reset)
      .when(choose('reset-password', link(2), after(20)))
      .then(chosen, verified))
  test('who is verified already only gets the new password', () =>
    given(signUp, verify(link(1), after(1)), reset)
      .when(choose('reset-password', link(2), after(20)))
      .then(chosen))
  test('a link works once', () =>
    given(signUp, reset, choose('reset-password', link(2), after(20)))
      .when(choose('reset-password', link(2), after(21)))
      .thenThrows(LinkEndedError))
  test('one used link puts the others of its kind out of use', () =>
    given(signUp, reset, issue('reset-password', link(3), after(15)), choose('reset-password', link(3), after(20)))
      .when(choose('reset-password', link(2), after(21)))
      .thenThrows(LinkEndedError))
  test('a link that has ended is refused', () =>
    given(signUp, reset)
      .when(choose('reset-password', link(2), after(70)))
      .thenThrows(LinkEndedError))
  test('an invitation is no link for a new password', () =>
    given(invite)
      .when(choose('reset-password', link(1), after(1)))
      .thenThrows(LinkEndedError))
  test('an invitation is taken up with a password', () =>
    given(invite)
      .when(choose('invitation', link(1), after(5)))
      .then(chosen, verified))
  test('the address stays with the account, and the instant ends what began before', () =>
    expect(given(signUp, reset, choose('reset-password', link(2), after(20))).details()).toMatchObject({ loginId, passwordChosenAt: after(20) }))
  test('a closed account gets no new password', () =>
    given(signUp, reset, close)
      .when(choose('reset-password', link(2), after(20)))
      .thenThrows(LinkEndedError))
})

describe('asking for links', () => {
  test('asking twice within a minute sends one link', () =>
    given(signUp, issue('reset-password', link(2), after(10)))
      .when({ ...issue('reset-password', link(3), after(10)), at: new Date(Date.parse(after(10)) + 59_000).toISOString() } as ReturnType<typeof issue>)
      .thenNothing())
  test('no more than five of a kind are sent in an hour', () => {
    const five = Array.from({ length: linksPerHourMax }, (_, n) => issue('reset-password', link(10 + n), after(n * 2)))
    given(signUp, ...five)
      .when(issue('reset-password', link(99), after(30)))
      .thenNothing()
    given(signUp, ...five)
      .when(issue('reset-password', link(99), after(61)))
      .then(issued('reset-password', link(99), after(121)))
  })
  test('asking for links of one kind never puts one of another out of use', () => {
    const many = Array.from({ length: 50 }, (_, n) => issue('reset-password', link(10 + n), after(n * 30)))
    const account = given(invite, ...many).state()
    expect(usableLink(account, link(1), after(60))).toBeDefined()
    expect(account).toHaveProperty('challenges.length', openLinksPerPurposeMax + 1)
  })
  test('a verified account needs no link to verify', () =>
    given(signUp, vouch)
      .when(issue('verify-email', link(2), after(10)))
      .thenNothing())
  test('an account with a password needs no invitation', () =>
    given(signUp)
      .when(issue('invitation', link(2), after(10)))
      .thenNothing())
  test('a closed account gets no link', () =>
    given(signUp, close)
      .when(issue('reset-password', link(2), after(10)))
      .thenNothing())
  test('an account that nobody opened gets no link', () =>
    given()
      .when(issue('reset-password', link(2), after(10)))
      .thenThrows(NoSuchAccountError))
})

describe('what administrators do', () => {
  test('an administrator vouches where no mail can', () => given(signUp).when(vouch).then(vouched))
  test('vouching again changes nothing', () => given(signUp, vouch).when(vouch).thenNothing())
  test('nobody vouches for a closed account', () => given(signUp, close).when(vouch).thenThrows(AccountClosedError))
  test('nobody vouches for an account that is not there', () => given().when(vouch).thenThrows(NoSuchAccountError))
  test('vouching for an account without a password gives a link to hand over, since nobody could sign in to it otherwise', () =>
    given(invite)
      .when(vouch)
      .then(vouched, handedOver('invitation', link(50), after(3 + 14 * day))))
  test('vouching for it again gives another link: the first may be lost', () =>
    given(invite, vouch)
      .when({ ...vouch, challengeId: link(51) } as typeof vouch)
      .then(handedOver('invitation', link(51), after(3 + 14 * day))))
  test('once a password was chosen by the link that was handed over, vouching gives no more', () =>
    given(invite, vouch, choose('invitation', link(50), after(9)))
      .when(vouch)
      .thenNothing())
  test('an administrator closes an account', () => given(signUp).when(close).then(closed))
  test('closing again changes nothing', () => given(signUp, close).when(close).thenNothing())
  test('an account that is not there cannot be closed', () => given().when(close).thenThrows(NoSuchAccountError))
  test('a closed account remembers whether it was verified', () =>
    expect(given(signUp, vouch, close).state()).toMatchObject({ status: 'closed', wasVerified: true }))
})

describe('links that are handed over', () => {
  test('whoever takes up an invitation that was handed over is vouched for: no message has shown that the address reaches them', () =>
    given(invite, handOver('invitation', link(2), after(5)))
      .when(choose('invitation', link(2), after(9)))
      .then(chosen, vouched))
  test('an invitation can be handed over at once, also when another went by mail a moment before', () =>
    given(invite)
      .when(handOver('invitation', link(2), after(0)))
      .then(handedOver('invitation', link(2), after(14 * day))))
  test('somebody who has a password is not invited', () =>
    given(signUp)
      .when(handOver('invitation', link(2), after(5)))
      .thenThrows(AccountExistsError))
  test('a link for a new password works for an hour', () =>
    given(signUp, vouch)
      .when(handOver('new-password', link(2), after(5)))
      .then(handedOver('reset-password', link(2), after(65))))
  test('who has never had a password takes up their account by it', () =>
    given(invite)
      .when(handOver('new-password', link(2), after(5)))
      .then(handedOver('invitation', link(2), after(5 + 14 * day))))
  test('there is none for a closed account, nor for one that is not there', () => {
    given(signUp, close)
      .when(handOver('new-password', link(2), after(5)))
      .thenThrows(AccountClosedError)
    given()
      .when(handOver('new-password', link(2), after(5)))
      .thenThrows(NoSuchAccountError)
  })
})

describe('another address', () => {
  test('the account is found under the new one, and nothing else changes', () => {
    given(signUp).when(move).then()
    expect(given(signUp, move).details()).toEqual({ ...given(signUp).details(), loginId: 'b'.repeat(64) })
  })
  test('a closed account keeps its address', () => given(signUp, close).when(move).thenNothing())
  test('the same address changes nothing', () => given(signUp, move).when(move).thenNothing())
})

test('whatever is asked in whatever order, no more links are open than the limit, and their ids are listed', () => {
  const command = fc.oneof(
    fc
      .record({ n: fc.nat(30), purpose: fc.constantFrom('verify-email', 'reset-password', 'invitation'), at: fc.nat(3_000) })
      .map(({ n, purpose, at }) => issue(purpose as 'invitation', link(n), after(at))),
    fc.record({ n: fc.nat(30), at: fc.nat(3_000) }).map(({ n, at }) => verify(link(n), after(at))),
    fc.record({ n: fc.nat(30), at: fc.nat(3_000) }).map(({ n, at }) => choose('reset-password', link(n), after(at))),
    fc.record({ n: fc.nat(30), at: fc.nat(3_000) }).map(({ n, at }) => handOver('new-password', link(n), after(at))),
    fc.constantFrom(signUp, vouch, close),
  )
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      let state = unopened
      let details: ReturnType<typeof decide>['details']
      for (const next of commands) {
        try {
          const decision = decide(state, details, next)
          state = decision.events.reduce(evolve, state)
          details = decision.details ?? details
        } catch {
          continue
        }
        if (state.status === 'unopened' || state.status === 'closed') continue
        expect(state.challenges.length).toBeLessThanOrEqual(3 * openLinksPerPurposeMax)
        expect(state.challengeIds).toEqual(state.challenges.map(({ challengeId }) => challengeId))
      }
    }),
  )
})
