import { openReadModel, type Ports, together } from '@patchwork/aggregate'
import {
  type EventEnvelope,
  OfferAssured,
  OfferHidden,
  OfferPublished,
  OfferWithdrawn,
  OrganisationMemberJoined,
  OrganisationMemberLeft,
  PersonRegistered,
} from '@patchwork/events'
import type { z } from 'zod'
import type { ReferredOffer } from '../domain/commands.ts'

/** Nobody acts for more organisations than this at once; a list that would be longer is cut. */
const organisationsMax = 200

/** `takesReferrals` is what it was published with: what it comes back to when it is assured after it was hidden. */
type KnownOffer = ReferredOffer & { takesReferrals: boolean }
const opensOrCloses: readonly string[] = [OfferPublished.type, OfferHidden.type, OfferAssured.type, OfferWithdrawn.type]

type Membership = { organisationId: string; personId: string }
type Registration = { personId: string; navigatorId: string | null }

/** The event's data where it is of this kind. */
const dataOf = <Data extends z.ZodObject>(definition: { type: string; data: Data }, event: EventEnvelope): z.infer<Data> | undefined =>
  event.type === definition.type ? definition.data.parse(event.data) : undefined

/**
 * What this service knows from the events of others: which offers take referrals now and whose they are, who may act for an organisation, and which
 * navigator registered a person.
 */
export const openNeighbours = async (ports: Ports) => {
  const readModels = await together({
    offers: openReadModel<KnownOffer>(
      {
        service: 'referral',
        name: 'offers',
        version: 2,
        topics: [OfferPublished.topic],
        idOf: (event) => (opensOrCloses.includes(event.type) ? event.subject : undefined),
        project: (current, event) => {
          const published = dataOf(OfferPublished, event)
          // Hidden because nobody assures it: whoever knows its id reaches nobody either, until somebody says that it is still right.
          if (published === undefined) return current && { ...current, isOpen: event.type === OfferAssured.type && current.takesReferrals }
          const { offerId, organisationId, track, takesReferrals } = published
          return { offerId, organisationId, track, takesReferrals, isOpen: takesReferrals }
        },
      },
      ports,
    ),
    memberships: openReadModel<Membership>(
      {
        service: 'referral',
        name: 'memberships',
        version: 2,
        topics: [OrganisationMemberJoined.topic],
        fields: { personId: { path: 'personId', type: 'string' } },
        indexes: { 'by-person': { fields: ['personId'] } },
        idOf: (event) => {
          const told = dataOf(OrganisationMemberJoined, event) ?? dataOf(OrganisationMemberLeft, event)
          return told && `${told.organisationId}/${told.personId}`
        },
        project: (_, event) => {
          const joined = dataOf(OrganisationMemberJoined, event)
          return joined && { organisationId: joined.organisationId, personId: joined.personId }
        },
      },
      ports,
    ),
    registrations: openReadModel<Registration>(
      {
        service: 'referral',
        name: 'registrations',
        version: 1,
        topics: [PersonRegistered.topic],
        idOf: (event) => (event.type === PersonRegistered.type ? event.subject : undefined),
        project: (current, event) => {
          const registered = dataOf(PersonRegistered, event)
          if (registered === undefined) return current
          const { personId, registeredBy } = registered
          return { personId, navigatorId: registeredBy === personId ? null : registeredBy }
        },
      },
      ports,
    ),
  })
  const { offers, memberships, registrations } = readModels
  return {
    readModels,
    offer: async (offerId: string): Promise<ReferredOffer | undefined> => (await offers.collection().get(offerId))?.body,
    /** The person's registration; undefined while nobody has told of the person. */
    registration: async (personId: string): Promise<Registration | undefined> => (await registrations.collection().get(personId))?.body,
    organisationsOf: async (personId: string): Promise<string[]> => {
      const { documents } = await memberships.collection().find({ where: { personId: { equals: personId } }, limit: organisationsMax })
      return documents.map(({ body }) => body.organisationId)
    },
  }
}
export type Neighbours = Awaited<ReturnType<typeof openNeighbours>>
