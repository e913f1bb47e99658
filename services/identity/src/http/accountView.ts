import { Role } from '@patchwork/events'
import { z } from 'zod'
import type { Account } from '../domain/account.ts'

/** An account without its person: names and addresses are with `people`. */
export const AccountView = z.strictObject({
  accountId: z.uuid(),
  personId: z.uuid(),
  role: Role,
  verified: z.boolean(),
  how: z.enum(['sign-up', 'invitation', 'by-administrator', 'first-administrator', 'demonstration']),
  closed: z.boolean(),
})
export type AccountView = z.infer<typeof AccountView>

/** Throws for an account that was never opened: there is none to show. */
export const toAccountView = ({ id, state }: { id: string; state: Account }): AccountView => {
  if (state.status === 'unopened') throw new Error('An account that was never opened cannot be shown')
  const { personId, role, how, status } = state
  return { accountId: id, personId, role, how, closed: status === 'closed', verified: status === 'closed' ? state.wasVerified : status === 'verified' }
}
