import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, must } from '../openPlace.ts'
import type { Fixture, Fixtures } from './fixture.ts'
import type { World } from './world.ts'

const forAdministrators = { may: { any: ['administrator'] } } as const satisfies Partial<Fixture>
let count = 0

/** What can be had once nothing else is imported: it is one at a time. */
const alone = <Result>(begin: () => Promise<Result>): Promise<Result> =>
  eventually('another import has ended', () =>
    begin().catch((error: { code?: unknown }) => {
      if (error.code === 'import-busy') return undefined
      throw error
    }),
  )

/** An import that waits to be accepted, of a source of its own with one offer. */
const staged = async ({ place, folder }: World) => {
  const [source, path] = [`feed ${++count}`, join(folder, `feed-${count}.json`)]
  const offer = { id: 'a', name: `Lunch club ${count}`, description: 'A meal.', status: 'active', organization: { id: 'o', name: 'Neighbours' } }
  writeFileSync(path, JSON.stringify([offer]))
  const { importId, ended } = await alone(() => place.directory.imports.stage({ origin: { kind: 'file', path }, format: { kind: 'open-referral' }, source }))
  await ended
  return { importId, source, offerName: offer.name }
}
const waiting = async (world: World) => {
  const { importId } = await staged(world)
  return { params: { id: importId }, look: () => world.place.directory.imports.get(importId) }
}

const columns = [
  { column: 'Name', field: 'name' as const },
  { column: 'Group', field: 'organisation' as const },
]
const csvFile = (name: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`Name,Group\n${name},Neighbours\n`)
async function* one(bytes: Uint8Array) {
  yield bytes
}

/** A feed that is looked at, of an address of its own that answers nobody. */
const watched = async ({ place }: World) => {
  const address = `http://127.0.0.1:9/feed-${++count}.json`
  const { feedId } = await place.directory.feeds.watch({ address, every: 'week' })
  return { feedId, address }
}

/** Our own kinds, which every place has. */
const ownTaxonomy = async ({ anyone }: World): Promise<string> => {
  const { contents } = await must(() => anyone<{ contents: { id: string }[] }>('GET', '/open-referral-uk/v3/taxonomies'))
  return contents[0]!.id
}

/** A record of a feed that waits, whose offer was edited here: here it is withdrawn, which an administrator may. */
const conflicting = async (world: World) => {
  const { place, folder } = world
  const [source, path] = [`feed ${++count}`, join(folder, `feed-${count}.json`)]
  const organization = { id: 'o', name: 'Neighbours' }
  const stageWith = async (description: string) => {
    writeFileSync(path, JSON.stringify([{ id: 'a', name: `Lunch club of ${source}`, description, status: 'active', organization }]))
    const { importId, ended } = await alone(() => place.directory.imports.stage({ origin: { kind: 'file', path }, format: { kind: 'open-referral' }, source }))
    await ended
    return importId
  }
  const first = await stageWith('A meal.')
  const { ended } = await alone(() => place.directory.imports.accept(first))
  await ended
  const importId = await stageWith('A hot meal.')
  const offerId = (await place.directory.imports.records(importId, { limit: 1 })).items[0]!.offerId!
  await must(() => world.person('partner', 'administrator').send('POST', `/api/provider-directory/offers/${offerId}/withdrawal`))
  return { params: { id: importId, position: '1' }, look: () => place.directory.imports.conflict(importId, 1), offerId }
}

export const importFixtures: Fixtures = {
  'GET /api/provider-directory/taxonomies': {
    ...forAdministrators,
    prepare: async (world) => ({ marks: [await ownTaxonomy(world)] }),
  },
  'GET /api/provider-directory/taxonomies/{id}/terms': {
    ...forAdministrators,
    prepare: async (world) => ({ params: { id: await ownTaxonomy(world) } }),
  },
  'GET /api/provider-directory/feeds': {
    ...forAdministrators,
    prepare: async (world) => {
      const { feedId, address } = await watched(world)
      return { marks: [feedId, address] }
    },
  },
  'POST /api/provider-directory/feeds': {
    ...forAdministrators,
    prepare: async () => ({ body: { address: `http://127.0.0.1:9/feed-${++count}.json`, every: 'day' } }),
  },
  'POST /api/provider-directory/feeds/{id}/stop': {
    ...forAdministrators,
    prepare: async (world) => {
      const { feedId } = await watched(world)
      return { params: { id: feedId }, look: async () => (await world.place.directory.feeds.list()).find((feed) => feed.feedId === feedId)?.every }
    },
  },
  'GET /api/provider-directory/imports': {
    ...forAdministrators,
    prepare: async (world) => {
      const { importId, source } = await staged(world)
      return { marks: [importId, source] }
    },
  },
  'GET /api/provider-directory/open-feed': { ...forAdministrators, prepare: async () => ({}) },
  // A place reads no feed from an address of its own machine: whoever may stage one is told that.
  'POST /api/provider-directory/imports': {
    ...forAdministrators,
    orProblem: ['refused-address'],
    prepare: async () => ({ body: { address: 'http://127.0.0.1:9/feed.json' } }),
  },
  'POST /api/provider-directory/imports/files': { ...forAdministrators, prepare: async () => ({ bytes: csvFile('Tea') }) },
  'GET /api/provider-directory/imports/files/{id}': {
    ...forAdministrators,
    prepare: async ({ place }) => {
      const mark = `Lunch club ${++count}`
      const { fileId } = await place.directory.imports.keepFile(one(csvFile(mark)))
      return { params: { id: fileId }, marks: [mark] }
    },
  },
  'POST /api/provider-directory/imports/files/{id}/reading': {
    ...forAdministrators,
    orProblem: ['import-busy'],
    prepare: async ({ place }) => {
      const { fileId } = await place.directory.imports.keepFile(one(csvFile('Tea')))
      return { params: { id: fileId }, body: { source: `file ${++count}`, columns } }
    },
  },
  'GET /api/provider-directory/imports/mappings': {
    ...forAdministrators,
    prepare: async ({ place }) => {
      const name = `mapping ${++count}`
      await place.directory.imports.keepMapping(name, columns)
      return { marks: [name], query: { limit: '200' } }
    },
  },
  'GET /api/provider-directory/imports/{id}': {
    ...forAdministrators,
    prepare: async (world) => {
      const { importId, source } = await staged(world)
      return { params: { id: importId }, marks: [source] }
    },
  },
  'GET /api/provider-directory/imports/{id}/records': {
    ...forAdministrators,
    prepare: async (world) => {
      const { importId, offerName } = await staged(world)
      return { params: { id: importId }, marks: [offerName] }
    },
  },
  'GET /api/provider-directory/imports/{id}/records/{position}/conflict': {
    ...forAdministrators,
    prepare: async (world) => {
      const { params, offerId } = await conflicting(world)
      return { params, marks: [offerId] }
    },
  },
  'POST /api/provider-directory/imports/{id}/records/{position}/choice': {
    ...forAdministrators,
    prepare: async (world) => {
      const { params, look } = await conflicting(world)
      return { params, look, body: { fields: { description: 'theirs' } } }
    },
  },
  // A look at a watched feed may be under way.
  'POST /api/provider-directory/imports/{id}/acceptance': { ...forAdministrators, orProblem: ['import-busy'], prepare: waiting },
  'POST /api/provider-directory/imports/{id}/acceptance-by-kind': {
    ...forAdministrators,
    orProblem: ['import-busy'],
    prepare: async (world) => ({ ...(await waiting(world)), body: { kinds: ['new'] } }),
  },
  'POST /api/provider-directory/imports/{id}/choice': {
    ...forAdministrators,
    prepare: async (world) => {
      const { params } = await waiting(world)
      const look = () => world.place.directory.imports.records(params.id, { limit: 10 })
      return { params, look, body: { positions: [1], isTaken: false } }
    },
  },
  'POST /api/provider-directory/imports/{id}/dropping': { ...forAdministrators, prepare: waiting },
  'POST /api/provider-directory/imports/{id}/undoing': {
    ...forAdministrators,
    orProblem: ['import-busy'],
    prepare: async (world) => {
      const prepared = await waiting(world)
      const { ended } = await alone(() => world.place.directory.imports.accept(prepared.params.id))
      await ended
      return prepared
    },
  },
  'GET /api/provider-directory/organisations/charities': { may: { any: ['anyone'] }, prepare: async () => ({ query: { numbers: '1109047' } }) },
}
