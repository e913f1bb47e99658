import { z } from 'zod'
import { line } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { ServiceProblem } from '../../serviceCalls.ts'
import { service } from '../pooling/pools.ts'

const PoolJoinForm = z.strictObject({ code: line(40), calledName: line(60) })
const Joined = z.object({ poolId: z.uuid() })

/** Joining a pool by the code that a member gave. A code that fits no pool is said at the field: nobody learns more than that. */
export const poolJoinPage = definePage({
  name: 'poolJoin',
  path: '/my/pools/join',
  for: ['resident'],
  form: PoolJoinForm,
  save: async (values, { services }) => {
    try {
      const { poolId } = await services.post(service, '/pools/join', values, Joined)
      return goTo(`/my/pools/${poolId}`, { notice: 'pooling.notice.joined' })
    } catch (error) {
      if (error instanceof ServiceProblem && error.code === 'code-unknown')
        throw new ServiceProblem(service, 422, error.code, [{ pointer: '/code', code: error.code }])
      throw error
    }
  },
})
