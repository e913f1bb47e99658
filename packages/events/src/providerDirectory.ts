import { z } from 'zod'
import { defineEvent } from './eventDefinition.ts'
import { CapacityState, Category, Id, Instant, Track, WardCode } from './terms.ts'

const organisation = 'patchwork.provider-directory.organisation'
const offer = 'patchwork.provider-directory.offer'
const search = 'patchwork.provider-directory.search'

export const OrganisationRegistered = defineEvent({
  type: 'organisation.registered.v1',
  topic: organisation,
  meaning: 'An organisation, a sole trader or a group stands in the directory.',
  data: z.object({
    organisationId: Id,
    kind: z.enum(['micro-provider', 'community-network', 'organisation']),
    origin: z.enum(['registered', 'open-data', 'imported']),
  }),
})
export const OrganisationDescribed = defineEvent({
  type: 'organisation.described.v1',
  topic: organisation,
  meaning: 'What an organisation says of itself is new; read it by its id.',
  data: z.object({ organisationId: Id }),
})
export const OrganisationMemberJoined = defineEvent({
  type: 'organisation.member-joined.v1',
  topic: organisation,
  meaning: 'A person may act for an organisation.',
  data: z.object({ organisationId: Id, personId: Id, memberRole: z.enum(['owner', 'member']) }),
})
export const OfferDrafted = defineEvent({
  type: 'offer.drafted.v1',
  topic: offer,
  meaning: 'An organisation began to describe help or an activity; nobody else can see it yet.',
  data: z.object({ offerId: Id, organisationId: Id, track: Track, origin: z.enum(['registered', 'open-data', 'imported']) }),
})
export const OfferDescribed = defineEvent({
  type: 'offer.described.v1',
  topic: offer,
  meaning: 'The words, price, times or area of an offer are new; read them by its id.',
  data: z.object({ offerId: Id, organisationId: Id, category: Category, personalCare: z.boolean(), wardCodes: z.array(WardCode).max(100) }),
})
export const OfferPublished = defineEvent({
  type: 'offer.published.v1',
  topic: offer,
  meaning: 'An offer can be found by anyone.',
  data: z.object({
    offerId: Id,
    organisationId: Id,
    track: Track,
    category: Category,
    wardCodes: z.array(WardCode).max(100),
    takesReferrals: z.boolean(),
    publishedAt: Instant,
  }),
})
export const OfferCapacityStated = defineEvent({
  type: 'offer.capacity-stated.v1',
  topic: offer,
  meaning: 'A provider said whether an offer has room, and until when that holds.',
  data: z.object({ offerId: Id, organisationId: Id, capacity: CapacityState, units: z.int().min(0).max(100_000).optional(), expiresAt: Instant }),
})
export const OfferCapacityExpired = defineEvent({
  type: 'offer.capacity-expired.v1',
  topic: offer,
  meaning: 'What was said about room is too old to rely on: it is unknown now.',
  data: z.object({ offerId: Id, organisationId: Id, expiredAt: Instant }),
})
export const OfferWithdrawn = defineEvent({
  type: 'offer.withdrawn.v1',
  topic: offer,
  meaning: 'An offer is no longer shown and takes no referrals.',
  data: z.object({ offerId: Id, organisationId: Id, withdrawnAt: Instant }),
})
export const SearchFoundNothing = defineEvent({
  type: 'search.found-nothing.v1',
  topic: search,
  meaning: 'Somebody looked for help and there was none: unmet need by ward and kind. Never the words, never who.',
  data: z.object({ searchId: Id, category: Category.optional(), wardCode: WardCode.optional(), searchedAt: Instant }),
})
