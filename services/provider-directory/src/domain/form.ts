import type { FormKind } from '@patchwork/events'

// What form an offer has: what somebody gets by it, beside what it is about (its category).

export const formKinds = ['one-to-one', 'group', 'thing', 'space', 'advice'] as const satisfies readonly FormKind[]
/** As of the things that organisations speak for, and sold. */
export const thingTerms = ['lent', 'given', 'sold'] as const
export type ThingTerms = (typeof thingTerms)[number]
export const seatsMax = 500
export const peopleMax = 100_000

/**
 * One kind, and what may be said of it beside: the seats of a group, on what terms a thing is had, how many people a space holds. Whether a space is used or
 * hired is in its price.
 */
export type OfferForm =
  | { kind: 'one-to-one' }
  | { kind: 'group'; seats?: number }
  | { kind: 'thing'; terms?: ThingTerms }
  | { kind: 'space'; people?: number }
  | { kind: 'advice' }

/** The seats of a group that says them; undefined of all else. */
export const seatsOf = (form: OfferForm | undefined): number | undefined => (form?.kind === 'group' ? form.seats : undefined)

/**
 * A kind with what is said beside it in one word or number, as feeds and files have it: 12 of a group, lent of a thing, 40 of a space. What does not fit says
 * nothing.
 */
export const formOf = (kind: FormKind, value: string | undefined): OfferForm => {
  const text = value?.trim().toLowerCase() ?? ''
  switch (kind) {
    case 'group': {
      const seats = wholeNumber(text, seatsMax)
      return seats === undefined ? { kind } : { kind, seats }
    }
    case 'space': {
      const people = wholeNumber(text, peopleMax)
      return people === undefined ? { kind } : { kind, people }
    }
    case 'thing': {
      const terms = thingTerms.find((one) => one === text)
      return terms === undefined ? { kind } : { kind, terms }
    }
    case 'one-to-one':
    case 'advice':
      return { kind }
    default:
      return kind satisfies never
  }
}

/** What stands beside the kind, in the one word or number that `formOf` reads; undefined where nothing does. */
export const besideKind = (form: OfferForm): string | undefined => {
  switch (form.kind) {
    case 'group':
      return form.seats?.toString()
    case 'space':
      return form.people?.toString()
    case 'thing':
      return form.terms
    case 'one-to-one':
    case 'advice':
      return undefined
    default:
      return form satisfies never
  }
}

const wholeNumber = (text: string, most: number): number | undefined => {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0
  return number >= 1 && number <= most ? number : undefined
}
