import { Category } from '@patchwork/events'
import { z } from 'zod'
import type { WholeAsset } from '../../directory/asset.ts'
import { choice, line, optionalEmail, optionalLine, optionalLines, orNothing, type Refuse, together } from '../../http/formFields.ts'
import type { FieldValues } from '../../http/page.ts'

const nameMax = 200
const descriptionMax = 4_000
const calledNameMax = 100
const phoneMax = 40

export const gifts = ['hands', 'head', 'heart'] as const
export const showings = ['first-name', 'name', 'ask'] as const

export const phone = () =>
  orNothing(line(phoneMax).refine((value) => /^\+?[\d\s()-]{6,}$/.test(value), { error: 'not-a-phone', params: { code: 'not-a-phone' } }))

// The fields are named as the directory's problems name them.
const described = {
  name: line(nameMax),
  description: optionalLines(descriptionMax),
  category: z.enum(Category.options, { error: 'choose-one' }),
  wardCode: z.string({ error: 'choose-one' }).regex(/^[EWSN]\d{8}$/, { error: 'choose-one' }),
  gift: choice(gifts),
  shownAs: choice(showings),
  calledName: optionalLine(calledNameMax),
  'reach-email': optionalEmail(),
  'reach-phone': phone(),
}
const Described = z.strictObject(described)
type Described = z.output<typeof Described>

/** What one field needs of another, told at the field that can mend it. */
const checkTogether = (values: Partial<Described>, refuse: Refuse): void => {
  if (values.shownAs !== undefined && values.shownAs !== 'ask' && values.calledName === undefined) refuse('calledName', 'called-name-missing')
  if (values['reach-email'] === undefined && values['reach-phone'] === undefined && !refuse.isRefused('reach-phone')) refuse('reach-email', 'reach-missing')
}

export const NewSkillForm = together(z.strictObject({ ...described, isAdult: z.literal('yes', { error: 'adults-only' }) }), checkTogether)
/** `version` is the skill's as it was when the form was made. */
export const EditSkillForm = together(z.strictObject({ ...described, version: z.string().regex(/^"\d{1,15}"$/, { error: 'form-not-read' }) }), checkTogether)

const given = (fields: Record<string, unknown>) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** What the form says, as the directory takes it. A name that is not to be shown is not even sent. */
export const skillBodyOf = ({ 'reach-email': email, 'reach-phone': reachPhone, calledName, ...values }: Described) => ({
  ...given({ ...values, calledName: values.shownAs === 'ask' ? undefined : calledName }),
  reach: given({ email, phone: reachPhone }),
})

/** What the form's fields hold for a skill that is there. */
export const fillSkill = ({ name, description, category, wardCode, gift, shownAs, calledName, reach }: WholeAsset, version: string): FieldValues => ({
  ...{ name, description, category, wardCode, gift, shownAs, calledName, version },
  'reach-email': reach?.email,
  'reach-phone': reach?.phone,
})
