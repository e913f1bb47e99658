import { z } from 'zod'
import { optionalEmail } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { PersonDetails } from '../referring/people.ts'

const HandedLink = z.object({ url: z.string(), expiresAt: z.string() })
type Loaded = { details: z.infer<typeof PersonDetails> }

/** Invites somebody to open an account of their own; it goes to their e-mail address or, in a place that no e-mail leaves, by the navigator's own hand. */
export const navigatorInvitationPage = definePage({
  name: 'navigatorInvitation',
  path: '/navigator/people/:personId/invitation',
  for: ['navigator'],
  load: async ({ services, params }) => ({ details: await services.get('people', path`/people/${params.personId!}`, PersonDetails) }),
  form: z.strictObject({ email: optionalEmail() }),
  fill: ({ details }: Loaded) => ({ email: details.email }),
  save: async ({ email }, { services, params, sendsMail }) => {
    const person = `/navigator/people/${params.personId!}`
    await services.post('people', path`/people/${params.personId!}/invitation`, email === undefined ? {} : { email })
    if (await sendsMail()) return goTo(person, { notice: 'navigatorInvitation.done' })
    const { url, expiresAt } = await services.post('people', path`/people/${params.personId!}/invitation/link`, {}, HandedLink)
    return goTo(person, { notice: 'navigatorInvitation.doneNoMail', handOver: { kind: 'invitation-link', value: url, expiresAt } })
  },
})
