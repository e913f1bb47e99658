import { z } from 'zod'
import { email, line, password } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'

const codeLengthMax = 100
const nameLengthMax = 100

/** The first administrator of a place, with the one-time code that the terminal shows. */
export const setUpPage = definePage({
  name: 'setUp',
  path: '/set-up',
  for: 'anyone',
  form: z.strictObject({ code: line(codeLengthMax), name: line(nameLengthMax), email: email(), password: password() }),
  save: async (values, { services }) => {
    await services.post('identity', '/first-administrator', values)
    return goTo('/account-ready?because=set-up')
  },
})
