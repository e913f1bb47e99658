import type { Offer } from './offer.ts'

/** What people look for in an offer before they ask. Told to its own people as what they may still add; it moves nobody up or down in any list. */
export const lookedFor = ['description', 'kind', 'form', 'where', 'price', 'payment', 'times', 'for-whom', 'reach', 'contact-name', 'room'] as const
export type LookedFor = (typeof lookedFor)[number]

/** Which of them an offer does not say, in the order in which people ask for them. `isRoomKnown`: what was said of room still holds. */
export const missingIn = ({ state, details }: Pick<Offer, 'state' | 'details'>, isRoomKnown: boolean): LookedFor[] => {
  if (state.status === 'none' || !details) return []
  const { description, forWhom, form, price, area, place, times, timesInWords, fundingAccepted, contact } = details
  const says: Record<LookedFor, boolean> = {
    description: description !== '',
    kind: state.category !== 'other',
    form: form !== undefined,
    where: Boolean(area.atHome || area.wardCodes?.length || area.postcode || place.address || place.postcode),
    price: price.kind !== 'unknown',
    // Nobody asks how to pay for what is free.
    payment: price.kind === 'free' || fundingAccepted.length > 0,
    times: times.length > 0 || timesInWords !== undefined,
    'for-whom': forWhom !== undefined,
    reach: contact.phone !== undefined || contact.email !== undefined || contact.website !== undefined,
    'contact-name': contact.name !== undefined,
    room: isRoomKnown,
  }
  return lookedFor.filter((what) => !says[what])
}
