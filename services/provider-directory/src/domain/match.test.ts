import { closeMatch, evolveMatch, initialMatch, type MatchEvent, type MatchState, raiseMatch, rejectMatch, reopenMatch, takeRejectionBack } from './match.ts'
import { at, personId, scene } from './testExamples.ts'

const matchScene = scene<MatchState, MatchEvent, undefined>(initialMatch, evolveMatch)
const matchId = '0199a000-0000-4000-8000-0000000000aa'
const [a, b, c] = ['0199a000-0000-4000-8000-0000000000a1', '0199a000-0000-4000-8000-0000000000a2', '0199a000-0000-4000-8000-0000000000a3']
const pair = { matchId, organisationIds: [a, b] }
const raise = { ...pair, certainty: 75, reasons: ['same-name' as const, 'same-postcode' as const], at }
const raised: MatchEvent = { type: 'match.raised.v1', data: { ...pair, certainty: 75, reasons: ['same-name', 'same-postcode'], raisedAt: at } }
const rejected: MatchEvent = { type: 'match.rejected.v1', data: { ...pair, rejectedBy: personId, rejectedAt: at } }
const closed = (into: string): MatchEvent => ({
  type: 'match.closed.v1',
  data: { ...pair, mergedOrganisationId: a, intoOrganisationId: into, closedAt: at },
})
const reopened: MatchEvent = { type: 'match.reopened.v1', data: { ...pair, reopenedAt: at } }

test('D10 a pair is raised once', () => {
  matchScene
    .given([])
    .when((match) => raiseMatch(match, raise))
    .thenEvents([raised])
  matchScene
    .given([raised])
    .when((match) => raiseMatch(match, raise))
    .thenNothing()
})
test('D10 what makes it likely is kept as it is known last', () => {
  const surer = { ...raise, certainty: 95 }
  matchScene
    .given([raised])
    .when((match) => raiseMatch(match, surer))
    .thenEvents([{ ...raised, data: { ...raised.data, certainty: 95 } } as MatchEvent])
})
test('D10 "not the same" is remembered, and can be taken back', () => {
  matchScene
    .given([raised])
    .when((match) => rejectMatch(match, { matchId, rejectedBy: personId, at }))
    .thenEvents([rejected])
  matchScene
    .given([raised, rejected])
    .when((match) => raiseMatch(match, { ...raise, certainty: 99 }))
    .thenNothing()
  matchScene
    .given([raised, rejected])
    .when((match) => rejectMatch(match, { matchId, rejectedBy: personId, at }))
    .thenNothing()
  matchScene
    .given([raised, rejected])
    .when((match) => takeRejectionBack(match, { matchId, at }))
    .thenEvents([reopened])
})
test('D10 a merge closes the pair, and pairs with a third; its undoing opens them again', () => {
  const close = (into: string) => (match: Parameters<typeof closeMatch>[0]) =>
    closeMatch(match, { matchId, mergedOrganisationId: a, intoOrganisationId: into, at })
  matchScene
    .given([raised])
    .when(close(b))
    .thenEvents([closed(b)])
  matchScene
    .given([raised])
    .when(close(c))
    .thenEvents([closed(c)])
  matchScene
    .given([raised, closed(b)])
    .when(close(b))
    .thenNothing()
  matchScene
    .given([raised, closed(b)])
    .when((match) => reopenMatch(match, { matchId, mergedOrganisationId: a, at }))
    .thenEvents([reopened])
  matchScene
    .given([raised, closed(b)])
    .when((match) => reopenMatch(match, { matchId, mergedOrganisationId: c, at }))
    .thenNothing()
})
test('D10 that two are not the same stays known when one of them is merged into a third', () => {
  matchScene
    .given([raised, rejected])
    .when((match) => closeMatch(match, { matchId, mergedOrganisationId: a, intoOrganisationId: c, at }))
    .thenNothing()
})
test('D10 what is merged is neither told apart nor taken back', () => {
  matchScene
    .given([raised, closed(b)])
    .when((match) => rejectMatch(match, { matchId, rejectedBy: personId, at }))
    .thenRefused('match-not-waiting')
  matchScene
    .given([raised, closed(b)])
    .when((match) => takeRejectionBack(match, { matchId, at }))
    .thenRefused('match-not-waiting')
  matchScene
    .given([])
    .when((match) => rejectMatch(match, { matchId, rejectedBy: personId, at }))
    .thenRefused('match-not-found')
})
