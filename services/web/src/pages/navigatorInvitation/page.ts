import { z } from 'zod'
import { optionalEmail } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { PersonDetails } from '../referring/people.ts'

type Loaded = { details: z.infer<typeof PersonDetails> }

/** Invites somebody to open an account of their own; it goes to their e-mail address. */
export const navigatorInvitationPage = definePage({
  name: 'navigatorInvitation',
  path: '/navigator/people/:personId/invitation',
  for: ['navigator'],
  load: async ({ services, params }) => ({ details: await services.get('people', path`/people/${params.personId!}`, PersonDetails) }),
  form: z.strictObject({ email: optionalEmail() }),
  fill: ({ details }: Loaded) => ({ email: details.email }),
  save: async ({ email }, { services, params }) => {
    await services.post('people', path`/people/${params.personId!}/invitation`, email === undefined ? {} : { email })
    return goTo(`/navigator/people/${params.personId!}`, { notice: 'navigatorInvitation.done' })
  },
})
