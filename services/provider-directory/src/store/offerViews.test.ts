import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DocumentStore, embeddedDocumentStore } from '@patchwork/document-store'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { openOfferViews } from './offerViews.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-offer-views-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The documents of a place, in which whatever is written of looks waits at a gate before it is stored, and again after. */
const givenSlowWrites = async () => {
  const placeFile = await openPlaceFile({ path: join(folder, `${systemRuntime.uuid()}.sqlite`) })
  const documents = embeddedDocumentStore(placeFile)
  const gates: { pass: () => void }[] = []
  const gate = () => new Promise<void>((pass) => gates.push({ pass }))
  const gated = {
    ...documents,
    collection: async (definition) => {
      const collection = await documents.collection(definition)
      const slowly =
        <Parameters extends unknown[], Result>(write: (...all: Parameters) => Promise<Result>) =>
        async (...all: Parameters): Promise<Result> => {
          await gate()
          const done = await write(...all)
          await gate()
          return done
        }
      return { ...collection, insert: slowly(collection.insert), replace: slowly(collection.replace) }
    },
  } as DocumentStore
  const views = await openOfferViews({ documents: gated, runtime: systemRuntime, logger: createLogger({ level: 'silent' }) }, { everyMs: 1 })
  /** Resolves once a write has come so far. */
  const atGate = async () => {
    while (gates.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    return gates.shift() as { pass: () => void }
  }
  return { views, atGate, close: () => placeFile.close() }
}

test('a look that is just being written is counted once, whether it is stored by then or not', async () => {
  const { views, atGate, close } = await givenSlowWrites()
  const today = async () => (await views.of(['offer'])).get('offer')?.at(-1)?.count
  for (const [looks, address] of ['203.0.113.1', '203.0.113.2'].entries()) {
    views.note('offer', address)
    const notStored = await atGate()
    const askedBefore = today()
    notStored.pass()
    const stored = await atGate()
    const askedAfter = today()
    stored.pass()
    expect(await Promise.all([askedBefore, askedAfter, today()])).toEqual([looks + 1, looks + 1, looks + 1])
  }
  await views.stop()
  await close()
})
