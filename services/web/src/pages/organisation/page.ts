import { isPlaceUnknown, WholeOrganisation } from '../../directory/offer.ts'
import { definePage, goTo } from '../../http/page.ts'
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
    // Of one that was merged the directory gives the one that stands: saved links and old pages lead there.
    if (organisation.organisationId !== params.id!.toLowerCase())
      return goTo(`/organisations/${organisation.organisationId}`, { notice: 'organisation.merged' })
    const published = organisation.offers.filter(({ status }) => status === 'published')
    return { organisation, checks, offers: published.map((offer) => ({ ...offer, isPlaceUnknown: isPlaceUnknown(offer.place) })) }
  },
})
