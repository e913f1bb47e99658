import { Category, placeAccessCodes } from '@patchwork/events'
import { z } from 'zod'
import type { WholeAsset } from '../../directory/asset.ts'
import {
  choice,
  choices,
  line,
  optionalChoice,
  optionalEmail,
  optionalLine,
  optionalLines,
  optionalPostcode,
  optionalWholeNumber,
  orNothing,
  pounds,
  type Refuse,
  ticked,
  together,
} from '../../http/formFields.ts'
import type { FieldValues } from '../../http/page.ts'
import { optionalCalendarDay } from '../contracting/fields.ts'
import { phone } from './skillForm.ts'

const nameMax = 200
const descriptionMax = 4_000
const shortMax = 500
const capacityMax = 100_000
const penceMax = 100_000_000_000

/** What an organisation speaks for; skills are people's own. */
export const assetKinds = ['group', 'building', 'land', 'money', 'thing'] as const
export type OrganisationsKind = (typeof assetKinds)[number]
export const thingTerms = ['lent', 'given', 'shared'] as const

/** A web address; people leave `https://` out. */
const website = () =>
  orNothing(
    z
      .string()
      .trim()
      .transform((typed) => (/^https?:\/\//i.test(typed) ? typed : `https://${typed}`))
      .pipe(z.url({ protocol: /^https?$/, hostname: z.regexes.domain, error: 'not-a-website' }).max(shortMax, { error: 'too-long' })),
  )

// Fields of every kind, named as the directory's problems name them: a form shows those of its kind, and only they are sent on.
const described = {
  kind: choice(assetKinds),
  name: line(nameMax),
  description: optionalLines(descriptionMax),
  category: z.enum(Category.options, { error: 'choose-one' }),
  wardCode: orNothing(z.string().regex(/^[EWSN]\d{8}$/, { error: 'choose-from-list' })),
  meets: optionalLine(shortMax),
  'place-address': optionalLine(shortMax),
  'place-postcode': optionalPostcode(),
  'place-sensitive': ticked(),
  capacity: optionalWholeNumber(1, capacityMax),
  owner: optionalLine(nameMax),
  communityUse: optionalLine(shortMax),
  accessibility: choices(placeAccessCodes),
  purpose: optionalLine(shortMax),
  pence: orNothing(pounds(penceMax)),
  deadlineOn: optionalCalendarDay(),
  decidedBy: optionalLine(shortMax),
  terms: optionalChoice(thingTerms),
  condition: optionalLine(shortMax),
  'contact-name': optionalLine(nameMax),
  'contact-email': optionalEmail(),
  'contact-phone': phone(),
  'contact-website': website(),
}
const Described = z.strictObject(described)
type Described = z.output<typeof Described>

/** What one field needs of another, told at the field that can mend it. */
const checkTogether = (values: Partial<Described>, refuse: Refuse): void => {
  if (values.kind === 'money' && values.purpose === undefined) refuse('purpose', 'missing')
  if (values.kind === 'thing' && values.terms === undefined) refuse('terms', 'choose-one')
  const isSomewhere = values.kind === 'group' || values.kind === 'building' || values.kind === 'land'
  const saysWhere = values.wardCode !== undefined || values['place-postcode'] !== undefined || refuse.isRefused('place-postcode')
  if (isSomewhere && !values['place-sensitive'] && !saysWhere) refuse('wardCode', 'ward-missing')
}

export const NewAssetForm = together(z.strictObject({ organisationId: z.uuid({ error: 'choose-one' }), ...described }), checkTogether)
/** `version` is the asset's as it was when the form was made. */
export const EditAssetForm = together(z.strictObject({ ...described, version: z.string().regex(/^"\d{1,15}"$/, { error: 'form-not-read' }) }), checkTogether)

const given = (fields: Record<string, unknown>) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** What the form says, as the directory takes it: what belongs to its kind, and nothing else. */
export const assetBodyOf = (values: Described) => {
  const { kind, name, description, category, wardCode } = values
  return {
    kind,
    ...given({ name, description, category, wardCode }),
    ...ofKind(values),
    contact: given({ name: values['contact-name'], email: values['contact-email'], phone: values['contact-phone'], website: values['contact-website'] }),
  }
}

const ofKind = (values: Described): object => {
  const { kind, meets, capacity, owner, communityUse, accessibility, purpose, pence, deadlineOn, decidedBy, terms, condition } = values
  const place = given({ address: values['place-address'], postcode: values['place-postcode'], sensitive: values['place-sensitive'] ? true : undefined })
  switch (kind) {
    case 'group':
      return { ...given({ meets }), place }
    case 'building':
    case 'land':
      return { ...given({ capacity, owner, communityUse }), accessibility, place }
    case 'money':
      return given({ purpose, pence, deadlineOn, decidedBy })
    case 'thing':
      return given({ terms, condition })
  }
}

/** What the form's fields hold for an asset that is there. */
export const fillAsset = (asset: WholeAsset, version: string): FieldValues => ({
  kind: asset.kind,
  name: asset.name,
  description: asset.description,
  category: asset.category,
  wardCode: asset.wardCode,
  meets: asset.meets,
  'place-address': asset.place?.address,
  'place-postcode': asset.place?.postcode,
  'place-sensitive': asset.place?.sensitive ? 'yes' : undefined,
  capacity: asset.capacity === undefined ? undefined : String(asset.capacity),
  owner: asset.owner,
  communityUse: asset.communityUse,
  accessibility: asset.accessibility,
  purpose: asset.purpose,
  pence: asset.pence === undefined ? undefined : (asset.pence / 100).toFixed(2),
  deadlineOn: asset.deadlineOn,
  decidedBy: asset.decidedBy,
  terms: asset.terms,
  condition: asset.condition,
  'contact-name': asset.contact?.name,
  'contact-email': asset.contact?.email,
  'contact-phone': asset.contact?.phone,
  'contact-website': asset.contact?.website,
  version,
})
