import type { z } from 'zod'
import { WholeOrganisation } from '../../directory/offer.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path, type ServiceCalls, ServiceProblem } from '../../serviceCalls.ts'
import { providing } from '../providing/own.ts'
import { DescriptionForm } from './form.ts'

type Loaded = { organisation: z.infer<typeof WholeOrganisation>; version: string | undefined }

const ownOrganisation = async (services: ServiceCalls, organisationId: string): Promise<Loaded> => {
  const { body: organisation, tag: version } = await services.getTagged('provider-directory', path`/organisations/${organisationId}`, WholeOrganisation)
  if (!organisation.isYours) throw new ServiceProblem('provider-directory', 404, 'not-found')
  return { organisation, version }
}

/** What one's own organisation is, in its own words: without them other systems cannot show what it offers. */
export const providerDescriptionPage = definePage({
  name: 'providerDescription',
  path: '/provider/organisations/:organisationId/description',
  for: providing,
  load: ({ services, params }) => ownOrganisation(services, params.organisationId!),
  form: DescriptionForm,
  fill: ({ organisation, version }: Loaded) => ({ name: organisation.name, description: organisation.description, version }),
  save: async ({ name, description, version }, { services, params }) => {
    const { organisation } = await ownOrganisation(services, params.organisationId!)
    const { email, phone, website } = organisation
    const kept = Object.fromEntries(Object.entries({ email, phone, website }).filter(([, value]) => value !== undefined))
    const body = { ...kept, name, description }
    await services.put('provider-directory', path`/organisations/${params.organisationId!}`, body, version === undefined ? {} : { ifMatch: version })
    return goTo('/provider', { notice: 'shell.saved' })
  },
})
