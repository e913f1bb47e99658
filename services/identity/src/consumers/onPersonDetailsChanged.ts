import { on } from '@patchwork/aggregate'
import { PersonDetailsChanged } from '@patchwork/events'
import type { ServiceClient } from '@patchwork/http'
import type { Logger } from '@patchwork/telemetry'
import type { Accounts } from '../accounts.ts'
import { emailOf } from '../contactOf.ts'

/** Who has another e-mail address signs in with that one. Where it has another account nothing is moved, and the log says so. */
export const onPersonDetailsChanged = ({ accounts, people, logger }: { accounts: Accounts; people: ServiceClient; logger: Logger }) =>
  on(PersonDetailsChanged, async ({ id: eventId, data: { personId, fields } }, { command }) => {
    if (!fields.includes('email')) return
    const account = await accounts.findByPerson(personId)
    const email = account && (await emailOf(people, personId))
    if (!account || email === undefined) return
    const moved = await accounts.moveLogin(account.id, email, command())
    if (moved === 'taken') logger.warn({ code: 'address-in-use', eventId }, 'The new address of a person has another account')
  })
