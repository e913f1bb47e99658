import { idFor, on } from '@patchwork/aggregate'
import { PersonInvited } from '@patchwork/events'
import type { ServiceClient } from '@patchwork/http'
import type { Logger } from '@patchwork/telemetry'
import type { Accounts } from '../accounts.ts'
import { emailOf } from './contactOf.ts'

/**
 * Somebody registered by a navigator is asked to open an account: it is opened without a password, and an invitation is issued. Effective once per event;
 * a second invitation of the same person issues a new link for the same account. Where there is no address, or the address has another account, nothing is
 * done and the log says so.
 */
export const onPersonInvited = ({ accounts, people, logger }: { accounts: Accounts; people: ServiceClient; logger: Logger }) =>
  on(PersonInvited, async ({ id: eventId, data: { personId } }, { command }) => {
    const existing = await accounts.findByPerson(personId)
    if (existing) return void (await accounts.issueLink(existing.id, 'invitation', command()))
    const email = await emailOf(people, personId)
    if (email === undefined) return logger.warn({ code: 'no-address', eventId }, 'An invited person has no e-mail address')
    const opened = await accounts.open(
      { accountId: idFor(`identity/invitation:${personId}`), person: { personId }, email, role: 'resident', how: 'invitation', linkFor: 'invitation' },
      command(),
    )
    if (opened === 'taken') logger.warn({ code: 'address-in-use', eventId }, 'The address of an invited person has another account')
  })
