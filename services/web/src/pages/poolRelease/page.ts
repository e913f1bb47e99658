import { FundSource } from '@patchwork/events'
import { z } from 'zod'
import { pounds } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { poolOf, service } from '../pooling/pools.ts'
import { totalPenceMax } from '../pooling/spendDraft.ts'

/** A share by its source and outcome: `council-net/<outcome>`. */
const Share = z
  .string({ error: 'choose-one' })
  .transform((value) => value.split('/'))
  .pipe(z.tuple([z.enum(FundSource.options), z.uuid()], { error: 'choose-one' }))
const ReleaseForm = z.strictObject({ share: Share, amountPence: pounds(totalPenceMax) })

/** Taking money out again that nothing is promised from. */
export const poolReleasePage = definePage({
  name: 'poolRelease',
  path: '/my/pools/:poolId/release',
  for: ['resident'],
  load: async ({ services, params }) => ({ pool: await poolOf(services, params.poolId!) }),
  form: ReleaseForm,
  save: async ({ share: [fundSource, outcomeId], amountPence }, { services, params }) => {
    await services.post(service, path`/pools/${params.poolId!}/releases`, { fundSource, outcomeId, amountPence })
    return goTo(`/my/pools/${params.poolId}`, { notice: 'pooling.notice.released' })
  },
})
