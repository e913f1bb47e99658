import { z } from 'zod'
import { choice, line } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { Checks, checkLevels } from '../checks/checks.ts'
import { calendarDay } from '../contracting/fields.ts'

const numberLengthMax = 40
const readingsShown = 20
const Readings = z.object({ items: z.array(z.object({ at: z.string(), role: z.string() })), after: z.string().optional() })

const CheckForm = z.strictObject({
  level: choice(checkLevels),
  /** As it is printed, in groups of digits. */
  certificateNumber: line(numberLengthMax)
    .transform((text) => text.replaceAll(/\s/g, ''))
    .refine((digits) => /^\d{12}$/.test(digits), { error: 'not-a-certificate' }),
  issuedOn: calendarDay(),
})

/** Criminal-record checks of one's own organisation, who has read them, and one to enter. */
export const providerChecksPage = definePage({
  name: 'providerChecks',
  path: '/provider/organisations/:organisationId/checks',
  for: ['provider', 'coordinator'],
  load: async ({ services, params }) => {
    const [{ items: checks }, { items: readings }] = await Promise.all([
      services.get('provider-directory', path`/organisations/${params.organisationId!}/credentials`, Checks),
      services.get('provider-directory', path`/organisations/${params.organisationId!}/credential-readings`, Readings, { query: { limit: readingsShown } }),
    ])
    return { organisationId: params.organisationId!, checks, readings: readings.filter(({ role }) => role === 'administrator'), levels: checkLevels }
  },
  form: CheckForm,
  save: async (check, { services, params }) => {
    await services.post('provider-directory', path`/organisations/${params.organisationId!}/credentials`, check)
    return goTo(`/provider/organisations/${params.organisationId!}/checks`, { notice: 'shell.saved' })
  },
})
