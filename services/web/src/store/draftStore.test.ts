import { embeddedDocumentStore } from '@patchwork/document-store'
import { createSealer } from '@patchwork/encryption'
import { openPlaceFile, type PlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { z } from 'zod'
import { openDraftStore } from './draftStore.ts'
import { absoluteMs } from './sessionStore.ts'

const Draft = z.object({ purpose: z.string() })
let placeFile: PlaceFile
let passedMs = 0
const opened = async () => {
  const documents = embeddedDocumentStore(placeFile)
  const sealer = createSealer(new Uint8Array(32).fill(7), 'web', systemRuntime)
  return { documents, drafts: await openDraftStore({ documents, sealer, runtime: { now: () => systemRuntime.now() + passedMs } }) }
}
beforeEach(async () => {
  placeFile = await openPlaceFile({ path: ':memory:' })
  passedMs = 0
})
afterEach(() => placeFile.close())

test('what was entered last stands, for the session that entered it', async () => {
  const { drafts } = await opened()
  await drafts.keep('one', 'spend', { purpose: 'Paths' })
  await drafts.keep('one', 'spend', { purpose: 'Paths and hedges' })
  expect(await drafts.read('one', 'spend', Draft)).toEqual({ purpose: 'Paths and hedges' })
  expect(await drafts.read('another', 'spend', Draft)).toBeUndefined()
  await drafts.drop('one', 'spend')
  expect(await drafts.read('one', 'spend', Draft)).toBeUndefined()
})

test('a draft is sealed at rest, one that no longer fits is none, and it ends with the longest session', async () => {
  const { drafts, documents } = await opened()
  await drafts.keep('one', 'spend', { purpose: 'Paths' })
  const kept = await documents.collection<object>({
    service: 'web',
    name: 'drafts',
    fields: { endsAt: { path: 'endsAt', type: 'string' } },
    indexes: { 'by-ends-at': { fields: ['endsAt'] } },
  })
  const { documents: all } = await kept.find({ where: { endsAt: { atMost: '9999' } }, limit: 10 })
  expect(JSON.stringify(all)).not.toContain('Paths')
  expect(await drafts.read('one', 'spend', z.object({ other: z.string() }))).toBeUndefined()
  passedMs = absoluteMs + 1
  expect(await drafts.read('one', 'spend', Draft)).toBeUndefined()
  await drafts.sweep()
  expect((await kept.find({ where: { endsAt: { atMost: '9999' } }, limit: 10 })).documents).toEqual([])
})
