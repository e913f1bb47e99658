import { z } from 'zod'
import { formInWords } from '../../directory/form.ts'
import { besidePriceInWords, capacityInWords, differingInWords, type Price, priceInWords, type WholeOffer } from '../../directory/offer.ts'
import { readAllPublished } from '../../directory/readPublished.ts'
import { suitingInWords } from '../../directory/suiting.ts'
import { definePage, goTo, type Visit } from '../../http/page.ts'
import { savedOf } from '../saved/kept.ts'
import { CompareForm, comparedMax, Reckoning } from './form.ts'
import { leftOf, per, wholePriceOf } from './wholePrice.ts'

const Ids = z.array(z.uuid())
const askedMax = 20

/**
 * Up to four offers side by side, the lowest whole price first: what is asked, with travel and VAT, for as much as somebody wants, against their own budget.
 * Nobody's payment plays a part. The address names the offers alone, so that it can be given to others; the budget stays in the browser.
 */
export const comparePage = definePage({
  name: 'compare',
  path: '/compare',
  for: 'anyone',
  load: async (visit) => {
    const asked = askedOf(visit)
    const reckoning = visit.kept.read('comparing', Reckoning) ?? {}
    const { found: read, goneCount } = await readAllPublished(visit, asked.slice(0, comparedMax))
    const found = read.map(({ offer }) => offer)
    return {
      offers: found
        .map((offer) => shown(offer, reckoning, visit))
        .sort((one, other) => one.order - other.order || (one.offer.name < other.offer.name ? -1 : 1)),
      isTooMany: asked.length > comparedMax,
      goneCount,
      offerIds: found.map(({ offerId }) => offerId),
      address: addressOf(found.map(({ offerId }) => offerId)),
      savedCount: savedOf(visit).length,
      reckoning,
    }
  },
  form: CompareForm,
  fill: ({ reckoning }: { reckoning: Reckoning }) => ({
    budget: reckoning.budget === undefined ? undefined : (reckoning.budget / 100).toFixed(2),
    per: reckoning.per ?? 'week',
    hours: reckoning.hours === undefined ? undefined : String(reckoning.hours / 2),
    times: reckoning.times === undefined ? undefined : String(reckoning.times),
  }),
  save: async (values, visit) => {
    visit.kept.keep('comparing', values)
    return goTo(addressOf(askedOf(visit).slice(0, comparedMax)))
  },
})

/** The offers that the address names, each once. */
const askedOf = ({ raw }: Visit): string[] => {
  const named = raw.request.query.offer
  const ids = (Array.isArray(named) ? named : [named]).slice(0, askedMax)
  return [...new Set(ids.flatMap((id) => Ids.safeParse([id]).data ?? []))]
}

const addressOf = (offerIds: readonly string[]): string => {
  const named = new URLSearchParams(offerIds.map((offerId): [string, string] => ['offer', offerId]))
  return offerIds.length === 0 ? '/compare' : `/compare?${named}`
}

const shown = (offer: WholeOffer, reckoning: Reckoning, { t, format, language }: Visit) => ({
  offer,
  formInWords: formInWords(offer.form, t, format),
  suiting: suitingInWords(offer, { t, language }),
  priceInWords: priceInWords(offer.price, t, format),
  besidePrice: besidePriceInWords(offer.price, t, format),
  capacityInWords: capacityInWords(offer.capacity, t),
  times: format.times(offer.times),
  differing: differingInWords(offer, t, format),
  ...whole(offer.price, reckoning, t, format),
})

/** The whole price in words, and where it puts the offer: unknown ones last. */
const whole = (price: Price, { budget, per: period = 'week', hours, times }: Reckoning, t: Visit['t'], format: Visit['format']) => {
  const reckoned = wholePriceOf(price, { halfHoursPerWeek: hours, timesPerWeek: times })
  if ('missing' in reckoned) return { order: Number.POSITIVE_INFINITY, missing: t(`compare.missing.${reckoned.missing}`) }
  const { pencePerYear } = reckoned
  const left = budget === undefined ? undefined : leftOf({ pence: budget, per: period }, pencePerYear)
  return {
    order: pencePerYear,
    whole: t('compare.wholePrice', { week: format.pounds(per(pencePerYear, 'week')), month: format.pounds(per(pencePerYear, 'month')) }),
    ...(left === undefined
      ? {}
      : {
          fits: left >= 0,
          againstBudget: t(left >= 0 ? `compare.left.${period}` : `compare.over.${period}`, { amount: format.pounds(Math.abs(left)) }),
        }),
  }
}
