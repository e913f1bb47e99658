import { z } from 'zod'
import type { SignedInVisit } from '../../http/page.ts'
import { path, type ServiceCalls } from '../../serviceCalls.ts'
import { PersonDetails } from '../referring/people.ts'
import { ReferralView } from '../referring/referrals.ts'

export const Request = ReferralView.extend({ wardCode: z.string().optional(), acceptedBy: z.uuid().optional() })
export type Request = z.infer<typeof Request>

/** A request as the organisation it was sent to may see it. Throws ServiceProblem. */
export const requestOf = (services: ServiceCalls, referralId: string): Promise<Request> => services.get('referral', path`/referrals/${referralId}`, Request)

/**
 * Who a request is for, once it was accepted. The right to see them follows the acceptance by a moment and is waited for; undefined when it has
 * not come. One reading is logged, the one that is shown.
 */
export const personOf = async ({ services, appears }: SignedInVisit, { status, personId }: Request): Promise<z.infer<typeof PersonDetails> | undefined> => {
  if (status !== 'accepted' || personId === undefined) return undefined
  const read: { person?: z.infer<typeof PersonDetails> } = {}
  await appears(async () => {
    read.person = await services.get('people', path`/people/${personId}`, PersonDetails)
    return true
  })
  return read.person
}
