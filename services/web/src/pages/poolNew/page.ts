import { z } from 'zod'
import { choice, line, lines } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { type OrganisationChoice, organisationChoice, service } from '../pooling/pools.ts'

const nameLengthMax = 100
const purposeLengthMax = 500
const calledNameLengthMax = 60

const PoolNewForm = z.strictObject({
  name: line(nameLengthMax),
  purpose: lines(purposeLengthMax),
  calledName: line(calledNameLengthMax),
  holder: choice(['council', 'organisation']),
})
const Founded = z.object({ poolId: z.uuid() })

/** Opening a pool. Who holds the money is said from the first moment: Patchwork holds none. */
export const poolNewPage = definePage({
  name: 'poolNew',
  path: '/my/pools/new',
  for: ['resident'],
  load: ({ services, query }) => organisationChoice(services, query),
  form: PoolNewForm,
  fill: ({ chosen }: OrganisationChoice) => ({ holder: chosen ? 'organisation' : 'council' }),
  save: async ({ holder, ...pool }, { services, query }) => {
    const organisationId = z.uuid().safeParse(query.organisation).data
    const accountHolder = holder === 'organisation' && organisationId ? { kind: 'organisation', organisationId } : { kind: 'council' }
    const { poolId } = await services.post(service, '/pools', { ...pool, accountHolder }, Founded)
    return goTo(`/my/pools/${poolId}`, { notice: 'pooling.notice.founded' })
  },
})
