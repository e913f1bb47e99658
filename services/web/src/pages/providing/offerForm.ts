import { accessCodes, ageMax, Category, Track } from '@patchwork/events'
import { LanguageCode, languageNamed } from '@patchwork/http'
import { z } from 'zod'
import { formKinds, peopleMax, seatsMax, thingTerms } from '../../directory/form.ts'
import type { WholeOffer } from '../../directory/offer.ts'
import {
  choice,
  choices,
  line,
  lines,
  optionalChoice,
  optionalEmail,
  optionalLine,
  optionalPostcode,
  optionalWholeNumber,
  orNothing,
  pounds,
  type Refuse,
  ticked,
  together,
  wholeNumber,
} from '../../http/formFields.ts'
import type { FieldValues } from '../../http/page.ts'
import { checkOpening, commonOf, differingIn, type Exception, fillOpening, openingFields, splitTimes, type Time } from './openingForm.ts'

const nameMax = 200
const descriptionMax = 4_000
const shortMax = 500
const penceMax = 10_000_000
const travelPenceMax = 1_000_000
const numberMax = 40

export const weekDays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
type WeekDay = (typeof weekDays)[number]
export const priceUnits = ['hour', 'half-hour', 'session', 'visit', 'day', 'night', 'week', 'month', 'year', 'item', 'journey', 'mile'] as const
export const vatCodes = ['none', 'included', 'added'] as const
export const fundingCodes = ['own-money', 'direct-payment', 'managed-account', 'individual-service-fund', 'time-credits', 'free'] as const
/** Distances to choose from, in metres: one, two, three, five, ten and twenty miles. One that an offer has already stays what it is. */
export const distances = ['1600', '3200', '4800', '8000', '16000', '32000'] as const
export const gates = ['cqc', 'sole-worker', 'later'] as const
const wardsMax = 100

/** A time of day as a time field sends it, or as people type it: 09:30, 9.30, 9. Gives `09:30`. */
const clock = () =>
  z
    .string()
    .trim()
    .transform((typed) =>
      typed.replace(/^(\d{1,2})(?:[:.](\d{2}))?$/, (_all, hours: string, minutes: string | undefined) => `${hours.padStart(2, '0')}:${minutes ?? '00'}`),
    )
    .pipe(z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: 'not-a-time' }))
const optionalClock = () => orNothing(clock())

const timeFields = Object.fromEntries(weekDays.flatMap((weekDay) => [`${weekDay}-from`, `${weekDay}-to`]).map((name) => [name, optionalClock()])) as Record<
  `${WeekDay}-${'from' | 'to'}`,
  ReturnType<typeof optionalClock>
>

/** A web address; people leave `https://` out. */
const website = () =>
  orNothing(
    z
      .string()
      .trim()
      .transform((typed) => (/^https?:\/\//i.test(typed) ? typed : `https://${typed}`))
      .pipe(z.url({ protocol: /^https?$/, hostname: z.regexes.domain, error: 'not-a-website' }).max(shortMax, { error: 'too-long' })),
  )

const languagesMax = 50

/** Languages by their names, in English or Welsh, with commas between; those that no box is there for. */
const namedLanguages = () =>
  optionalLine(shortMax).transform((typed, context) => {
    const codes = (typed ?? '')
      .split(/[,;]/)
      .filter((name) => name.trim() !== '')
      .map(languageNamed)
    if (codes.length <= languagesMax && codes.every((code) => code !== undefined)) return codes
    context.addIssue({ code: 'custom', message: 'unknown-language', params: { code: 'unknown-language' } })
    return z.NEVER
  })

// The fields are named as the directory's problems name them.
const describedFields = {
  name: line(nameMax),
  description: lines(descriptionMax),
  category: z.enum(Category.options, { error: 'choose-one' }),
  forWhom: optionalLine(shortMax),
  // An empty answer is that somebody would rather not say. What belongs to another answer than the one that was chosen is passed over, whatever stands in it.
  'form-kind': z.enum(['', ...formKinds], { error: 'choose-from-list' }).optional(),
  'form-seats': optionalLine(numberMax),
  'form-people': optionalLine(numberMax),
  'form-terms': optionalChoice(thingTerms),
  'ages-from': optionalWholeNumber(0, ageMax),
  'ages-to': optionalWholeNumber(0, ageMax),
  languages: z.preprocess(
    (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]),
    z.array(LanguageCode).max(languagesMax, { error: 'choose-from-list' }),
  ),
  otherLanguages: namedLanguages(),
  accessibility: choices(accessCodes),
  'price-kind': choice(['free', 'paid', 'unknown']),
  'price-pence': orNothing(pounds(penceMax)),
  'price-unit': orNothing(choice(priceUnits)),
  'price-vat': orNothing(choice(vatCodes)),
  'price-travelPence': orNothing(pounds(travelPenceMax)),
  'area-atHome': ticked(),
  'area-wardCodes': z.preprocess(
    (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]),
    z.array(z.string().regex(/^E\d{8}$/, { error: 'choose-from-list' })).max(wardsMax),
  ),
  'area-withinMetres': orNothing(z.string().regex(/^(?:[1-9]\d{0,4}|1\d{5}|200000)$/, { error: 'choose-one' })),
  'area-postcode': optionalPostcode(),
  'place-address': optionalLine(shortMax),
  'place-postcode': optionalPostcode(),
  'place-sensitive': ticked(),
  ...timeFields,
  ...openingFields(optionalClock),
  timesInWords: optionalLine(shortMax),
  fundingAccepted: choices(fundingCodes),
  personalCare: choice(['no', 'yes']),
  personalCareGate: orNothing(choice(gates)),
  'personalCareGate-cqcNumber': optionalLine(numberMax),
  'contact-name': optionalLine(nameMax),
  'contact-email': optionalEmail(),
  'contact-phone': orNothing(line(numberMax).refine((value) => /^\+?[\d\s()-]{6,}$/.test(value), { error: 'not-a-phone', params: { code: 'not-a-phone' } })),
  'contact-website': website(),
}
const Described = z.strictObject(describedFields)
type Described = z.output<typeof Described>

/** What one field needs of another, told at the field that can mend it. */
const checkTogether = (values: Partial<Described>, refuse: Refuse): void => {
  checkForm(values, refuse)
  if ((values['ages-from'] ?? 0) > (values['ages-to'] ?? ageMax)) refuse('ages-to', 'ages-turned-round')
  if (values['price-kind'] === 'paid' && values['price-pence'] === undefined) refuse('price-pence', 'amount-missing')
  if (values['price-kind'] !== undefined && values['price-kind'] !== 'paid' && values['price-pence'] !== undefined) refuse('price-pence', 'price-of-free-offer')
  if (values['area-withinMetres'] !== undefined && values['area-postcode'] === undefined) refuse('area-postcode', 'distance-without-postcode')
  if (values['area-withinMetres'] === undefined && values['area-postcode'] !== undefined) refuse('area-withinMetres', 'postcode-without-distance')
  checkOpening(values, refuse)
  // How often nothing happens cannot be kept.
  const hasTimes = weekDays.some((weekDay) => values[`${weekDay}-from`] !== undefined || refuse.isRefused(`${weekDay}-from`))
  for (const field of ['repeat', 'startsOn', 'endsOn'] as const) if (!hasTimes && values[field] !== undefined) refuse(field, 'times-missing')
  for (const weekDay of weekDays) {
    const [from, to] = [values[`${weekDay}-from`], values[`${weekDay}-to`]]
    if (from === undefined && to !== undefined) refuse(`${weekDay}-from`, 'other-time-missing')
    if (from !== undefined && to === undefined) refuse(`${weekDay}-to`, 'other-time-missing')
    if (from !== undefined && from === to) refuse(`${weekDay}-to`, 'empty-time')
  }
  checkCare(values, refuse)
}

const formNumbers = { group: { field: 'form-seats', most: seatsMax }, space: { field: 'form-people', most: peopleMax } } as const

const checkForm = (values: Partial<Described>, refuse: Refuse): void => {
  const kind = values['form-kind']
  // Where no browser hides the questions after it, somebody may answer one of them alone.
  if (kind === undefined && (['form-seats', 'form-people', 'form-terms'] as const).some((field) => values[field] !== undefined))
    refuse('form-kind', 'choose-one')
  if (kind !== 'group' && kind !== 'space') return
  const { field, most } = formNumbers[kind]
  const wrong = values[field] === undefined ? undefined : wholeNumber(1, most).safeParse(values[field]).error
  if (wrong) refuse(field, wrong.issues[0]!.message)
}

/** The form that was chosen with what was said of it; undefined where nobody said. */
const formIn = (values: Described): Record<string, unknown> | undefined => {
  const kind = values['form-kind']
  if (kind === undefined || kind === '') return undefined
  const numberOf = (typed: string | undefined): number | undefined => (typed === undefined ? undefined : Number(typed))
  if (kind === 'group') return given({ kind, seats: numberOf(values['form-seats']) })
  if (kind === 'space') return given({ kind, people: numberOf(values['form-people']) })
  return given({ kind, terms: kind === 'thing' ? values['form-terms'] : undefined })
}

type Care = Pick<Described, 'personalCare' | 'personalCareGate' | 'personalCareGate-cqcNumber'>

/** Personal care needs an answer to what lets them give it, also where that answer is "later". */
export const checkCare = (values: Partial<Care>, refuse: Refuse): void => {
  if (values.personalCare === 'yes' && values.personalCareGate === undefined) refuse('personalCareGate', 'choose-one')
  if (values.personalCare === 'yes' && values.personalCareGate === 'cqc' && values['personalCareGate-cqcNumber'] === undefined)
    refuse('personalCareGate-cqcNumber', 'cqc-number-missing')
}

export const NewOfferForm = together(
  z.strictObject({ organisationId: z.uuid({ error: 'choose-one' }), track: z.enum(Track.options, { error: 'choose-one' }), ...describedFields }),
  checkTogether,
)
/**
 * `version` is the offer's as it was when the form was made: what somebody else changed meanwhile is not overwritten. `as` is the button that was pressed; where none
 * was, what is saved counts as what its first one does.
 */
export const EditOfferForm = together(
  z.strictObject({
    ...describedFields,
    keepOtherTimes: ticked(),
    as: optionalChoice(['published', 'draft']),
    version: z.string().regex(/^"\d{1,15}"$/, { error: 'form-not-read' }),
  }),
  checkTogether,
)

/** What the form says, as the directory takes it. `others` are the times and days that the form has no room for. */
export const offerBodyOf = (values: Described, others: { times: readonly Time[]; exceptions: readonly Exception[] } = { times: [], exceptions: [] }) => {
  const needsGate = values.personalCare === 'yes'
  const ages = given({ from: values['ages-from'], to: values['ages-to'] })
  const languages = [...new Set([...values.languages, ...values.otherLanguages])].slice(0, languagesMax)
  return {
    name: values.name,
    description: values.description,
    category: values.category,
    ...given({ forWhom: values.forWhom, timesInWords: values.timesInWords }),
    ...given({
      form: formIn(values),
      ages: Object.keys(ages).length > 0 ? ages : undefined,
      languages: languages.length > 0 ? languages : undefined,
      accessibility: values.accessibility.length > 0 ? values.accessibility : undefined,
    }),
    price: {
      kind: values['price-kind'],
      ...given({ pence: values['price-pence'] }),
      ...(values['price-kind'] === 'paid' ? given({ unit: values['price-unit'], vat: values['price-vat'], travelPence: values['price-travelPence'] }) : {}),
    },
    area: {
      ...given({
        wardCodes: values['area-wardCodes'].length > 0 ? values['area-wardCodes'] : undefined,
        withinMetres: values['area-withinMetres'] === undefined ? undefined : Number(values['area-withinMetres']),
        postcode: values['area-postcode'],
        atHome: values['area-atHome'] ? true : undefined,
      }),
    },
    place: given({ address: values['place-address'], postcode: values['place-postcode'], sensitive: values['place-sensitive'] ? true : undefined }),
    times: [...timesIn(values), ...others.times],
    ...differingIn(values, others.exceptions),
    fundingAccepted: values.fundingAccepted,
    personalCare: needsGate,
    ...given({ personalCareGate: needsGate ? gateIn(values) : undefined }),
    contact: given({ name: values['contact-name'], email: values['contact-email'], phone: values['contact-phone'], website: values['contact-website'] }),
  }
}

/** The gate that was named; none where it was left for later. */
export const gateIn = (values: Care) => {
  if (values.personalCareGate === 'cqc') return { cqcNumber: values['personalCareGate-cqcNumber'] }
  return values.personalCareGate === 'sole-worker' ? { soleWorkerDeclaration: true } : undefined
}

/** One time a day; days with the same hours become one. */
const timesIn = (values: Described): Time[] => {
  const byHours = new Map<string, Time>()
  const common = commonOf(values)
  for (const weekDay of weekDays) {
    const [from, to] = [values[`${weekDay}-from`], values[`${weekDay}-to`]]
    if (from === undefined || to === undefined) continue
    const hours = `${from}-${to}`
    const same = byHours.get(hours)
    if (same) same.days.push(weekDay)
    else byHours.set(hours, { days: [weekDay], from, to, ...common })
  }
  return [...byHours.values()]
}

const given = (fields: Record<string, unknown>) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** The times of an offer that the form has no room for: a second one on a day, one that ends at midnight. */
export const otherTimesOf = ({ times }: WholeOffer): Time[] => splitTimes(times).others

/** What the form's fields hold for an offer that is there. */
export const fillOffer = (offer: WholeOffer, version: string): FieldValues => {
  const { first } = splitTimes(offer.times)
  const { price, area, place, personalCareGate, contact } = offer
  const times = Object.fromEntries([...first].flatMap(([weekDay, { from, to }]) => [[`${weekDay}-from`, from] as const, [`${weekDay}-to`, to] as const]))
  return {
    name: offer.name,
    description: offer.description,
    category: offer.category,
    forWhom: offer.forWhom,
    'form-kind': offer.form?.kind,
    'form-seats': offer.form?.seats?.toString(),
    'form-people': offer.form?.people?.toString(),
    'form-terms': offer.form?.terms,
    'ages-from': offer.ages?.from === undefined ? undefined : String(offer.ages.from),
    'ages-to': offer.ages?.to === undefined ? undefined : String(offer.ages.to),
    languages: offer.languages,
    accessibility: offer.accessibility,
    'price-kind': price.kind,
    'price-pence': price.pence === undefined ? undefined : (price.pence / 100).toFixed(2),
    'price-unit': price.unit,
    'price-vat': price.vat,
    'price-travelPence': price.travelPence === undefined ? undefined : (price.travelPence / 100).toFixed(2),
    'area-atHome': area.atHome ? 'yes' : undefined,
    'area-wardCodes': area.wardCodes,
    'area-withinMetres': area.withinMetres === undefined ? undefined : String(area.withinMetres),
    'area-postcode': area.postcode,
    'place-address': place?.address,
    'place-postcode': place?.postcode,
    'place-sensitive': place?.sensitive ? 'yes' : undefined,
    ...times,
    ...fillOpening(offer),
    timesInWords: offer.timesInWords,
    fundingAccepted: offer.fundingAccepted,
    personalCare: offer.personalCare ? 'yes' : 'no',
    personalCareGate:
      personalCareGate?.cqcNumber === undefined ? (personalCareGate?.soleWorkerDeclaration ? 'sole-worker' : offer.personalCare ? 'later' : undefined) : 'cqc',
    'personalCareGate-cqcNumber': personalCareGate?.cqcNumber,
    'contact-name': contact.name,
    'contact-email': contact.email,
    'contact-phone': contact.phone,
    'contact-website': contact.website,
    // What the form cannot show is kept unless somebody says otherwise.
    keepOtherTimes: 'yes',
    version,
  }
}
