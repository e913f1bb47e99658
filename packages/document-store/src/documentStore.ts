/** What a document may hold: JSON, and nothing that one of the stores would quietly change. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** A body as it was read: `revision` counts every write of this document, from 1, and is the lock for replacing it. */
export type Stored<Body> = { id: string; revision: number; body: Body }

/** A value taken out of the body and kept beside it, so that it can be asked for. Absent and null are both "missing". */
export type FieldDefinition = {
  /** Where the value stands in the body, dots between the steps: `state.status`. */
  path: string
  type: 'string' | 'integer' | 'boolean'
  /** The value is an array of `type`; it can be asked for with `has` only. */
  array?: true
}

export type IndexDefinition = {
  /** Names of declared fields, in order; an array field stands alone in its index. */
  fields: readonly string[]
  /** Holds where all its fields are present; for an array field across documents, not within one. */
  unique?: true
  /** Leaves out documents in which the first field is missing: right for "what is pending". */
  sparse?: true
}

export type CollectionDefinition = {
  /** The service that owns it; two services never share a collection. */
  service: string
  /** Kebab-case, unique in its service. */
  name: string
  fields: Readonly<Record<string, FieldDefinition>>
  /** By name; the name is what NotUniqueError tells. */
  indexes: Readonly<Record<string, IndexDefinition>>
}

export type Scalar = string | number | boolean
/** One condition on one field. Strings compare by their UTF-8 bytes; a range or prefix never matches a missing value. */
export type Condition =
  | { equals: Scalar | null }
  | { in: readonly Scalar[] }
  | { atLeast?: Scalar; above?: Scalar; atMost?: Scalar; below?: Scalar }
  | { prefix: string }
  | { has: Scalar }
/** All conditions hold, by field name. Every field must be declared, and some declared index must begin with one of them. */
export type Where = Readonly<Record<string, Condition>>
/**
 * Missing sorts first; `_id` is always the last key, in the direction of the key before it (ascending where there is none), so that an index,
 * which ends in the id, serves the newest first as well as the oldest first.
 */
export type Sort = readonly { field: string; direction: 'ascending' | 'descending' }[]
export type Query = {
  where?: Where
  sort?: Sort
  /** 1 to 1,000; 200 when absent. */
  limit?: number
  /** The `after` of the page before; only for the same where and sort (InvalidQueryError). */
  after?: string
}
export type Page<Body> = { documents: Stored<Body>[]; after?: string }
export type TallyRow = { by: Record<string, Scalar | null>; count: number; sums: Record<string, number> }

export interface Collection<Body extends object> {
  readonly definition: CollectionDefinition
  get(id: string): Promise<Stored<Body> | undefined>
  /** Those that exist, in no promised order; thousands work. */
  getMany(ids: readonly string[]): Promise<Stored<Body>[]>
  /** Durable when it resolves, at revision 1. Throws AlreadyExistsError, NotUniqueError, UnstorableError. */
  insert(id: string, body: Body): Promise<Stored<Body>>
  /** Durable when `replaced`. `stale`: another write came between; `missing`: there is no such document. Throws NotUniqueError, UnstorableError. */
  replace(id: string, body: Body, options: { expectedRevision: number }): Promise<'replaced' | 'stale' | 'missing'>
  /** Removes it; a repeat answers `missing`. With expectedRevision, only at that revision. */
  remove(id: string, options?: { expectedRevision: number }): Promise<'removed' | 'stale' | 'missing'>
  /** Throws InvalidQueryError for an undeclared field, a where that no index serves, or a foreign `after`. */
  find(query: Query): Promise<Page<Body>>
  count(where?: Where): Promise<number>
  /** Counts, and integer sums of declared fields, grouped by declared fields. Missing is a group; empty sums are 0. Throws InvalidQueryError (text, overflow). */
  tally(options: { where?: Where; by?: readonly string[]; sum?: readonly string[] }): Promise<TallyRow[]>
  /** Removes every document. For read models only. */
  clear(): Promise<void>
}

/** The port to where documents live. Two drivers: `embedded` (SQLite) and `mongo`. One conformance suite holds both to this text. */
export interface DocumentStore {
  /** Opens a collection, making it and its indexes when they are not there. A repeat gives an equal one. */
  collection<Body extends object>(definition: CollectionDefinition): Promise<Collection<Body>>
  /** Names of the collections of a service that exist, declared in this process or not. */
  collectionNames(service: string): Promise<string[]>
  /** Resolves when the store can read and write; rejects with StoreUnavailableError. */
  ping(): Promise<void>
  close(): Promise<void>
}
