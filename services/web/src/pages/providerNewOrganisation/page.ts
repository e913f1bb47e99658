import { z } from 'zod'
import { definePage, goOnceThere } from '../../http/page.ts'
import { requestsComeTo } from '../appearances.ts'
import { providing } from '../providing/own.ts'
import { NewOrganisationForm } from './form.ts'

const Registered = z.object({ organisationId: z.uuid() })

/** Who somebody is who offers something: themselves, a group, an organisation. */
export const providerNewOrganisationPage = definePage({
  name: 'providerNewOrganisation',
  path: '/provider/organisation/new',
  for: providing,
  form: NewOrganisationForm,
  fill: (_data: object, { person }) => ({ kind: person.role === 'coordinator' ? 'community-network' : undefined }),
  save: async (values, { services, appears }) => {
    const body = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
    const { organisationId } = await services.post('provider-directory', '/organisations', body, Registered)
    return goOnceThere({ appears }, '/provider', 'providerNewOrganisation.saved', requestsComeTo(services, organisationId))
  },
})
