import { z } from 'zod'
import { line } from '../../http/formFields.ts'
import { definePage, goOnceThere } from '../../http/page.ts'
import { requestsComeTo } from '../appearances.ts'
import { providing } from '../providing/own.ts'

const codeMax = 60
const Joined = z.object({ organisationId: z.uuid(), memberRole: z.string().catch('member') })

/** Joining an organisation that a colleague owns, or looking after it in their place, by the code that they handed over. */
export const providerJoinPage = definePage({
  name: 'providerJoin',
  path: '/provider/join',
  for: providing,
  form: z.strictObject({ code: line(codeMax) }),
  save: async (values, { services, appears }) => {
    const { organisationId, memberRole } = await services.post('provider-directory', '/memberships', values, Joined)
    return goOnceThere(
      { appears },
      '/provider',
      memberRole === 'owner' ? 'providerJoin.tookOver' : 'providerJoin.joined',
      requestsComeTo(services, organisationId),
    )
  },
})
