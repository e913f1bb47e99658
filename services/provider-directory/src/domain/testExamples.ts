import fc from 'fast-check'
import { type AssetDetails, type AssetEvent, type AssetState, evolveAsset, initialAsset } from './asset.ts'
import { type CredentialDetails, type CredentialEvent, type CredentialState, evolveCredential, initialCredential } from './credential.ts'
import type { Current, Decision } from './decision.ts'
import { type OfferForm, peopleMax, seatsMax, thingTerms } from './form.ts'
import { type DraftOffer, evolveOffer, initialOffer, type KeptOffer, type OfferDetails, type OfferEvent, type OfferState } from './offer.ts'
import { evolveOrganisation, initialOrganisation, type OrganisationDetails, type OrganisationEvent, type OrganisationState } from './organisation.ts'
import { RefusedError } from './refusals.ts'

export const offerId = '0199a000-0000-4000-8000-00000000000a'
export const organisationId = '0199a000-0000-4000-8000-00000000000b'
export const personId = '0199a000-0000-4000-8000-00000000000c'
export const at = '2026-03-02T10:00:00.000Z'

export const details: OfferDetails = {
  name: 'Home help in Sale',
  description: 'Cleaning, shopping and company.',
  price: { kind: 'paid', pence: 2_000, unit: 'hour' },
  area: { wardCodes: ['E05015254'], atHome: true },
  place: {},
  times: [{ days: ['monday', 'tuesday'], from: '09:00', to: '17:00' }],
  fundingAccepted: ['direct-payment'],
  contact: { phone: '0161 496 0000' },
  modifiedAt: at,
}
/** Each form that an offer can have, with what may be said beside it and without. */
export const anyForm: fc.Arbitrary<OfferForm> = fc.oneof(
  fc.constantFrom<OfferForm>({ kind: 'one-to-one' }, { kind: 'advice' }),
  fc.record({ kind: fc.constant('group' as const), seats: fc.integer({ min: 1, max: seatsMax }) }, { requiredKeys: ['kind'] }),
  fc.record({ kind: fc.constant('thing' as const), terms: fc.constantFrom(...thingTerms) }, { requiredKeys: ['kind'] }),
  fc.record({ kind: fc.constant('space' as const), people: fc.integer({ min: 1, max: peopleMax }) }, { requiredKeys: ['kind'] }),
)

/** The state of an offer that everyone can find. */
export const publishedState: OfferState & { status: 'published' } = {
  status: 'published',
  publishedAt: at,
  takesReferrals: true,
  organisationId,
  track: 'be-helped',
  origin: 'registered',
  category: 'other',
  personalCare: false,
  wardCodes: [],
  capacity: { state: 'unknown' },
}
export const homeHelp: DraftOffer = {
  offerId,
  organisationId,
  track: 'be-helped',
  origin: 'registered',
  category: 'care-at-home',
  personalCare: false,
  details,
}
export const withDetails = (changes: Partial<OfferDetails>, others: Partial<DraftOffer> = {}): DraftOffer => ({
  ...homeHelp,
  ...others,
  details: { ...details, ...changes },
})

export const drafted: OfferEvent[] = [
  { type: 'offer.drafted.v1', data: { offerId, organisationId, track: 'be-helped', origin: 'registered' } },
  { type: 'offer.described.v1', data: { offerId, organisationId, category: 'care-at-home', personalCare: false, wardCodes: ['E05015254'] } },
]
export const published: OfferEvent = {
  type: 'offer.published.v1',
  data: { offerId, organisationId, track: 'be-helped', category: 'care-at-home', wardCodes: ['E05015254'], takesReferrals: true, publishedAt: at },
}
export const withdrawn: OfferEvent = { type: 'offer.withdrawn.v1', data: { offerId, organisationId, withdrawnAt: at } }
export const openUntil = (expiresAt: string): OfferEvent => ({
  type: 'offer.capacity-stated.v1',
  data: { offerId, organisationId, capacity: 'open', units: 2, expiresAt },
})

/** Events and words first, one decision, and what follows: events, nothing, or a named refusal. */
export const scene = <State, Event, Details>(initial: State, evolve: (state: State, event: Event) => State) => ({
  given: (events: readonly Event[], words?: Details) => ({
    when: (decide: (current: Current<State, Details>) => Decision<Event, Details>) => {
      const current = { state: events.reduce(evolve, initial), details: words }
      return {
        thenEvents: (expected: readonly Event[]) => expect(decide(current).events).toEqual(expected),
        thenNothing: () => expect(decide(current).events).toEqual([]),
        thenRefused: (code: string, field?: string) => {
          const refusal = refusalOf(() => decide(current))
          expect({ code: refusal?.code, field: refusal?.field }).toEqual({ code, field })
        },
        thenDecision: (look: (decision: Decision<Event, Details>) => void) => look(decide(current)),
      }
    },
  }),
})

const refusalOf = (decide: () => unknown): RefusedError | undefined => {
  try {
    decide()
    return undefined
  } catch (error) {
    if (error instanceof RefusedError) return error
    throw error
  }
}

export const offerScene = scene<OfferState, OfferEvent, KeptOffer>(initialOffer, evolveOffer)
export const organisationScene = scene<OrganisationState, OrganisationEvent, OrganisationDetails>(initialOrganisation, evolveOrganisation)
export const credentialScene = scene<CredentialState, CredentialEvent, CredentialDetails>(initialCredential, evolveCredential)
export const assetScene = scene<AssetState, AssetEvent, AssetDetails>(initialAsset, evolveAsset)
