import { z } from 'zod'
import { line, lines, optionalLine } from '../../http/formFields.ts'

const nameMax = 200
const descriptionMax = 4_000
const tagMax = 200

export const DescriptionForm = z.strictObject({
  name: line(nameMax),
  description: lines(descriptionMax),
  /** Which version was shown: a newer one is not overwritten unseen. */
  version: optionalLine(tagMax),
})
