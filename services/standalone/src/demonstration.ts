import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ports } from '@patchwork/aggregate'
import type { OpenedGrants } from '@patchwork/commissioning'
import { createSealer } from '@patchwork/encryption'
import type { RunningIdentity } from '@patchwork/identity'
import type { OpenData } from '@patchwork/provider-directory'
import { type Runtime, sleep } from '@patchwork/runtime'
import { playHistories } from './demonstrationHistories.ts'
import { demonstrationPeople } from './demonstrationPeople.ts'
import type { Progress } from './progress.ts'

/** A fictional person who can sign in at the demonstration place; `clientId` and `clientSecret` get a script a token by client credentials. */
export type DemonstrationAccount = { role: string; name: string; username: string; password: string; clientId: string; clientSecret: string }

const triesMax = 20
const waitMs = 500

/** Does it again while a service is too busy to answer, as on a loaded machine: the same people get the same accounts. */
const patiently = async <Result>(runtime: Runtime, work: () => Promise<Result>): Promise<Result> => {
  for (let tries = 1; ; tries += 1)
    try {
      return await work()
    } catch (error) {
      if ((error as { kind?: unknown }).kind !== 'unavailable' || tries === triesMax) throw error
      await sleep(runtime, waitMs)
    }
}

/** What loading the demonstration takes of a place, in this process or in many. */
export type DemonstrationDoors = Pick<Ports, 'documents' | 'dataKey'> &
  Pick<OpenData, 'loadOpenData'> &
  Pick<OpenedGrants, 'loadGrants'> &
  Pick<RunningIdentity, 'openDemonstrationAccounts'> & {
    /** Where its API is reached. */
    url: string
  }

type PlaceRecord = { mode: 'demonstration' | 'empty'; loaded: boolean }

/**
 * On the first start of a place: loads the demonstration place, or marks it as an empty one for ever. A later start loads nothing again; a load that
 * was cut off goes on where it was, as every step of it is a command with a key of its own. Gives the accounts (none in an empty place), which
 * also stand in `demo-accounts.json` in the data directory, readable by its owner only.
 */
export const openDemonstration = async (options: {
  at: DemonstrationDoors
  dataDirectory: string
  empty: boolean
  runtime: Runtime
  progress: Progress
}): Promise<DemonstrationAccount[]> => {
  const { at, progress, runtime } = options
  const record = await placeRecord(at, options.empty)
  if (record.body.mode === 'empty') return []
  if (!record.body.loaded) {
    progress.step('Loading Trafford’s directory from its open data', 'organisations and offers')
    await at.loadOpenData({ onProgress: progress.advance })
    progress.step('Loading the council’s grants')
    await at.loadGrants({ onProgress: progress.advance })
    progress.step('Inviting the demonstration people')
  }
  const accounts = await openAccounts(at, options.dataDirectory, runtime)
  if (!record.body.loaded) {
    progress.step('Playing their histories', 'histories')
    await playHistories({ url: at.url, accounts, runtime, onProgress: progress.advance })
    await record.markLoaded()
  }
  return accounts
}

const placeRecord = async ({ documents }: DemonstrationDoors, empty: boolean) => {
  const records = await documents.collection<PlaceRecord>({ service: 'standalone', name: 'place', fields: {}, indexes: {} })
  const existing = await records.get('place')
  const stored = existing ?? (await records.insert('place', { mode: empty ? 'empty' : 'demonstration', loaded: false }))
  return {
    body: stored.body,
    markLoaded: () => records.replace('place', { ...stored.body, loaded: true }, { expectedRevision: stored.revision }),
  }
}

const openAccounts = async (at: DemonstrationDoors, dataDirectory: string, runtime: Runtime): Promise<DemonstrationAccount[]> => {
  // The same at each start, another in each place: made from the place's own key.
  const sealer = createSealer(at.dataKey, 'standalone', runtime)
  const people = demonstrationPeople.map((person) => ({
    ...person,
    password: `${person.role}-${sealer.blindIndex(person.username, 'demonstration-password').slice(0, 12)}`,
  }))
  const clients = await patiently(runtime, () => at.openDemonstrationAccounts(people))
  const accounts = people.map((person) => {
    const client = clients.find((one) => one.username === person.username)
    if (client === undefined) throw new Error(`The demonstration account ${person.username} was not opened`)
    return {
      role: person.role,
      name: person.name,
      username: person.username,
      password: person.password,
      clientId: client.clientId,
      clientSecret: client.clientSecret,
    }
  })
  const file = join(dataDirectory, 'demo-accounts.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(accounts, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return accounts
}
