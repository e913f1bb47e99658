import { safeMarkup } from '@patchwork/markup'
import { formInWords } from '../../directory/form.ts'
import { besidePriceInWords, capacityInWords, differingInWords, isPlaceUnknown, priceInWords, WholeOffer } from '../../directory/offer.ts'
import { suitingInWords } from '../../directory/suiting.ts'
import { isLook } from '../../http/looks.ts'
import { definePage, goTo, type Visit } from '../../http/page.ts'
import { drawWardMap } from '../../map/wardMap.ts'
import { path } from '../../serviceCalls.ts'

/** Where a request for an offer begins, by the role of who asks; nobody else can ask. */
const askingPath = { resident: '/my/referrals/new', navigator: '/navigator/refer' } as const

/** Everything about one offer: what, for whom, where, when, how much, and how to reach them. */
export const offerPage = definePage({
  name: 'offer',
  path: '/offers/:id',
  for: 'anyone',
  load: async (visit) => {
    const { services, params, t, format, raw } = visit
    const [offer, wards] = await Promise.all([
      services.get('provider-directory', path`/offers/${params.id!}`, WholeOffer, isLook(raw.request) ? { query: { look: 'page' } } : {}),
      visit.wards(),
    ])
    // Of one that was merged the directory gives the one that stands: saved links and old pages lead there.
    if (offer.offerId !== params.id!.toLowerCase()) return goTo(`/offers/${offer.offerId}`, { notice: 'offer.merged' })
    const { latitude, longitude } = offer.place ?? {}
    const pins = latitude === undefined || longitude === undefined ? [] : [{ latitude, longitude, number: 1, name: offer.name }]
    const hasMap = pins.length > 0 || offer.area.wardCodes.length > 0
    return {
      offer,
      // Cleaned as it was taken in, and again here: what a page shows as HTML trusts no other service for it.
      marked: safeMarkup(offer.descriptionMarkup ?? ''),
      priceInWords: priceInWords(offer.price, t, format),
      // What nobody has said is no matter before somebody compares.
      besidePrice: offer.price.vat || offer.price.travelPence ? besidePriceInWords(offer.price, t, format) : [],
      capacityInWords: capacityInWords(offer.capacity, t),
      // A library has no room to ask about; what somebody has said, or can be asked for here, is shown.
      hasRoom: offer.takesReferrals || offer.capacity.state !== 'unknown',
      times: format.times(offer.times),
      differing: differingInWords(offer, t, format),
      formInWords: formInWords(offer.form, t, format),
      suiting: suitingInWords(offer, visit),
      within: offer.area.withinMetres === undefined ? undefined : format.distance(offer.area.withinMetres),
      map: hasMap ? drawWardMap(wards, { pins, servedWardCodes: offer.area.wardCodes }) : undefined,
      hasPin: pins.length > 0,
      isPlaceUnknown: isPlaceUnknown(offer.place),
      asking: offer.takesReferrals ? askingAddress(visit, params.id!) : undefined,
    }
  },
})

/** Whoever has not signed in is asked to on the way. */
const askingAddress = ({ person }: Visit, offerId: string): string | undefined => {
  const role = person?.role ?? 'resident'
  return role === 'resident' || role === 'navigator' ? `${askingPath[role]}?${new URLSearchParams({ offer: offerId })}` : undefined
}
