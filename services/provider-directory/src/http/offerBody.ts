import type { Area, OfferDescription, Place } from '../domain/offer.ts'
import type { Exception } from '../domain/opening.ts'
import { RefusedError } from '../domain/refusals.ts'
import type { WeeklyTime } from '../domain/weeklyTimes.ts'
import type { CouncilArea, FoundPlace } from '../place/place.ts'
import { writtenPostcode } from '../place/postcodes.ts'
import type { OfferBody } from './schemas.ts'

type Body = OfferBody

/**
 * What a body says, with each postcode and ward looked up, so that rules need to look nothing up. A postcode that this place does not know is kept
 * without a location. Throws RefusedError `invalid-postcode`, `unknown-ward`.
 */
export const toDescription = (body: Body, councilArea: CouncilArea, modifiedAt: string): OfferDescription => {
  const { category, personalCare, name, description, forWhom, price, times, timesInWords, fundingAccepted, personalCareGate, contact } = body
  const { form, ages, languages, accessibility, exceptions, closedOnBankHolidays } = body
  return {
    category,
    personalCare,
    details: withoutAbsent({
      name,
      description,
      forWhom,
      form: form && withoutAbsent(form),
      ages: ages && unlessEmpty(withoutAbsent(ages)),
      languages: saidOf(languages),
      accessibility: saidOf(accessibility),
      price: withoutAbsent(price),
      area: toArea(body.area, councilArea),
      place: toPlace(body.place, councilArea),
      times: times.map(toTime),
      exceptions: exceptions?.length ? exceptions.map(toException) : undefined,
      closedOnBankHolidays,
      timesInWords,
      fundingAccepted: [...new Set(fundingAccepted)],
      personalCareGate: personalCareGate && withoutAbsent(personalCareGate),
      contact: withoutAbsent(contact),
      modifiedAt,
    }) as OfferDescription['details'],
  }
}

/** Each way of saying "every week" as the one that says nothing. */
const toTime = ({ interval, ...time }: Body['times'][number]): WeeklyTime =>
  withoutAbsent({ ...time, interval: interval === 1 ? undefined : interval }) as WeeklyTime

const toException = ({ until, ...exception }: NonNullable<Body['exceptions']>[number]): Exception => ({
  ...exception,
  ...(until === undefined || until === exception.on ? {} : { until }),
})

/** Each once, in an order of their own; a list that says nothing is left out. */
const saidOf = <Code extends string>(codes: readonly Code[] | undefined): Code[] | undefined => (codes?.length ? [...new Set(codes)].sort() : undefined)

const unlessEmpty = <Fields extends object>(fields: Fields): Fields | undefined => (Object.keys(fields).length > 0 ? fields : undefined)

const toArea = ({ wardCodes, withinMetres, postcode, atHome }: Body['area'], councilArea: CouncilArea): Area => {
  const unknown = wardCodes?.findIndex((wardCode) => councilArea.wards.nameOf(wardCode) === undefined) ?? -1
  if (unknown !== -1) throw new RefusedError('unknown-ward', `/area/wardCodes/${unknown}`)
  const found = lookUp(postcode, '/area/postcode', councilArea)
  return withoutAbsent({ wardCodes, withinMetres, postcode: found?.postcode, atHome, centre: found?.location }) as Area
}

export const toPlace = ({ address, postcode, sensitive }: Body['place'], councilArea: CouncilArea): Place =>
  withoutAbsent({ address, sensitive, ...lookUp(postcode, '/place/postcode', councilArea) }) as Place

const lookUp = (typed: string | undefined, field: string, councilArea: CouncilArea): { postcode: string; location: FoundPlace | undefined } | undefined => {
  if (typed === undefined) return undefined
  const postcode = writtenPostcode(typed)
  if (postcode === undefined) throw new RefusedError('invalid-postcode', field)
  return { postcode, location: councilArea.locate(postcode) }
}

export const withoutAbsent = (fields: object): Record<string, unknown> => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
