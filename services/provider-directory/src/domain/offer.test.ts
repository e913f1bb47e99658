import { eventDefinitions } from '@patchwork/events'
import fc from 'fast-check'
import { assuranceDaysByDefault as days } from './assurance.ts'
import {
  assureOffer,
  describeOffer,
  discardDraft,
  draftOffer,
  evolveOffer,
  expireCapacity,
  initialOffer,
  joinLadder,
  keepDraft,
  type OfferEvent,
  publishAnew,
  publishDraft,
  publishFromOpenData,
  publishOffer,
  putBackOffer,
  stateCapacity,
  stepDown,
  withdrawOffer,
} from './offer.ts'
import { at, details, drafted, homeHelp, offerId, offerScene, openUntil, organisationId, published, withDetails, withdrawn } from './testExamples.ts'

const { given } = offerScene
const publish = { offerId, at }

test('an offer begins as a draft that says what it is', () =>
  given([])
    .when((now) => draftOffer(now, homeHelp))
    .thenEvents(drafted))
test('an offer that is there cannot begin again', () =>
  given(drafted, details)
    .when((now) => draftOffer(now, homeHelp))
    .thenRefused('offer-exists'))
test('D1 a described offer can be published, and everyone is told where and what', () =>
  given(drafted, details)
    .when((now) => publishOffer(now, publish))
    .thenEvents([published]))
test('publishing again changes nothing', () =>
  given([...drafted, published], details)
    .when((now) => publishOffer(now, publish))
    .thenNothing())
test('what nobody described cannot be published', () =>
  given([])
    .when((now) => publishOffer(now, publish))
    .thenRefused('offer-not-found'))
test('a withdrawn offer can be published again', () =>
  given([...drafted, published, withdrawn], details)
    .when((now) => publishOffer(now, publish))
    .thenEvents([published]))
test('an offer must say where before it is published', () =>
  given(drafted, { ...details, area: {}, place: {} })
    .when((now) => publishOffer(now, publish))
    .thenRefused('where-missing', '/area'))
test('D11 a highest age below the lowest is refused; ages are no condition', () => {
  given([])
    .when((now) => draftOffer(now, withDetails({ ages: { from: 60, to: 59 } })))
    .thenRefused('ages-turned-round', '/ages/to')
  for (const ages of [{}, { from: 60 }, { to: 4 }, { from: 18, to: 18 }])
    given([])
      .when((now) => draftOffer(now, withDetails({ ages })))
      .thenEvents(drafted)
})
test.each([
  { place: { postcode: 'M33 7ZF' } },
  { place: { address: 'Sale Waterside' } },
  { area: { atHome: true } },
  { area: { withinMetres: 500, postcode: 'M33 7ZF' } },
])('one way of saying where is enough', (where) =>
  given(drafted, { ...details, area: {}, ...where })
    .when((now) => publishOffer(now, publish))
    .thenDecision(({ events }) => expect(events).toHaveLength(1)),
)

const careEvents: OfferEvent[] = [drafted[0]!, { type: 'offer.described.v1', data: { ...drafted[1]!.data, personalCare: true } as never }]
test('D8 a personal-care offer cannot publish without a CQC number or the sole-worker declaration', () =>
  given(careEvents, details)
    .when((now) => publishOffer(now, publish))
    .thenRefused('personal-care-gate', '/personalCareGate'))
test('D8 a personal-care offer with a CQC number can publish', () =>
  given(careEvents, { ...details, personalCareGate: { cqcNumber: '1-466088203' } })
    .when((now) => publishOffer(now, publish))
    .thenDecision(({ events }) => expect(events).toHaveLength(1)))
test('D8 a personal-care offer of someone who declares to work alone, directed by the person, can publish', () =>
  given(careEvents, { ...details, personalCareGate: { soleWorkerDeclaration: true } })
    .when((now) => publishOffer(now, publish))
    .thenDecision(({ events }) => expect(events).toHaveLength(1)))
test('D8 a published offer cannot become personal care without passing the gate', () =>
  given([...drafted, published], details)
    .when((now) => describeOffer(now, { ...homeHelp, personalCare: true }))
    .thenRefused('personal-care-gate', '/personalCareGate'))
test('D8 a draft may be personal care before its gate is passed', () =>
  given(drafted, details)
    .when((now) => describeOffer(now, { ...homeHelp, personalCare: true }))
    .thenDecision(({ events }) => expect(events).toHaveLength(1)))
test.each(['466088203', '1-12345', '1-1234567890123', '1-46608820x', '2-466088203', ' 1-466088203'])('D8 %p is not a CQC number', (cqcNumber) =>
  given([])
    .when((now) => draftOffer(now, withDetails({ personalCareGate: { cqcNumber } }, { personalCare: true })))
    .thenRefused('invalid-cqc-number', '/personalCareGate/cqcNumber'),
)
test('D8 a CQC number and the sole-worker declaration cannot both be true', () =>
  given([])
    .when((now) => draftOffer(now, withDetails({ personalCareGate: { cqcNumber: '1-466088203', soleWorkerDeclaration: true } })))
    .thenRefused('personal-care-gate-both', '/personalCareGate'))

test('saying the same again changes nothing, whenever it is said', () =>
  given(drafted, details)
    .when((now) => describeOffer(now, withDetails({ modifiedAt: '2026-05-01T00:00:00.000Z' })))
    .thenNothing())
test('other words are a new description', () =>
  given([...drafted, published], details)
    .when((now) => describeOffer(now, withDetails({ name: 'Home help in Sale and Urmston' })))
    .thenEvents([drafted[1]!]))
test('an offer stays with its organisation', () =>
  given(drafted, details)
    .when((now) => describeOffer(now, { ...homeHelp, organisationId: offerId }))
    .thenRefused('organisation-of-offer-fixed', '/organisationId'))
test('an offer stays on its track', () =>
  given(drafted, details)
    .when((now) => describeOffer(now, { ...homeHelp, track: 'join-in' }))
    .thenRefused('track-of-offer-fixed', '/track'))
test('a distance needs a postcode to measure from', () =>
  given([])
    .when((now) => draftOffer(now, withDetails({ area: { withinMetres: 2_000 } })))
    .thenRefused('distance-without-postcode', '/area/postcode'))
test('something free has no price', () =>
  given([])
    .when((now) => draftOffer(now, withDetails({ price: { kind: 'free', pence: 100 } })))
    .thenRefused('price-of-free-offer', '/price/pence'))
test('a time that ends the minute it begins is refused', () =>
  given([])
    .when((now) => draftOffer(now, withDetails({ times: [{ days: ['monday'], from: '10:00', to: '10:00' }] })))
    .thenRefused('empty-time', '/times/0/to'))
test('without wards of its own an offer belongs to the one it stands in', () =>
  given([])
    .when((now) => draftOffer(now, withDetails({ area: {}, place: { location: { latitude: 53.4, longitude: -2.3, wardCode: 'E05015248' } } })))
    .thenDecision(({ events }) => expect(events[1]?.data).toMatchObject({ wardCodes: ['E05015248'] })))

const capacity = { offerId, state: 'open', units: 2, expiresAt: '2026-03-09T10:00:00.000Z', at } as const
test('D5 a provider says that there is room, until when', () =>
  given([...drafted, published], details)
    .when((now) => stateCapacity(now, capacity))
    .thenEvents([openUntil('2026-03-09T10:00:00.000Z')]))
test('D5 what was said about room becomes unknown when its time has come', () =>
  given([...drafted, published, openUntil('2026-03-09T10:00:00.000Z')], details)
    .when((now) => expireCapacity(now, { offerId, at: '2026-03-09T10:00:00.000Z' }))
    .thenEvents([{ type: 'offer.capacity-expired.v1', data: { offerId, organisationId, expiredAt: '2026-03-09T10:00:00.000Z' } }]))
test('D5 before its time, or when something newer was said, nothing expires', () =>
  given([...drafted, published, openUntil('2026-03-09T10:00:00.000Z'), openUntil('2026-04-01T10:00:00.000Z')], details)
    .when((now) => expireCapacity(now, { offerId, at: '2026-03-09T10:00:00.000Z' }))
    .thenNothing())
test('D5 what is unknown does not expire again', () =>
  given([...drafted, published], details)
    .when((now) => expireCapacity(now, { offerId, at }))
    .thenNothing())
test.each([
  [{ expiresAt: at }, 'expiry-not-ahead', '/expiresAt'],
  [{ expiresAt: '2025-01-01T00:00:00.000Z' }, 'expiry-not-ahead', '/expiresAt'],
  [{ expiresAt: '2028-01-01T00:00:00.000Z' }, 'expiry-too-far', '/expiresAt'],
  [{ state: 'closed' as const }, 'units-of-closed', '/units'],
])('D5 a statement of room that cannot hold is refused (%j)', (change, code, field) =>
  given([...drafted, published], details)
    .when((now) => stateCapacity(now, { ...capacity, ...change }))
    .thenRefused(code, field),
)
test('a withdrawn offer has no room to speak of', () =>
  given([...drafted, published, withdrawn], details)
    .when((now) => stateCapacity(now, capacity))
    .thenRefused('offer-withdrawn'))
test('withdrawing again changes nothing', () =>
  given([...drafted, withdrawn], details)
    .when((now) => withdrawOffer(now, { offerId, at }))
    .thenNothing())

test('an offer from open data is published at once and takes no referrals', () =>
  given([])
    .when((now) => publishFromOpenData(now, { ...homeHelp, origin: 'open-data', at }))
    .thenDecision(({ events }) => {
      expect(events.map(({ type }) => type)).toEqual(['offer.drafted.v1', 'offer.described.v1', 'offer.published.v1'])
      expect(events[2]?.data).toMatchObject({ takesReferrals: false })
    }))
test('loading the same open data again changes nothing', () =>
  given([...drafted, published], details)
    .when((now) => publishFromOpenData(now, { ...homeHelp, origin: 'open-data', at }))
    .thenNothing())

test('every event an offer can emit is in the catalogue and keeps to it', () => {
  const events: OfferEvent[] = [...drafted, published, openUntil(at), withdrawn]
  for (const { type, data } of events) expect(eventDefinitions.get(type)?.data.safeParse(data).success).toBe(true)
})
test('a state is what its events say: room is forgotten by nothing but its expiry', () => {
  const state = [...drafted, openUntil(at), published, withdrawn].reduce(evolveOffer, initialOffer)
  expect(state).toEqual({
    status: 'withdrawn',
    withdrawnAt: at,
    organisationId,
    track: 'be-helped',
    origin: 'registered',
    category: 'care-at-home',
    personalCare: false,
    wardCodes: ['E05015254'],
    capacity: { state: 'open', units: 2, expiresAt: at },
  })
})

describe('an edit as a draft', () => {
  const later = '2026-03-05T10:00:00.000Z'
  const ids = { offerId, organisationId }
  const next = withDetails({ name: 'Home help in Sale and Urmston', area: { wardCodes: ['E05015248'] } })
  const { category, personalCare } = homeHelp
  const draft = { category, personalCare, details: next.details }
  const kept: OfferEvent = { type: 'offer.edit-drafted.v1', data: { ...ids, draftedAt: later } }
  const discarded: OfferEvent = { type: 'offer.edit-discarded.v1', data: { ...ids, discardedAt: later } }
  const takenOver: OfferEvent = {
    type: 'offer.described.v1',
    data: { ...ids, category, personalCare, wardCodes: ['E05015248'], endsDraft: true },
  }
  const withDraft = [...drafted, published, kept]
  const waiting = given(withDraft, { ...details, draft })

  test('D6 an edit of a published offer is kept beside what everyone sees, and its event says none of it', () =>
    given([...drafted, published], details)
      .when((now) => keepDraft(now, { ...next, at: later }))
      .thenDecision(({ events, details: words }) => {
        expect(events).toEqual([kept])
        expect(words).toEqual({ ...details, draft })
      }))
  test('D6 of all that is public, keeping a draft or throwing it away changes nothing', () => {
    const before = [...drafted, published].reduce(evolveOffer, initialOffer)
    expect([...withDraft, discarded].reduce(evolveOffer, initialOffer)).toEqual(before)
    expect(withDraft.reduce(evolveOffer, initialOffer)).toEqual({ ...before, editDraftedAt: later })
  })
  test('D6 publishing takes the draft over in one step, from when it is published', () =>
    waiting
      .when((now) => publishDraft(now, { offerId, at: '2026-03-06T10:00:00.000Z' }))
      .thenDecision(({ events, details: words }) => {
        expect(events).toEqual([takenOver])
        expect(words).toEqual({ ...next.details, modifiedAt: '2026-03-06T10:00:00.000Z' })
        expect([...withDraft, ...events].reduce(evolveOffer, initialOffer)).not.toHaveProperty('editDraftedAt')
      }))
  test('D6 without a draft, publishing one again changes nothing', () =>
    given([...drafted, published], details)
      .when((now) => publishDraft(now, { offerId, at }))
      .thenNothing())
  test('D6 a draft that is thrown away leaves what everyone sees; throwing it away again changes nothing', () => {
    waiting
      .when((now) => discardDraft(now, { offerId, at: later }))
      .thenDecision(({ events, details: words }) => {
        expect(events).toEqual([discarded])
        expect(words).toEqual(details)
      })
    given([...drafted, published], details)
      .when((now) => discardDraft(now, { offerId, at: later }))
      .thenNothing()
  })
  test('D6 a draft that says what it said before, or what everyone sees, is no new draft', () => {
    waiting.when((now) => keepDraft(now, { ...withDetails({ ...next.details, modifiedAt: later }), at: later })).thenNothing()
    waiting.when((now) => keepDraft(now, { ...homeHelp, at: later })).thenEvents([discarded])
    given([...drafted, published], details)
      .when((now) => keepDraft(now, { ...homeHelp, at: later }))
      .thenNothing()
  })
  test('D6 what its organisation publishes at once takes the place of its draft', () => {
    waiting.when((now) => describeOffer(now, { ...next, endsDraft: true })).thenEvents([takenOver])
    waiting
      .when((now) => describeOffer(now, { ...homeHelp, endsDraft: true }))
      .thenDecision(({ events }) => expect(events).toMatchObject([{ type: discarded.type }]))
  })
  test('D6 under what others say of it the draft goes on waiting', () => {
    const said = withDetails({ name: 'Home help, says the feed' })
    const former = { category, personalCare, details: said.details, isPublished: true }
    for (const decide of [
      (now: Parameters<typeof describeOffer>[0]) => describeOffer(now, said),
      (now: Parameters<typeof describeOffer>[0]) => publishAnew(now, { ...said, at: later }),
      (now: Parameters<typeof describeOffer>[0]) => putBackOffer(now, { former, offerId, at: later }),
    ])
      waiting.when(decide).thenDecision(({ events, details: words }) => {
        expect(words).toEqual({ ...said.details, draft })
        expect([...withDraft, ...events].reduce(evolveOffer, initialOffer)).toHaveProperty('editDraftedAt', later)
      })
  })
  test('D6 what is not published has one description, which a draft is', () => {
    for (const events of [drafted, [...drafted, published, withdrawn]])
      given(events, details)
        .when((now) => keepDraft(now, { ...next, at: later }))
        .thenDecision(({ events: [event], details: words }) => {
          expect(event?.type).toBe('offer.described.v1')
          expect(words).toEqual(next.details)
        })
  })
  test('D6 withdrawn and published again, an offer says what it said, and the draft still waits', () => {
    const events = [...withDraft, withdrawn]
    given(events, { ...details, draft })
      .when((now) => publishOffer(now, publish))
      .thenDecision(({ events: [event], details: words }) => {
        expect([event, words]).toEqual([published, undefined])
        expect([...events, event!].reduce(evolveOffer, initialOffer)).toHaveProperty('editDraftedAt', later)
      })
    given(events, { ...details, draft })
      .when((now) => publishDraft(now, publish))
      .thenDecision(({ events: taken }) => expect(taken).toMatchObject([takenOver, { type: 'offer.published.v1', data: { wardCodes: ['E05015248'] } }]))
  })
  test('D8 the gate is asked of a draft when it is published, not before', () => {
    const care = withDetails({}, { personalCare: true })
    given([...drafted, published], details)
      .when((now) => keepDraft(now, { ...care, at: later }))
      .thenEvents([kept])
    given(withDraft, { ...details, draft: { category, personalCare: true, details } })
      .when((now) => publishDraft(now, publish))
      .thenRefused('personal-care-gate', '/personalCareGate')
    given(withDraft, { ...details, draft: { category, personalCare: true, details: { ...details, personalCareGate: { cqcNumber: '1-466088203' } } } })
      .when((now) => publishDraft(now, publish))
      .thenDecision(({ events }) => expect(events).toHaveLength(1))
  })
  test('a draft too must be sound, and stays with its organisation and on its track', () => {
    const keep = (changes: object) =>
      given([...drafted, published], details).when((now) => keepDraft(now, { ...withDetails({ price: { kind: 'free', pence: 100 } }), ...changes, at: later }))
    keep({}).thenRefused('price-of-free-offer', '/price/pence')
    keep({ organisationId: offerId }).thenRefused('organisation-of-offer-fixed', '/organisationId')
    keep({ track: 'join-in' }).thenRefused('track-of-offer-fixed', '/track')
    given([])
      .when((now) => keepDraft(now, { ...next, at: later }))
      .thenRefused('offer-not-found')
  })
  test('every event of a draft is in the catalogue and keeps to it', () => {
    for (const { type, data } of [kept, discarded, takenOver]) expect(eventDefinitions.get(type)?.data.safeParse(data).success).toBe(true)
  })
})

describe('assurance', () => {
  const assuredBy = '0199a000-0000-4000-8000-00000000000c'
  const later = '2026-03-05T10:00:00.000Z'
  const askable: OfferEvent = { ...published, data: { ...published.data, askAt: '2026-08-29T10:00:00.000Z' } } as OfferEvent
  const assured: OfferEvent = {
    type: 'offer.assured.v1',
    data: { offerId, organisationId, assuredBy, assurer: 'provider', assuredAt: later, askAt: '2026-09-01T10:00:00.000Z' },
  }
  const ids = { offerId, organisationId }
  const ladder: OfferEvent[] = [
    { type: 'offer.assurance-asked.v1', data: { ...ids, askedAt: '2026-08-30T00:00:00.000Z', downrankAt: '2026-09-29T00:00:00.000Z' } },
    { type: 'offer.downranked.v1', data: { ...ids, downrankedAt: '2026-09-30T00:00:00.000Z', hideAt: '2026-11-29T00:00:00.000Z' } },
    { type: 'offer.hidden.v1', data: { ...ids, hiddenAt: '2026-11-30T00:00:00.000Z' } },
  ]
  const assure = { offerId, assuredBy, assurer: 'provider', at: later, days } as const

  test('D3 only an explicit assurance says when and by whom it was assured; a second one says so anew', () => {
    given([...drafted, askable], details)
      .when((now) => assureOffer(now, assure))
      .thenEvents([assured])
    const state = [...drafted, askable, assured].reduce(evolveOffer, initialOffer)
    expect(state).toMatchObject({ assurance: { standing: 'fresh', assuredAt: later, assuredBy, assurer: 'provider' } })
  })
  test('D3 saving, with a change or without, and whatever else is done to an offer leave its assurance as it was', () => {
    const doing = fc.constantFrom(
      (now: Parameters<typeof describeOffer>[0]) => describeOffer(now, withDetails({ modifiedAt: '2026-06-01T00:00:00.000Z' })),
      (now: Parameters<typeof describeOffer>[0]) => describeOffer(now, withDetails({ name: 'Another name' })),
      (now: Parameters<typeof describeOffer>[0]) => keepDraft(now, { ...withDetails({ name: 'A name to come' }), at: later }),
      (now: Parameters<typeof describeOffer>[0]) => publishDraft(now, { offerId, at: later, days }),
      (now: Parameters<typeof describeOffer>[0]) => discardDraft(now, { offerId, at: later }),
      (now: Parameters<typeof describeOffer>[0]) => stateCapacity(now, { offerId, state: 'open', expiresAt: '2026-06-01T00:00:00.000Z', at }),
      (now: Parameters<typeof describeOffer>[0]) => expireCapacity(now, { offerId, at: '2026-06-02T00:00:00.000Z' }),
      (now: Parameters<typeof describeOffer>[0]) => publishOffer(now, { offerId, at: '2026-06-03T00:00:00.000Z', days }),
      (now: Parameters<typeof describeOffer>[0]) => withdrawOffer(now, { offerId, at: '2026-06-04T00:00:00.000Z' }),
      (now: Parameters<typeof describeOffer>[0]) => stepDown(now, { offerId, at: '2030-01-01T00:00:00.000Z', days }),
    )
    fc.assert(
      fc.property(fc.array(doing, { maxLength: 30 }), (done) => {
        let now: Parameters<typeof describeOffer>[0] = { state: [...drafted, askable, assured].reduce(evolveOffer, initialOffer), details }
        for (const decide of done) {
          try {
            const decision = decide(now)
            now = { state: decision.events.reduce(evolveOffer, now.state), details: decision.details ?? now.details }
          } catch (error) {
            if ((error as { code?: string }).code !== 'offer-withdrawn') throw error
          }
        }
        expect(now.state).toMatchObject({ assurance: { assuredAt: later, assuredBy, assurer: 'provider' } })
      }),
    )
  })
  test('D4 an offer that nobody assures is asked about, stands last, is hidden: one event each, and no more', () => {
    const step = (events: OfferEvent[], when: string) =>
      given([...drafted, askable, ...events], details).when((now) => stepDown(now, { offerId, at: when, days }))
    step([], '2026-08-29T09:59:59.999Z').thenNothing()
    step([], '2026-08-30T00:00:00.000Z').thenEvents([ladder[0]!])
    step(ladder.slice(0, 1), '2026-09-28T23:59:59.999Z').thenNothing()
    step(ladder.slice(0, 1), '2026-09-30T00:00:00.000Z').thenEvents([ladder[1]!])
    step(ladder.slice(0, 2), '2026-11-30T00:00:00.000Z').thenEvents([ladder[2]!])
    step(ladder, '2036-01-01T00:00:00.000Z').thenNothing()
  })
  test('D4 assuring restores it from every step, and the ladder begins anew', () => {
    for (const steps of [0, 1, 2, 3]) {
      const state = [...drafted, askable, ...ladder.slice(0, steps), assured].reduce(evolveOffer, initialOffer)
      expect(state).toMatchObject({ status: 'published', assurance: { standing: 'fresh', nextAt: '2026-09-01T10:00:00.000Z' } })
    }
  })
  test('what is withdrawn goes no further down, and is assured only once it is published again', () => {
    const gone = given([...drafted, askable, withdrawn], details)
    gone.when((now) => stepDown(now, { offerId, at: '2036-01-01T00:00:00.000Z', days })).thenNothing()
    gone.when((now) => assureOffer(now, assure)).thenRefused('offer-not-published')
    given(drafted, details)
      .when((now) => assureOffer(now, assure))
      .thenRefused('offer-not-published')
  })
  test('of what came from elsewhere nobody here is asked: it stays where it is, assured or not', () => {
    const imported: OfferEvent = { type: 'offer.drafted.v1', data: { offerId, organisationId, track: 'be-helped', origin: 'imported' } }
    given([imported, drafted[1]!], details)
      .when((now) => publishOffer(now, { offerId, at, days }))
      .thenDecision(({ events }) => expect(events[0]?.data).not.toHaveProperty('askAt'))
    given([imported, drafted[1]!, published], details)
      .when((now) => assureOffer(now, assure))
      .thenDecision(({ events }) => expect(events[0]?.data).not.toHaveProperty('askAt'))
  })
  test('D4 an offer published before there was a ladder joins it once, with as much time to answer as one published then', () => {
    const awaited: OfferEvent = {
      type: 'offer.assurance-awaited.v1',
      data: { offerId, organisationId, awaitedAt: '2036-01-01T00:00:00.000Z', askAt: '2036-06-29T00:00:00.000Z' },
    }
    const when = '2036-01-01T00:00:00.000Z'
    const join = (events: OfferEvent[]) => given(events, details).when((now) => joinLadder(now, { offerId, at: when, days }))
    given([...drafted, published], details)
      .when((now) => stepDown(now, { offerId, at: when, days }))
      .thenNothing()
    join([...drafted, published]).thenEvents([awaited])
    for (const events of [[awaited], [assured], ladder, [withdrawn]]) join([...drafted, published, ...events]).thenNothing()
    join([...drafted, askable]).thenNothing()
    join(drafted).thenNothing()
    given([...drafted, published, awaited], details)
      .when((now) => stepDown(now, { offerId, at: '2036-06-29T00:00:00.000Z', days }))
      .thenDecision(({ events }) => expect(events.map(({ type }) => type)).toEqual(['offer.assurance-asked.v1']))
  })
})
