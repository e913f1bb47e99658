import { idFor } from '@patchwork/aggregate'
import { Category } from '@patchwork/events'
import { defineRoute } from '@patchwork/http'
import { z } from 'zod'
import { initialOffer, listOffer } from '../domain/offer.ts'
import { registerOrganisation } from '../domain/organisation.ts'
import { RefusedError } from '../domain/refusals.ts'
import type { CouncilArea } from '../place/place.ts'
import type { Directory } from '../store/directory.ts'
import { guessCategory } from '../words/guessCategory.ts'
import { isMember, mustBeOpen } from './membership.ts'
import { toDescription } from './offerBody.ts'
import { described, offersPerOrganisationMax } from './offerRoutes.ts'
import { organisationsPerPersonMax, toDetails } from './organisationRoutes.ts'
import { ListingBody } from './schemas.ts'

type Dependencies = { directory: Directory; councilArea: CouncilArea }

export const listingRoutes = ({ directory, councilArea }: Dependencies) => {
  const { organisations, offers } = directory
  return [
    defineRoute({
      method: 'post',
      path: '/listings',
      policy: 'offer.list',
      summary:
        'Lists an offer in one step: with the organisation that offers it, which is registered, or for one of the caller’s; a draft, or found by everyone at once. What is refused leaves nothing behind; a repeat goes on where the first one stopped.',
      body: ListingBody,
      answer: z.object({ organisationId: z.uuid(), offerId: z.uuid(), category: Category, isCategoryGuessed: z.boolean() }),
      status: 201,
      problems: ['organisation-not-found', 'organisation-closed', 'too-many-organisations', 'too-many-offers', ...described],
      rateLimit: { count: 60, perSeconds: 3_600 },
      own: ({ body, caller }) => body.organisationId === undefined || isMember(directory, body.organisationId, caller),
      handle: async ({ body, caller, command }) => {
        const { organisation, isPublished, organisationId: chosen, category: said, ...words } = body
        const organisationId = chosen ?? idFor(command.key)
        const offerId = idFor(`${command.key}/offer`)
        const category = said ?? guessCategory(body.name, body.description)
        const listed = {
          ...{ offerId, organisationId, track: body.track, origin: 'registered' as const, at: command.at, days: councilArea.assuranceDays, isPublished },
          ...toDescription({ ...words, organisationId, category }, councilArea, command.at),
        }
        // Whatever is wrong with the offer is told before its organisation is registered.
        listOffer({ state: initialOffer, details: undefined }, listed)
        if (chosen !== undefined) await mustBeOpen(directory, chosen, '/organisationId')
        if (organisation && caller.kind === 'person') {
          const theirs = await organisations.count({ memberId: { has: caller.personId }, closedAt: { equals: null } })
          await organisations.update(organisationId, command, (current) => {
            if (theirs >= organisationsPerPersonMax) throw new RefusedError('too-many-organisations')
            const { personId: registrantId } = caller
            return registerOrganisation(current, {
              ...{ organisationId, kind: organisation.kind, origin: 'registered', registrantId },
              details: toDetails({ name: organisation.name }, command.at),
            })
          })
        }
        const count = await offers.count({ organisationId: { equals: organisationId } })
        const { sequence } = await offers.update(offerId, command, (current) => {
          if (count >= offersPerOrganisationMax) throw new RefusedError('too-many-offers')
          return listOffer(current, listed)
        })
        const headers = { Location: `/api/provider-directory/offers/${offerId}` }
        return { status: 201, body: { organisationId, offerId, category, isCategoryGuessed: said === undefined }, sequence, headers }
      },
    }),
  ]
}
