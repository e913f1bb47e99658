import type { CollectionDefinition, Query } from './documentStore.ts'
import { InvalidQueryError } from './errors.ts'
import { planFind, writeAfter } from './query.ts'

const definition: CollectionDefinition = {
  service: 'testing',
  name: 'things',
  fields: { kind: { path: 'kind', type: 'string' }, rank: { path: 'rank', type: 'integer' }, open: { path: 'open', type: 'boolean' } },
  indexes: {
    'by-kind': { fields: ['kind'] },
    'by-kind-and-rank': { fields: ['kind', 'rank'] },
    'by-rank': { fields: ['rank'] },
    'if-open': { fields: ['open'], sparse: true },
  },
}
const query: Query = { where: { kind: { equals: 'x' } }, sort: [{ field: 'rank', direction: 'descending' }] }

test('after gives back the place it was made of', () => {
  for (const values of [[5], [null]])
    expect(planFind(definition, { ...query, after: writeAfter(definition, query, { values, id: 'a' }) }).after).toEqual({ values, id: 'a' })
})
test.each<[string, unknown[]]>([
  ['an operator for a value', [{ $gt: '' }, 'a']],
  ['text for a number', ['5', 'a']],
  ['an operator for the id', [5, { $gt: '' }]],
  ['no id', [5]],
  ['a value too many', [5, 6, 'a']],
])('10. an after forged with %s is refused', (_what, parts) => {
  const after = writeAfter(definition, query, { values: [5], id: 'a' })
  const [digest] = JSON.parse(Buffer.from(after, 'base64url').toString())
  const forged = Buffer.from(JSON.stringify([digest, ...parts])).toString('base64url')
  expect(() => planFind(definition, { ...query, after: forged })).toThrow(InvalidQueryError)
})
test.each<[Query, string | undefined]>([
  [{}, undefined],
  [{ where: { kind: { equals: 'x' } } }, 'by-kind'],
  [{ where: { kind: { equals: 'x' } }, sort: [{ field: 'rank', direction: 'ascending' }] }, 'by-kind-and-rank'],
  [{ where: { kind: { equals: 'x' }, rank: { above: 5 } } }, 'by-kind-and-rank'],
  [{ where: { kind: { prefix: 'x' }, rank: { equals: 5 } } }, 'by-rank'],
  [{ where: { open: { equals: true }, kind: { equals: null } } }, 'by-kind'],
  [{ where: { open: { atLeast: false } } }, 'if-open'],
  [{ sort: [{ field: 'rank', direction: 'descending' }] }, 'by-rank'],
])('%j is served by %s', (asked, index) => {
  expect(planFind(definition, asked).index).toBe(index)
})
