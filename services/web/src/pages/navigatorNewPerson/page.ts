import { z } from 'zod'
import { choice, choices, line, optionalEmail, optionalLine, optionalPostcode } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { accessNeedCodes } from '../referring/forms.ts'

const nameMax = 200
const phoneMax = 40

const NewPersonForm = z.strictObject({
  name: line(nameMax),
  email: optionalEmail(),
  phone: optionalLine(phoneMax),
  postcode: optionalPostcode(),
  language: choice(['en', 'cy']),
  accessNeeds: choices(accessNeedCodes),
})
const Registered = z.object({ personId: z.uuid() })

/** Registers somebody who has no account. Sent twice, it is one person. */
export const navigatorNewPersonPage = definePage({
  name: 'navigatorNewPerson',
  path: '/navigator/people/new',
  for: ['navigator'],
  load: async () => ({ accessNeedCodes }),
  form: NewPersonForm,
  fill: () => ({ language: 'en' }),
  save: async ({ email, phone, postcode, ...rest }, { services }) => {
    const body = {
      ...rest,
      ...(email === undefined ? {} : { email }),
      ...(phone === undefined ? {} : { phone }),
      ...(postcode === undefined ? {} : { postcode }),
    }
    const { personId } = await services.post('people', '/people', body, Registered)
    return goTo(`/navigator/people/${personId}`, { notice: 'navigatorNewPerson.done' })
  },
})
