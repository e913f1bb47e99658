import { idFor } from '@patchwork/aggregate'
import { OfferCapacityStated } from '@patchwork/events'
import { defineRoute, IdParams, ListQuery, NotFoundError } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import {
  assureOffer,
  describeOffer,
  discardDraft,
  draftOffer,
  isShown,
  keepDraft,
  publishDraft,
  publishOffer,
  renewCapacity,
  type StatedCapacity,
  stateCapacity,
  withdrawOffer,
} from '../domain/offer.ts'
import { RefusedError } from '../domain/refusals.ts'
import type { CouncilArea } from '../place/place.ts'
import type { Directory } from '../store/directory.ts'
import type { OfferViews } from '../store/offerViews.ts'
import { toPublicOrganisation } from '../store/publicOffer.ts'
import { idsAsOne, offersStanding, standingFor, standingOf } from '../store/standing.ts'
import { isMember, isOfTheirs, mustBeOpen, offerMustBeOpen } from './membership.ts'
import { toDescription } from './offerBody.ts'
import { CapacityBody, OfferBody, OfferView, UnassuredOffer } from './schemas.ts'
import { toOfferView, toUnassuredView } from './views.ts'

export const offersPerOrganisationMax = 500
const OfferId = z.object({ offerId: z.uuid() })
/** What the words of an offer may be refused for. */
export const described = [
  'where-missing',
  'distance-without-postcode',
  'invalid-postcode',
  'unknown-ward',
  'empty-time',
  'ages-turned-round',
  'days-missing',
  'days-turned-round',
  'start-missing',
  'exceptions-overlap',
  'price-of-free-offer',
  'personal-care-gate',
  'personal-care-gate-both',
  'invalid-cqc-number',
] as const

type Dependencies = { directory: Directory; councilArea: CouncilArea; offerViews: OfferViews; runtime: Runtime }

export const offerRoutes = ({ directory, councilArea, offerViews, runtime }: Dependencies) => {
  const { organisations, offers } = directory
  /** An offer of a merged organisation is shown as one of the organisation that stands for it: whoever names that means its own. */
  const ownOrganisationId = async (offerId: string, named: string): Promise<string> => {
    const state = (await offers.get(offerId))?.state
    if (state === undefined || state.status === 'none') return named
    const standing = await standingOf(organisations, [state.organisationId, named])
    const isSame = standing.get(named)?.organisation.id === standing.get(state.organisationId)?.organisation.id
    return isSame ? state.organisationId : named
  }
  return [
    defineRoute({
      method: 'get',
      path: '/offers/unassured',
      policy: 'offer.read-unassured',
      summary: 'Offers that nobody has assured for long: the hidden first, then those that stand behind all others, then those that were asked about.',
      query: ListQuery,
      answer: z.object({ items: z.array(UnassuredOffer), after: z.string().optional() }),
      handle: async ({ query: { limit, after: from } }) => {
        const { aggregates, after } = await offers.find({
          where: { status: { equals: 'published' }, origin: { equals: 'registered' }, standing: { in: ['hidden', 'downranked', 'asked'] } },
          sort: [{ field: 'standing', direction: 'descending' }],
          limit,
          ...(from === undefined ? {} : { after: from }),
        })
        const ids = aggregates.flatMap(({ state }) => (state.status === 'published' ? [state.organisationId] : []))
        const registered = await organisations.getMany([...new Set(ids)])
        const nameOf = new Map(registered.map((one) => [one.id, toPublicOrganisation(one)?.name ?? '']))
        const items = aggregates.flatMap((offer) => toUnassuredView(offer, nameOf))
        return { body: { items, ...(after === undefined ? {} : { after }) } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/offers/:id',
      policy: 'offer.read',
      summary:
        'One offer; for one that was merged, the one that stands for it. A draft or a withdrawn one, and an edit that waits as a draft, is shown to members of its organisation only. With look=page somebody looks at its page, which is counted.',
      params: IdParams,
      query: z.strictObject({ look: z.literal('page').optional() }),
      answer: OfferView,
      problems: ['not-found'],
      handle: async ({ params, query, caller, address }) => {
        // Saved links and old pages of one that was merged lead to the one that stands for it.
        const offer = (await offersStanding.standingOf(offers, [params.id])).get(params.id)?.one
        if (!offer || offer.state.status === 'none') throw new NotFoundError()
        const isYours = await isMember(directory, offer.state.organisationId, caller)
        const mayRead = isShown(offer.state) || isYours || (caller.kind === 'person' && caller.role === 'administrator')
        const registered = mayRead ? (await standingFor(organisations, offer.state.organisationId))?.organisation : undefined
        const organisation = registered && toPublicOrganisation(registered)
        const view = organisation && toOfferView(offer, { organisation, isYours, nowMs: runtime.now(), councilArea })
        if (!view) throw new NotFoundError()
        if (query.look === 'page' && isShown(offer.state) && !isYours && caller.kind !== 'service') offerViews.note(offer.id, address)
        if (!isYours) return { body: view, sequence: offer.sequence }
        const [views, roomBefore] = await Promise.all([
          offerViews.of([offer.id]),
          view.capacity.state === 'unknown' ? lastStated(directory, offer.id, offer.sequence) : undefined,
        ])
        return { body: { ...view, views: views.get(offer.id), ...(roomBefore ? { roomBefore } : {}) }, sequence: offer.sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/offers',
      policy: 'offer.draft',
      summary: 'Begins an offer; nobody but its organisation sees it until it is published.',
      body: OfferBody,
      answer: OfferId,
      status: 201,
      problems: ['organisation-not-found', 'organisation-closed', 'too-many-offers', ...described],
      own: ({ body, caller }) => isMember(directory, body.organisationId, caller),
      handle: async ({ body, command }) => {
        const { track } = body
        await mustBeOpen(directory, body.organisationId, '/organisationId')
        const [organisationId = body.organisationId, ...others] = await idsAsOne(organisations, body.organisationId)
        const count = await offers.count({ organisationId: { in: [organisationId, ...others] } })
        const offerId = idFor(command.key)
        const { sequence } = await offers.update(offerId, command, (current) => {
          if (count >= offersPerOrganisationMax) throw new RefusedError('too-many-offers')
          return draftOffer(current, { offerId, organisationId, track, origin: 'registered', ...toDescription(body, councilArea, command.at) })
        })
        return { status: 201, body: { offerId }, sequence, headers: { Location: `/api/provider-directory/offers/${offerId}` } }
      },
    }),
    defineRoute({
      method: 'put',
      path: '/offers/:id',
      policy: 'offer.describe',
      summary: 'Says anew what an offer is; everyone sees a published one change. Said by its organisation, it takes the place of a draft that waits.',
      params: IdParams,
      body: OfferBody,
      answer: OfferId,
      problems: ['not-found', 'offer-not-found', 'stale', 'organisation-of-offer-fixed', 'track-of-offer-fixed', ...described],
      own: ({ params, caller }) => isOfTheirs(directory, params.id, caller),
      handle: async ({ params, caller, body, command }) => {
        const { track } = body
        const organisationId = await ownOrganisationId(params.id, body.organisationId)
        // Whoever cannot see the draft does not mean to end it.
        const endsDraft = await isOfTheirs(directory, params.id, caller)
        const { sequence } = await offers.update(params.id, command, (current) =>
          describeOffer(current, {
            offerId: params.id,
            organisationId,
            track,
            origin: 'registered',
            endsDraft,
            ...toDescription(body, councilArea, command.at),
          }),
        )
        return { body: { offerId: params.id }, sequence }
      },
    }),
    defineRoute({
      method: 'put',
      path: '/offers/:id/draft',
      policy: 'offer.edit-as-draft',
      summary:
        'Keeps an edit of a published offer as a draft: its organisation sees it, everyone else what was published. Where nothing is published, says it anew.',
      params: IdParams,
      body: OfferBody,
      answer: OfferId,
      problems: ['not-found', 'offer-not-found', 'stale', 'organisation-of-offer-fixed', 'track-of-offer-fixed', ...described],
      own: ({ params, caller }) => isOfTheirs(directory, params.id, caller),
      handle: async ({ params, body, command }) => {
        const { track } = body
        const organisationId = await ownOrganisationId(params.id, body.organisationId)
        const description = toDescription(body, councilArea, command.at)
        const { sequence } = await offers.update(params.id, command, (current) =>
          keepDraft(current, { offerId: params.id, organisationId, track, origin: 'registered', at: command.at, ...description }),
        )
        return { body: { offerId: params.id }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/offers/:id/draft/publication',
      policy: 'offer.edit-as-draft',
      summary:
        'Publishes the draft of an edit in one step: everyone finds what it says. Personal care needs a CQC number or the sole-worker declaration first.',
      params: IdParams,
      answer: OfferId,
      problems: ['not-found', 'offer-not-found', 'offer-merged', 'stale', 'organisation-closed', 'where-missing', 'personal-care-gate'],
      own: ({ params, caller }) => isOfTheirs(directory, params.id, caller),
      handle: async ({ params, command }) => {
        await offerMustBeOpen(directory, params.id)
        const { sequence } = await offers.update(params.id, command, (current) =>
          publishDraft(current, { offerId: params.id, at: command.at, days: councilArea.assuranceDays }),
        )
        return { body: { offerId: params.id }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/offers/:id/draft/discarding',
      policy: 'offer.edit-as-draft',
      summary: 'Throws the draft of an edit away; what everyone sees stays.',
      params: IdParams,
      answer: OfferId,
      problems: ['not-found', 'offer-not-found', 'stale'],
      own: ({ params, caller }) => isOfTheirs(directory, params.id, caller),
      handle: async ({ params, command }) => {
        const { sequence } = await offers.update(params.id, command, (current) => discardDraft(current, { offerId: params.id, at: command.at }))
        return { body: { offerId: params.id }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/offers/:id/publication',
      policy: 'offer.publish',
      summary: 'Lets everyone find the offer. Personal care needs a CQC number or the sole-worker declaration first.',
      params: IdParams,
      answer: OfferId,
      problems: ['not-found', 'offer-not-found', 'offer-merged', 'organisation-closed', 'where-missing', 'personal-care-gate'],
      own: ({ params, caller }) => isOfTheirs(directory, params.id, caller),
      handle: async ({ params, command }) => {
        await offerMustBeOpen(directory, params.id)
        const { sequence } = await offers.update(params.id, command, (current) =>
          publishOffer(current, { offerId: params.id, at: command.at, days: councilArea.assuranceDays }),
        )
        return { body: { offerId: params.id }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/offers/:id/capacity',
      policy: 'offer.state-capacity',
      summary:
        'Says whether there is room, and until when that holds; after that it is unknown by itself. A group has room for no more people than it has seats.',
      params: IdParams,
      body: CapacityBody,
      answer: OfferId,
      problems: ['not-found', 'offer-not-found', 'offer-withdrawn', 'expiry-not-ahead', 'expiry-too-far', 'units-of-closed', 'units-above-seats'],
      own: ({ params, caller }) => isOfTheirs(directory, params.id, caller),
      handle: async ({ params, body, command }) => {
        const { state, units } = body
        // The form in which instants are stored, whatever offset they came in.
        const expiresAt = new Date(body.expiresAt).toISOString()
        const { sequence } = await offers.update(params.id, command, (current) =>
          stateCapacity(current, { offerId: params.id, state, ...(units === undefined ? {} : { units }), expiresAt, at: command.at }),
        )
        return { body: { offerId: params.id }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/offers/:id/capacity-renewal',
      policy: 'offer.state-capacity',
      summary: 'Says again what was last said of room, also where that has run out, for 28 days more.',
      params: IdParams,
      answer: OfferId,
      problems: ['not-found', 'offer-not-found', 'offer-withdrawn', 'capacity-never-stated'],
      own: ({ params, caller }) => isOfTheirs(directory, params.id, caller),
      handle: async ({ params, command }) => {
        const before = await lastStated(directory, params.id, (await offers.get(params.id))?.sequence ?? 0)
        const { sequence } = await offers.update(params.id, command, (current) => renewCapacity(current, { offerId: params.id, at: command.at, before }))
        return { body: { offerId: params.id }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/offers/:id/assurance',
      policy: 'offer.assure',
      summary: 'Says that all the offer says is still right. Nothing else changes when and by whom it was assured.',
      params: IdParams,
      answer: OfferId,
      problems: ['not-found', 'offer-not-found', 'offer-not-published'],
      own: ({ params, caller }) => isOfTheirs(directory, params.id, caller),
      handle: async ({ params, caller, command }) => {
        if (caller.kind !== 'person') throw new NotFoundError()
        const assurer = (await isOfTheirs(directory, params.id, caller)) ? 'provider' : 'council'
        const { sequence } = await offers.update(params.id, command, (current) =>
          assureOffer(current, { offerId: params.id, assuredBy: caller.personId, assurer, at: command.at, days: councilArea.assuranceDays }),
        )
        return { body: { offerId: params.id }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/offers/:id/withdrawal',
      policy: 'offer.withdraw',
      summary: 'Shows the offer to nobody else any more; it takes no further referrals.',
      params: IdParams,
      answer: OfferId,
      problems: ['not-found', 'offer-not-found'],
      own: ({ params, caller }) => isOfTheirs(directory, params.id, caller),
      handle: async ({ params, command }) => {
        const { sequence } = await offers.update(params.id, command, (current) => withdrawOffer(current, { offerId: params.id, at: command.at }))
        return { body: { offerId: params.id }, sequence }
      },
    }),
  ]
}

/** How far back in what happened to an offer its last statement of room is looked for. */
const eventsBackMax = 200

/** What was last said of room, whether or not it still holds; undefined where nobody said it lately. */
const lastStated = async ({ offers }: Directory, offerId: string, sequence: number): Promise<StatedCapacity | undefined> => {
  const events = await offers.history(offerId, { afterSequence: Math.max(0, sequence - eventsBackMax), limit: eventsBackMax })
  const last = events.findLast(({ type }) => type === OfferCapacityStated.type)
  if (!last) return undefined
  const { capacity: state, units, expiresAt } = OfferCapacityStated.data.parse(last.data)
  return { state, ...(units === undefined ? {} : { units }), expiresAt }
}
