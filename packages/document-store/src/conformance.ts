import fc from 'fast-check'
import type {
  Collection,
  CollectionDefinition,
  DocumentStore,
  FieldDefinition,
  IndexDefinition,
  Query,
  Scalar,
  Sort,
  Stored,
  TallyRow,
  Where,
} from './documentStore.ts'
import { AlreadyExistsError, InvalidQueryError, NotUniqueError, StoreUnavailableError, UnstorableError } from './errors.ts'

/** A driver as the suite knows it: a way to open a store, again and again on the same data. */
export type DriverUnderTest = { open(): Promise<DocumentStore>; stop(): Promise<void> }

const fields = {
  kind: { path: 'kind', type: 'string' },
  rank: { path: 'deep.rank', type: 'integer' },
  open: { path: 'open', type: 'boolean' },
  labels: { path: 'labels', type: 'string', array: true },
  scores: { path: 'scores', type: 'integer', array: true },
} as const satisfies Record<string, FieldDefinition>
const indexes = {
  'by-kind': { fields: ['kind', 'rank'] },
  'by-rank': { fields: ['rank'] },
  'by-open': { fields: ['open', 'kind'] },
  'by-label': { fields: ['labels'] },
  'by-score': { fields: ['scores'] },
} as const satisfies Record<string, IndexDefinition>
type Thing = { kind?: string | null; deep?: { rank?: number | null }; open?: boolean | null; labels?: string[] | null; scores?: number[]; note?: unknown }
const things = (name: string): CollectionDefinition => ({ service: 'testing', name, fields, indexes })

/** A collection and questions that its indexes serve: on each driver, none of them may read the whole collection. */
export const servedQuestions: { definition: CollectionDefinition; bodies: Thing[]; queries: (Query & { where: Where })[]; inOrderOfAnIndex: Query[] } = {
  definition: {
    service: 'testing',
    name: 'served',
    fields,
    indexes: { ...indexes, 'if-open': { fields: ['open'], sparse: true }, 'one-pair': { fields: ['kind', 'rank', 'open'], unique: true } },
  },
  bodies: Array.from({ length: 600 }, (_, n) => ({
    kind: `k${String(n % 50).padStart(2, '0')}`,
    deep: { rank: n },
    ...(n % 100 === 0 && { open: true }),
    labels: [`l${n % 60}`],
    scores: [n],
  })),
  queries: [
    { where: { kind: { equals: 'k01' } } },
    { where: { kind: { equals: 'k01' } }, sort: [{ field: 'rank', direction: 'ascending' }], limit: 5 },
    { where: { kind: { equals: 'k01' } }, sort: [{ field: 'rank', direction: 'descending' }], limit: 5 },
    { where: { kind: { equals: 'k01' }, rank: { atLeast: 100, below: 200 } } },
    { where: { kind: { in: ['k01', 'k02'] } } },
    { where: { kind: { prefix: 'k01' } } },
    { where: { kind: { above: 'k48' } }, sort: [{ field: 'kind', direction: 'ascending' }] },
    { where: { kind: { equals: null } } },
    { where: { rank: { below: 10 } } },
    { where: { rank: { atLeast: 590 } }, sort: [{ field: 'rank', direction: 'descending' }] },
    { where: { open: { equals: true } } },
    { where: { open: { in: [true] } }, sort: [{ field: 'rank', direction: 'ascending' }] },
    { where: { labels: { has: 'l1' } } },
    { where: { labels: { has: 'l1' }, kind: { equals: 'k01' } }, sort: [{ field: 'rank', direction: 'descending' }] },
    { where: { scores: { has: 7 } } },
  ],
  /** Of each, there are three pages or more, and a page costs no more than its own documents, wherever it stands. */
  inOrderOfAnIndex: (['ascending', 'descending'] as const).flatMap((direction) => [
    { where: { kind: { equals: 'k01' } }, sort: [{ field: 'rank', direction }], limit: 3 },
    { where: { rank: { above: -1 } }, sort: [{ field: 'rank', direction }], limit: 50 },
  ]),
}

/** Text in which naive orders, prefixes and foldings go wrong: case, wildcards, composed and decomposed, beyond the basic plane, at the ends of planes. */
const textsThatMislead = [
  '',
  'a',
  'A',
  'aa',
  'ab',
  'a%',
  'a_',
  'b',
  'Z',
  'é',
  'e\u0301',
  'ß',
  '\ue000',
  '\uffff',
  '\u{10000}',
  '😀',
  'a😀',
  'a\uffff',
  'a\u{10ffff}',
  '\u{10ffff}',
  '\ud7ff',
  '10',
  '9',
  '-1',
  'null',
]

/** Order of UTF-8 bytes, missing first. */
export const compare = (a: Scalar | null, b: Scalar | null): number => {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null)
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return Number(a) - Number(b)
}

const everyPage = async <Body extends object>(collection: Collection<Body>, query: Query): Promise<Stored<Body>[]> => {
  const found: Stored<Body>[] = []
  for (let after: string | undefined; ; ) {
    const page = await collection.find({ ...query, ...(after !== undefined && { after }) })
    found.push(...page.documents)
    if (page.after === undefined) return found
    after = page.after
  }
}
const idsOf = (documents: readonly { id: string }[]) => documents.map(({ id }) => id)

/**
 * Registers the tests that hold a driver to the port's text; the numbers are those of the write protocol's rules for document stores.
 * Written as if the driver were unknown: what is particular to one is tested beside it.
 */
export const documentStoreConformance = (make: () => Promise<DriverUnderTest>, { runs }: { runs: number }): void => {
  let driver: DriverUnderTest
  let store: DocumentStore
  let count = 0
  beforeAll(async () => {
    driver = await make()
    store = await driver.open()
  })
  afterAll(async () => {
    await store.close()
    await driver.stop()
  })
  const fresh = <Body extends object = Thing>(definition: Partial<CollectionDefinition> = {}): Promise<Collection<Body>> => {
    count += 1
    return store.collection<Body>({ ...things(`things-${count}`), ...definition })
  }
  const filled = async (
    bodies: readonly Thing[] | Readonly<Record<string, Thing>>,
    definition: Partial<CollectionDefinition> = {},
  ): Promise<Collection<Thing>> => {
    const collection = await fresh(definition)
    await Promise.all(Object.entries(bodies).map(([id, body]) => collection.insert(id, body)))
    return collection
  }

  describe('a document', () => {
    test('is read as it was written, with its revision', async () => {
      const collection = await fresh()
      expect(await collection.get('a')).toBeUndefined()
      expect(await collection.insert('a', { kind: 'x' })).toEqual({ id: 'a', revision: 1, body: { kind: 'x' } })
      expect(await collection.replace('a', { kind: 'y' }, { expectedRevision: 1 })).toBe('replaced')
      expect(await collection.get('a')).toEqual({ id: 'a', revision: 2, body: { kind: 'y' } })
    })
    test('has an id that is taken once', async () => {
      const collection = await filled({ a: { kind: 'first' } })
      await expect(collection.insert('a', { kind: 'second' })).rejects.toThrow(AlreadyExistsError)
      expect((await collection.get('a'))?.body).toEqual({ kind: 'first' })
    })
    test('once removed is missing, and its id and unique values are free', async () => {
      const collection = await fresh({
        indexes: { ...indexes, 'one-kind': { fields: ['kind'], unique: true }, 'one-label': { fields: ['labels'], unique: true } },
      })
      await collection.insert('a', { kind: 'x', labels: ['l'] })
      expect(await collection.remove('a')).toBe('removed')
      expect(await collection.remove('a')).toBe('missing')
      await collection.insert('b', { kind: 'x', labels: ['l'] })
      expect(await collection.insert('a', {})).toMatchObject({ revision: 1 })
      expect(idsOf((await collection.find({ where: { labels: { has: 'l' } } })).documents)).toEqual(['b'])
    })
    test('is not changed by what the caller does with the body afterwards', async () => {
      const collection = await fresh<{ list: number[] }>()
      const body = { list: [1] }
      const inserted = await collection.insert('a', body)
      body.list.push(2)
      inserted.body.list.push(3)
      expect((await collection.get('a'))?.body).toEqual({ list: [1] })
    })
    test('is found among many by its id; ids that are nobody’s are left out', async () => {
      const collection = await filled(Array.from({ length: 30 }, (_, rank) => ({ deep: { rank } })))
      const ids = [...Array.from({ length: 5_000 }, (_, index) => String(index)), '3', '', 'lone \ud800']
      expect(idsOf(await collection.getMany(ids)).sort()).toEqual(Array.from({ length: 30 }, (_, index) => String(index)).sort())
      expect(await collection.getMany([])).toEqual([])
    })
    test('has an id of storable text', async () => {
      const collection = await fresh()
      for (const id of ['', 'a\0b', 'lone \ud800', 'x'.repeat(1_025)]) await expect(collection.insert(id, {})).rejects.toThrow(UnstorableError)
      for (const id of textsThatMislead.filter((text) => text !== '')) await collection.insert(id, {})
      expect(idsOf(await everyPage(collection, { limit: 3 }))).toEqual(textsThatMislead.filter((text) => text !== '').sort(compare))
      expect(await collection.get('a\0b')).toBeUndefined()
      expect(await collection.replace('', {}, { expectedRevision: 1 })).toBe('missing')
    })
    test('is gone, and its entries too, when the collection is cleared', async () => {
      const collection = await filled({ a: { labels: ['l'] }, b: { labels: ['l'] } })
      await collection.clear()
      expect(await collection.count()).toBe(0)
      await collection.insert('c', { labels: ['l'] })
      expect(await collection.count({ labels: { has: 'l' } })).toBe(1)
    })
  })

  describe('1. a body is JSON that both stores keep', () => {
    const text = fc.oneof(fc.constantFrom(...textsThatMislead), fc.string({ unit: 'grapheme', maxLength: 8 }))
    const key = fc
      .oneof(
        fc.constantFrom(
          'constructor',
          'toJSON',
          'toBSON',
          'toObject',
          'prototype',
          'length',
          '_id',
          'id',
          '__v',
          'type',
          'schema',
          'errors',
          'isNew',
          '0',
          '10',
          'hasOwnProperty',
        ),
        text,
      )
      .filter((one) => one !== '' && one !== '__proto__' && !one.startsWith('$') && !one.includes('.') && !one.includes('\0'))
    const number = fc.oneof(
      fc.maxSafeInteger(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((one) => !Object.is(one, -0) && (!Number.isInteger(one) || Number.isSafeInteger(one))),
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, false),
        text,
        number,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }))

    test('every JSON value comes back equal', async () => {
      const collection = await fresh<object>({ fields: {}, indexes: {} })
      let serial = 0
      await fc.assert(
        fc.asyncProperty(fc.dictionary(key, value, { noNullPrototype: true }), async (body) => {
          serial += 1
          const id = String(serial)
          await collection.insert(id, body)
          expect((await collection.get(id))?.body).toEqual(body)
          expect(await collection.replace(id, { again: body }, { expectedRevision: 1 })).toBe('replaced')
          expect((await collection.get(id))?.body).toEqual({ again: body })
        }),
        { numRuns: runs },
      )
    })
    test('also under keys that every object inherits', async () => {
      const collection = await fresh<object>({ fields: {}, indexes: {} })
      const inherited = Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== '__proto__')
      const body = Object.fromEntries(inherited.map((name) => [name, { [name]: [{}, [1], name] }]))
      await collection.insert('a', body)
      expect((await collection.get('a'))?.body).toEqual(body)
    })
    test('empty objects and lists stay, and nothing is added', async () => {
      const collection = await fresh<object>()
      const body = { empty: {}, list: [], inner: { empty: {}, none: null } }
      await collection.insert('a', body)
      expect(JSON.parse(JSON.stringify((await collection.get('a'))?.body))).toEqual(body)
      expect(Object.keys((await collection.get('a'))!.body)).toEqual(Object.keys(body))
      await collection.replace('a', {}, { expectedRevision: 1 })
      expect((await collection.get('a'))?.body).toEqual({})
    })
    test.each<[string, unknown]>([
      ['undefined', { a: undefined }],
      ['a hole', { a: Object.assign([1], { 2: 3 }) }],
      ['NaN', { a: Number.NaN }],
      ['infinity', { a: [Number.POSITIVE_INFINITY] }],
      ['minus zero', { a: -0 }],
      ['an integer beyond 2^53', { a: 2 ** 53 }],
      ['a bigint', { a: 1n }],
      ['a Date', { a: new Date(0) }],
      ['a Map', { a: new Map() }],
      ['a regular expression', { a: /x/ }],
      ['a function', { a: () => 1 }],
      ['a lone surrogate', { a: 'x\ud83d' }],
      ['a lone surrogate in a key', { 'x\ud83d': 1 }],
      ['a key with a dollar', { a: { $ne: null } }],
      ['a key with a dot', { 'a.b': 1 }],
      ['a key with NUL', { 'a\0b': 1 }],
      ['an empty key', { '': 1 }],
      ['a prototype', JSON.parse('{"__proto__":{"a":1}}')],
      ['a BSON type', { _bsontype: 'ObjectId', id: 'x' }],
      ['a list as the body', [1]],
      ['too much', { a: 'é'.repeat(1_100_000) }],
      ['too deep', Array.from({ length: 120 }).reduce<object>((inner) => ({ inner }), {})],
    ])('%s is refused, and nothing is stored', async (_what, body) => {
      const collection = await filled({ there: { kind: 'x' } })
      await expect(collection.insert('a', body as Thing)).rejects.toThrow(UnstorableError)
      await expect(collection.replace('there', body as Thing, { expectedRevision: 1 })).rejects.toThrow(UnstorableError)
      expect(await collection.get('a')).toBeUndefined()
      expect(await collection.get('there')).toEqual({ id: 'there', revision: 1, body: { kind: 'x' } })
    })
    test('the largest that is allowed is kept, even of the smallest values', async () => {
      const collection = await fresh<{ list: number[] }>({ fields: {}, indexes: {} })
      const body = { list: Array.from({ length: 1_000_000 }, () => 7) }
      await collection.insert('a', body)
      expect((await collection.get('a'))?.body.list.length).toBe(1_000_000)
    })
  })

  describe('2. a declared field has its type', () => {
    test.each<[string, object]>([
      ['a number for text', { kind: 5 }],
      ['text for a number', { deep: { rank: '5' } }],
      ['a fraction', { deep: { rank: 1.5 } }],
      ['a number for true', { open: 1 }],
      ['an object', { kind: { $gt: '' } }],
      ['a list for text', { kind: ['x'] }],
      ['text for a list', { labels: 'x' }],
      ['a number in a list of text', { labels: ['x', 5] }],
      ['null in a list', { labels: ['x', null] }],
      ['NUL in text that is compared', { kind: 'a\0b' }],
    ])('%s is refused on writing', async (_what, body) => {
      const collection = await fresh()
      await expect(collection.insert('a', body as Thing)).rejects.toThrow(UnstorableError)
      expect(await collection.count()).toBe(0)
    })
    test.each<[string, Where]>([
      ['a number for text', { kind: { equals: 5 } }],
      ['text for a number', { rank: { atLeast: '5' } }],
      ['a number for true', { open: { equals: 1 } }],
      ['true for a number', { rank: { in: [1, true] } }],
      ['an object', { kind: { equals: { $gt: '' } as never } }],
      ['undefined', { kind: { equals: undefined as never } }],
      ['nothing', { kind: {} }],
      ['null as a bound', { rank: { above: null as never } }],
      ['null among several', { kind: { in: [null as never] } }],
      ['an unknown condition', { kind: { like: 'x' } as never }],
      ['two conditions in one', { kind: { equals: 'x', prefix: 'x' } as never }],
    ])('%s is refused in a question', async (_what, where) => {
      await expect((await fresh()).find({ where })).rejects.toThrow(InvalidQueryError)
    })
    test('numbers and true are not mistaken for each other or for text', async () => {
      const collection = await filled({ a: { deep: { rank: 1 } }, b: { open: true }, c: { kind: '1' } })
      expect(idsOf((await collection.find({ where: { rank: { atLeast: 0 } } })).documents)).toEqual(['a'])
      expect(idsOf((await collection.find({ where: { open: { equals: true } } })).documents)).toEqual(['b'])
      expect(idsOf((await collection.find({ where: { kind: { atLeast: '' } } })).documents)).toEqual(['c'])
    })
  })

  describe('3. strings sort by their UTF-8 bytes', () => {
    test('in every text that misleads', async () => {
      const collection = await filled(Object.fromEntries(textsThatMislead.map((kind, index) => [`d${index}`, { kind }])))
      const found = await everyPage(collection, { sort: [{ field: 'kind', direction: 'ascending' }], limit: 4 })
      expect(found.map(({ body }) => body.kind)).toEqual([...textsThatMislead].sort(compare))
    })
    test('and composed is not decomposed, nor is case folded', async () => {
      const collection = await filled({ a: { kind: 'é' }, b: { kind: 'e\u0301' }, c: { kind: 'É' } })
      expect(idsOf((await collection.find({ where: { kind: { equals: 'é' } } })).documents)).toEqual(['a'])
    })
  })

  describe('4. a prefix', () => {
    test.each(textsThatMislead)('%j finds exactly what begins so', async (prefix) => {
      const collection = await filled(Object.fromEntries(textsThatMislead.map((kind, index) => [`d${index}`, { kind }])))
      const found = await collection.find({ where: { kind: { prefix } } })
      expect(found.documents.map(({ body }) => body.kind).sort((a, b) => compare(a!, b!))).toEqual(
        textsThatMislead.filter((text) => text.startsWith(prefix)).sort(compare),
      )
    })
    test('of a number is refused', async () => {
      await expect((await fresh()).find({ where: { rank: { prefix: '1' } } })).rejects.toThrow(InvalidQueryError)
    })
  })

  describe('5. null is missing', () => {
    const bodies = {
      absent: {},
      cut: { deep: {} },
      nothing: { kind: null, deep: { rank: null } },
      there: { kind: 'x', deep: { rank: 0 } },
      less: { kind: 'x', deep: { rank: -5 } },
    }
    test('and is found by asking for null', async () => {
      const collection = await filled(bodies)
      expect(idsOf((await collection.find({ where: { kind: { equals: null } } })).documents)).toEqual(['absent', 'cut', 'nothing'])
      expect(idsOf((await collection.find({ where: { kind: { equals: 'x' }, rank: { equals: null } } })).documents)).toEqual([])
    })
    test('no range or prefix matches it', async () => {
      const collection = await filled(bodies)
      for (const where of [{ rank: { atMost: 100 } }, { rank: { below: 100 } }, { rank: { above: -100 } }, { kind: { prefix: '' } }, { kind: { atLeast: '' } }])
        expect(idsOf((await collection.find({ where })).documents)).toEqual(['less', 'there'])
    })
    test('and sorts first, last when descending', async () => {
      const collection = await filled(bodies)
      for (const limit of [1, 2, 100]) {
        const ascending = await everyPage(collection, { sort: [{ field: 'rank', direction: 'ascending' }], limit })
        const descending = await everyPage(collection, { sort: [{ field: 'rank', direction: 'descending' }], limit })
        expect(idsOf(ascending)).toEqual(['absent', 'cut', 'nothing', 'less', 'there'])
        expect(idsOf(descending)).toEqual(['there', 'less', 'nothing', 'cut', 'absent'])
      }
    })
    test('a path that leads through a list or text is missing', async () => {
      const collection = await filled({ list: { deep: [{ rank: 1 }] as never }, text: { deep: 'rank' as never } })
      expect(await collection.count({ rank: { equals: null } })).toBe(2)
    })
  })

  describe('6. instants and quantities', () => {
    test('as fixed-width text and integers are asked for by range to the last digit', async () => {
      const at = (ms: number) => new Date(ms).toISOString()
      const collection = await filled({
        a: { kind: at(0), deep: { rank: Number.MAX_SAFE_INTEGER } },
        b: { kind: at(1), deep: { rank: Number.MAX_SAFE_INTEGER - 1 } },
        c: { kind: at(2), deep: { rank: Number.MIN_SAFE_INTEGER } },
      })
      expect(idsOf((await collection.find({ where: { kind: { above: at(0), below: at(2) } } })).documents)).toEqual(['b'])
      expect(idsOf((await collection.find({ where: { rank: { above: Number.MAX_SAFE_INTEGER - 1 } } })).documents)).toEqual(['a'])
      expect(idsOf((await collection.find({ where: { rank: { equals: Number.MIN_SAFE_INTEGER } } })).documents)).toEqual(['c'])
    })
  })

  describe('7. arrays', () => {
    test('are asked for by an element, each document once, also when it has the element twice', async () => {
      const collection = await filled({ a: { labels: ['x', 'x', 'y'], scores: [1, 1] }, b: { labels: ['y'] }, c: { labels: [] }, d: {} })
      expect(idsOf((await collection.find({ where: { labels: { has: 'x' } } })).documents)).toEqual(['a'])
      expect(idsOf((await collection.find({ where: { labels: { has: 'y' } } })).documents)).toEqual(['a', 'b'])
      expect(await collection.count({ scores: { has: 1 } })).toBe(1)
      expect(idsOf((await collection.find({ where: { labels: { has: 'y' }, scores: { has: 1 } } })).documents)).toEqual(['a'])
    })
    test('follow their document when it changes', async () => {
      const collection = await filled({ a: { labels: ['x', 'y'] } })
      await collection.replace('a', { labels: ['y', 'z'] }, { expectedRevision: 1 })
      expect(await Promise.all(['x', 'y', 'z'].map((has) => collection.count({ labels: { has } })))).toEqual([0, 1, 1])
      await collection.replace('a', {}, { expectedRevision: 2 })
      expect(await collection.count({ labels: { has: 'y' } })).toBe(0)
    })
    test('know has and nothing else; has is for arrays only; there is no sort, group or sum by an array', async () => {
      const collection = await fresh()
      const refused = (query: Query) => expect(collection.find(query)).rejects.toThrow(InvalidQueryError)
      await refused({ where: { labels: { equals: 'x' } } })
      await refused({ where: { labels: { equals: null } } })
      await refused({ where: { labels: { prefix: 'x' } } })
      await refused({ where: { kind: { has: 'x' } } })
      await refused({ where: { labels: { has: 5 } } })
      await refused({ where: { labels: { has: 'x' } }, sort: [{ field: 'labels', direction: 'ascending' }] })
      await expect(collection.tally({ by: ['labels'] })).rejects.toThrow(InvalidQueryError)
      await expect(collection.tally({ sum: ['scores'] })).rejects.toThrow(InvalidQueryError)
    })
    test('stand alone in an index', async () => {
      await expect(fresh({ indexes: { bad: { fields: ['labels', 'kind'] } } })).rejects.toThrow(RangeError)
    })
  })

  describe('8. in', () => {
    test('of nothing finds nothing, of the same twice finds once, of thousands works', async () => {
      const collection = await filled(Array.from({ length: 20 }, (_, rank) => ({ kind: `k${rank}`, deep: { rank }, open: rank % 2 === 0 })))
      expect((await collection.find({ where: { kind: { in: [] } } })).documents).toEqual([])
      expect(await collection.count({ kind: { in: [] } })).toBe(0)
      expect(idsOf((await collection.find({ where: { kind: { in: ['k1', 'k1', 'none'] } } })).documents)).toEqual(['1'])
      expect(await collection.count({ open: { in: [true, true] } })).toBe(10)
      const many = Array.from({ length: 10_000 }, (_, rank) => rank + 15)
      expect(await collection.count({ rank: { in: many } })).toBe(5)
      const found = await everyPage(collection, { where: { rank: { in: many } }, sort: [{ field: 'rank', direction: 'descending' }], limit: 2 })
      expect(idsOf(found)).toEqual(['19', '18', '17', '16', '15'])
    })
    test('of more than can be carried is refused', async () => {
      await expect((await fresh()).count({ rank: { in: Array.from({ length: 20_001 }, (_, rank) => rank) } })).rejects.toThrow(InvalidQueryError)
    })
  })

  describe('9. the id is the last sort key', () => {
    test('in the direction of the key before it, ascending where there is none', async () => {
      const collection = await filled(Object.fromEntries(['c', 'a', 'b', 'B', 'ä'].map((id) => [id, { kind: 'same', deep: { rank: 1 } }])))
      const expected = ['B', 'a', 'b', 'c', 'ä']
      expect(idsOf((await collection.find({})).documents)).toEqual(expected)
      expect(idsOf((await collection.find({ where: { kind: { equals: 'same' } } })).documents)).toEqual(expected)
      const sorted = async (direction: 'ascending' | 'descending') =>
        idsOf((await collection.find({ where: { kind: { equals: 'same' } }, sort: [{ field: 'rank', direction }] })).documents)
      expect(await sorted('ascending')).toEqual(expected)
      expect(await sorted('descending')).toEqual(expected.toReversed())
    })
  })

  describe('10. paging', () => {
    const bodies = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`d${n}`, { kind: ['x', 'y', null][n % 3] ?? null, deep: { rank: n % 4 === 0 ? null : n % 5 } }]),
    )
    const mixed: Sort = [
      { field: 'kind', direction: 'descending' },
      { field: 'rank', direction: 'ascending' },
    ]
    test('gives each document once in mixed directions', async () => {
      const collection = await filled(bodies)
      const whole = await collection.find({ sort: mixed, limit: 1_000 })
      expect(whole.after).toBeUndefined()
      for (const limit of [1, 3, 39, 40]) expect(idsOf(await everyPage(collection, { sort: mixed, limit }))).toEqual(idsOf(whole.documents))
    })
    test('neither repeats nor skips while others insert and remove', async () => {
      const collection = await filled(bodies)
      const before = idsOf((await collection.find({ sort: mixed, limit: 1_000 })).documents)
      const seen: string[] = []
      for (let after: string | undefined, page = 0; ; page += 1) {
        const found = await collection.find({ sort: mixed, limit: 3, ...(after !== undefined && { after }) })
        seen.push(...idsOf(found.documents))
        if (found.after === undefined) break
        after = found.after
        await collection.insert(`!${page}`, { kind: ['x', 'y', null][page % 3] ?? null })
        await collection.insert(`~${page}`, { kind: ['y', null, 'x'][page % 3] ?? null, deep: { rank: page % 5 } })
        await collection.remove(seen.at(-1)!)
      }
      expect(seen.filter((id) => before.includes(id))).toEqual(before)
      expect(new Set(seen).size).toBe(seen.length)
    })
    test('goes on only with the same where and sort', async () => {
      const collection = await filled(bodies)
      const other = await filled(bodies)
      const where = { kind: { in: ['x', 'y'] } }
      const { after } = await collection.find({ where, sort: mixed, limit: 3 })
      expect((await collection.find({ where: { ...where }, sort: [...mixed], limit: 7, after: after! })).documents.length).toBe(7)
      const refused = (query: Query, on = collection) => expect(on.find(query)).rejects.toThrow(InvalidQueryError)
      await refused({ where: { kind: { in: ['x'] } }, sort: mixed, after: after! })
      await refused({ where, after: after! })
      await refused({ where, sort: [...mixed].reverse(), after: after! })
      await refused({ where, sort: mixed, after: after! }, other)
      for (const broken of ['', 'x', 'e30', Buffer.from('["a",{"$gt":""},"b"]').toString('base64url'), 'x'.repeat(100_000)])
        await refused({ where, sort: mixed, after: broken })
    })
    test('has a limit of 1 to 1,000, and 200 unless told', async () => {
      const collection = await filled(Array.from({ length: 201 }, () => ({})))
      expect((await collection.find({})).documents.length).toBe(200)
      for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) await expect(collection.find({ limit })).rejects.toThrow(InvalidQueryError)
    })
  })

  describe('11. a unique index', () => {
    const unique = { ...indexes, pair: { fields: ['kind', 'rank'], unique: true }, 'one-label': { fields: ['labels'], unique: true } } as const
    test('holds where all its fields are present', async () => {
      const collection = await filled({ a: { kind: 'x', deep: { rank: 1 } }, b: { kind: 'x', deep: { rank: 2 } } }, { indexes: unique })
      await expect(collection.insert('c', { kind: 'x', deep: { rank: 1 } })).rejects.toThrow(NotUniqueError)
      await expect(collection.replace('b', { kind: 'x', deep: { rank: 1 } }, { expectedRevision: 1 })).rejects.toThrow(NotUniqueError)
      expect(await collection.get('b')).toEqual({ id: 'b', revision: 1, body: { kind: 'x', deep: { rank: 2 } } })
    })
    test('does not hold where one of them is missing', async () => {
      const collection = await filled(
        { a: { kind: 'x' }, b: { kind: 'x' }, c: { deep: { rank: 1 } }, d: { deep: { rank: 1 }, kind: null }, e: {}, f: {} },
        { indexes: unique },
      )
      expect(await collection.count()).toBe(6)
      expect(await collection.replace('b', { kind: 'x', labels: [] }, { expectedRevision: 1 })).toBe('replaced')
      expect(await collection.count({ kind: { equals: 'x' } })).toBe(2)
    })
    test('on an array holds across documents, not within one', async () => {
      const collection = await filled({ a: { labels: ['x', 'x'] }, b: { labels: [] }, c: { labels: [] } }, { indexes: unique })
      await expect(collection.insert('d', { labels: ['y', 'x'] })).rejects.toThrow(NotUniqueError)
      expect(await collection.replace('a', { labels: ['x', 'y', 'y'] }, { expectedRevision: 1 })).toBe('replaced')
      await expect(collection.replace('b', { labels: ['y'] }, { expectedRevision: 1 })).rejects.toThrow(NotUniqueError)
      expect(await collection.count({ labels: { has: 'y' } })).toBe(1)
    })
    test('holds against those who write at the same time', async () => {
      const collection = await fresh({ indexes: unique })
      const settled = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => collection.insert(`d${n}`, { kind: 'x', deep: { rank: n % 2 } })))
      expect(settled.filter(({ status }) => status === 'fulfilled').length).toBe(2)
      expect(await collection.count()).toBe(2)
    })
    test('serves questions about its first fields alone, also for documents it does not hold for', async () => {
      const collection = await filled({ a: { kind: 'x' }, b: { kind: 'x', deep: { rank: 1 } } }, { indexes: { pair: unique.pair } })
      expect(idsOf((await collection.find({ where: { kind: { equals: 'x' } } })).documents)).toEqual(['a', 'b'])
    })
  })

  describe('12. one error tells what refused', () => {
    test('by the name of the index, and never the value', async () => {
      const collection = await filled(
        { a: { kind: 'secret-value', labels: ['secret-label'] } },
        { indexes: { 'one-kind': { fields: ['kind'], unique: true }, 'one-label': { fields: ['labels'], unique: true } } },
      )
      const failure = (body: Thing) => collection.insert('b', body).catch((error: unknown) => error as NotUniqueError)
      for (const [body, index] of [
        [{ kind: 'secret-value' }, 'one-kind'],
        [{ labels: ['secret-label'] }, 'one-label'],
      ] as const) {
        const error = (await failure(body as Thing)) as NotUniqueError
        expect(error).toBeInstanceOf(NotUniqueError)
        expect([error.code, error.index]).toEqual(['not-unique', index])
        expect(`${error.message}${JSON.stringify(error)}`).not.toContain('secret')
      }
    })
    test('an id that is taken is told as such, also when an index would refuse it too', async () => {
      const collection = await filled({ a: { kind: 'x' } }, { indexes: { 'one-kind': { fields: ['kind'], unique: true } } })
      await expect(collection.insert('a', { kind: 'x' })).rejects.toThrow(AlreadyExistsError)
    })
    test('and other writes of the same moment survive', async () => {
      const collection = await fresh({ indexes: { 'one-kind': { fields: ['kind'], unique: true }, 'by-label': { fields: ['labels'] } } })
      const settled = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => collection.insert(`d${n}`, { kind: `k${n % 10}`, labels: ['l'] })))
      const kept = settled.flatMap(({ status }, n) => (status === 'fulfilled' ? [n % 10] : []))
      expect(kept.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      for (const one of settled) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(NotUniqueError)
      expect(await collection.count({ labels: { has: 'l' } })).toBe(10)
    })
  })

  describe('13. a conditional write', () => {
    test('tells missing from stale', async () => {
      const collection = await filled({ a: {} })
      expect(await collection.replace('a', { kind: 'x' }, { expectedRevision: 2 })).toBe('stale')
      expect(await collection.replace('b', { kind: 'x' }, { expectedRevision: 1 })).toBe('missing')
      expect(await collection.remove('a', { expectedRevision: 2 })).toBe('stale')
      expect(await collection.remove('b', { expectedRevision: 1 })).toBe('missing')
      expect(await collection.get('a')).toEqual({ id: 'a', revision: 1, body: {} })
      expect(await collection.remove('a', { expectedRevision: 1 })).toBe('removed')
    })
    test('is won by one of those who race from the same revision', async () => {
      const collection = await filled({ a: {} })
      const outcomes = await Promise.all(Array.from({ length: 16 }, (_, rank) => collection.replace('a', { deep: { rank } }, { expectedRevision: 1 })))
      expect(outcomes.filter((outcome) => outcome === 'replaced').length).toBe(1)
      expect(await collection.get('a')).toMatchObject({ revision: 2, body: { deep: { rank: outcomes.indexOf('replaced') } } })
    })
    test('repeated after it was applied and reported failed is stale, and the document shows it', async () => {
      const collection = await filled({ a: {} })
      await collection.replace('a', { note: 'command-key' }, { expectedRevision: 1 })
      expect(await collection.replace('a', { note: 'command-key' }, { expectedRevision: 1 })).toBe('stale')
      expect(await collection.get('a')).toEqual({ id: 'a', revision: 2, body: { note: 'command-key' } })
    })
  })

  describe('14. a tally', () => {
    test('counts and sums by group, missing is a group, and sums of nothing are 0', async () => {
      const collection = await filled({
        a: { kind: 'x', deep: { rank: 2 }, open: true },
        b: { kind: 'x', deep: { rank: -5 }, open: true },
        c: { kind: 'x', open: false },
        d: { deep: { rank: 7 } },
      })
      expect(await collection.tally({ by: ['kind', 'open'], sum: ['rank'] })).toEqual([
        { by: { kind: null, open: null }, count: 1, sums: { rank: 7 } },
        { by: { kind: 'x', open: false }, count: 1, sums: { rank: 0 } },
        { by: { kind: 'x', open: true }, count: 2, sums: { rank: -3 } },
      ])
      expect(await collection.tally({ where: { kind: { equals: 'x' } }, sum: ['rank'] })).toEqual([{ by: {}, count: 3, sums: { rank: -3 } }])
      expect(await collection.tally({ where: { kind: { equals: 'none' } }, sum: ['rank'] })).toEqual([{ by: {}, count: 0, sums: { rank: 0 } }])
      expect(await collection.tally({ where: { kind: { equals: 'none' } }, by: ['open'] })).toEqual([])
      expect(await collection.tally({ where: { labels: { has: 'none' } } })).toEqual([{ by: {}, count: 0, sums: {} }])
    })
    test('of text or true is refused, as are undeclared fields', async () => {
      const collection = await fresh()
      for (const options of [{ sum: ['kind'] }, { sum: ['open'] }, { sum: ['unknown'] }, { by: ['unknown'] }, { sum: ['toString'] }])
        await expect(collection.tally(options)).rejects.toThrow(InvalidQueryError)
    })
    test('is exact up to 2^53 and refused beyond', async () => {
      const most = Number.MAX_SAFE_INTEGER
      const collection = await filled({
        a: { kind: 'x', deep: { rank: most - 1 } },
        b: { kind: 'x', deep: { rank: 1 } },
        c: { kind: 'y', deep: { rank: most } },
        d: { kind: 'y', deep: { rank: most } },
        e: { kind: 'y', deep: { rank: -most } },
      })
      expect(await collection.tally({ where: { kind: { equals: 'x' } }, sum: ['rank'] })).toEqual([{ by: {}, count: 2, sums: { rank: most } }])
      expect(await collection.tally({ where: { kind: { equals: 'y' } }, sum: ['rank'] })).toEqual([{ by: {}, count: 3, sums: { rank: most } }])
      await expect(collection.tally({ sum: ['rank'] })).rejects.toThrow(InvalidQueryError)
    })
    test('of too many groups is refused', async () => {
      const collection = await fresh({ fields: { rank: { path: 'rank', type: 'integer' } }, indexes: {} })
      await Promise.all(Array.from({ length: 10_001 }, (_, rank) => collection.insert(String(rank), { rank } as object)))
      await expect(collection.tally({ by: ['rank'] })).rejects.toThrow(InvalidQueryError)
    })
  })

  describe('15. what resolved', () => {
    test('is read by everyone who asks afterwards, by every way of asking', async () => {
      const collection = await fresh()
      const other = await driver.open()
      const same = await other.collection<Thing>(collection.definition)
      for (let n = 0; n < 20; n += 1) {
        await collection.insert(`d${n}`, { kind: 'x', labels: ['l'] })
        expect(await same.get(`d${n}`)).toBeDefined()
        expect(await same.count({ kind: { equals: 'x' } })).toBe(n + 1)
        expect((await same.find({ where: { labels: { has: 'l' } } })).documents.length).toBe(n + 1)
        expect((await same.tally({ by: ['kind'] }))[0]?.count).toBe(n + 1)
      }
      await other.close()
    })
    test('is there when the store is opened again', async () => {
      const definition = things('kept')
      const first = await driver.open()
      await (await first.collection<Thing>(definition)).insert('a', { kind: 'x' })
      await first.close()
      const again = await driver.open()
      expect(await (await again.collection<Thing>(definition)).get('a')).toEqual({ id: 'a', revision: 1, body: { kind: 'x' } })
      await again.close()
    })
  })

  describe('a question', () => {
    test('is refused where no declared index begins with what it asks', async () => {
      const collection = await fresh({ indexes: { 'by-kind': { fields: ['kind', 'rank'] }, 'if-open': { fields: ['open'], sparse: true } } })
      for (const where of [
        { rank: { equals: 1 } },
        { labels: { has: 'x' } },
        { open: { equals: null } },
        { unknown: { equals: 'x' } },
        { toString: { equals: 'x' } },
      ] as Where[]) {
        await expect(collection.find({ where })).rejects.toThrow(InvalidQueryError)
        await expect(collection.count(where)).rejects.toThrow(InvalidQueryError)
        await expect(collection.tally({ where })).rejects.toThrow(InvalidQueryError)
      }
      await expect(collection.find({ sort: [{ field: 'rank', direction: 'ascending' }] })).rejects.toThrow(InvalidQueryError)
      await expect(collection.find({ sort: [{ field: 'open', direction: 'ascending' }] })).rejects.toThrow(InvalidQueryError)
      expect((await collection.find({ where: { open: { equals: true } } })).documents).toEqual([])
    })
    test('that a sparse index serves finds all that have the field', async () => {
      const collection = await filled(
        { a: { open: true }, b: { open: false }, c: {}, d: { open: true, kind: 'x' } },
        { indexes: { 'if-open': { fields: ['open'], sparse: true } } },
      )
      expect(idsOf((await collection.find({ where: { open: { equals: true } } })).documents)).toEqual(['a', 'd'])
      expect(idsOf((await collection.find({ where: { open: { in: [true, false] } }, sort: [{ field: 'open', direction: 'descending' }] })).documents)).toEqual([
        'd',
        'a',
        'b',
      ])
      expect(await collection.count({ open: { atLeast: false } })).toBe(3)
    })
  })

  describe('a collection', () => {
    test('of one service is not that of another, and each service knows its own', async () => {
      const of = (service: string) => store.collection<Thing>({ ...things('same-name'), service })
      await (await of('first')).insert('a', {})
      expect(await (await of('second')).count()).toBe(0)
      await of('first-too')
      expect(await store.collectionNames('first')).toEqual(['same-name'])
      expect(await store.collectionNames('none')).toEqual([])
    })
    test('opened again, and by many at once, is the same', async () => {
      const definition = things('together')
      const opened = await Promise.all(Array.from({ length: 8 }, () => store.collection<Thing>(definition)))
      await Promise.all(opened.map((collection, n) => collection.insert(String(n), {})))
      expect(await opened[0]!.count()).toBe(8)
    })
    test('made by several processes at once is whole', async () => {
      const stores = await Promise.all(Array.from({ length: 3 }, () => driver.open()))
      const opened = await Promise.all(stores.map((one) => one.collection<Thing>(things('raced'))))
      await Promise.all(opened.map((collection, n) => collection.insert(String(n), { labels: ['l'] })))
      expect(await opened[0]!.count({ labels: { has: 'l' } })).toBe(3)
      await Promise.all(stores.map((one) => one.close()))
    })
    test.each<[string, Partial<CollectionDefinition>]>([
      ['a name with a capital', { name: 'Things' }],
      ['a name with a quote', { name: 'a"b' }],
      ['a field with a dot', { fields: { 'a.b': { path: 'a', type: 'string' } } }],
      ['a path with a dollar', { fields: { a: { path: '$where', type: 'string' } }, indexes: {} }],
      ['two fields that differ in case only', { fields: { a: { path: 'a', type: 'string' }, A: { path: 'b', type: 'string' } }, indexes: {} }],
      ['an index on an undeclared field', { indexes: { bad: { fields: ['unknown'] } } }],
      ['an index on nothing', { indexes: { bad: { fields: [] } } }],
      ['another declaration beside the first', { name: 'together', indexes: {} }],
    ])('with %s is refused', async (_what, definition) => {
      await expect(store.collection({ ...things('refused'), ...definition })).rejects.toThrow(RangeError)
    })
  })

  describe('a changed definition', () => {
    const opened = async <Answer>(definition: CollectionDefinition, use: (collection: Collection<Thing>) => Promise<Answer>): Promise<Answer> => {
      const one = await driver.open()
      try {
        return await use(await one.collection<Thing>(definition))
      } finally {
        await one.close()
      }
    }
    const base = (name: string, more: Partial<CollectionDefinition> = {}): CollectionDefinition => ({
      service: 'testing',
      name,
      fields: { kind: fields.kind },
      indexes: { 'by-kind': { fields: ['kind'] } },
      ...more,
    })
    const bodies: Record<string, Thing> = {
      a: { kind: 'x', deep: { rank: 3 }, open: true, labels: ['l', 'l', 'm'], scores: [1] },
      b: { kind: 'x', deep: { rank: 1 }, open: false, labels: [] },
      c: { kind: 'y', note: 'neither' },
    }
    const written = (name: string) => opened(base(name), (collection) => Promise.all(Object.entries(bodies).map(([id, body]) => collection.insert(id, body))))

    test('finds by new fields and indexes what was written before, at the same revision', async () => {
      await written('grown')
      await opened(things('grown'), async (collection) => {
        expect(idsOf((await collection.find({ where: { rank: { above: 1 } } })).documents)).toEqual(['a'])
        expect(idsOf((await collection.find({ where: { open: { equals: false } } })).documents)).toEqual(['b'])
        expect(idsOf((await collection.find({ where: { labels: { has: 'l' } } })).documents)).toEqual(['a'])
        expect(await collection.count({ rank: { equals: null } })).toBe(1)
        expect(await collection.get('a')).toEqual({ id: 'a', revision: 1, body: bodies.a })
        await collection.replace('a', { labels: ['n'] }, { expectedRevision: 1 })
        expect(await Promise.all(['l', 'n'].map((has) => collection.count({ labels: { has } })))).toEqual([0, 1])
      })
      await opened(things('grown'), async (collection) => expect(await collection.count({ labels: { has: 'n' } })).toBe(1))
    })
    test('forgets what is no longer declared, and a field may move or change its type', async () => {
      await written('moved')
      const moved: CollectionDefinition = base('moved', {
        fields: { kind: { path: 'deep.rank', type: 'integer' }, labels: fields.labels },
        indexes: { 'by-kind': { fields: ['kind'] }, 'by-label': { fields: ['labels'] } },
      })
      await opened(moved, async (collection) => {
        expect(idsOf((await collection.find({ where: { kind: { atLeast: 1 } }, sort: [{ field: 'kind', direction: 'ascending' }] })).documents)).toEqual([
          'b',
          'a',
        ])
        expect(await collection.insert('d', { deep: { rank: 9 }, labels: ['l'] })).toMatchObject({ revision: 1 })
        expect(await collection.count({ labels: { has: 'l' } })).toBe(2)
      })
      await opened(base('moved', { fields: {}, indexes: {} }), async (collection) => {
        await collection.insert('e', { kind: 'x' })
        expect(await collection.count()).toBe(5)
      })
      await opened(moved, async (collection) => expect(await collection.count({ labels: { has: 'l' } })).toBe(2))
    })
    test('makes an index unique, or no longer so', async () => {
      await opened(base('unique'), (collection) => collection.insert('a', { kind: 'x' }))
      const unique = base('unique', { indexes: { 'by-kind': { fields: ['kind'], unique: true } } })
      await opened(unique, (collection) => expect(collection.insert('b', { kind: 'x' })).rejects.toThrow(NotUniqueError))
      await opened(unique, (collection) => Promise.all([collection.insert('c', {}), collection.insert('d', {})]))
      await opened(base('unique'), (collection) => collection.insert('b', { kind: 'x' }))
    })
    test('that asks for more than the documents hold is refused, and they stay as they were', async () => {
      await written('contradicted')
      const unique = base('contradicted', { indexes: { 'by-kind': { fields: ['kind'], unique: true } } })
      await expect(opened(unique, async () => {})).rejects.toMatchObject({ code: 'not-unique', index: 'by-kind' })
      for (const field of [
        { path: 'kind', type: 'integer' },
        { path: 'labels', type: 'string' },
        { path: 'labels', type: 'integer', array: true },
        { path: 'kind', type: 'string', array: true },
      ] as FieldDefinition[])
        await expect(opened(base('contradicted', { fields: { kind: fields.kind, other: field } }), async () => {})).rejects.toThrow(UnstorableError)
      await opened(base('contradicted'), async (collection) => expect(await collection.count({ kind: { equals: 'x' } })).toBe(2))
    })
  })

  describe('a store', () => {
    test('answers that it can write, and once closed refuses everything in one way', async () => {
      const one = await driver.open()
      const collection = await one.collection<Thing>(things('closing'))
      await one.ping()
      await one.close()
      await one.close()
      for (const refused of [
        one.ping(),
        one.collectionNames('testing'),
        collection.get('a'),
        collection.insert('a', {}),
        collection.find({}),
        collection.tally({}),
      ])
        await expect(refused).rejects.toThrow(StoreUnavailableError)
    })
  })

  test('whatever is written and asked, the answers are those of a list in memory', async () => {
    const collection = await fresh()
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 40 }), fc.array(question, { minLength: 1, maxLength: 12 }), async (changes, questions) => {
        await collection.clear()
        const model = new Map<string, Stored<Thing>>()
        for (const one of changes) await apply(one, collection, model)
        for (const { where, sort, limit, by } of questions) {
          const expected = select(model, where, sort)
          expect(idsOf(await everyPage(collection, { where, sort, limit }))).toEqual(idsOf(expected))
          expect(await collection.count(where)).toBe(expected.length)
          expect(await collection.tally({ where, by, sum: ['rank'] })).toEqual(tallied(expected, by))
        }
        expect((await everyPage(collection, { limit: 7 })).sort((a, b) => compare(a.id, b.id))).toEqual([...model.values()].sort((a, b) => compare(a.id, b.id)))
      }),
      { numRuns: runs },
    )
  })
}

// A list in memory that answers as the port's text says, by going through everything.

const text = fc.constantFrom(...textsThatMislead)
const rank = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.maxSafeInteger().map((one) => Math.trunc(one / 1_000) || 0),
)
const thing: fc.Arbitrary<Thing> = fc.record(
  {
    kind: fc.option(text),
    deep: fc.record({ rank: fc.option(rank) }, { requiredKeys: [] }),
    open: fc.option(fc.boolean()),
    labels: fc.option(fc.array(text, { maxLength: 4 })),
    note: fc.string(),
  },
  { requiredKeys: [], noNullPrototype: true },
)
type Change = { kind: 'insert' | 'replace' | 'remove'; id: string; body: Thing; isFresh: boolean }
const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('insert', 'insert', 'replace', 'remove'),
  id: fc.constantFrom('a', 'A', 'b', 'é', '😀', '\uffff', 'z', 'zz', '0', '10'),
  body: thing,
  isFresh: fc.boolean(),
})

const bounds = <Value extends Scalar>(value: fc.Arbitrary<Value>) =>
  fc
    .record({ atLeast: value, above: value, atMost: value, below: value }, { requiredKeys: [], noNullPrototype: true })
    .filter((one) => Object.keys(one).length > 0)
const conditionOn = <Value extends Scalar>(value: fc.Arbitrary<Value>) =>
  fc.oneof(fc.record({ equals: fc.option(value) }), fc.record({ in: fc.array(value, { maxLength: 4 }) }), bounds(value as fc.Arbitrary<Scalar>))
const where: fc.Arbitrary<Where> = fc.record(
  {
    kind: fc.oneof(conditionOn(text), fc.record({ prefix: text })),
    rank: conditionOn(rank),
    open: conditionOn(fc.boolean()),
    labels: fc.record({ has: text }),
  },
  { requiredKeys: [], noNullPrototype: true },
) as fc.Arbitrary<Where>
const sorts: fc.Arbitrary<Sort> = fc
  .shuffledSubarray(['kind', 'rank', 'open'])
  .chain((names) =>
    fc.tuple(...names.map((field) => fc.record({ field: fc.constant(field), direction: fc.constantFrom('ascending' as const, 'descending' as const) }))),
  )
const question = fc.record({ where, sort: sorts, limit: fc.integer({ min: 1, max: 8 }), by: fc.subarray(['kind', 'open', 'rank']) })

const apply = async ({ kind, id, body, isFresh }: Change, collection: Collection<Thing>, model: Map<string, Stored<Thing>>): Promise<void> => {
  const known = model.get(id)
  const expectedRevision = (known?.revision ?? 1) + (isFresh ? 0 : 1)
  if (kind === 'insert') {
    if (known) await expect(collection.insert(id, body)).rejects.toThrow(AlreadyExistsError)
    else model.set(id, await collection.insert(id, body))
  } else if (kind === 'replace') {
    const expected = known === undefined ? 'missing' : isFresh ? 'replaced' : 'stale'
    expect(await collection.replace(id, body, { expectedRevision })).toBe(expected)
    if (expected === 'replaced') model.set(id, { id, revision: expectedRevision + 1, body })
  } else {
    const expected = known === undefined ? 'missing' : isFresh ? 'removed' : 'stale'
    expect(await collection.remove(id, { expectedRevision })).toBe(expected)
    if (expected === 'removed') model.delete(id)
  }
}

const fieldOf = ({ body }: Stored<Thing>, field: string): Scalar | null =>
  (field === 'rank' ? body.deep?.rank : field === 'open' ? body.open : body.kind) ?? null
const isMet = (document: Stored<Thing>, field: string, condition: Where[string]): boolean => {
  if ('has' in condition) return document.body.labels?.includes(condition.has as string) ?? false
  const value = fieldOf(document, field)
  if ('equals' in condition) return value === condition.equals
  if ('in' in condition) return value !== null && condition.in.includes(value)
  if ('prefix' in condition) return typeof value === 'string' && value.startsWith(condition.prefix)
  const { atLeast, above, atMost, below } = condition
  if (value === null) return false
  return (
    (atLeast === undefined || compare(value, atLeast) >= 0) &&
    (above === undefined || compare(value, above) > 0) &&
    (atMost === undefined || compare(value, atMost) <= 0) &&
    (below === undefined || compare(value, below) < 0)
  )
}
const select = (model: Map<string, Stored<Thing>>, where: Where, sort: Sort): Stored<Thing>[] =>
  [...model.values()]
    .filter((document) => Object.entries(where).every(([field, condition]) => isMet(document, field, condition)))
    .sort((a, b) => {
      for (const { field, direction } of sort) {
        const order = compare(fieldOf(a, field), fieldOf(b, field))
        if (order !== 0) return direction === 'ascending' ? order : -order
      }
      return sort.at(-1)?.direction === 'descending' ? compare(b.id, a.id) : compare(a.id, b.id)
    })
const tallied = (documents: Stored<Thing>[], by: readonly string[]): TallyRow[] => {
  const groups = new Map<string, TallyRow>(by.length === 0 ? [['[]', { by: {}, count: 0, sums: { rank: 0 } }]] : [])
  for (const document of documents) {
    const values = by.map((field) => fieldOf(document, field))
    const row = groups.get(JSON.stringify(values)) ?? { by: Object.fromEntries(by.map((field, n) => [field, values[n]!])), count: 0, sums: { rank: 0 } }
    groups.set(JSON.stringify(values), { ...row, count: row.count + 1, sums: { rank: row.sums.rank! + Number(fieldOf(document, 'rank') ?? 0) } })
  }
  return [...groups.values()].sort((a, b) => by.reduce((order, field) => order || compare(a.by[field]!, b.by[field]!), 0))
}
