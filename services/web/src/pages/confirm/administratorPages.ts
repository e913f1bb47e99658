import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'

const back = '/administrator/accounts'

/** Vouching that an account belongs to its person, where no mail can show it. */
export const administratorVouchingPage = definePage({
  name: 'confirm',
  path: '/administrator/accounts/:accountId/vouching',
  for: ['administrator'],
  load: async ({ params }) => ({ question: 'vouching', about: params.accountId!.slice(0, 8), back }),
  save: async (_values, { services, params }) => {
    await services.post('identity', path`/accounts/${params.accountId!}/vouching`, {})
    return goTo(back, { notice: 'confirm.vouched' })
  },
})

/** Closing an account: nobody signs in to it any more. */
export const administratorClosingPage = definePage({
  name: 'confirm',
  path: '/administrator/accounts/:accountId/closing',
  for: ['administrator'],
  load: async ({ params }) => ({ question: 'closing', about: params.accountId!.slice(0, 8), back }),
  save: async (_values, { services, params }) => {
    await services.post('identity', path`/accounts/${params.accountId!}/closing`, {})
    return goTo(back, { notice: 'confirm.closed' })
  },
})

const importsPath = '/administrator/imports'

/** Something that is done with an import, once somebody has said yes to it. */
const importStep = (step: 'acceptance' | 'undoing' | 'dropping', notice: 'confirm.importAccepted' | 'confirm.importUndone' | 'confirm.importDropped') =>
  definePage({
    name: 'confirm',
    path: `${importsPath}/:importId/${step}`,
    for: ['administrator'],
    load: async ({ params }) => ({ question: `import-${step}`, back: `${importsPath}/${params.importId!}` }),
    save: async (_values, { services, params }) => {
      await services.post('provider-directory', path`/imports/${params.importId!}/${step}`, {})
      return goTo(`${importsPath}/${params.importId!}`, { notice })
    },
  })

export const administratorImportSteps = [
  importStep('acceptance', 'confirm.importAccepted'),
  importStep('undoing', 'confirm.importUndone'),
  importStep('dropping', 'confirm.importDropped'),
]
