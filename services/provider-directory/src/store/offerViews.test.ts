import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DocumentStore, embeddedDocumentStore } from '@patchwork/document-store'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { until } from '@patchwork/testing'
import { openOfferViews } from './offerViews.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-offer-views-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The documents of a place, in which whatever is written of looks waits at a gate before it is stored, and again after. */
const givenSlowWrites = async () => {
  const placeFile = await openPlaceFile({ path: join(folder, `${systemRuntime.uuid()}.sqlite`) })
  const documents = embeddedDocumentStore(placeFile)
  const waiting: (() => void)[] = []
  const gate = () => new Promise<void>((pass) => waiting.push(pass))
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
  /** Gives, once a write has come so far, how to let it pass. */
  const atGate = () =>
    until(
      () => waiting.shift(),
      (pass) => pass !== undefined,
    )
  return { views, atGate, close: () => placeFile.close() }
}

test('a look that is just being written is counted once, whether it is stored by then or not', async () => {
  const { views, atGate, close } = await givenSlowWrites()
  const today = async () => (await views.of(['offer'])).get('offer')?.at(-1)?.count
  for (const [looks, address] of ['203.0.113.1', '203.0.113.2'].entries()) {
    views.note('offer', address)
    const store = await atGate()
    const askedBefore = today()
    store?.()
    const tell = await atGate()
    const askedAfter = today()
    tell?.()
    expect(await Promise.all([askedBefore, askedAfter, today()])).toEqual([looks + 1, looks + 1, looks + 1])
  }
  await views.stop()
  await close()
})
