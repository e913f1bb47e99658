import { openReadModel, type Ports, type ReadModel } from '@patchwork/aggregate'
import { OrganisationMemberJoined, OrganisationMemberLeft } from '@patchwork/events'
import { sleep } from '@patchwork/runtime'

type MembersBody = { personIds: string[] }

/** Members of one organisation that are kept, in the order in which they joined. */
const membersMax = 200
/** How often it is asked again whether another process has applied what was published before, and how long apart. */
const behindRoundsMax = 5
const behindWaitMs = 50

export type Memberships = {
  model: ReadModel<MembersBody>
  /** Who may act for an organisation, by everything that was published before the call. */
  membersOf(organisationId: string): Promise<readonly string[]>
}

/** Who may act for which organisation: ids, from the directory's events. */
export const openMemberships = async (ports: Ports): Promise<Memberships> => {
  const model = await openReadModel<MembersBody>(
    {
      service: 'notification',
      name: 'memberships',
      version: 2,
      topics: [OrganisationMemberJoined.topic],
      idOf: ({ type, subject }) => (type === OrganisationMemberJoined.type || type === OrganisationMemberLeft.type ? subject : undefined),
      project: (current, { type, data }) => {
        const personIds = current?.personIds ?? []
        if (type === OrganisationMemberLeft.type) {
          const left = OrganisationMemberLeft.data.parse(data)
          return { personIds: personIds.filter((personId) => personId !== left.personId) }
        }
        const { personId } = OrganisationMemberJoined.data.parse(data)
        return personIds.includes(personId) || personIds.length >= membersMax ? { personIds } : { personIds: [...personIds, personId] }
      },
    },
    ports,
  )
  // What happens to a referral travels on another topic than who has joined: after a pause it could arrive first, and somebody would not be told.
  const isCaughtUp = async (): Promise<void> => {
    await model.caughtUp()
    for (let round = 1; round <= behindRoundsMax; round += 1) {
      const behind = (await model.consumer().lag()).reduce((sum, topic) => sum + topic.behind, 0)
      if (behind === 0) return
      await sleep(ports.runtime, behindWaitMs)
    }
  }
  return {
    model,
    membersOf: async (organisationId) => {
      await isCaughtUp()
      return (await model.collection().get(organisationId))?.body.personIds ?? []
    },
  }
}
