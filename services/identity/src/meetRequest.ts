import type { Role } from '@patchwork/events'
import type { Accounts } from './accounts.ts'
import { isOpen } from './domain/account.ts'
import { HopelessRequestError } from './store/requests.ts'

/** What a stranger can ask for; see store/requests.ts. */
export type StrangersRequest =
  | { kind: 'sign-up'; name: string; email: string; role: Role; postcode?: string | undefined; passwordHash: string; at: string }
  | { kind: 'new-password'; email: string; at: string }
  | { kind: 'verify-again'; accountId: string; at: string }

/** Sees to a stranger's request. A repeat under the same id has no further effect. Throws HopelessRequestError where trying again cannot help. */
export const meetRequest =
  (accounts: Accounts) =>
  async (id: string, asked: StrangersRequest): Promise<void> => {
    const command = { key: `request:${id}`, repeatable: true, body: null, at: asked.at }
    switch (asked.kind) {
      case 'sign-up':
        return signUp(accounts, id, asked, command)
      case 'new-password': {
        const account = await accounts.findByLogin(accounts.loginIdOf(asked.email))
        if (account && isOpen(account.state)) await accounts.issueLink(account.id, 'reset-password', command)
        return
      }
      case 'verify-again':
        await accounts.issueLink(asked.accountId, 'verify-email', command)
    }
  }

const signUp = async (
  accounts: Accounts,
  accountId: string,
  asked: Extract<StrangersRequest, { kind: 'sign-up' }>,
  command: { key: string; repeatable: boolean; body: null; at: string },
): Promise<void> => {
  const { name, email, role, postcode, passwordHash } = asked
  const person = { name, email, how: 'self', ...(postcode === undefined ? {} : { postcode }) } as const
  try {
    const opened = await accounts.open({ accountId, person, email, role, how: 'sign-up', passwordHash, linkFor: 'verify-email' }, command)
    if (opened !== 'taken') return
  } catch (error) {
    if ((error as { kind?: unknown }).kind === 'unavailable') throw error
    throw new HopelessRequestError(String((error as { code?: unknown }).code ?? 'failed'))
  }
  // The address is known: its owner, and nobody else, learns that somebody tried, and can choose a new password.
  const owner = await accounts.findByLogin(accounts.loginIdOf(email))
  if (owner && isOpen(owner.state)) await accounts.issueLink(owner.id, 'reset-password', command)
}
