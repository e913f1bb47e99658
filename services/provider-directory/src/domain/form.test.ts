import fc from 'fast-check'
import { besideKind, formKinds, formOf, type OfferForm, peopleMax, seatsMax, seatsOf, thingTerms } from './form.ts'
import {
  describeOffer,
  draftOffer,
  evolveOffer,
  initialOffer,
  keepDraft,
  type Offer,
  type OfferDecision,
  publishDraft,
  publishOffer,
  renewCapacity,
  stateCapacity,
} from './offer.ts'
import { anyForm, at, details, drafted, homeHelp, offerId, offerScene, organisationId, withDetails } from './testExamples.ts'

const { given } = offerScene
const group = (seats?: number): OfferForm => (seats === undefined ? { kind: 'group' } : { kind: 'group', seats })
const room = (units: number, state: 'open' | 'waiting-list' = 'open') => ({ offerId, state, units, expiresAt: '2026-03-09T10:00:00.000Z', at })
const stated = (units: number) => ({
  type: 'offer.capacity-stated.v1' as const,
  data: { offerId, organisationId, capacity: 'open' as const, units, expiresAt: '2026-03-09T10:00:00.000Z' },
})
const saidAnew = (form: OfferForm) => ({
  type: 'offer.described.v1' as const,
  data: { offerId, organisationId, category: 'care-at-home' as const, personalCare: false, wardCodes: ['E05015254'], form },
})

test('D1 what an offer says of its form is told with it; one that says nothing of it tells what offers told before', () => {
  given([])
    .when((now) => draftOffer(now, withDetails({ form: group(12) })))
    .thenEvents([drafted[0]!, saidAnew(group(12))])
  given([])
    .when((now) => draftOffer(now, homeHelp))
    .thenEvents(drafted)
})
test('D1 to say another form is to describe it anew, to say the same changes nothing', () => {
  given([drafted[0]!, saidAnew(group(12))], { ...details, form: group(12) })
    .when((now) => describeOffer(now, withDetails({ form: { kind: 'one-to-one' } })))
    .thenEvents([saidAnew({ kind: 'one-to-one' })])
  given([drafted[0]!, saidAnew(group(12))], { ...details, form: group(12) })
    .when((now) => describeOffer(now, withDetails({ form: group(12) })))
    .thenNothing()
})
test.each<[string, OfferForm | undefined, ReturnType<typeof room>, string | undefined]>([
  ['as many as it has seats', group(12), room(12), undefined],
  ['more than it has seats', group(12), room(13), 'units-above-seats'],
  ['any number, where nobody has said how many seats', group(), room(99), undefined],
  ['a waiting list longer than it has seats', group(12), room(40, 'waiting-list'), undefined],
  ['more than a space holds, which are no seats', { kind: 'space', people: 3 }, room(9), undefined],
  ['any number, where nobody has said a form', undefined, room(99), undefined],
])('D5 room for %s: %j', (_what, form, command, refusal) => {
  const scene = given(drafted, { ...details, ...(form ? { form } : {}) }).when((now) => stateCapacity(now, command))
  if (refusal) scene.thenRefused(refusal, '/units')
  else scene.thenDecision(({ events }) => expect(events).toHaveLength(1))
})
test('D5 where a group has fewer seats than there was room for, there is room for as many as it has seats, until the same day', () =>
  given([...drafted, stated(12)], { ...details, form: group(12) })
    .when((now) => describeOffer(now, withDetails({ form: group(8) })))
    .thenEvents([saidAnew(group(8)), stated(8)]))
test('D5 what was said of room before is said again for no more people than the group has seats by now', () =>
  given(drafted, { ...details, form: group(8) })
    .when((now) => renewCapacity(now, { offerId, at, before: { state: 'open', units: 12, expiresAt: at } }))
    .thenDecision(({ events }) => expect(events).toMatchObject([{ data: { units: 8 } }])))

test('D5 whatever is said of seats and of room, one after the other, there is never room for more people than seats', () => {
  const forms = fc.option(fc.oneof(fc.constant(group()), fc.integer({ min: 1, max: 6 }).map(group), fc.constant<OfferForm>({ kind: 'space', people: 2 })), {
    nil: undefined,
  })
  const step = fc.oneof(
    fc.record({ does: fc.constantFrom('describe' as const, 'keep-draft' as const), form: forms }),
    fc.record({ does: fc.constant('state' as const), units: fc.integer({ min: 0, max: 9 }) }),
    fc.record({ does: fc.constantFrom('publish-draft' as const, 'renew' as const) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
      let now: Offer = { state: initialOffer, details: undefined }
      const take = ({ events, details: words }: OfferDecision) => {
        now = { state: events.reduce(evolveOffer, now.state), details: words ?? now.details }
      }
      take(draftOffer(now, homeHelp))
      take(publishOffer(now, { offerId, at }))
      for (const one of steps) {
        const said = withDetails('form' in one && one.form ? { form: one.form } : {})
        try {
          if (one.does === 'describe') take(describeOffer(now, said))
          if (one.does === 'keep-draft') take(keepDraft(now, { ...said, at }))
          if (one.does === 'publish-draft') take(publishDraft(now, { offerId, at }))
          if (one.does === 'state') take(stateCapacity(now, room(one.units)))
          if (one.does === 'renew') take(renewCapacity(now, { offerId, at, before: { state: 'open', units: 9, expiresAt: at } }))
        } catch (error) {
          expect(error).toMatchObject({ code: 'units-above-seats' })
        }
        const units = now.state.status !== 'none' && now.state.capacity.state === 'open' ? (now.state.capacity.units ?? 0) : 0
        expect(units).toBeLessThanOrEqual(seatsOf(now.details?.form) ?? Number.POSITIVE_INFINITY)
      }
    }),
  )
})

test('a kind with what stands beside it, in one word or number, is the same form again', () =>
  fc.assert(fc.property(anyForm, (form) => expect(formOf(form.kind, besideKind(form))).toEqual(form))))
test('what does not fit beside a kind says nothing, and never another kind', () =>
  fc.assert(
    fc.property(fc.constantFrom(...formKinds), fc.oneof(fc.string(), fc.integer().map(String), fc.constantFrom(...thingTerms)), (kind, value) => {
      const form = formOf(kind, value)
      expect(form.kind).toBe(kind)
      if (form.kind === 'group' && form.seats !== undefined) expect(form.seats >= 1 && form.seats <= seatsMax).toBe(true)
      if (form.kind === 'space' && form.people !== undefined) expect(form.people >= 1 && form.people <= peopleMax).toBe(true)
      if (form.kind === 'one-to-one' || form.kind === 'advice') expect(Object.keys(form)).toEqual(['kind'])
    }),
  ))
