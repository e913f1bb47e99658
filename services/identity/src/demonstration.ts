import { idFor, type Ports } from '@patchwork/aggregate'
import { createSealer } from '@patchwork/encryption'
import type { Role } from '@patchwork/events'
import { createServiceClient, type ServiceSettings } from '@patchwork/http'
import { instant, type Runtime } from '@patchwork/runtime'
import { type Accounts, createAccounts } from './accounts.ts'
import { AddressInUseError } from './domain/errors.ts'
import { isReservedAddress } from './domain/loginName.ts'
import { ownClientId } from './oidc/provider.ts'
import { type DerivedSecrets, deriveSecrets } from './secrets/derivedSecrets.ts'
import { createPasswordHasher, type PasswordHasher } from './secrets/passwordHash.ts'
import { openAccountStore } from './store/accountStore.ts'
import { openLogins } from './store/logins.ts'
import { openOidcRecords } from './store/oidcRecords.ts'

/** `username` is an address of a domain that is kept for examples, so that no mail can ever reach anybody. */
export type DemonstrationPerson = { role: Role; name: string; username: string; password: string; postcode?: string }
export type DemonstrationAccount = Omit<DemonstrationPerson, 'postcode'> & { accountId: string; personId: string; clientId: string; clientSecret: string }

/**
 * Opens verified accounts for fictional people, each with a client by which a script signs in as that account. A repeat, also after a restart, gives the
 * same accounts and secrets. Needs the people service. Throws RangeError for an address that could be somebody's, AddressInUseError, ServiceCallError.
 */
export const createOpenDemonstrationAccounts =
  (options: { accounts: Accounts; hasher: PasswordHasher; secrets: DerivedSecrets; runtime: Pick<Runtime, 'now'> }) =>
  async (people: readonly DemonstrationPerson[]): Promise<DemonstrationAccount[]> => {
    const { accounts, hasher, secrets, runtime } = options
    const openOne = async ({ role, name, username, password, postcode }: DemonstrationPerson) => {
      const loginId = accounts.loginIdOf(username)
      const existing = await accounts.findByLogin(loginId)
      if (existing && existing.state.status !== 'unopened') return { accountId: existing.id, personId: existing.state.personId }
      const accountId = idFor(`identity/demonstration:${loginId}`)
      const opened = await accounts.open(
        {
          accountId,
          person: { name, email: username, how: 'demonstration', ...(postcode === undefined ? {} : { postcode }) },
          email: username,
          role,
          how: 'demonstration',
          passwordHash: await hasher.hash(password),
          verifiedHow: 'demonstration',
        },
        { key: `demonstration:${accountId}`, repeatable: true, body: null, at: instant(runtime) },
      )
      if (opened === 'taken') throw new AddressInUseError()
      return opened
    }
    if (!people.every(({ username }) => isReservedAddress(username)))
      throw new RangeError('Demonstration people have addresses at example.org or another reserved domain only')
    const opened: DemonstrationAccount[] = []
    for (const person of people) {
      const { accountId, personId } = await openOne(person)
      const { role, name, username, password } = person
      const clientId = ownClientId(accountId)
      opened.push({ role, name, username, password, accountId, personId, clientId, clientSecret: secrets.clientSecret(clientId) })
    }
    return opened
  }

/** Opens only what demonstration accounts need, beside the service that runs in other processes. `stop` ends what was opened. */
export const openDemonstrationAccounts = async (ports: Ports, { serviceUrls }: Pick<ServiceSettings, 'serviceUrls'>) => {
  const { documents, runtime, dataKey } = ports
  const service = 'identity'
  const sealer = createSealer(dataKey, service, runtime)
  const store = await openAccountStore(ports)
  const records = await openOidcRecords(documents, sealer, runtime)
  const accounts = createAccounts({
    ...{ store, sealer, runtime },
    logins: await openLogins(documents),
    people: createServiceClient({ service, serviceUrls, dataKey, runtime }),
    endSessions: (accountId) => records.endAll(accountId, instant(runtime)),
  })
  return {
    openDemonstrationAccounts: createOpenDemonstrationAccounts({ accounts, runtime, hasher: createPasswordHasher(runtime), secrets: deriveSecrets(dataKey) }),
    stop: () => store.accounts.stop(),
  }
}
