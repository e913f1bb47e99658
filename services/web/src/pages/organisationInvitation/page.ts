import { z } from 'zod'
import { choice } from '../../http/formFields.ts'
import { definePage, goOnceThere, goTo, type Visit } from '../../http/page.ts'
import { ServiceProblem } from '../../serviceCalls.ts'
import { LinkToken } from '../accounts.ts'
import { requestsComeTo } from '../appearances.ts'
import { providing } from '../providing/own.ts'

const tokenLengthMax = 60
const Kept = z.object({ token: z.string().max(tokenLengthMax).optional() })
const memberRoles = ['owner', 'member'] as const
const Offered = z.object({
  organisationId: z.uuid(),
  name: z.string(),
  kind: z.string(),
  memberRole: z.enum(memberRoles),
  expiresAt: z.string(),
  alreadyAs: z.enum(memberRoles).optional(),
})
const Joined = z.object({ organisationId: z.uuid(), memberRole: z.string().catch('member') })
export const organisationInvitationPath = '/organisation-invitation'

/** The link of an invitation stays in the reader's browser until they have answered, over signing in and opening an account; it stands in no further address. */
const keepInvited = ({ kept }: Pick<Visit, 'kept'>, token: string | undefined): void => kept.keep('invited', token === undefined ? {} : { token })
export const invitedBy = ({ kept }: Pick<Visit, 'kept'>): string | undefined => kept.read('invited', Kept)?.token

/** Somebody was invited by e-mail to act for an organisation. The link only shows what is offered, and by whom; joining or declining is a button. */
export const organisationInvitationPage = definePage({
  name: 'organisationInvitation',
  path: organisationInvitationPath,
  for: 'anyone',
  load: async (visit) => {
    const { query, person, services } = visit
    if (query.token !== undefined) {
      if (query.token.length <= tokenLengthMax) keepInvited(visit, query.token)
      return goTo(organisationInvitationPath)
    }
    const token = invitedBy(visit)
    if (token === undefined) return { state: 'ended' }
    if (!person) return { state: 'stranger' }
    if (!(providing as readonly string[]).includes(person.role)) return { state: 'other-role' }
    try {
      const offered = await services.post('provider-directory', '/invitations/reading', { code: token }, Offered)
      return { state: isMore(offered) ? 'offered' : 'already', ...offered, token }
    } catch (error) {
      if (!(error instanceof ServiceProblem) || error.code !== 'joining-code-ended') throw error
      keepInvited(visit, undefined)
      return { state: 'ended' }
    }
  },
  form: z.strictObject({ token: LinkToken, answer: choice(['accept', 'decline']) }),
  save: async ({ token, answer }, visit) => {
    const { services, appears, person } = visit
    if (!person) return goTo(organisationInvitationPath)
    if (answer === 'decline') {
      await services.post('provider-directory', '/invitations/declining', { code: token })
      keepInvited(visit, undefined)
      return goTo('/provider', { notice: 'organisationInvitation.declined' })
    }
    const { organisationId, memberRole } = await services.post('provider-directory', '/memberships', { code: token }, Joined)
    keepInvited(visit, undefined)
    const notice = memberRole === 'owner' ? 'organisationInvitation.looksAfter' : 'providerJoin.joined'
    return goOnceThere({ appears }, '/provider', notice, requestsComeTo(services, organisationId))
  },
})

/** Whether it offers somebody more than what they are already. */
const isMore = ({ memberRole, alreadyAs }: z.output<typeof Offered>): boolean => alreadyAs === undefined || (memberRole === 'owner' && alreadyAs === 'member')
