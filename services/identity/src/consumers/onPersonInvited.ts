import { on } from '@patchwork/aggregate'
import { PersonInvited } from '@patchwork/events'
import type { Logger } from '@patchwork/telemetry'
import type { Accounts } from '../accounts.ts'

/**
 * Somebody registered by a navigator is asked to open an account: it is opened without a password, and an invitation is issued. Effective once per event;
 * a second invitation of the same person issues a new link for the same account. Where there is no address, or the address has another account, nothing is
 * done and the log says so.
 */
export const onPersonInvited = ({ accounts, logger }: { accounts: Accounts; logger: Logger }) =>
  on(PersonInvited, async ({ id: eventId, data: { personId } }, { command }) => {
    const account = await accounts.openForInvited(personId, command(), 'invitation')
    if (account === 'no-address') return logger.warn({ code: 'no-address', eventId }, 'An invited person has no e-mail address')
    if (account === 'taken') return logger.warn({ code: 'address-in-use', eventId }, 'The address of an invited person has another account')
    if (!account.isNew) await accounts.issueLink(account.accountId, 'invitation', command())
  })
