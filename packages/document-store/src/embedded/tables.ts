import type { SqlValue, Statement } from '@patchwork/place-file'
import { arrayFields, collectionName, scalarFields } from '../definition.ts'
import type { CollectionDefinition, FieldDefinition, IndexDefinition, Scalar } from '../documentStore.ts'
import type { FieldValues } from '../fieldValues.ts'

/** Every collection of the place with its definition as it was last opened: what a migration starts from. */
const registry = 'document_collections'
type Shape = Pick<CollectionDefinition, 'fields' | 'indexes'>

export const quoted = (name: string): string => `"${name}"`
export const tableOf = (definition: CollectionDefinition): string => collectionName(definition)
export const columnOf = (field: string): string => `f.${field}`
/** Where an array field has one row per value and document. */
export const entriesOf = (definition: CollectionDefinition, field: string): string => `${tableOf(definition)}.${field}`
export const indexNameOf = (definition: CollectionDefinition, index: string): string => `${tableOf(definition)}.${index}`

/** A declared value as SQLite holds it: it has no booleans, and null is missing. */
export const encode = (value: Scalar | undefined): SqlValue => (value === undefined ? null : typeof value === 'boolean' ? Number(value) : value)
/** A list as one parameter, for json_each. */
export const encodeList = (values: readonly Scalar[]): string => JSON.stringify(values.map(encode))

const run = (sql: string, ...parameters: SqlValue[]): Statement => ({ sql, parameters, mode: 'run' })

/** Makes what all collections share. */
export const sharedTables: Statement[] = [
  run(`CREATE TABLE IF NOT EXISTS ${registry} (name TEXT PRIMARY KEY NOT NULL, shape TEXT NOT NULL) WITHOUT ROWID`),
  run('CREATE TABLE IF NOT EXISTS document_store_pings (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL)'),
  run('INSERT OR IGNORE INTO document_store_pings VALUES (1, 0)'),
]
export const pingStatement = run('UPDATE document_store_pings SET count = (count + 1) % 1000000')
export const registeredShape = (definition: CollectionDefinition): Statement => ({
  sql: `SELECT shape FROM ${registry} WHERE name = ?`,
  parameters: [tableOf(definition)],
  mode: 'get',
})
export const registeredNames = (service: string): Statement => ({
  sql: `SELECT name FROM ${registry} WHERE name >= ? AND name < ? ORDER BY name`,
  parameters: [`${service}__`, `${service}_\``],
  mode: 'all',
})

/** Rows that bring a newly declared field along with another type than declared: the first one's count must be 0 before migrating. */
export const misfits = (definition: CollectionDefinition, field: FieldDefinition): Statement => {
  const table = quoted(tableOf(definition))
  const kinds = sqlKinds[field.type]
  const sql = field.array
    ? `SELECT count(*) AS count FROM ${table} AS d WHERE json_type(body, ?1) NOT IN ('array', 'null')
       OR (json_type(body, ?1) = 'array' AND EXISTS (SELECT 1 FROM json_each(d.body, ?1) WHERE type NOT IN (${kinds})))`
    : `SELECT count(*) AS count FROM ${table} WHERE json_type(body, ?1) NOT IN (${kinds}, 'null')`
  return { sql, parameters: [jsonPath(field)], mode: 'get' }
}

const sqlKinds = { string: "'text'", integer: "'integer'", boolean: "'true', 'false'" }
const columnTypes = { string: 'TEXT', integer: 'INTEGER', boolean: 'INTEGER' }
const jsonPath = ({ path }: FieldDefinition): string =>
  `$${path
    .split('.')
    .map((step) => `."${step}"`)
    .join('')}`

/** Fields that are declared now and were not, or otherwise. */
export const newFields = (definition: CollectionDefinition, registered: string): FieldDefinition[] =>
  Object.entries(definition.fields).flatMap(([name, field]) => (sameField(shapeFrom(registered).fields[name], field) ? [] : [field]))

/**
 * The statements, to be run as one operation, that bring a collection from the shape it was last opened with to the declared one:
 * new fields are filled from the bodies, what is no longer declared goes. Without a shape before, they make it. The operation is unmet when the
 * shape has changed since it was read.
 */
export const migration = (definition: CollectionDefinition, registered: string | undefined): Statement[] => {
  const { fields, indexes } = definition
  const old = registered === undefined ? { fields: {}, indexes: {} } : shapeFrom(registered)
  const fieldsGone = Object.entries(old.fields).filter(([name, field]) => !sameField(fields[name], field))
  const fieldsNew = Object.entries(fields).filter(([name, field]) => !sameField(old.fields[name], field))
  const gone = new Set(fieldsGone.map(([name]) => name))
  const isKept = (name: string, index: IndexDefinition | undefined) =>
    sameIndex(old.indexes[name], index) && index !== undefined && !index.fields.some((field) => gone.has(field))
  const indexesGone = Object.keys(old.indexes).filter((name) => !isKept(name, indexes[name]))
  const indexesNew = Object.entries(indexes).filter(([name, index]) => !isKept(name, index))
  return [
    register(definition, registered),
    run(`CREATE TABLE IF NOT EXISTS ${quoted(tableOf(definition))} (id TEXT PRIMARY KEY NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL)`),
    ...indexesGone.map((name) => run(`DROP INDEX IF EXISTS ${quoted(indexNameOf(definition, name))}`)),
    ...fieldsGone.map(([name, field]) => dropField(definition, name, field)),
    ...fieldsNew.flatMap(([name, field]) => addField(definition, name, field, registered !== undefined)),
    ...indexesNew.flatMap(([name, index]) => createIndex(definition, name, index)),
  ]
}

export const shapeText = ({ fields, indexes }: Shape): string => JSON.stringify({ fields, indexes } satisfies Shape)
const shapeFrom = (registered: string): Shape => JSON.parse(registered)

const register = (definition: CollectionDefinition, registered: string | undefined): Statement => {
  const shape = shapeText(definition)
  const statement =
    registered === undefined
      ? run(`INSERT OR IGNORE INTO ${registry} VALUES (?, ?)`, tableOf(definition), shape)
      : run(`UPDATE ${registry} SET shape = ? WHERE name = ? AND shape = ?`, shape, tableOf(definition), registered)
  return { ...statement, expectChanges: 1 }
}

const sameField = (one: FieldDefinition | undefined, other: FieldDefinition | undefined): boolean =>
  one?.path === other?.path && one?.type === other?.type && one?.array === other?.array
const sameIndex = (one: IndexDefinition | undefined, other: IndexDefinition | undefined): boolean =>
  one?.fields.join() === other?.fields.join() && one?.unique === other?.unique && one?.sparse === other?.sparse

const dropField = (definition: CollectionDefinition, name: string, { array }: FieldDefinition): Statement =>
  array
    ? run(`DROP TABLE IF EXISTS ${quoted(entriesOf(definition, name))}`)
    : run(`ALTER TABLE ${quoted(tableOf(definition))} DROP COLUMN ${quoted(columnOf(name))}`)

const addField = (definition: CollectionDefinition, name: string, field: FieldDefinition, isToFill: boolean): Statement[] => {
  const table = quoted(tableOf(definition))
  const type = columnTypes[field.type]
  if (!field.array) {
    const column = quoted(columnOf(name))
    const fill = run(`UPDATE ${table} SET ${column} = json_extract(body, ?)`, jsonPath(field))
    return [run(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`), ...(isToFill ? [fill] : [])]
  }
  const entries = quoted(entriesOf(definition, name))
  return [
    run(`CREATE TABLE IF NOT EXISTS ${entries} (value ${type} NOT NULL, document TEXT NOT NULL, PRIMARY KEY (value, document)) WITHOUT ROWID`),
    run(`CREATE INDEX IF NOT EXISTS ${quoted(`${entriesOf(definition, name)}.document`)} ON ${entries} (document)`),
    ...(isToFill
      ? [
          run(
            `INSERT OR IGNORE INTO ${entries} SELECT e.value, d.id FROM ${table} AS d, json_each(d.body, ?1) AS e WHERE json_type(d.body, ?1) = 'array'`,
            jsonPath(field),
          ),
        ]
      : []),
  ]
}

/** An index on scalars ends in the id, which is always the last sort key; a unique one cannot. SQLite holds null for different from null, as we do for missing. */
const createIndex = (definition: CollectionDefinition, name: string, { fields, unique, sparse }: IndexDefinition): Statement[] => {
  const [first] = fields as [string]
  const kind = unique ? 'UNIQUE INDEX' : 'INDEX'
  const index = quoted(indexNameOf(definition, name))
  if (definition.fields[first]!.array)
    return unique ? [run(`CREATE UNIQUE INDEX IF NOT EXISTS ${index} ON ${quoted(entriesOf(definition, first))} (value)`)] : []
  const columns = [...fields.map(columnOf), ...(unique ? [] : ['id'])].map(quoted).join(', ')
  const partial = sparse ? ` WHERE ${quoted(columnOf(first))} IS NOT NULL` : ''
  return [run(`CREATE ${kind} IF NOT EXISTS ${index} ON ${quoted(tableOf(definition))} (${columns})${partial}`)]
}

/** The unique index behind what SQLite says of a refused write; undefined when it was the id. */
export const indexBehind = (definition: CollectionDefinition, constraint: string): string | undefined =>
  Object.entries(definition.indexes).find(([, { fields, unique }]) => {
    const isArray = definition.fields[fields[0]!]!.array
    const columns = isArray ? `${entriesOf(definition, fields[0]!)}.value` : fields.map((field) => `${tableOf(definition)}.${columnOf(field)}`).join(', ')
    return unique && columns === constraint
  })?.[0]

/** The statements of a collection's writes, prepared as text once. */
export const writesOf = (definition: CollectionDefinition) => {
  const table = quoted(tableOf(definition))
  const scalars = scalarFields(definition).map(([name]) => name)
  const arrays = arrayFields(definition).map(([name]) => ({ name, entries: quoted(entriesOf(definition, name)) }))
  const columns = scalars.map((name) => quoted(columnOf(name)))
  const insert = `INSERT INTO ${table} (${['id', 'revision', 'body', ...columns].join(', ')}) VALUES (?, 1, ?${', ?'.repeat(columns.length)})`
  const update = `UPDATE ${table} SET revision = revision + 1, body = ? WHERE id = ? AND revision = ?`
  // SQLite writes each index of a column that is set, changed or not: the fields are set only where one changes, which in most writes none does.
  const changed = columns.map((column, at) => `${column} IS NOT ?${at + 1}`).join(' OR ')
  const refill = `UPDATE ${table} SET ${columns.map((column, at) => `${column} = ?${at + 1}`).join(', ')} WHERE id = ?${columns.length + 1} AND (${changed})`
  const scalarParameters = (values: FieldValues) => scalars.map((name) => encode(values[name] as Scalar | undefined))
  const fillEntries = (id: string, values: FieldValues) =>
    arrays.flatMap(({ name, entries }) => {
      const list = values[name] as Scalar[] | undefined
      return list === undefined ? [] : [run(`INSERT INTO ${entries} (value, document) SELECT value, ?1 FROM json_each(?2)`, id, encodeList(list))]
    })
  /** Entries that stay are left where they stand: most writes change none of them, and each is in two places of the file. */
  const changeEntries = (id: string, values: FieldValues) =>
    arrays.flatMap(({ name, entries }) => {
      const list = values[name] as Scalar[] | undefined
      const text = list === undefined ? '[]' : encodeList(list)
      return [
        run(`DELETE FROM ${entries} WHERE document = ?1 AND value NOT IN (SELECT value FROM json_each(?2))`, id, text),
        run(
          `INSERT INTO ${entries} (value, document) SELECT value, ?1 FROM json_each(?2)
           WHERE value NOT IN (SELECT value FROM ${entries} WHERE document = ?1)`,
          ...[id, text],
        ),
      ]
    })
  const clearEntries = (id: string) => arrays.map(({ entries }) => run(`DELETE FROM ${entries} WHERE document = ?`, id))
  return {
    insert: (id: string, text: string, values: FieldValues): Statement[] => [run(insert, id, text, ...scalarParameters(values)), ...fillEntries(id, values)],
    revision: (id: string): Statement => ({ sql: `SELECT revision FROM ${table} WHERE id = ?`, parameters: [id], mode: 'get' }),
    replace: (id: string, text: string, values: FieldValues, expectedRevision: number): Statement[] => [
      { ...run(update, text, id, expectedRevision), expectChanges: 1 },
      ...(columns.length > 0 ? [run(refill, ...scalarParameters(values), id)] : []),
      ...changeEntries(id, values),
    ],
    remove: (id: string, expectedRevision: number | undefined): Statement[] => [
      expectedRevision === undefined
        ? { ...run(`DELETE FROM ${table} WHERE id = ?`, id), expectChanges: 1 }
        : { ...run(`DELETE FROM ${table} WHERE id = ? AND revision = ?`, id, expectedRevision), expectChanges: 1 },
      ...clearEntries(id),
    ],
    clear: (): Statement[] => [run(`DELETE FROM ${table}`), ...arrays.map(({ entries }) => run(`DELETE FROM ${entries}`))],
  }
}
