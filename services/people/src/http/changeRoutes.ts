import type { Caller } from '@patchwork/access'
import { idFor } from '@patchwork/aggregate'
import { type AnyRoute, defineRoute, IdParams, NotFoundError, type ServiceClient } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { decide, type Registrar } from '../domain/decide.ts'
import { AccountExistsError, AddressMissingError } from '../domain/errors.ts'
import { appearing } from '../store/appearing.ts'
import type { Entitlements } from '../store/entitlements.ts'
import type { PersonStore } from '../store/personStore.ts'
import { DetailsBody, detailsOf, InvitationBody, PersonBody } from './personBodies.ts'
import { askingOf } from './readRoutes.ts'

const dayMs = 86_400_000

export type Dependencies = { people: PersonStore; entitlements: Entitlements; services: ServiceClient; runtime: Runtime; invitationDays: number }

const PersonId = z.object({ personId: z.uuid() })

/** The routes by which people come to be known and their details change. */
export const changeRoutes = (dependencies: Dependencies): AnyRoute[] => [
  registerRoute(dependencies),
  changeOwnRoute(dependencies),
  changeForAnotherRoute(dependencies),
  inviteRoute(dependencies),
  invitationLinkRoute(dependencies),
]

const registrarOf = async (people: PersonStore, caller: Caller, registeredBy: string | undefined): Promise<Registrar> => {
  if (caller.kind === 'service') return { kind: 'service', registeredBy }
  const { personId, role } = askingOf(caller)
  const own = (await people.get(personId))?.state
  return { kind: 'person', personId, role, isDemonstration: own?.status === 'registered' && own.how === 'demonstration' }
}

const registerRoute = ({ people, entitlements, runtime }: Dependencies) =>
  defineRoute({
    method: 'post',
    path: '/people',
    policy: 'person.register',
    summary: 'Register a person, with or without an account; a navigator may see those they registered',
    body: PersonBody,
    status: 201,
    answer: PersonId,
    problems: ['role-not-yours-to-give', 'how-does-not-fit'],
    handle: async ({ caller, body, command, signal }) => {
      const personId = idFor(command.key)
      const by = await registrarOf(people, caller, body.registeredBy)
      const { sequence } = await people.update(personId, command, ({ state, details }) => ({
        ...decide(state, details, { type: 'RegisterPerson', personId, role: body.role, how: body.how, by, details: detailsOf(body) }),
        answer: { personId },
      }))
      // A navigator goes on to the person's page at once: the right to see it is on its way as an event, and is waited for a moment.
      if (by.kind === 'person' && by.role === 'navigator')
        await appearing(runtime, async () => (await entitlements.rightsTo([personId], by)).get(personId), signal)
      return { body: { personId }, sequence }
    },
  })

const changeOwnRoute = ({ people }: Dependencies) =>
  defineRoute({
    method: 'put',
    path: '/people/me',
    policy: 'person.change-details',
    summary: 'Replace one’s own details; what is left out is forgotten',
    body: DetailsBody,
    answer: PersonId,
    problems: ['stale'],
    own: 'by-caller',
    handle: async ({ caller, body, command }) => {
      const { personId } = askingOf(caller)
      return change(people, command, { personId, body, changedBy: personId, hasAccount: true })
    },
  })

const changeForAnotherRoute = ({ people, entitlements }: Dependencies) =>
  defineRoute({
    method: 'put',
    path: '/people/:id',
    policy: 'person.change-for-another',
    summary: 'Replace the details of a person one has registered, for as long as they have no account of their own',
    params: IdParams,
    body: DetailsBody,
    answer: PersonId,
    problems: ['kept-by-themselves', 'stale'],
    own: async ({ caller, params: { id } }) => (await entitlements.rightsTo([id], askingOf(caller))).get(id)?.because === 'registered',
    handle: async ({ caller, params: { id }, body, command }) => {
      const hasAccount = (await entitlements.withAccount([id])).has(id)
      return change(people, command, { personId: id, body, changedBy: askingOf(caller).personId, hasAccount })
    },
  })

const change = async (
  people: PersonStore,
  command: Parameters<PersonStore['update']>[1],
  { personId, body, changedBy, hasAccount }: { personId: string; body: z.infer<typeof DetailsBody>; changedBy: string; hasAccount: boolean },
) => {
  // Nobody to change: refused before anything is stored under the id.
  if ((await people.get(personId)) === undefined) throw new NotFoundError()
  const { sequence } = await people.update(personId, command, ({ state, details }) => ({
    ...decide(state, details, { type: 'ChangeDetails', personId, details: detailsOf(body), changedBy, hasAccount }),
    answer: { personId },
  }))
  return { body: { personId }, sequence }
}

const inviteRoute = ({ people, entitlements, runtime, invitationDays }: Dependencies) =>
  defineRoute({
    method: 'post',
    path: '/people/:id/invitation',
    policy: 'person.invite',
    summary: 'Invite a person one has registered to open an account of their own; it goes to their e-mail address',
    params: IdParams,
    body: InvitationBody,
    status: 201,
    answer: z.object({ invitationId: z.uuid(), expiresAt: z.string() }),
    problems: ['account-exists', 'email-missing'],
    own: async ({ caller, params: { id } }) => (await entitlements.rightsTo([id], askingOf(caller))).has(id),
    handle: async ({ caller, params: { id: personId }, body: { email }, command }) => {
      if ((await people.get(personId)) === undefined) throw new NotFoundError()
      const invitedBy = askingOf(caller).personId
      const hasAccount = (await entitlements.withAccount([personId])).has(personId)
      const invitationId = idFor(`${command.key}/invitation`)
      const expiresAt = new Date(runtime.now() + invitationDays * dayMs).toISOString()
      const { answer, sequence } = await people.update(personId, command, ({ state, details }) => ({
        ...decide(state, details, { type: 'InvitePerson', personId, email, invitedBy, invitationId, expiresAt, hasAccount }),
        answer: { invitationId, expiresAt },
      }))
      return { body: answer as { invitationId: string; expiresAt: string }, sequence }
    },
  })

const invitationLinkRoute = ({ people, entitlements, services }: Dependencies) =>
  defineRoute({
    method: 'post',
    path: '/people/:id/invitation/link',
    policy: 'person.invite',
    summary: 'Where no e-mail leaves the place: the one-time link of an invitation, to hand over to the invited person. A repeat gives the same link',
    params: IdParams,
    status: 201,
    answer: z.object({ url: z.string(), expiresAt: z.string() }),
    problems: ['account-exists', 'email-missing', 'mail-is-sent', 'address-in-use'],
    own: async ({ caller, params: { id } }) => (await entitlements.rightsTo([id], askingOf(caller))).has(id),
    handle: async ({ caller, params: { id: personId }, command }) => {
      const person = await people.get(personId)
      if (person === undefined) throw new NotFoundError()
      if ((await entitlements.withAccount([personId])).has(personId)) throw new AccountExistsError()
      if (person.details?.email === undefined) throw new AddressMissingError()
      const body = { personId, handedOverBy: askingOf(caller).personId }
      const link = await services.call<{ url: string; expiresAt: string }>('identity', 'POST', '/invitations/link', { body, idempotencyKey: command.key })
      return { body: link }
    },
  })
