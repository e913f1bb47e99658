import type { Caller } from '@patchwork/access'
import { idFor } from '@patchwork/aggregate'
import { CalendarDay } from '@patchwork/events'
import { defineRoute, IdParams, ListQuery, NotFoundError } from '@patchwork/http'
import { calendarDay, type Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { credentialsPerOrganisationMax, type DbsCertificate, dbsLevels, enterCredential, removeCredential, reviewCredential } from '../domain/credential.ts'
import { mergedMax } from '../domain/organisation.ts'
import { RefusedError } from '../domain/refusals.ts'
import type { CouncilArea } from '../place/place.ts'
import type { Directory } from '../store/directory.ts'
import { toPublicOrganisation } from '../store/publicOffer.ts'
import type { Readings } from '../store/readings.ts'
import { idsAsOne, isClosed, standingOf } from '../store/standing.ts'
import { isMember, isOwner, mustBeOpen } from './membership.ts'

const day = CalendarDay
const Level = z.enum(dbsLevels)
const CredentialId = z.object({ credentialId: z.uuid() })
const CredentialBody = z.strictObject({
  level: Level,
  certificateNumber: z
    .string()
    .trim()
    .regex(/^\d{12}$/, { error: 'A DBS certificate number has 12 digits.' }),
  issuedOn: day,
})
const ReviewBody = z.strictObject({ updateServiceCheckedOn: day.optional() })
const Certificate = z.object({
  credentialId: z.uuid(),
  status: z.enum(['waiting', 'reviewed']),
  level: Level,
  certificateNumber: z.string(),
  issuedOn: z.string(),
  updateServiceCheckedOn: z.string().optional(),
  councilReviewedOn: z.string().optional(),
})

type Dependencies = { directory: Directory; readings: Readings; councilArea: CouncilArea; runtime: Runtime }
type Held = { credentialId: string; organisationId: string; status: 'waiting' | 'reviewed'; certificate: DbsCertificate }

/** Criminal-record checks: entered by an organisation's owner, reviewed by the council. What anyone may see of one is what was checked, by whom, and when. */
export const credentialRoutes = (dependencies: Dependencies) => [...ownersRoutes(dependencies), ...councilsRoutes(dependencies), checksRoute(dependencies)]

const ownersRoutes = ({ directory, readings, runtime }: Dependencies) => [
  defineRoute({
    method: 'post',
    path: '/organisations/:id/credentials',
    policy: 'credential.enter',
    summary: 'Tells of a criminal-record check of somebody who works for the organisation; it waits for the council to review it.',
    params: IdParams,
    body: CredentialBody,
    answer: CredentialId,
    status: 201,
    problems: ['not-found', 'organisation-not-found', 'organisation-closed', 'too-many-credentials', 'day-not-passed'],
    own: ({ params, caller }) => isOwner(directory, params.id, caller),
    handle: async ({ params, body, command }) => {
      await mustBeOpen(directory, params.id, '')
      const [organisationId = params.id, ...others] = await idsAsOne(directory.organisations, params.id)
      const count = await directory.credentials.count({ organisationId: { in: [organisationId, ...others] }, status: { in: ['waiting', 'reviewed'] } })
      const credentialId = idFor(command.key)
      const today = calendarDay(runtime.now())
      const { sequence } = await directory.credentials.update(credentialId, command, (current) => {
        if (count >= credentialsPerOrganisationMax) throw new RefusedError('too-many-credentials')
        return enterCredential(current, { credentialId, organisationId, at: command.at, today, ...body })
      })
      return { status: 201, body: { credentialId }, sequence }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/organisations/:id/credentials',
    policy: 'credential.read',
    summary: 'What the criminal-record checks of an organisation say, for its owners and the council; each reading is logged.',
    params: IdParams,
    answer: z.object({ items: z.array(Certificate) }),
    problems: ['not-found'],
    own: ({ params, caller }) => isOwner(directory, params.id, caller),
    handle: async ({ params, caller }) => {
      const { personId, role } = mustBePerson(caller)
      const held = await heldBy(directory, params.id)
      // Each of those that stand as one has a log of its own, so that it is whole when they are parted again.
      const counts = new Map([[params.id, 0]])
      for (const { organisationId } of held) counts.set(organisationId, (counts.get(organisationId) ?? 0) + 1)
      for (const [organisationId, count] of counts) await readings.append({ organisationId, personId, role, count })
      return { body: { items: held.map(({ certificate, organisationId: _of, ...rest }) => ({ ...rest, ...certificate })) } }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/organisations/:id/credential-readings',
    policy: 'credential.read-log',
    summary: 'Who read the criminal-record checks of one’s organisation, and when, newest first.',
    params: IdParams,
    query: ListQuery,
    answer: z.object({ items: z.array(z.object({ at: z.string(), personId: z.uuid(), role: z.string(), count: z.int() })), after: z.string().optional() }),
    problems: ['not-found'],
    own: ({ params, caller }) => isOwner(directory, params.id, caller),
    handle: async ({ params, query }) => {
      const { items, after } = await readings.ofOrganisations(await idsAsOne(directory.organisations, params.id), query)
      return {
        body: { items: items.map(({ at, personId, role, count }) => ({ at, personId, role, count })), ...(after === undefined ? {} : { after }) },
      }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/credentials/:id/removal',
    policy: 'credential.remove',
    summary: 'Takes a criminal-record check back: what it says is forgotten, and nobody is shown that it was reviewed.',
    params: IdParams,
    answer: CredentialId,
    problems: ['not-found', 'credential-not-found'],
    own: async ({ params, caller }) => {
      const organisationId = await organisationOf(directory, params.id)
      return organisationId !== undefined && isOwner(directory, organisationId, caller)
    },
    handle: async ({ params, command }) => {
      const { sequence } = await directory.credentials.update(params.id, command, (current) =>
        removeCredential(current, { credentialId: params.id, at: command.at }),
      )
      return { body: { credentialId: params.id }, sequence }
    },
  }),
]

const councilsRoutes = ({ directory, runtime }: Dependencies) => [
  defineRoute({
    method: 'get',
    path: '/credentials/waiting',
    policy: 'credential.review',
    summary: 'Which organisations have criminal-record checks that wait for a review; nothing of what they say.',
    query: ListQuery,
    answer: z.object({
      items: z.array(CredentialId.extend({ organisationId: z.uuid(), organisationName: z.string(), enteredAt: z.string() })),
      after: z.string().optional(),
    }),
    handle: async ({ query: { limit, after: from } }) => {
      const { aggregates, after } = await directory.credentials.find({
        where: { status: { equals: 'waiting' } },
        limit,
        ...(from === undefined ? {} : { after: from }),
      })
      const waiting = aggregates.flatMap(({ id, state }) => (state.status === 'waiting' ? [{ credentialId: id, ...state }] : []))
      const organisations = await standingOf(
        directory.organisations,
        waiting.map(({ organisationId }) => organisationId),
      )
      const nameOf = new Map([...organisations].map(([id, { organisation }]) => [id, toPublicOrganisation(organisation)?.name ?? '']))
      const items = waiting.map(({ credentialId, organisationId, enteredAt }) => ({
        credentialId,
        organisationId,
        organisationName: nameOf.get(organisationId) ?? '',
        enteredAt,
      }))
      return { body: { items, ...(after === undefined ? {} : { after }) } }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/credentials/:id/review',
    policy: 'credential.review',
    summary: 'The council has seen the certificate, and perhaps asked the update service. Nobody reviews one of an organisation that they belong to.',
    params: IdParams,
    body: ReviewBody,
    answer: CredentialId,
    problems: ['not-found', 'credential-not-found', 'own-credential', 'day-not-passed', 'check-before-issue'],
    handle: async ({ params, body: { updateServiceCheckedOn }, caller, command }) => {
      const { personId } = mustBePerson(caller)
      const organisationId = await organisationOf(directory, params.id)
      if (organisationId !== undefined && (await isMember(directory, organisationId, caller))) throw new RefusedError('own-credential')
      const { sequence } = await directory.credentials.update(params.id, command, (current) =>
        reviewCredential(current, {
          credentialId: params.id,
          reviewedBy: personId,
          at: command.at,
          today: calendarDay(runtime.now()),
          ...(updateServiceCheckedOn === undefined ? {} : { updateServiceCheckedOn }),
        }),
      )
      return { body: { credentialId: params.id }, sequence }
    },
  }),
]

const checksRoute = ({ directory, councilArea }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/organisations/:id/checks',
    policy: 'organisation.read',
    summary: 'What the council has checked of an organisation, and when. Never a certificate, its number, or whose it is.',
    params: IdParams,
    answer: z.object({
      items: z.array(z.object({ level: Level, checkedBy: z.string(), checkedOn: z.string(), updateServiceCheckedOn: z.string().optional() })),
    }),
    handle: async ({ params }) => {
      // What nobody offers any more is nobody's to rely on.
      if (await isClosed(directory.organisations, params.id)) return { body: { items: [] } }
      const items = (await heldBy(directory, params.id)).flatMap(({ certificate: { level, councilReviewedOn: checkedOn, updateServiceCheckedOn } }) =>
        checkedOn === undefined
          ? []
          : [{ level, checkedBy: councilArea.about.councilName, checkedOn, ...(updateServiceCheckedOn === undefined ? {} : { updateServiceCheckedOn }) }],
      )
      return { body: { items } }
    },
  })

/** The checks of an organisation, and of those that stand as one with it, that are not removed. */
export const heldBy = async ({ credentials, organisations }: Directory, organisationId: string): Promise<Held[]> => {
  const { aggregates } = await credentials.find({
    where: { organisationId: { in: await idsAsOne(organisations, organisationId) }, status: { in: ['waiting', 'reviewed'] } },
    limit: credentialsPerOrganisationMax * mergedMax,
  })
  return aggregates.flatMap(({ id, state, details }) =>
    (state.status === 'waiting' || state.status === 'reviewed') && details?.certificate
      ? [{ credentialId: id, organisationId: state.organisationId, status: state.status, certificate: details.certificate }]
      : [],
  )
}

const organisationOf = async ({ credentials }: Directory, credentialId: string): Promise<string | undefined> => {
  const credential = await credentials.get(credentialId)
  return credential && credential.state.status !== 'none' ? credential.state.organisationId : undefined
}

const mustBePerson = (caller: Caller) => {
  if (caller.kind !== 'person') throw new NotFoundError()
  return caller
}
