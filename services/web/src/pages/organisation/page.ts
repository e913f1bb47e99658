import { isPlaceUnknown, WholeOrganisation } from '../../directory/offer.ts'
import { definePage } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { PublicChecks } from '../checks/checks.ts'

/** An organisation, a sole trader or a group, with what it offers. */
export const organisationPage = definePage({
  name: 'organisation',
  path: '/organisations/:id',
  for: 'anyone',
  load: async ({ services, params }) => {
    const [organisation, checks] = await Promise.all([
      services.get('provider-directory', path`/organisations/${params.id!}`, WholeOrganisation),
      // Without them the page still says who this is.
      services.get('provider-directory', path`/organisations/${params.id!}/checks`, PublicChecks).then(
        ({ items }) => items,
        () => [],
      ),
    ])
    const published = organisation.offers.filter(({ status }) => status === 'published')
    return { organisation, checks, offers: published.map((offer) => ({ ...offer, isPlaceUnknown: isPlaceUnknown(offer.place) })) }
  },
})
