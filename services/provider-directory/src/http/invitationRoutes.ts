import type { Caller } from '@patchwork/access'
import { type Command, idFor } from '@patchwork/aggregate'
import type { Sealer } from '@patchwork/encryption'
import { defineRoute, IdParams, ListQuery, NotFoundError, plainText } from '@patchwork/http'
import { instant, type Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import {
  addressOf,
  declineInvitation,
  invitationWithAddress,
  inviteByEmail,
  openByCode,
  sendInvitationAgain,
  withdrawInvitation,
} from '../domain/invitation.ts'
import { RefusedError } from '../domain/refusals.ts'
import type { Directory } from '../store/directory.ts'
import type { InvitedAddresses } from '../store/invitedAddresses.ts'
import { toPublicOrganisation } from '../store/publicOffer.ts'
import type { Readings } from '../store/readings.ts'
import { idsAsOne, standingAsOne, standingFor } from '../store/standing.ts'
import { type JoiningCodes, joiningCodeIdOf } from './joiningCode.ts'
import { isOwner } from './membership.ts'
import { codeLengthMax } from './organisationRoutes.ts'
import { email, OrganisationKind } from './schemas.ts'

const MemberRole = z.enum(['owner', 'member'])
const Language = z.enum(['en', 'cy'])
const InvitationBody = z.strictObject({ email, memberRole: MemberRole, language: Language.default('en') })
const CodeBody = z.strictObject({ code: plainText(codeLengthMax) })
const Sent = z.object({ invitationId: z.uuid(), expiresAt: z.string() })
const InvitationId = z.object({ invitationId: z.uuid() })
const InvitationView = Sent.extend({ email: z.string(), memberRole: MemberRole, issuedAt: z.string() })
const ReadingView = z.object({ at: z.string(), personId: z.uuid(), role: z.string(), count: z.int() })

type Dependencies = {
  directory: Directory
  invitationReadings: Readings
  invitedAddresses: InvitedAddresses
  joiningCodes: JoiningCodes
  sealer: Pick<Sealer, 'blindIndex'>
  publicUrl: string
  runtime: Pick<Runtime, 'now'>
}

/** Invitations by e-mail to act for an organisation: its owners send them, and whoever has the link takes it up, by `POST /memberships`, or declines. */
export const invitationRoutes = (dependencies: Dependencies) => [...ownersRoutes(dependencies), ...routesOfInvited(dependencies), mailRoute(dependencies)]

/** What was sent, as a keyed digest: the address cannot be guessed from what is kept to recognise a repeat. */
const withoutContent = (command: Command, sealer: Dependencies['sealer']): Command => ({
  ...command,
  body: sealer.blindIndex(JSON.stringify(command.body), 'command'),
})

/** The code in the link of an invitation. It follows from the id, so that nothing of it is kept and each message has the same one. */
const codeOf = (joiningCodes: JoiningCodes, invitationId: string): string => joiningCodes.make(`invitation/${invitationId}`)

const holderOf = async ({ organisations }: Directory, invitationId: string) =>
  (await organisations.find({ where: { invitationId: { has: invitationId } }, limit: 1 })).aggregates[0]

const mustBePerson = (caller: Caller) => {
  if (caller.kind !== 'person') throw new NotFoundError()
  return caller
}

const ownersRoutes = ({ directory, invitationReadings, invitedAddresses, joiningCodes, sealer }: Dependencies) => {
  const { organisations } = directory
  const mustBeFewEnough = async (address: string, command: Command): Promise<void> => {
    if (!(await invitedAddresses.take(address, command.key))) throw new RefusedError('invited-too-often', '/email')
  }
  const isTheirs = async (invitationId: string, caller: Caller): Promise<boolean> => {
    const holder = await holderOf(directory, invitationId)
    return holder !== undefined && isOwner(directory, holder.id, caller)
  }
  return [
    defineRoute({
      method: 'post',
      path: '/organisations/:id/invitations',
      policy: 'organisation.invite',
      summary:
        'Invites somebody by e-mail to act for the organisation, for seven days. Where the address is invited already, that invitation is sent again with what is offered now. The answer is the same whether the address has an account or not.',
      params: IdParams,
      body: InvitationBody,
      answer: Sent,
      status: 201,
      problems: ['not-found', 'organisation-not-found', 'organisation-closed', 'too-many-invitations', 'invited-too-often'],
      rateLimit: { count: 60, perSeconds: 3_600 },
      own: ({ params, caller }) => isOwner(directory, params.id, caller),
      handle: async ({ params, body, caller, command }) => {
        const { personId } = mustBePerson(caller)
        const organisationId = (await standingFor(organisations, params.id))?.organisation.id ?? params.id
        const invitationId = idFor(command.key)
        const joiningCodeId = joiningCodeIdOf(codeOf(joiningCodes, invitationId))
        await mustBeFewEnough(addressOf(body.email), command)
        const { answer, sequence } = await organisations.update(organisationId, withoutContent(command, sealer), (current) =>
          inviteByEmail(current, { organisationId, invitationId, joiningCodeId, invitedBy: personId, ...body, at: command.at }),
        )
        return { status: 201, body: { invitationId: String(answer.invitationId), expiresAt: String(answer.expiresAt) }, sequence }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/organisations/:id/invitations',
      policy: 'organisation.invite',
      summary: 'Whom the organisation has invited, and until when, for its owners; each reading is logged.',
      params: IdParams,
      answer: z.object({ items: z.array(InvitationView) }),
      problems: ['not-found'],
      own: ({ params, caller }) => isOwner(directory, params.id, caller),
      handle: async ({ params, caller }) => {
        const { personId, role } = mustBePerson(caller)
        const standing = await standingFor(organisations, params.id)
        const items: z.input<typeof InvitationView>[] = []
        for (const organisation of standing ? await standingAsOne(organisations, standing.organisation.id) : []) {
          const invitations = (organisation.details?.invited ?? []).flatMap((one) => invitationWithAddress(organisation, one.invitationId) ?? [])
          if (invitations.length > 0) await invitationReadings.append({ organisationId: organisation.id, personId, role, count: invitations.length })
          items.push(...invitations)
        }
        return { body: { items: items.sort((one, other) => (one.issuedAt > other.issuedAt ? -1 : 1)) } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/organisations/:id/invitation-readings',
      policy: 'organisation.invite',
      summary: 'Who read whom one’s organisation has invited, and when, newest first.',
      params: IdParams,
      query: ListQuery,
      answer: z.object({ items: z.array(ReadingView), after: z.string().optional() }),
      problems: ['not-found'],
      own: ({ params, caller }) => isOwner(directory, params.id, caller),
      handle: async ({ params, query }) => {
        const { items, after } = await invitationReadings.ofOrganisations(await idsAsOne(organisations, params.id), query)
        return { body: { items, ...(after === undefined ? {} : { after }) } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/invitations/:id/renewal',
      policy: 'organisation.invite',
      summary: 'Sends an invitation again; its link works for seven days from now.',
      params: IdParams,
      answer: Sent,
      problems: ['not-found', 'invitation-not-found', 'organisation-closed', 'invited-too-often'],
      rateLimit: { count: 60, perSeconds: 3_600 },
      own: ({ params, caller }) => isTheirs(params.id, caller),
      handle: async ({ params: { id: invitationId }, caller, command }) => {
        const { personId } = mustBePerson(caller)
        const holder = await holderOf(directory, invitationId)
        const invited = holder && invitationWithAddress(holder, invitationId)
        if (!holder || !invited) throw new RefusedError('invitation-not-found')
        await mustBeFewEnough(addressOf(invited.email), command)
        const { answer, sequence } = await organisations.update(holder.id, command, (current) =>
          sendInvitationAgain(current, { organisationId: holder.id, invitationId, sentBy: personId, at: command.at }),
        )
        return { body: { invitationId, expiresAt: String(answer.expiresAt) }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/invitations/:id/withdrawal',
      policy: 'organisation.invite',
      summary: 'Takes an invitation back: its link opens nothing any more, and the address is forgotten.',
      params: IdParams,
      answer: InvitationId,
      problems: ['not-found', 'invitation-not-found'],
      own: ({ params, caller }) => isTheirs(params.id, caller),
      handle: async ({ params: { id: invitationId }, command }) => {
        const holder = await holderOf(directory, invitationId)
        if (!holder) throw new RefusedError('invitation-not-found')
        const { sequence } = await organisations.update(holder.id, command, (current) =>
          withdrawInvitation(current, { organisationId: holder.id, invitationId, at: command.at }),
        )
        return { body: { invitationId }, sequence }
      },
    }),
  ]
}

const routesOfInvited = ({ directory, runtime }: Dependencies) => {
  const { organisations } = directory
  /** The organisation whose open invitation this code is of. Throws RefusedError `joining-code-ended`, alike whatever the reason. */
  const opened = async (code: string) => {
    const joiningCodeId = joiningCodeIdOf(code)
    const organisation = (await organisations.find({ where: { joiningCodeId: { has: joiningCodeId } }, limit: 1 })).aggregates[0]
    const invitation = organisation && openByCode(organisation, joiningCodeId, instant(runtime))
    if (!organisation || !invitation) throw new RefusedError('joining-code-ended', '/code')
    return { organisation, invitation, joiningCodeId }
  }
  return [
    defineRoute({
      method: 'post',
      path: '/invitations/reading',
      policy: 'organisation.join',
      summary:
        'What the link of an invitation offers, and by whom. Reading it takes nothing up. A link that opens nothing is answered alike, whatever the reason.',
      body: CodeBody,
      answer: z.object({
        organisationId: z.uuid(),
        name: z.string(),
        kind: OrganisationKind,
        memberRole: MemberRole,
        expiresAt: z.string(),
        /** What the reader is there already. */
        alreadyAs: MemberRole.optional(),
      }),
      problems: ['joining-code-ended'],
      rateLimit: { count: 60, perSeconds: 600 },
      handle: async ({ body, caller }) => {
        const { personId } = mustBePerson(caller)
        const { organisation, invitation } = await opened(body.code)
        const standing = (await standingFor(organisations, organisation.id))?.organisation
        const shown = standing && toPublicOrganisation(standing)
        if (!shown || organisation.state.status !== 'registered') throw new RefusedError('joining-code-ended', '/code')
        const { organisationId, name, kind } = shown
        const { memberRole, expiresAt } = invitation
        const { memberIds, ownerIds } = organisation.state
        const alreadyAs = ownerIds.includes(personId) ? ('owner' as const) : memberIds.includes(personId) ? ('member' as const) : undefined
        return { body: { organisationId, name, kind, memberRole, expiresAt, ...(alreadyAs === undefined ? {} : { alreadyAs }) } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/invitations/declining',
      policy: 'organisation.join',
      summary: 'Whoever has the link of an invitation does not want to join: it opens nothing any more.',
      body: CodeBody,
      answer: z.object({ organisationId: z.uuid() }),
      problems: ['joining-code-ended'],
      rateLimit: { count: 20, perSeconds: 600 },
      handle: async ({ body, command }) => {
        const { organisation, joiningCodeId } = await opened(body.code)
        const { sequence } = await organisations.update(organisation.id, command, (current) =>
          declineInvitation(current, { organisationId: organisation.id, joiningCodeId, at: command.at }),
        )
        return { body: { organisationId: organisation.id }, sequence }
      },
    }),
  ]
}

const mailRoute = ({ directory, joiningCodes, publicUrl, runtime }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/invitations/:id/mail',
    policy: 'organisation.read-invitation-mail',
    summary: 'Where the message of an invitation goes, in which language, and its link. There is none (404) once it has ended.',
    params: IdParams,
    answer: z.object({ email: z.string(), language: Language, url: z.string() }),
    problems: ['not-found'],
    handle: async ({ params: { id: invitationId } }) => {
      const holder = await holderOf(directory, invitationId)
      const invited = holder && invitationWithAddress(holder, invitationId)
      if (!invited || invited.expiresAt <= instant(runtime)) throw new NotFoundError()
      const { email: address, language } = invited
      return { body: { email: address, language, url: `${publicUrl}/organisation-invitation?token=${codeOf(joiningCodes, invitationId)}` } }
    },
  })
