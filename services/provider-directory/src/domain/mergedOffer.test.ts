import { assuranceDaysByDefault as days } from './assurance.ts'
import { compareOffers, giveOfferWordsBack, mergeOffer, offerSideOf, takeWordsOfMergedOffer, undoOfferMerge } from './mergedOffer.ts'
import {
  describeOffer,
  evolveOffer,
  type Offer,
  type OfferDecision,
  type OfferEvent,
  publishAnew,
  publishDraft,
  publishOffer,
  putBackOffer,
  withdrawOffer,
} from './offer.ts'
import {
  at,
  details,
  drafted,
  homeHelp,
  offerId,
  offerScene,
  organisationId,
  personId,
  published,
  publishedState,
  withDetails,
  withdrawn,
} from './testExamples.ts'

const { given } = offerScene
const [intoOfferId, thirdId, matchId] = ['0199a000-0000-4000-8000-0000000000b1', '0199a000-0000-4000-8000-0000000000b2', '0199a000-0000-4000-8000-0000000000aa']
const merge = { offerId, intoOfferId, matchId, mergedBy: personId, at, fields: [] }
const undo = { offerId, matchId, undoneBy: personId, at, days }
const found = [...drafted, published]
const merged: OfferEvent = { type: 'offer.merged.v1', data: { offerId, organisationId, intoOfferId, matchId, mergedBy: personId, mergedAt: at } }
const undone: OfferEvent = {
  type: 'offer.merge-undone.v1',
  data: { offerId, organisationId, fromOfferId: intoOfferId, matchId, undoneBy: personId, undoneAt: at },
}
const behind = [...found, withdrawn, merged]

test('D10 an offer that is merged is withdrawn and leads to the one that stands; again changes nothing', () => {
  given(found, details)
    .when((now) => mergeOffer(now, merge))
    .thenEvents([withdrawn, merged])
  given(behind, details)
    .when((now) => mergeOffer(now, merge))
    .thenNothing()
  given(behind, details)
    .when((now) => mergeOffer(now, { ...merge, intoOfferId: thirdId }))
    .thenRefused('merged-already')
  for (const events of [drafted, [...found, withdrawn]])
    given(events, details)
      .when((now) => mergeOffer(now, merge))
      .thenRefused('offer-not-published')
})
test('D10 what another one stands for is published by nobody: neither by its people, nor by a feed, nor by putting an import back', () => {
  for (const decide of [(now: Offer) => publishOffer(now, { offerId, at }), (now: Offer) => publishDraft(now, { offerId, at })])
    given(behind, details).when(decide).thenRefused('offer-merged')
  const said = { ...withDetails({ name: 'From the feed' }), at, isOwn: true }
  const described = { type: 'offer.described.v1', data: expect.objectContaining({ offerId }) } as unknown as OfferEvent
  given(behind, details)
    .when((now) => publishAnew(now, said))
    .thenEvents([described])
  given(behind, details)
    .when((now) => putBackOffer(now, { former: { ...homeHelp, isPublished: true, details: { ...details, name: 'Before' } }, offerId, at }))
    .thenEvents([described])
})
test('D10 what comes back must go on being fit to be found', () =>
  given(behind, details)
    .when((now) => describeOffer(now, withDetails({ area: {}, place: {} })))
    .thenRefused('where-missing', '/area'))
test('D10 undone it is found again; withdrawn meanwhile it is not, and a merge that is none changes nothing', () => {
  given(behind, details)
    .when((now) => undoOfferMerge(now, undo))
    .thenEvents([undone, { ...published, data: { ...published.data, askAt: expect.any(String) } } as OfferEvent])
  given(behind, details)
    .when((now) => withdrawOffer(now, { offerId, at }))
    .thenEvents([withdrawn])
  given([...behind, withdrawn], details)
    .when((now) => withdrawOffer(now, { offerId, at }))
    .thenNothing()
  given([...behind, withdrawn], details)
    .when((now) => undoOfferMerge(now, undo))
    .thenEvents([undone])
  for (const [events, other] of [
    [found, undo],
    [behind, { ...undo, matchId: thirdId }],
    [[...behind, undone], undo],
  ] as const)
    given(events, details)
      .when((now) => undoOfferMerge(now, other))
      .thenNothing()
})

const theirs: Offer = {
  state: { ...publishedState, category: 'food' },
  details: { ...details, name: 'Theirs', description: 'Their words.', forWhom: 'Anyone', merging: { fields: ['name', 'forWhom', 'category'] } },
}
const standing: Offer = { state: { ...publishedState, wardCodes: ['E05015254'] }, details: { ...details, draft: withDetails({ name: 'A draft' }) } }
const after = ({ state }: Offer, decision: OfferDecision, before: Offer): Offer => ({
  state: decision.events.reduce(evolveOffer, state),
  details: decision.details ?? before.details,
})

test('D10 the one that stands takes what was chosen and nothing else, its draft waits on, and giving back brings its own words again', () => {
  const taken = after(standing, takeWordsOfMergedOffer(standing, { offerId, matchId, at, merged: theirs }), standing)
  expect(taken).toMatchObject({
    state: { category: 'food' },
    details: { name: 'Theirs', description: details.description, forWhom: 'Anyone', draft: { details: { name: 'A draft' } } },
  })
  expect(takeWordsOfMergedOffer(taken, { offerId, matchId, at, merged: theirs }).events).toEqual([])
  expect(offerSideOf(taken)?.details).toMatchObject({ name: details.name, category: 'other' })
  const back = after(taken, giveOfferWordsBack(taken, { offerId, matchId, at }), taken)
  expect(back).toEqual(standing)
  expect(giveOfferWordsBack(back, { offerId, matchId, at }).events).toEqual([])
})
test('D10 two are compared field by field: what is empty says nothing, and writing alone is no difference', () => {
  const [one, other] = [
    offerSideOf(standing)!,
    offerSideOf({ ...theirs, details: { ...theirs.details!, name: 'home  HELP in sale', times: [], price: { kind: 'unknown' } } })!,
  ]
  expect(compareOffers(one, other).map(({ field, is, stands }) => [field, is, stands])).toEqual([
    ['name', 'equal', 0],
    ['description', 'conflict', 0],
    ['forWhom', 'one-only', 1],
    ['category', 'conflict', 0],
    ['price', 'one-only', 0],
    ['times', 'one-only', 0],
    ['contact', 'equal', 0],
    ['area', 'equal', 0],
    ['fundingAccepted', 'equal', 0],
  ])
  const hidden = { ...other, details: { ...other.details, place: { postcode: 'M33 7ZF', sensitive: true as const } } }
  expect(compareOffers(one, hidden).some(({ field }) => field === 'place' || field === 'area')).toBe(false)
  expect(compareOffers({ ...one, isOwn: false }, other).find(({ field }) => field === 'description')?.stands).toBe(1)
})
