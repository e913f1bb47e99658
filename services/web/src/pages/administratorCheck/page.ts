import { NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { Checks } from '../checks/checks.ts'
import { optionalCalendarDay } from '../contracting/fields.ts'

const ReviewForm = z.strictObject({ updateServiceCheckedOn: optionalCalendarDay() })

/** One criminal-record check, to be compared with the certificate itself. Looking at it is logged. */
export const administratorCheckPage = definePage({
  name: 'administratorCheck',
  path: '/administrator/checks/:organisationId/:credentialId',
  for: ['administrator'],
  load: async ({ services, params }) => {
    const { items } = await services.get('provider-directory', path`/organisations/${params.organisationId!}/credentials`, Checks)
    const check = items.find(({ credentialId }) => credentialId === params.credentialId)
    if (!check) throw new NotFoundError()
    return { check, organisationId: params.organisationId! }
  },
  form: ReviewForm,
  save: async ({ updateServiceCheckedOn }, { services, params }) => {
    const body = updateServiceCheckedOn === undefined ? {} : { updateServiceCheckedOn }
    await services.post('provider-directory', path`/credentials/${params.credentialId!}/review`, body)
    return goTo('/administrator/checks', { notice: 'shell.saved' })
  },
})
