import { openReadModel, type Ports, type ReadModelOptions, together } from '@patchwork/aggregate'
import {
  AccountClosed,
  AccountOpened,
  AccountPasswordChosen,
  type EventEnvelope,
  eventDefinitions,
  OrganisationMemberJoined,
  OrganisationMemberLeft,
  PersonRegistered,
  ReferralSent,
} from '@patchwork/events'
import type { z } from 'zod'
import { type Entitlement, type EntitlingEvent, entitlementAfter, entitlementIdOf } from '../domain/entitlement.ts'
import type { Role } from '../domain/person.ts'

/** Nobody acts for more organisations than this at once; a list that would be longer is cut. */
const organisationsMax = 200
/** Rights of one holder to one person: one for the registration, one for each open referral. */
const rightsMax = 100
const string = (path: string) => ({ path, type: 'string' }) as const

/** A person who asks, as their token says. */
export type Asking = { personId: string; role: Role }

/** The event's data where it is of this kind. */
const dataOf = <Data extends z.ZodObject>(definition: { type: string; data: Data }, event: EventEnvelope): z.infer<Data> | undefined =>
  event.type === definition.type ? definition.data.parse(event.data) : undefined

export const entitlementModel: ReadModelOptions<Entitlement> = {
  service: 'people',
  name: 'entitlements',
  version: 1,
  topics: [PersonRegistered.topic, ReferralSent.topic],
  fields: {
    personId: string('personId'),
    navigatorId: string('navigatorId'),
    organisationId: string('organisationId'),
    because: string('because'),
    since: string('since'),
  },
  indexes: {
    'by-person-and-navigator': { fields: ['personId', 'navigatorId'] },
    'by-person-and-organisation': { fields: ['personId', 'organisationId'] },
    caseload: { fields: ['navigatorId', 'because', 'since'], sparse: true },
  },
  idOf: (event) => entitlementIdOf(event),
  project: (current, event) => {
    // What does not fit its definition is no ground for letting anybody see anything: it is refused here and parked.
    const data = eventDefinitions.get(event.type)?.data.parse(event.data)
    return entitlementAfter(current, { type: event.type, data } as EntitlingEvent, event.time)
  },
}

type Membership = { organisationId: string; personId: string }
type Account = { personId: string; accountIds: string[] }

/** Who may see whom, built from events and nothing else: what no event has granted is refused. */
export const openEntitlements = async (ports: Ports) => {
  const readModels = await together({
    entitlements: openReadModel(entitlementModel, ports),
    memberships: openReadModel<Membership>(
      {
        service: 'people',
        name: 'memberships',
        version: 2,
        topics: [OrganisationMemberJoined.topic],
        fields: { personId: string('personId') },
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
    accounts: openReadModel<Account>(
      {
        service: 'people',
        name: 'accounts',
        version: 2,
        topics: [AccountOpened.topic],
        idOf: (event) => (dataOf(AccountOpened, event) ?? dataOf(AccountPasswordChosen, event) ?? dataOf(AccountClosed, event))?.personId,
        project: (current, event) => {
          const [opened, chosen, closed] = [dataOf(AccountOpened, event), dataOf(AccountPasswordChosen, event), dataOf(AccountClosed, event)]
          // Until an invitation is taken up the account is nobody's yet: the person can be invited again, and their details be mended for them.
          const theirs = opened?.how === 'invitation' ? undefined : (opened ?? chosen)
          const others = (current?.accountIds ?? []).filter((accountId) => accountId !== theirs?.accountId && accountId !== closed?.accountId)
          const accountIds = theirs ? [...others, theirs.accountId] : others
          const personId = current?.personId ?? theirs?.personId
          return personId === undefined || accountIds.length === 0 ? undefined : { personId, accountIds }
        },
      },
      ports,
    ),
  })
  const { entitlements, memberships, accounts } = readModels

  const organisationsOf = async (personId: string): Promise<string[]> => {
    const { documents } = await memberships.collection().find({ where: { personId: { equals: personId } }, limit: organisationsMax })
    return documents.map(({ body }) => body.organisationId)
  }
  const holderOf = async ({ personId, role }: Asking) => {
    if (role === 'navigator') return { navigatorId: { equals: personId } }
    return role === 'provider' || role === 'coordinator' ? { organisationId: { in: await organisationsOf(personId) } } : undefined
  }

  return {
    readModels,
    /** The asker's rights to see some people (at most 50), in the role they signed in with: per person those that open most first. Absence refuses. */
    rightsTo: async (personIds: readonly string[], asking: Asking): Promise<Map<string, Entitlement>> => {
      const holder = await holderOf(asking)
      if (holder === undefined || personIds.length === 0) return new Map()
      const { documents } = await entitlements
        .collection()
        .find({ where: { personId: { in: [...new Set(personIds)] }, ...holder }, limit: Math.min(1_000, rightsMax * personIds.length) })
      // A right to more comes later and so wins: a registration over a referral, being helped over joining in.
      const rank = ({ because, track }: Entitlement) => (because === 'registered' ? 2 : track === 'be-helped' ? 1 : 0)
      const rights = documents.map(({ body }) => body).sort((left, right) => rank(left) - rank(right))
      return new Map(rights.map((right) => [right.personId, right]))
    },
    /** What a referral opens just now, to who may know of it: the person, who sent it, the organisation that took it on. `none` to everybody else. */
    accessBy: async (referralId: string, asking: Asking): Promise<'none' | 'asked' | 'open'> => {
      const right = (await entitlements.collection().get(entitlementIdOf({ type: ReferralSent.type, data: { referralId } }) ?? ''))?.body
      if (right === undefined || right.ended) return 'none'
      const { personId, navigatorId, organisationId } = right
      const isOfAsker =
        asking.role === 'resident'
          ? personId === asking.personId
          : asking.role === 'navigator'
            ? navigatorId === asking.personId
            : organisationId !== undefined && (await organisationsOf(asking.personId)).includes(organisationId)
      if (!isOfAsker) return 'none'
      return organisationId === undefined ? 'asked' : 'open'
    },
    /** The people a navigator has registered, the latest first. */
    caseload: async (navigatorId: string, { limit, after }: { limit: number; after?: string | undefined }) => {
      const page = await entitlements.collection().find({
        where: { navigatorId: { equals: navigatorId }, because: { equals: 'registered' } },
        sort: [{ field: 'since', direction: 'descending' }],
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return { personIds: page.documents.map(({ body }) => body.personId), ...(page.after === undefined ? {} : { after: page.after }) }
    },
    withAccount: async (personIds: readonly string[]): Promise<ReadonlySet<string>> =>
      new Set((await accounts.collection().getMany(personIds)).map(({ body }) => body.personId)),
  }
}
export type Entitlements = Awaited<ReturnType<typeof openEntitlements>>
