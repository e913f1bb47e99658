import { openReadModel, type Ports } from '@patchwork/aggregate'
import { OrganisationMemberJoined, OrganisationMemberLeft } from '@patchwork/events'
import { service } from './contractStore.ts'

/** Nobody acts for more organisations than this at once; a list that would be longer is cut. */
const organisationsMax = 200

/** Who may act for which organisation, from the directory's events. */
export const openMemberships = async (ports: Ports) => {
  const model = await openReadModel<{ organisationId: string; personId: string }>(
    {
      service,
      name: 'memberships',
      version: 2,
      topics: [OrganisationMemberJoined.topic],
      fields: { personId: { path: 'personId', type: 'string' } },
      indexes: { 'by-person': { fields: ['personId'] } },
      idOf: ({ type, data }) =>
        type === OrganisationMemberJoined.type || type === OrganisationMemberLeft.type ? `${data.organisationId}/${data.personId}` : undefined,
      project: (_, { type, data }) => {
        if (type === OrganisationMemberLeft.type) return undefined
        const { organisationId, personId } = OrganisationMemberJoined.data.parse(data)
        return { organisationId, personId }
      },
    },
    ports,
  )
  return {
    model,
    organisationsOf: async (personId: string): Promise<string[]> => {
      const { documents } = await model.collection().find({ where: { personId: { equals: personId } }, limit: organisationsMax })
      return documents.map(({ body }) => body.organisationId)
    },
  }
}
export type Memberships = Awaited<ReturnType<typeof openMemberships>>
