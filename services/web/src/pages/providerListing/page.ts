import { Category } from '@patchwork/events'
import { z } from 'zod'
import { definePage, goOnceThere } from '../../http/page.ts'
import { requestsComeTo, searchShows } from '../appearances.ts'
import { openOrganisations, providing } from '../providing/own.ts'
import { ListingForm, listingBodyOf } from './form.ts'

const notices = {
  published: ['providerListing.published', 'providerListing.publishedGuessed'],
  drafted: ['providerListing.drafted', 'providerListing.draftedGuessed'],
} as const
const Listed = z.object({ organisationId: z.uuid(), offerId: z.uuid(), isCategoryGuessed: z.boolean() })

/** The shortest way to be found: who, what, where and how to reach them on one page. The rest is said when they like, on the whole form. */
export const providerListingPage = definePage({
  name: 'providerListing',
  path: '/provider/listing',
  for: providing,
  load: async ({ services }) => ({ organisations: await openOrganisations(services), categories: Category.options }),
  form: ListingForm,
  fill: ({ organisations }: { organisations: { organisationId: string }[] }, { person }) => ({
    organisationId: organisations[0]?.organisationId,
    'organisation-kind': person.role === 'coordinator' ? 'community-network' : undefined,
    track: person.role === 'coordinator' ? 'join-in' : undefined,
    'price-kind': 'unknown',
  }),
  save: async (values, { services, appears }) => {
    const body = listingBodyOf(values)
    const { organisationId, offerId, isCategoryGuessed } = await services.post('provider-directory', '/listings', body, Listed)
    const [comesToThem, isFound] = [requestsComeTo(services, organisationId), searchShows(services, offerId)]
    const [plain, guessed] = notices[body.isPublished ? 'published' : 'drafted']
    return goOnceThere({ appears }, `/provider/offers/${offerId}`, isCategoryGuessed ? guessed : plain, async () => (await comesToThem()) && isFound())
  },
})
