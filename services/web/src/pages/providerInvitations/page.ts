import { NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import { choice, email } from '../../http/formFields.ts'
import { definePage, goTo, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { ownOrganisations, providing } from '../providing/own.ts'

const memberRoles = ['member', 'owner'] as const
const readingsShown = 20
const Invitations = z.object({
  items: z.array(
    z.object({ invitationId: z.uuid(), email: z.string(), memberRole: z.enum(memberRoles).catch('member'), issuedAt: z.string(), expiresAt: z.string() }),
  ),
})
const Readings = z.object({ items: z.array(z.object({ at: z.string(), personId: z.string() })) })

const of = (params: SignedInVisit['params']) => path`/organisations/${params.organisationId!}`
const pageOf = (params: SignedInVisit['params']): string => `/provider/organisations/${params.organisationId!}/invitations`

/** One of the reader's own that they look after, and that is open. Throws NotFoundError, ServiceProblem. */
const lookedAfter = async ({ services, params }: Pick<SignedInVisit, 'services' | 'params'>) => {
  const organisation = (await ownOrganisations(services)).find(({ organisationId }) => organisationId === params.organisationId)
  if (organisation?.memberRole !== 'owner' || organisation.closedAt !== undefined) throw new NotFoundError()
  return organisation
}

/** Letting colleagues in: who is invited by e-mail and until when, one more to invite, and the way to a code for somebody without e-mail. */
export const providerInvitationsPage = definePage({
  name: 'providerInvitations',
  path: '/provider/organisations/:organisationId/invitations',
  for: providing,
  load: async (visit) => {
    const { services, params, person } = visit
    const organisation = await lookedAfter(visit)
    const { items: readings } = await services.get('provider-directory', `${of(params)}/invitation-readings`, Readings, { query: { limit: readingsShown } })
    const { items: invitations } = await services.get('provider-directory', `${of(params)}/invitations`, Invitations)
    return { organisation, invitations, readings: readings.filter(({ personId }) => personId !== person.personId), memberRoles }
  },
  form: z.strictObject({ email: email(), memberRole: choice(memberRoles) }),
  fill: () => ({ memberRole: 'member' }),
  save: async (values, { services, params, language }) => {
    await services.post('provider-directory', `${of(params)}/invitations`, { ...values, language })
    return goTo(pageOf(params), { notice: 'providerInvitations.sent' })
  },
})

/** Something that is done with one of them: in one step from the list, or asked first here. */
const step = (what: 'renewal' | 'withdrawal', notice: 'providerInvitations.sentAgain' | 'providerInvitations.withdrawn') =>
  definePage({
    name: 'confirm',
    path: `/provider/organisations/:organisationId/invitations/:invitationId/${what}`,
    for: providing,
    load: async (visit) => ({ question: `invitation-${what}`, about: (await lookedAfter(visit)).name, back: pageOf(visit.params) }),
    save: async (_values, { services, params }) => {
      await services.post('provider-directory', path`/invitations/${params.invitationId!}/${what}`, {})
      return goTo(pageOf(params), { notice })
    },
  })

export const providerInvitationSteps = [step('renewal', 'providerInvitations.sentAgain'), step('withdrawal', 'providerInvitations.withdrawn')]
