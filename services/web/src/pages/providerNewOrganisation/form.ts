import { z } from 'zod'
import { choice, line, optionalEmail, optionalLines, orNothing } from '../../http/formFields.ts'

const nameMax = 200
const descriptionMax = 4_000
const phoneMax = 40

export const NewOrganisationForm = z.strictObject({
  name: line(nameMax),
  kind: choice(['micro-provider', 'community-network', 'organisation']),
  description: optionalLines(descriptionMax),
  email: optionalEmail(),
  phone: orNothing(line(phoneMax).refine((value) => /^\+?[\d\s()-]{6,}$/.test(value), { error: 'not-a-phone', params: { code: 'not-a-phone' } })),
})
