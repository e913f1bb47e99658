import { closeMatch, evolveMatch, initialMatch, type MatchEvent, type MatchState, raiseMatch, rejectMatch, reopenMatch, takeRejectionBack } from './match.ts'
import { at, personId, scene } from './testExamples.ts'

const matchScene = scene<MatchState, MatchEvent, undefined>(initialMatch, evolveMatch)
const matchId = '0199a000-0000-4000-8000-0000000000aa'
const [a, b, c] = ['0199a000-0000-4000-8000-0000000000a1', '0199a000-0000-4000-8000-0000000000a2', '0199a000-0000-4000-8000-0000000000a3']
type Kind = {
  raise: Parameters<typeof raiseMatch>[1]
  raised: MatchEvent
  rejected: MatchEvent
  closed: (into: string) => MatchEvent
  reopened: MatchEvent
}
const ofOrganisations = (): Kind => {
  const pair = { matchId, organisationIds: [a, b] }
  const likely = { certainty: 75, reasons: ['same-name' as const, 'same-postcode' as const] }
  return {
    raise: { ...pair, ...likely, at },
    raised: { type: 'match.raised.v1', data: { ...pair, ...likely, raisedAt: at } },
    rejected: { type: 'match.rejected.v1', data: { ...pair, rejectedBy: personId, rejectedAt: at } },
    closed: (into) => ({ type: 'match.closed.v1', data: { ...pair, mergedOrganisationId: a, intoOrganisationId: into, closedAt: at } }),
    reopened: { type: 'match.reopened.v1', data: { ...pair, reopenedAt: at } },
  }
}
const ofOffers = (): Kind => {
  const pair = { matchId, offerIds: [a, b], organisationIds: [matchId] }
  const likely = { certainty: 75, reasons: ['same-name' as const, 'same-times' as const] }
  return {
    raise: { ...pair, ...likely, about: 'offers', at },
    raised: { type: 'match.offers-raised.v1', data: { ...pair, ...likely, raisedAt: at } },
    rejected: { type: 'match.offers-rejected.v1', data: { ...pair, rejectedBy: personId, rejectedAt: at } },
    closed: (into) => ({ type: 'match.offers-closed.v1', data: { ...pair, mergedOfferId: a, intoOfferId: into, closedAt: at } }),
    reopened: { type: 'match.offers-reopened.v1', data: { ...pair, reopenedAt: at } },
  }
}

describe.each([
  ['organisations', ofOrganisations()],
  ['offers', ofOffers()],
])('of two %s', (_, { raise, raised, rejected, closed, reopened }) => {
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
    const close = (into: string) => (match: Parameters<typeof closeMatch>[0]) => closeMatch(match, { matchId, mergedId: a, intoId: into, at })
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
      .when((match) => reopenMatch(match, { matchId, mergedId: a, at }))
      .thenEvents([reopened])
    matchScene
      .given([raised, closed(b)])
      .when((match) => reopenMatch(match, { matchId, mergedId: c, at }))
      .thenNothing()
  })
  test('D10 that two are not the same stays known when one of them is merged into a third', () => {
    matchScene
      .given([raised, rejected])
      .when((match) => closeMatch(match, { matchId, mergedId: a, intoId: c, at }))
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
})
