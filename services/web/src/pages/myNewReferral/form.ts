import { z } from 'zod'
import { choices, lines, optionalPostcode } from '../../http/formFields.ts'
import { accessNeedCodes, outcomeFields, wordsMax } from '../referring/forms.ts'

export const MyNewReferralForm = z.strictObject({
  words: lines(wordsMax),
  ...outcomeFields,
  accessNeeds: choices(accessNeedCodes),
  postcode: optionalPostcode(),
  consent: z.literal('yes', { error: 'consent-missing' }),
})
