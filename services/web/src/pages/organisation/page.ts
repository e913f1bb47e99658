import { isPlaceUnknown, WholeOrganisation } from '../../directory/offer.ts'
import { definePage } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'

/** An organisation, a sole trader or a group, with what it offers. */
export const organisationPage = definePage({
  name: 'organisation',
  path: '/organisations/:id',
  for: 'anyone',
  load: async ({ services, params }) => {
    const organisation = await services.get('provider-directory', path`/organisations/${params.id!}`, WholeOrganisation)
    const published = organisation.offers.filter(({ status }) => status === 'published')
    return { organisation, offers: published.map((offer) => ({ ...offer, isPlaceUnknown: isPlaceUnknown(offer.place) })) }
  },
})
