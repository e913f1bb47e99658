import type { Caller } from '@patchwork/access'
import { Role } from '@patchwork/events'
import { type AnyRoute, defineRoute, IdParams, ListQuery, NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import {
  accessNeedsFields,
  allFields,
  contactFields,
  type Entitlement,
  fieldsFor,
  summaryFields,
  type VisibleField,
  visible,
  type Why,
} from '../domain/entitlement.ts'
import type { PersonDetails, RegisteredPerson } from '../domain/person.ts'
import type { Access, AccessLog } from '../store/accessLog.ts'
import type { Asking, Entitlements } from '../store/entitlements.ts'
import type { PersonStore } from '../store/personStore.ts'
import { AccessNeed, DetailsView, Language } from './personBodies.ts'

const idsMax = 50
const Ids = z
  .string()
  .max(idsMax * 37)
  .transform((ids) => [...new Set(ids.split(','))])
  .pipe(z.array(z.uuid()).min(1).max(idsMax))

export type Dependencies = { people: PersonStore; entitlements: Entitlements; accessLog: AccessLog }

/** The caller as a signed-in person. Throws NotFoundError for anybody else. */
export const askingOf = (caller: Caller): Asking => {
  if (caller.kind !== 'person') throw new NotFoundError()
  return { personId: caller.personId, role: caller.role }
}

type Known = { personId: string; sequence: number; state: RegisteredPerson; details: PersonDetails }

/** People who are registered, by id; in no promised order. */
export const knownPeople = async (people: PersonStore, personIds: readonly string[]): Promise<Map<string, Known>> => {
  const found = await people.getMany(personIds)
  return new Map(
    found.flatMap(({ id, sequence, state, details }) => (state.status === 'registered' && details ? [[id, { personId: id, sequence, state, details }]] : [])),
  )
}

/** One person who is registered. Throws NotFoundError. */
export const knownPerson = async (people: PersonStore, personId: string): Promise<Known> => {
  const person = (await knownPeople(people, [personId])).get(personId)
  if (person === undefined) throw new NotFoundError()
  return person
}

const entryFor = (asking: Asking, right: Entitlement, shown: readonly VisibleField[]): Omit<Access, 'at' | 'bySelf'> => {
  const isMember = asking.role !== 'navigator'
  const why: Why = isMember ? 'accepted-referral' : right.because
  return {
    personId: right.personId,
    who: { role: asking.role, personId: asking.personId, ...(isMember && right.organisationId !== undefined ? { organisationId: right.organisationId } : {}) },
    why,
    fields: [...shown],
    ...(right.referralId === undefined ? {} : { referralId: right.referralId }),
  }
}

/** The routes by which people's details are read. Each reading is in the access log before its answer leaves. */
export const readRoutes = (dependencies: Dependencies): AnyRoute[] => [
  selfRoute(dependencies),
  listRoute(dependencies),
  contactsRoute(dependencies),
  personRoute(dependencies),
  accessNeedsRoute(dependencies),
  contactRoute(dependencies),
  accessLogRoute(dependencies),
  accountFoundRoute(dependencies),
  accessStateRoute(dependencies),
]

const selfRoute = ({ people, accessLog }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/people/me',
    policy: 'person.read-self',
    summary: 'Read one’s own details',
    answer: DetailsView,
    own: 'by-caller',
    handle: async ({ caller }) => {
      const asking = askingOf(caller)
      const { details, sequence } = await knownPerson(people, asking.personId)
      await accessLog.append([{ personId: asking.personId, who: asking, why: 'self', fields: [...allFields] }])
      return { body: { personId: asking.personId, ...details }, sequence }
    },
  })

const listRoute = ({ people, entitlements, accessLog }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/people',
    policy: 'person.read',
    summary: 'List names: of the people with these ids as far as one may see them, or, without ids, of the people one has registered as a navigator',
    query: ListQuery.extend({ ids: Ids.optional() }),
    answer: z.object({ items: z.array(z.object({ personId: z.uuid(), name: z.string(), hasAccount: z.boolean().optional() })), after: z.string().optional() }),
    own: 'by-caller',
    handle: async ({ caller, query: { ids, limit, after } }) => {
      const asking = askingOf(caller)
      const page: { personIds: string[]; after?: string } =
        ids !== undefined
          ? { personIds: ids }
          : asking.role === 'navigator'
            ? await entitlements.caseload(asking.personId, { limit, after })
            : { personIds: [] }
      const rights = await entitlements.rightsTo(page.personIds, asking)
      const known = await knownPeople(people, [...rights.keys()])
      const withAccount = asking.role === 'navigator' ? await entitlements.withAccount([...known.keys()]) : undefined
      await accessLog.append([...known.keys()].flatMap((personId) => entryOf(rights.get(personId), asking)))
      const items = page.personIds.flatMap((personId) => {
        const person = known.get(personId)
        return person ? [{ personId, name: person.details.name, ...(withAccount ? { hasAccount: withAccount.has(personId) } : {}) }] : []
      })
      return { body: { items, ...(page.after === undefined ? {} : { after: page.after }) } }
    },
  })

const entryOf = (right: Entitlement | undefined, asking: Asking) => (right ? [entryFor(asking, right, summaryFields)] : [])

/** The asker's right to see one person. Throws NotFoundError where there is none: nobody learns that the person exists. */
const rightTo = async (entitlements: Entitlements, personId: string, asking: Asking): Promise<Entitlement> => {
  const right = (await entitlements.rightsTo([personId], asking)).get(personId)
  if (right === undefined) throw new NotFoundError()
  return right
}

const present = (details: Partial<PersonDetails>, fields: readonly VisibleField[]): VisibleField[] => {
  const isKnown: Partial<Record<VisibleField, boolean>> = {
    email: details.email !== undefined,
    phone: details.phone !== undefined,
    postcode: details.postcode !== undefined,
  }
  return fields.filter((field) => isKnown[field] !== false)
}

const personRoute = ({ people, entitlements, accessLog }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/people/:id',
    policy: 'person.read',
    summary: 'Read a person’s details as far as one’s relation to them opens them; the reading is logged with its reason',
    params: IdParams,
    answer: DetailsView,
    own: 'by-caller',
    handle: async ({ caller, params: { id } }) => {
      const asking = askingOf(caller)
      const right = await rightTo(entitlements, id, asking)
      const { details, sequence } = await knownPerson(people, id)
      const fields = fieldsFor(right, asking.role)
      await accessLog.append([entryFor(asking, right, present(details, fields))])
      return { body: { personId: id, ...visible(details, fields) }, sequence }
    },
  })

const accessNeedsRoute = ({ people, entitlements, accessLog }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/people/:id/access-needs',
    policy: 'person.read-access-needs',
    summary: 'Read only how a person can be met: access needs and language; the reading is logged',
    params: IdParams,
    answer: z.object({ personId: z.uuid(), accessNeeds: z.array(AccessNeed), language: Language }),
    own: 'by-caller',
    handle: async ({ caller, params: { id } }) => {
      const asking = askingOf(caller)
      const right = await rightTo(entitlements, id, asking)
      const { details } = await knownPerson(people, id)
      await accessLog.append([entryFor(asking, right, accessNeedsFields)])
      return { body: { personId: id, accessNeeds: details.accessNeeds, language: details.language } }
    },
  })

const Contact = z.object({
  name: z.string(),
  email: z.string().optional(),
  phone: z.string().optional(),
  language: Language,
  demonstration: z.boolean(),
  accessNeeds: z.array(AccessNeed),
})
const contactOf = ({ state, details: { name, email, phone, language, accessNeeds } }: Known): z.infer<typeof Contact> => ({
  name,
  ...(email === undefined ? {} : { email }),
  ...(phone === undefined ? {} : { phone }),
  language,
  demonstration: state.how === 'demonstration',
  accessNeeds,
})
const contactRead = (caller: Caller, { personId, details }: Known): Omit<Access, 'at' | 'bySelf'> => {
  if (caller.kind !== 'service') throw new NotFoundError()
  return { personId, who: { role: 'service', service: caller.service }, why: 'service', fields: present(details, contactFields) }
}

const contactsRoute = ({ people, accessLog }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/people/contacts',
    policy: 'person.read-contact',
    summary: 'Read how to reach each of these people, at the moment of writing to them; whoever is not there is left out. For services',
    query: z.strictObject({ ids: Ids }),
    answer: z.object({ items: z.array(Contact.extend({ personId: z.uuid() })) }),
    handle: async ({ caller, query: { ids } }) => {
      const known = [...(await knownPeople(people, ids)).values()]
      await accessLog.append(known.map((person) => contactRead(caller, person)))
      return { body: { items: known.map((person) => ({ personId: person.personId, ...contactOf(person) })) } }
    },
  })

const contactRoute = ({ people, accessLog }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/people/:id/contact',
    policy: 'person.read-contact',
    summary: 'Read how to reach a person, at the moment of writing to them; for services',
    params: IdParams,
    answer: Contact,
    handle: async ({ caller, params: { id } }) => {
      const person = await knownPerson(people, id)
      await accessLog.append([contactRead(caller, person)])
      return { body: contactOf(person) }
    },
  })

const accessLogRoute = ({ accessLog }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/people/:id/access-log',
    policy: 'person.read-access-log',
    summary: 'Who read one’s own details, when, why and which, newest first',
    params: IdParams,
    query: ListQuery,
    answer: z.object({
      items: z.array(
        z.object({
          at: z.string(),
          who: z.object({
            role: z.union([Role, z.literal('service')]),
            personId: z.uuid().optional(),
            organisationId: z.uuid().optional(),
            service: z.string().optional(),
          }),
          why: z.enum(['self', 'registered', 'referred', 'accepted-referral', 'service', 'account-search']),
          fields: z.array(z.string()),
          referralId: z.uuid().optional(),
        }),
      ),
      after: z.string().optional(),
    }),
    own: ({ caller, params: { id } }) => caller.kind === 'person' && caller.personId === id,
    handle: async ({ params: { id }, query }) => {
      const { items, after } = await accessLog.ofPerson(id, query)
      return {
        body: {
          items: items.map(({ at, who, why, fields, referralId }) => ({ at, who, why, fields, ...(referralId === undefined ? {} : { referralId }) })),
          ...(after === undefined ? {} : { after }),
        },
      }
    },
  })

const accountFoundRoute = ({ people, accessLog }: Dependencies) =>
  defineRoute({
    method: 'post',
    path: '/people/:id/readings',
    policy: 'person.log-reading',
    summary: 'Write down that an administrator found a person’s account by the e-mail address they were told; for the identity service',
    params: IdParams,
    body: z.strictObject({ readBy: z.uuid() }),
    status: 204,
    handle: async ({ params: { id }, body: { readBy } }) => {
      await knownPerson(people, id)
      await accessLog.append([{ personId: id, who: { role: 'administrator', personId: readBy }, why: 'account-search', fields: ['email'] }])
      return { status: 204 }
    },
  })

const accessStateRoute = ({ entitlements }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/referrals/:id/access',
    policy: 'person.read-access-state',
    summary: 'Whether a referral opens its person’s details just now, told to those who have to do with it; nothing of the person is read',
    params: IdParams,
    answer: z.object({ access: z.enum(['none', 'asked', 'open']) }),
    own: 'by-caller',
    handle: async ({ caller, params: { id } }) => ({ body: { access: await entitlements.accessBy(id, askingOf(caller)) } }),
  })
