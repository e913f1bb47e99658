import { Category, Track } from '@patchwork/events'
import { z } from 'zod'
import { choice, line, lines, optionalEmail, optionalPostcode, orNothing, type Refuse, together } from '../../http/formFields.ts'
import { checkCare, distances, gateIn, gates } from '../providing/offerForm.ts'

const nameMax = 200
const descriptionMax = 4_000
const numberMax = 40

/** What is done with it: looked over first, as a draft, or found by everyone at once. */
const nexts = ['look', 'publish'] as const

// The fields are named as the directory's problems name them.
const fields = {
  organisationId: orNothing(z.uuid({ error: 'choose-one' })),
  'organisation-name': orNothing(line(nameMax)),
  'organisation-kind': orNothing(choice(['micro-provider', 'community-network', 'organisation'])),
  track: z.enum(Track.options, { error: 'choose-one' }),
  name: line(nameMax),
  description: lines(descriptionMax),
  category: orNothing(z.enum(Category.options, { error: 'choose-one' })),
  where: choice(['place', 'homes']),
  'place-postcode': optionalPostcode(),
  'area-postcode': optionalPostcode(),
  'area-withinMetres': orNothing(choice(distances)),
  'contact-phone': orNothing(line(numberMax).refine((value) => /^\+?[\d\s()-]{6,}$/.test(value), { error: 'not-a-phone', params: { code: 'not-a-phone' } })),
  'contact-email': optionalEmail(),
  'price-kind': choice(['unknown', 'free']),
  personalCare: choice(['no', 'yes']),
  personalCareGate: orNothing(choice(gates)),
  'personalCareGate-cqcNumber': orNothing(line(numberMax)),
  next: z.enum(nexts).default('look'),
}
const Fields = z.strictObject(fields)
type Fields = z.output<typeof Fields>

/** What one field needs of another, told at the field that can mend it. */
const checkTogether = (values: Partial<Fields>, refuse: Refuse): void => {
  if (values.organisationId === undefined && !refuse.isRefused('organisationId')) {
    if (values['organisation-name'] === undefined) refuse('organisation-name', 'missing')
    if (values['organisation-kind'] === undefined) refuse('organisation-kind', 'choose-one')
  }
  if (values.where === 'place' && values['place-postcode'] === undefined) refuse('place-postcode', 'missing')
  if (values.where === 'homes') {
    if (values['area-withinMetres'] !== undefined && values['area-postcode'] === undefined) refuse('area-postcode', 'distance-without-postcode')
    if (values['area-withinMetres'] === undefined && values['area-postcode'] !== undefined) refuse('area-withinMetres', 'postcode-without-distance')
  }
  checkCare(values, refuse)
}

export const ListingForm = together(Fields, checkTogether)

/** What the form says, as the directory takes it. Personal care that nothing lets them give yet stays a draft, whatever was pressed. */
export const listingBodyOf = (values: Fields) => {
  const personalCareGate = values.personalCare === 'yes' ? gateIn(values) : undefined
  const isPublished = values.next === 'publish' && (values.personalCare === 'no' || personalCareGate !== undefined)
  const isNew = values.organisationId === undefined
  return {
    ...(isNew ? { organisation: { name: values['organisation-name'], kind: values['organisation-kind'] } } : { organisationId: values.organisationId }),
    track: values.track,
    name: values.name,
    description: values.description,
    ...given({ category: values.category }),
    price: { kind: values['price-kind'] },
    ...(values.where === 'place'
      ? { place: { postcode: values['place-postcode'] } }
      : { area: { atHome: true, ...given({ postcode: values['area-postcode'], withinMetres: numberOf(values['area-withinMetres']) }) } }),
    contact: given({ phone: values['contact-phone'], email: values['contact-email'] }),
    personalCare: values.personalCare === 'yes',
    ...given({ personalCareGate }),
    isPublished,
  }
}

const numberOf = (code: string | undefined): number | undefined => (code === undefined ? undefined : Number(code))
const given = (parts: Record<string, unknown>) => Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined))
