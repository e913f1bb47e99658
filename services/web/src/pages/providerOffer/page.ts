import { CapacityState } from '@patchwork/events'
import { z } from 'zod'
import { drawBars } from '../../charts/bars.ts'
import { formInWords } from '../../directory/form.ts'
import { capacityInWords, differingInWords, isPlaceUnknown, priceInWords, type WholeOffer } from '../../directory/offer.ts'
import { suitingInWords } from '../../directory/suiting.ts'
import { optionalWholeNumber } from '../../http/formFields.ts'
import { definePage, goOnceThere, goTo, type Visit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { searchShows } from '../appearances.ts'
import { differencesOf } from '../providing/differences.ts'
import { day, endOfLondonDay, londonDayOf } from '../providing/londonDay.ts'
import { lookedForOf } from '../providing/lookedFor.ts'
import { ownOffer, ownStandingOffer, providing } from '../providing/own.ts'

const unitsMax = 100_000

export const RoomForm = z.strictObject({
  state: z.enum(CapacityState.options, { error: 'choose-one' }),
  units: optionalWholeNumber(0, unitsMax),
  expiresAt: day(),
})

/** One's own offer as others see it, and what a draft would change; here it is published, changed, withdrawn, and said whether there is room. */
export const providerOfferPage = definePage({
  name: 'providerOffer',
  path: '/provider/offers/:offerId',
  for: providing,
  load: async ({ services, params, t, format, language }) => {
    const { offer, version } = await ownStandingOffer(services, params.offerId!)
    if (offer.offerId !== params.offerId!.toLowerCase()) return goTo(`/provider/offers/${offer.offerId}`, { notice: 'offer.merged' })
    return {
      offer,
      version,
      differences: differencesOf(offer, { t, format, language }),
      formInWords: formInWords(offer.form, t, format),
      unitsHint: offer.form?.seats === undefined ? t('providerOffer.unitsHint') : t('providerOffer.unitsOfSeats', { number: format.number(offer.form.seats) }),
      suiting: suitingInWords(offer, { t, language }),
      price: priceInWords(offer.price, t, format),
      room: capacityInWords(offer.capacity, t),
      times: format.times(offer.times),
      differing: differingInWords(offer, t, format),
      distance: offer.area.withinMetres === undefined ? undefined : format.distance(offer.area.withinMetres),
      isPlaceUnknown: isPlaceUnknown(offer.place),
      paragraphs: offer.description.split(/\n{2,}/),
      lookedFor: lookedForOf(offer.offerId, offer.missing),
      views: offer.status === 'published' && offer.views.length > 0 ? viewsOf(offer.views, t, format) : undefined,
      roomBefore: offer.roomBefore && capacityInWords(offer.roomBefore, t),
      lacksGate: offer.personalCare && offer.personalCareGate === undefined,
    }
  },
  form: RoomForm,
  fill: ({ offer: { capacity } }: { offer: WholeOffer }) => ({
    state: capacity.state === 'unknown' ? undefined : capacity.state,
    units: capacity.units === undefined ? undefined : String(capacity.units),
    expiresAt: capacity.expiresAt && londonDayOf(capacity.expiresAt),
  }),
  save: async ({ state, units, expiresAt }, { services, params, appears }) => {
    const body = { state, ...(units === undefined ? {} : { units }), expiresAt: endOfLondonDay(expiresAt) }
    await services.post('provider-directory', path`/offers/${params.offerId!}/capacity`, body)
    const offer = `/provider/offers/${params.offerId}`
    const isDraft = (await ownOffer(services, params.offerId!)).offer.status === 'draft'
    return goOnceThere({ appears }, offer, isDraft ? 'shell.saved' : 'providerOffer.roomSaved', searchShows(services, params.offerId!))
  },
})

const weekDays = 7

/** How often it was looked at: a bar for each week, the latest last, and the days in a table. */
const viewsOf = (views: WholeOffer['views'], t: Visit['t'], { date, number }: Visit['format']) => {
  const weeks = Array.from({ length: Math.floor(views.length / weekDays) }, (_, at) => views.slice(at * weekDays, (at + 1) * weekDays))
  const bars = weeks.map((days) => {
    const value = days.reduce((sum, { count }) => sum + count, 0)
    return { label: t('providerOffer.views.week', { date: date(days.at(-1)!.on) }), shown: number(value), value }
  })
  return {
    drawn: drawBars(bars),
    chart: {
      ...{ id: 'views', title: t('providerOffer.views.title'), sentence: t('providerOffer.views.sentence') },
      head: [t('providerOffer.views.day'), t('providerOffer.views.count')],
      rows: views.toReversed().map(({ on, count }) => [{ text: date(on) }, { text: number(count) }]),
    },
  }
}
