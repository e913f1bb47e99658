import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenOptions, openPlaceFile, type PlaceFile, type Statement } from '@patchwork/place-file'
import { documentStoreConformance, servedQuestions } from '../conformance.ts'
import type { Collection, Query } from '../documentStore.ts'
import { StoreUnavailableError } from '../errors.ts'
import { embeddedDocumentStore } from './embeddedDocumentStore.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-documents-'))
const files: PlaceFile[] = []
let count = 0
afterAll(async () => {
  for (const file of files) await file.close()
  rmSync(folder, { recursive: true })
})
const openFile = async (options: Partial<OpenOptions> = {}): Promise<PlaceFile> => {
  count += 1
  const file = await openPlaceFile({ path: join(folder, `place-${count}.sqlite`), ...options })
  files.push(file)
  return file
}

describe('the embedded store', () => {
  documentStoreConformance(
    async () => {
      const file = await openFile()
      return { open: async () => embeddedDocumentStore(file), stop: async () => {} }
    },
    { runs: 100 },
  )

  describe('reads no whole collection for a question that an index serves', () => {
    const asked: Statement[] = []
    let collection: Collection<object>
    let file: PlaceFile
    beforeAll(async () => {
      file = await openFile()
      const listening: PlaceFile = {
        ...file,
        run: (operation) => {
          asked.push(...operation.statements)
          return file.run(operation)
        },
      }
      const store = embeddedDocumentStore(listening)
      collection = await store.collection(servedQuestions.definition)
      await Promise.all(servedQuestions.bodies.map((body, n) => collection.insert(`d${n}`, body)))
    })
    const planOf = async ({ sql, parameters = [] }: Statement): Promise<string[]> => {
      const result = await file.run({ statements: [{ sql: `EXPLAIN QUERY PLAN ${sql}`, parameters, mode: 'all' }] })
      return result.outcome === 'done' ? (result.results[0] as { detail: string }[]).map(({ detail }) => detail) : []
    }
    test.each(servedQuestions.queries.map((query) => [JSON.stringify(query), query] as const))('%s', async (_title, query) => {
      asked.length = 0
      const page = await collection.find({ ...query, limit: 2 })
      if (page.after) await collection.find({ ...query, limit: 2, after: page.after })
      await collection.count(query.where)
      await collection.tally({ where: query.where, by: ['kind'], sum: ['rank'] })
      expect(asked.length).toBeGreaterThanOrEqual(3)
      for (const statement of asked) {
        const plan = await planOf(statement)
        expect(plan.filter((line) => /^SCAN (?!json_each)/.test(line))).toEqual([])
        expect(plan.some((line) => /^SEARCH [de] USING (COVERING )?(INDEX|PRIMARY KEY)/.test(line))).toBe(true)
      }
    })
    test.each(servedQuestions.inOrderOfAnIndex.map((query) => [JSON.stringify(query), query] as const))(
      'a page in the order of an index is read in it: %s',
      async (_title, query) => {
        for (let page: Query = query, pages = 0; pages < 3; pages += 1) {
          asked.length = 0
          const { after } = await collection.find(page)
          expect((await planOf(asked[0]!)).join()).not.toContain('TEMP B-TREE')
          page = { ...query, after: after! }
        }
      },
    )
    test('the next page of all documents starts at the last id', async () => {
      const page = await collection.find({ limit: 5 })
      asked.length = 0
      await collection.find({ limit: 5, after: page.after! })
      expect((await planOf(asked[0]!)).join()).toMatch(/SEARCH d USING INDEX .*\(id>\?\)/)
    })
  })

  test('12. a full disk is told in words and as unavailable; nothing is half-written, and the store goes on when there is room', async () => {
    const store = embeddedDocumentStore(await openFile({ pagesMax: 60 }))
    const collection = await store.collection<{ labels: string[]; note: string }>({
      service: 'testing',
      name: 'full',
      fields: { labels: { path: 'labels', type: 'string', array: true } },
      indexes: { 'by-label': { fields: ['labels'] } },
    })
    const note = 'x'.repeat(15_000)
    const settled = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => collection.insert(`d${n}`, { labels: ['l'], note })))
    const kept = settled.filter(({ status }) => status === 'fulfilled').length
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThan(30)
    for (const one of settled) {
      if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(StoreUnavailableError)
      if (one.status === 'rejected') expect(one.reason.message).toMatch(/is full.*Nothing of this was saved/s)
    }
    expect([await collection.count(), await collection.count({ labels: { has: 'l' } })]).toEqual([kept, kept])
    await collection.clear()
    await collection.insert('again', { labels: ['l'], note })
    expect(await collection.count({ labels: { has: 'l' } })).toBe(1)
  })
})
