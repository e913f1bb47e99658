import { Role } from '@patchwork/events'
import { z } from 'zod'
import type { Account, AccountDetails } from '../domain/account.ts'

/** An account without its person: names and addresses are with `people`. */
export const AccountView = z.strictObject({
  accountId: z.uuid(),
  personId: z.uuid(),
  role: Role,
  verified: z.boolean(),
  how: z.enum(['sign-up', 'invitation', 'by-administrator', 'first-administrator', 'demonstration']),
  closed: z.boolean(),
  /** Absent for accounts opened before it was noted. */
  openedAt: z.string().optional(),
  /** Whether somebody has chosen a password for it. */
  hasPassword: z.boolean(),
})
export type AccountView = z.infer<typeof AccountView>

/** Throws for an account that was never opened: there is none to show. */
export const toAccountView = ({ id, state, details }: { id: string; state: Account; details: AccountDetails | undefined }): AccountView => {
  if (state.status === 'unopened') throw new Error('An account that was never opened cannot be shown')
  const { personId, role, how, status, openedAt } = state
  return {
    accountId: id,
    personId,
    role,
    how,
    closed: status === 'closed',
    verified: status === 'closed' ? state.wasVerified : status === 'verified',
    hasPassword: details?.passwordHash !== undefined,
    ...(openedAt === undefined ? {} : { openedAt }),
  }
}
