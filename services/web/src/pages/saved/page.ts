import { z } from 'zod'
import { capacityInWords, priceInWords } from '../../directory/offer.ts'
import { readAllPublished } from '../../directory/readPublished.ts'
import { choice } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { comparedMax } from '../compare/form.ts'
import { keepSaved, savedMax, savedOf } from './kept.ts'

/**
 * Offers to come back to, in this browser until it is closed, without an account; nobody else learns of them. Four of them can be compared at a time. One
 * that has gone is not shown, and stays among the saved, as it may come back.
 */
export const savedPage = definePage({
  name: 'saved',
  path: '/saved',
  for: 'anyone',
  load: async (visit) => {
    const { t, format } = visit
    const { found, goneCount } = await readAllPublished(visit, savedOf(visit))
    const offers = found.map(({ offer, askedBy }) => ({
      ...{ ...offer, savedAs: askedBy },
      priceInWords: priceInWords(offer.price, t, format),
      capacityInWords: capacityInWords(offer.capacity, t),
    }))
    return { offers, comparedMax, goneCount }
  },
  form: z.strictObject({
    offer: z.preprocess((value) => (Array.isArray(value) || value === undefined ? value : [value]), z.array(z.uuid()).min(1).max(savedMax)),
    does: choice(['save', 'remove']),
  }),
  save: async ({ offer, does }, visit) => {
    keepSaved(visit, offer, does)
    return goTo('/saved', { notice: does === 'save' ? 'saved.isSaved' : 'saved.isRemoved' })
  },
})
