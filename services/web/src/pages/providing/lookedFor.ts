/** Where each thing that people look for is said: a field of the whole form, or of the offer's own page. */
const fieldOf = {
  description: 'description',
  kind: 'category',
  form: 'form-kind',
  where: 'place-postcode',
  price: 'price-kind',
  payment: 'fundingAccepted',
  times: 'times',
  'for-whom': 'forWhom',
  reach: 'contact-phone',
  'contact-name': 'contact-name',
  room: 'room',
} as const
const total = Object.keys(fieldOf).length
const isKnown = (what: string): what is keyof typeof fieldOf => Object.hasOwn(fieldOf, what)

export type LookedFor = { said: number; total: number; missing: { what: string; href: string }[] }

/** How much of what people look for an offer says, and what it may still add, each with the way to its field; undefined where its people are not told. */
export const lookedForOf = (offerId: string, missing: readonly string[] | undefined): LookedFor | undefined => {
  if (missing === undefined) return undefined
  const known = missing.filter(isKnown)
  const at = `/provider/offers/${offerId}`
  return {
    said: total - known.length,
    total,
    missing: known.map((what) => ({ what, href: what === 'room' ? `${at}#room` : `${at}/edit#${fieldOf[what]}` })),
  }
}
