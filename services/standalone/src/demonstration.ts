import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSealer } from '@patchwork/encryption'
import { type Runtime, sleep } from '@patchwork/runtime'
import { playHistories } from './demonstrationHistories.ts'
import { demonstrationPeople } from './demonstrationPeople.ts'
import type { Place } from './place.ts'
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

type PlaceRecord = { mode: 'demonstration' | 'empty'; loaded: boolean }

/**
 * On the first start of a place: loads the demonstration place, or marks it as an empty one for ever. A later start loads nothing again; a load that
 * was cut off goes on where it was, as every step of it is a command with a key of its own. Gives the accounts (none in an empty place), which
 * also stand in `demo-accounts.json` in the data directory, readable by its owner only.
 */
export const openDemonstration = async (options: {
  place: Place
  dataDirectory: string
  empty: boolean
  runtime: Runtime
  progress: Progress
}): Promise<DemonstrationAccount[]> => {
  const { place, progress, runtime } = options
  const record = await placeRecord(place, options.empty)
  if (record.body.mode === 'empty') return []
  if (!record.body.loaded) {
    progress.step('Loading Trafford’s directory from its open data', 'organisations and offers')
    await place.directory.loadOpenData({ onProgress: progress.advance })
    progress.step('Loading the council’s grants')
    await place.commissioning.loadGrants({ onProgress: progress.advance })
    progress.step('Inviting the demonstration people')
  }
  const accounts = await openAccounts(place, options.dataDirectory, runtime)
  if (!record.body.loaded) {
    progress.step('Playing their histories', 'histories')
    await playHistories({ url: place.url, accounts, runtime, onProgress: progress.advance })
    await record.markLoaded()
  }
  return accounts
}

const placeRecord = async (place: Place, empty: boolean) => {
  const records = await place.ports.documents.collection<PlaceRecord>({ service: 'standalone', name: 'place', fields: {}, indexes: {} })
  const existing = await records.get('place')
  const stored = existing ?? (await records.insert('place', { mode: empty ? 'empty' : 'demonstration', loaded: false }))
  return {
    body: stored.body,
    markLoaded: () => records.replace('place', { ...stored.body, loaded: true }, { expectedRevision: stored.revision }),
  }
}

const openAccounts = async (place: Place, dataDirectory: string, runtime: Runtime): Promise<DemonstrationAccount[]> => {
  // The same at each start, another in each place: made from the place's own key.
  const sealer = createSealer(place.ports.dataKey, 'standalone', place.ports.runtime)
  const people = demonstrationPeople.map((person) => ({
    ...person,
    password: `${person.role}-${sealer.blindIndex(person.username, 'demonstration-password').slice(0, 12)}`,
  }))
  const clients = await patiently(runtime, () => place.identity.openDemonstrationAccounts(people))
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
