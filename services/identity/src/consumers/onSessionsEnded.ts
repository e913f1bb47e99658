import { on } from '@patchwork/aggregate'
import { AccountClosed, AccountPasswordChosen } from '@patchwork/events'
import type { OidcRecords } from '../store/oidcRecords.ts'

/**
 * The sessions of an account end with a new password and with its closing. The request that caused it has ended them already; this is for when the process
 * ended in between. Sessions that began after the event stay.
 */
export const onSessionsEnded = (records: OidcRecords) => [
  on(AccountPasswordChosen, ({ time, data }) => records.endAll(data.accountId, time)),
  on(AccountClosed, ({ time, data }) => records.endAll(data.accountId, time)),
]
