import { definePage, goTo } from '../../http/page.ts'
import { SignUpForm } from './form.ts'

const asked = { resident: 'resident', provider: 'provider', coordinator: 'coordinator' } as const

/** A stranger opens an account. The answer is the same whether the address is known or not: its owner gets a message. */
export const signUpPage = definePage({
  name: 'signUp',
  path: '/sign-up',
  for: 'anyone',
  load: async ({ query }) => ({ isToList: query.as === 'provider' || query.as === 'coordinator' }),
  form: SignUpForm,
  fill: (_data, { query }) => ({ role: Object.hasOwn(asked, query.as ?? '') ? query.as : undefined }),
  save: async (values, { services }) => {
    await services.post('identity', '/accounts', values)
    return goTo('/check-your-mail')
  },
})
