import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemRuntime } from '@patchwork/runtime'
import { openPlaceFile } from '@patchwork/place-file'
import { embeddedDocumentStore } from '../../document-store/src/embedded/embeddedDocumentStore.ts'
import { historyCollection, aggregateCollection } from '../src/aggregateDocument.ts'
import { jarDefinition, commandOf, CoinsAdded } from '../src/testExamples.ts'
import { eventWriter } from '../src/envelopes.ts'
import { keyDigest, bodyDigest } from '../src/commandKey.ts'
const dir = mkdtempSync(join(tmpdir(), 'micro-'))
const placeFile = await openPlaceFile({ path: join(dir, 'place.db') })
const documents = embeddedDocumentStore(placeFile)
const jars = await documents.collection<any>(aggregateCollection(jarDefinition))
const history = await documents.collection<any>(historyCollection(jarDefinition))
await jars.insert('a', { sequence: 1, state: { status: 'open', coins: 1 }, outbox: [], answers: [] })
const time = async (name: string, n: number, f: () => Promise<unknown> | unknown) => { for (let i = 0; i < n / 5; i++) await f(); const t = performance.now(); for (let i = 0; i < n; i++) await f(); console.log(name, ((performance.now() - t) / n * 1000).toFixed(1), 'us') }
await time('get', 5000, () => jars.get('a'))
await time('history', 5000, () => history.find({ where: { subject: { equals: 'a' }, commandKey: { equals: 'x' } }, limit: 1 }))
let rev = 1
await time('replace', 2000, async () => { await jars.replace('a', { sequence: 1, state: { status: 'open', coins: 1 }, outbox: [], answers: [] }, { expectedRevision: rev }); rev += 1 })
const write = eventWriter(jarDefinition, systemRuntime)
await time('envelope', 20000, () => write([{ type: CoinsAdded.type, data: { coins: 1 } }], { id: 'a', sequence: 1, commandKey: 'k', command: commandOf('x') }))
await time('digests', 20000, () => { keyDigest('abc'); bodyDigest({ a: 1 }) })
await placeFile.close(); rmSync(dir, { recursive: true })
