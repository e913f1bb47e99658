import { z } from 'zod'
import { ticked, wholeNumber } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { type PoolView, poolOf, service } from '../pooling/pools.ts'

const SignatureForm = z.strictObject({
  rulesVersion: wholeNumber(1, 1_000_000),
  agree: ticked().refine((value) => value, { error: 'not-ticked' }),
})
type Loaded = { pool: PoolView; rules: { rulesVersion: number } }

/** Signing the rules: the very version that the page shows. */
export const poolSignaturePage = definePage({
  name: 'poolSignature',
  path: '/my/pools/:poolId/signature',
  for: ['resident'],
  load: async ({ services, params }) => {
    const pool = await poolOf(services, params.poolId!)
    const { inForce, proposed } = pool.rules
    const rules = proposed?.rulesVersion === pool.waitsForYou.signature ? proposed : inForce
    return pool.waitsForYou.signature === undefined || rules === undefined ? goTo(`/my/pools/${pool.poolId}/rules`) : { pool, rules }
  },
  form: SignatureForm,
  fill: ({ rules }: Loaded) => ({ rulesVersion: String(rules.rulesVersion) }),
  save: async ({ rulesVersion }, { services, params }) => {
    await services.post(service, path`/pools/${params.poolId!}/signature`, { rulesVersion })
    return goTo(`/my/pools/${params.poolId}`, { notice: 'pooling.notice.signed' })
  },
})
