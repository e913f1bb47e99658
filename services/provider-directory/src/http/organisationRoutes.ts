import { idFor } from '@patchwork/aggregate'
import type { Category, Track } from '@patchwork/events'
import { defineRoute, IdParams, ListQuery, NotFoundError, plainText } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { isDueForALook } from '../domain/credential.ts'
import { endsSoon, isShown, type OfferState, mergedIntoOf as offerMergedInto } from '../domain/offer.ts'
import {
  closeOrganisation,
  describeOrganisation,
  isOwnMember,
  isOwnOwner,
  issueJoiningCode,
  joinOrganisation,
  leaveOrganisation,
  type OrganisationDetails,
  offerHandOver,
  type Registered,
  registerOrganisation,
} from '../domain/organisation.ts'
import { RefusedError } from '../domain/refusals.ts'
import { charityIdOf } from '../openData/loadOpenData.ts'
import type { CouncilArea } from '../place/place.ts'
import type { Directory, Offers } from '../store/directory.ts'
import type { OfferViews } from '../store/offerViews.ts'
import { toPublicOrganisation, withoutSensitivePlace } from '../store/publicOffer.ts'
import { closedAtOf, idsAsOne, standingAsOne, standingFor, standingOf } from '../store/standing.ts'
import { heldBy } from './credentialRoutes.ts'
import { type JoiningCodes, joiningCodeIdOf } from './joiningCode.ts'
import { isMember, isOwner } from './membership.ts'
import { countOfOfferDuplicates } from './offerDuplicateRoutes.ts'
import { OrganisationBody, OrganisationDescriptionBody, OrganisationKind, OrganisationView } from './schemas.ts'
import { forItsPeople, toCapacityView, toPlaceView, toSourceView } from './views.ts'

export const organisationsPerPersonMax = 20
const offersShownMax = 200
const charitiesMax = 100
const charityScheme = 'GB-CHC'

export const codeLengthMax = 60

type Dependencies = { directory: Directory; councilArea: CouncilArea; joiningCodes: JoiningCodes; offerViews: OfferViews; runtime: Runtime }

export const organisationRoutes = ({ directory, councilArea, joiningCodes, offerViews, runtime }: Dependencies) => {
  const { organisations, offers } = directory
  /** Whatever is done to a merged organisation is done to the one that stands for it. */
  const standingIdOf = async (id: string): Promise<string> => (await standingFor(organisations, id))?.organisation.id ?? id
  /** Of those that stand as one with an organisation, the ones of which this is true by itself and not through a merge. */
  const ownAsOne = async (id: string, isTrue: (state: Registered) => boolean): Promise<string[]> =>
    (await standingAsOne(organisations, await standingIdOf(id))).flatMap(({ id: one, state }) => (state.status === 'registered' && isTrue(state) ? [one] : []))
  return [
    defineRoute({
      method: 'get',
      path: '/organisations/mine',
      policy: 'organisation.mine',
      summary: 'The organisations that the caller is a member of.',
      query: ListQuery,
      answer: z.object({
        items: z.array(
          z.object({
            organisationId: z.uuid(),
            name: z.string(),
            kind: OrganisationKind,
            memberRole: z.enum(['owner', 'member']),
            closedAt: z.string().optional(),
          }),
        ),
        after: z.string().optional(),
      }),
      own: 'by-caller',
      handle: async ({ caller, query }) => {
        if (caller.kind !== 'person') return { body: { items: [] } }
        const { personId } = caller
        const { limit, after: from } = query
        const { aggregates, after } = await organisations.find({
          where: { memberId: { has: personId }, mergedInto: { equals: null } },
          limit,
          ...(from === undefined ? {} : { after: from }),
        })
        const items = aggregates.flatMap((aggregate) => {
          const organisation = toPublicOrganisation(aggregate)
          if (!organisation || aggregate.state.status !== 'registered') return []
          const memberRole = aggregate.state.ownerIds.includes(personId) ? ('owner' as const) : ('member' as const)
          return [{ ...organisation, memberRole, ...sinceClosed(aggregate) }]
        })
        return { body: { items, ...(after === undefined ? {} : { after }) } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/organisations/charities',
      policy: 'organisation.read',
      summary: 'Which organisations have these charity numbers, up to 100, and the ward of the first place they offer something at.',
      query: z.strictObject({
        numbers: z
          .string()
          .max(12 * charitiesMax)
          .transform((numbers) => [...new Set(numbers.split(','))])
          .pipe(z.array(z.string().regex(/^\d{1,10}$/)).max(charitiesMax)),
      }),
      answer: z.object({ items: z.array(z.object({ charityNumber: z.string(), organisationId: z.uuid(), wardCode: z.string().optional() })) }),
      handle: async ({ query }) => ({ body: { items: await charitiesOf(directory, query.numbers) } }),
    }),
    defineRoute({
      method: 'get',
      path: '/organisations/:id',
      policy: 'organisation.read',
      summary:
        'An organisation with its offers; its members see drafts and withdrawn ones too. For one that was merged, the one that stands for it. Of one that has closed, others are told who it was and that it has.',
      params: IdParams,
      answer: OrganisationView,
      problems: ['not-found'],
      handle: async ({ params, caller }) => {
        const found = (await standingFor(organisations, params.id))?.organisation
        const organisation = found && toPublicOrganisation(found)
        if (!organisation) throw new NotFoundError()
        const isYours = await isMember(directory, found.id, caller)
        const closed = sinceClosed(found)
        const { organisationId, kind, name } = organisation
        // What is published still is being withdrawn.
        if (closed.closedAt !== undefined && !isYours) return { body: { organisationId, kind, name, ...closed, isYours, offers: [] }, sequence: found.sequence }
        const organisationIds = await idsAsOne(organisations, found.id)
        const { items } = await offersOf(offers, { organisationIds, isYours, limit: offersShownMax, nowMs: runtime.now(), offerViews })
        const source = organisation.source && toSourceView(organisation.source, councilArea)
        const body = { ...organisation, ...closed, source, isYours, offers: items }
        if (!isYours) return { body, sequence: found.sequence }
        // How many, and nothing of what they say: that is read, and logged, on their own page.
        const checksDue = (await heldBy(directory, found.id)).filter(({ certificate }) => isDueForALook(certificate, runtime.now())).length
        const offersAlike = await countOfOfferDuplicates(directory, organisationIds)
        return { body: { ...body, checksDue, offersAlike }, sequence: found.sequence }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/organisations/:id/offers',
      policy: 'organisation.read',
      summary: 'The offers of an organisation by pages.',
      params: IdParams,
      query: ListQuery,
      answer: z.object({ items: OrganisationView.shape.offers, after: z.string().optional() }),
      handle: async ({ params, caller, query }) => {
        const isYours = await isMember(directory, params.id, caller)
        const organisationIds = await idsAsOne(organisations, params.id)
        return { body: await offersOf(offers, { organisationIds, isYours, nowMs: runtime.now(), offerViews, ...query }) }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/organisations',
      policy: 'organisation.register',
      summary: 'Registers an organisation, a sole trader or a group; the caller becomes its owner.',
      body: OrganisationBody,
      answer: z.object({ organisationId: z.uuid() }),
      status: 201,
      problems: ['too-many-organisations'],
      rateLimit: { count: 60, perSeconds: 3_600 },
      handle: async ({ caller, body, command }) => {
        const registrantId = caller.kind === 'person' ? caller.personId : undefined
        const theirs =
          registrantId === undefined
            ? 0
            : await organisations.count({ memberId: { has: registrantId }, mergedInto: { equals: null }, closedAt: { equals: null } })
        const organisationId = idFor(command.key)
        const { sequence } = await organisations.update(organisationId, command, (current) => {
          if (theirs >= organisationsPerPersonMax) throw new RefusedError('too-many-organisations')
          return registerOrganisation(current, {
            organisationId,
            kind: body.kind,
            origin: 'registered',
            ...(registrantId === undefined ? {} : { registrantId }),
            details: toDetails(body, command.at),
          })
        })
        return { status: 201, body: { organisationId }, sequence, headers: { Location: `/api/provider-directory/organisations/${organisationId}` } }
      },
    }),
    defineRoute({
      method: 'put',
      path: '/organisations/:id',
      policy: 'organisation.describe',
      summary: 'Says anew what an organisation is.',
      params: IdParams,
      body: OrganisationDescriptionBody,
      answer: z.object({ organisationId: z.uuid() }),
      problems: ['not-found', 'organisation-not-found', 'organisation-closed', 'kind-of-organisation-fixed', 'stale'],
      own: ({ params, caller }) => isMember(directory, params.id, caller),
      handle: async ({ params, body, command }) => {
        const { kind, ...words } = body
        const organisationId = await standingIdOf(params.id)
        const { sequence } = await organisations.update(organisationId, command, (current) =>
          describeOrganisation(current, { organisationId, ...(kind === undefined ? {} : { kind }), details: toDetails(words, command.at) }),
        )
        return { body: { organisationId }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/organisations/:id/joining-codes',
      policy: 'organisation.issue-joining-code',
      summary: 'A code by which one colleague can join within seven days, for its owner to hand over. A repeat gives the same code.',
      params: IdParams,
      answer: z.object({ code: z.string(), expiresAt: z.string() }),
      status: 201,
      problems: ['not-found', 'organisation-not-found', 'organisation-closed'],
      own: ({ params, caller }) => isOwner(directory, params.id, caller),
      handle: async ({ params, caller, command }) => {
        if (caller.kind !== 'person') throw new NotFoundError()
        const code = joiningCodes.make(command.key)
        const organisationId = await standingIdOf(params.id)
        const { answer, sequence } = await organisations.update(organisationId, command, (current) =>
          issueJoiningCode(current, { organisationId, joiningCodeId: joiningCodeIdOf(code), issuedBy: caller.personId, at: command.at }),
        )
        return { status: 201, body: { code, expiresAt: String(answer.expiresAt) }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/organisations/:id/hand-over',
      policy: 'organisation.hand-over',
      summary:
        'A code by which one colleague becomes the owner in the caller’s place within seven days; the caller stays a member. A repeat gives the same code.',
      params: IdParams,
      answer: z.object({ code: z.string(), expiresAt: z.string() }),
      status: 201,
      problems: ['not-found', 'organisation-not-found', 'organisation-closed'],
      own: ({ params, caller }) => isOwner(directory, params.id, caller),
      handle: async ({ params, caller, command }) => {
        if (caller.kind !== 'person') throw new NotFoundError()
        const { personId: offeredBy } = caller
        const code = joiningCodes.make(command.key)
        const [organisationId] = await ownAsOne(params.id, (state) => isOwnOwner(state, offeredBy))
        if (organisationId === undefined) throw new RefusedError('organisation-not-found')
        const { answer, sequence } = await organisations.update(organisationId, command, (current) =>
          offerHandOver(current, { organisationId, joiningCodeId: joiningCodeIdOf(code), offeredBy, at: command.at }),
        )
        return { status: 201, body: { code, expiresAt: String(answer.expiresAt) }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/organisations/:id/leaving',
      policy: 'organisation.leave',
      summary: 'The caller acts for the organisation no more. Whoever owns it alone hands it over first.',
      params: IdParams,
      answer: z.object({ organisationId: z.uuid() }),
      problems: ['not-found', 'organisation-not-found', 'last-owner'],
      own: ({ params, caller }) => isMember(directory, params.id, caller),
      handle: async ({ params, caller, command }) => {
        if (caller.kind !== 'person') throw new NotFoundError()
        const { personId } = caller
        // Where a crash cuts this off they are still a member, and leave the rest when they ask again.
        for (const organisationId of await ownAsOne(params.id, (state) => isOwnMember(state, personId)))
          await organisations.update(organisationId, { ...command, key: `${command.key}/${organisationId}` }, (current) =>
            leaveOrganisation(current, { organisationId, personId }),
          )
        return { body: { organisationId: params.id } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/organisations/:id/closing',
      policy: 'organisation.close',
      summary:
        'Closes the organisation for good, with those that were merged into it: its offers are withdrawn and nobody joins it. Its members stay, for what they have in hand. Closing again changes nothing.',
      params: IdParams,
      answer: z.object({ organisationId: z.uuid() }),
      problems: ['not-found', 'organisation-not-found'],
      own: ({ params, caller }) => isOwner(directory, params.id, caller),
      handle: async ({ params, caller, command }) => {
        if (caller.kind !== 'person') throw new NotFoundError()
        const organisationId = await standingIdOf(params.id)
        const { sequence } = await organisations.update(organisationId, command, (current) =>
          closeOrganisation(current, { organisationId, closedBy: caller.personId, at: command.at }),
        )
        return { body: { organisationId }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/memberships',
      policy: 'organisation.join',
      summary:
        'Joins the organisation whose owner handed over this code, as its owner where they hand it over by it. A code that opens nothing is answered alike, whatever the reason.',
      body: z.strictObject({ code: plainText(codeLengthMax) }),
      answer: z.object({ organisationId: z.uuid(), memberRole: z.enum(['owner', 'member']) }),
      status: 201,
      problems: ['joining-code-ended', 'too-many-organisations', 'too-many-members'],
      rateLimit: { count: 20, perSeconds: 600 },
      handle: async ({ body, caller, command }) => {
        if (caller.kind !== 'person') throw new NotFoundError()
        const { personId } = caller
        const joiningCodeId = joiningCodeIdOf(body.code)
        const organisationId = (await organisations.find({ where: { joiningCodeId: { has: joiningCodeId } }, limit: 1 })).aggregates[0]?.id
        if (organisationId === undefined) throw new RefusedError('joining-code-ended', '/code')
        const theirs = await organisations.count({ memberId: { has: personId }, mergedInto: { equals: null }, closedAt: { equals: null } })
        const { sequence, state } = await organisations.update(organisationId, command, (current) => {
          if (theirs >= organisationsPerPersonMax && !current.state.memberIds.includes(personId)) throw new RefusedError('too-many-organisations', '/code')
          return joinOrganisation(current, { organisationId, joiningCodeId, personId, at: command.at })
        })
        const memberRole = state.status === 'registered' && state.ownerIds.includes(personId) ? ('owner' as const) : ('member' as const)
        return { status: 201, body: { organisationId: await standingIdOf(organisationId), memberRole }, sequence }
      },
    }),
  ]
}

export const toDetails = (
  { name, description, email, phone, website }: z.output<typeof OrganisationDescriptionBody>,
  modifiedAt: string,
): OrganisationDetails => ({
  name,
  ...(description === undefined ? {} : { description }),
  ...(email === undefined ? {} : { email }),
  ...(phone === undefined ? {} : { phone }),
  ...(website === undefined ? {} : { website }),
  modifiedAt,
})

const sinceClosed = (organisation: Parameters<typeof closedAtOf>[0]): { closedAt?: string } => {
  const closedAt = closedAtOf(organisation)
  return closedAt === undefined ? {} : { closedAt }
}

/** The organisations of these charity numbers, as far as they are here and open, with the ward in which they offer something. */
const charitiesOf = async ({ organisations, offers }: Directory, numbers: readonly string[]) => {
  const numberOf = new Map(numbers.map((number) => [charityIdOf(number), number]))
  const found = (await organisations.getMany([...numberOf.keys()])).filter(
    (one) =>
      closedAtOf(one) === undefined &&
      one.details?.identifiers?.some(({ scheme, identifier }) => scheme === charityScheme && identifier === numberOf.get(one.id)),
  )
  const { aggregates } = await offers.find({ where: { organisationId: { in: found.map(({ id }) => id) }, status: { equals: 'published' } }, limit: 1_000 })
  const wardOf = new Map(
    aggregates.toReversed().flatMap(({ state, details }) => {
      const wardCode = details && withoutSensitivePlace(details).place.location?.wardCode
      return state.status === 'none' || wardCode === undefined ? [] : [[state.organisationId, wardCode] as const]
    }),
  )
  const standing = await standingOf(
    organisations,
    found.map(({ id }) => id),
  )
  return found.map(({ id }) => {
    const wardCode = wardOf.get(id)
    return { charityNumber: numberOf.get(id) ?? '', organisationId: standing.get(id)?.organisation.id ?? id, ...(wardCode === undefined ? {} : { wardCode }) }
  })
}

const toMergedView = (state: OfferState): { mergedInto?: string } => {
  const into = offerMergedInto(state)?.offerId
  return into === undefined ? {} : { mergedInto: into }
}

type OfferLine = z.input<typeof OrganisationView>['offers'][number]

/** One page of the offers of those that stand as one organisation; only its members are shown those that are not published. */
const offersOf = async (
  offers: Offers,
  {
    organisationIds,
    isYours,
    limit,
    after: from,
    nowMs,
    offerViews,
  }: { organisationIds: readonly string[]; isYours: boolean; limit: number; after?: string | undefined; nowMs: number; offerViews: OfferViews },
): Promise<{ items: OfferLine[]; after?: string }> => {
  const { aggregates, after } = await offers.find({
    where: { organisationId: { in: organisationIds }, ...(isYours ? {} : { status: { equals: 'published' } }) },
    limit,
    ...(from === undefined ? {} : { after: from }),
  })
  const views = isYours ? await offerViews.of(aggregates.map(({ id }) => id)) : undefined
  const items = aggregates.flatMap(({ id, state, details }): OfferLine[] =>
    state.status === 'none' || !details || !(isYours || isShown(state))
      ? []
      : [
          {
            offerId: id,
            name: details.name,
            status: state.status,
            category: state.category as Category,
            track: state.track as Track,
            capacity: toCapacityView(state.capacity, nowMs),
            place: toPlaceView(isYours ? details.place : withoutSensitivePlace(details).place),
            ...toMergedView(state),
            ...(isYours && state.editDraftedAt !== undefined ? { draftedAt: state.editDraftedAt } : {}),
            ...(views
              ? {
                  ...forItsPeople({ state, details }, nowMs),
                  views: (views.get(id) ?? []).reduce((sum, { count }) => sum + count, 0),
                  roomEndsSoon: endsSoon(state.capacity, nowMs),
                }
              : {}),
          },
        ],
  )
  return { items, ...(after === undefined ? {} : { after }) }
}
