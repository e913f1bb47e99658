import { openReadModel, type Ports, together } from '@patchwork/aggregate'
import { OrganisationMemberJoined, OrganisationMemberLeft, PersonRegistered } from '@patchwork/events'
import { service } from './poolingStore.ts'

/** Nobody acts for more organisations than this at once, and no organisation has more people who act for it; a list that would be longer is cut. */
const membershipsMax = 200

type Membership = { organisationId: string; personId: string }

/** What this service knows from the events of others: who acts for an organisation, and which residents there are. */
export const openNeighbours = async (ports: Ports) => {
  const readModels = await together({
    memberships: openReadModel<Membership>(
      {
        service,
        name: 'memberships',
        version: 2,
        topics: [OrganisationMemberJoined.topic],
        fields: { personId: { path: 'personId', type: 'string' }, organisationId: { path: 'organisationId', type: 'string' } },
        indexes: { 'by-person': { fields: ['personId'] }, 'by-organisation': { fields: ['organisationId'] } },
        idOf: (event) =>
          event.type === OrganisationMemberJoined.type || event.type === OrganisationMemberLeft.type
            ? `${event.subject}/${String(event.data.personId)}`
            : undefined,
        project: (_, event) => {
          if (event.type === OrganisationMemberLeft.type) return undefined
          const { organisationId, personId } = OrganisationMemberJoined.data.parse(event.data)
          return { organisationId, personId }
        },
      },
      ports,
    ),
    residents: openReadModel<{ personId: string }>(
      {
        service,
        name: 'residents',
        version: 1,
        topics: [PersonRegistered.topic],
        idOf: (event) => (event.type === PersonRegistered.type && event.data.role === 'resident' ? event.subject : undefined),
        project: (_, event) => ({ personId: event.subject }),
      },
      ports,
    ),
  })
  const { memberships, residents } = readModels
  const membershipsWhere = async (where: { personId: { equals: string } } | { organisationId: { equals: string } }) =>
    (await memberships.collection().find({ where, limit: membershipsMax })).documents.map(({ body }) => body)
  return {
    readModels,
    organisationsOf: async (personId: string): Promise<string[]> =>
      (await membershipsWhere({ personId: { equals: personId } })).map(({ organisationId }) => organisationId),
    peopleOf: async (organisationId: string): Promise<string[]> =>
      (await membershipsWhere({ organisationId: { equals: organisationId } })).map(({ personId }) => personId),
    /** Whether somebody with this id is registered as a resident. */
    isResident: async (personId: string): Promise<boolean> => (await residents.collection().get(personId)) !== undefined,
  }
}
export type Neighbours = Awaited<ReturnType<typeof openNeighbours>>
