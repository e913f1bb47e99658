/** What a server must have done before it answers: decided by what kind of server it is. */
export type Concerns = {
  writeConcern: { w: 'majority' | 1; journal: true; wtimeoutMS: number }
  readConcern: { level: 'majority' | 'local' }
}

/** How long a majority may take to make a write durable; after that it may or may not have happened. */
const writeMs = 10_000

/**
 * On a replica set or a sharded cluster, what resolved is on the journal of a majority, and what is read cannot be rolled back. A standalone server
 * is its own majority; asked for one by that word, an engine may answer before its journal does (seen on the embedded engine: writes that were
 * acknowledged so were lost over kill -9), so it is asked for its own journal alone.
 */
export const concernsOf = (hello: { setName?: unknown; msg?: unknown }): Concerns => {
  const isStandalone = hello.setName === undefined && hello.msg !== 'isdbgrid'
  return {
    writeConcern: { w: isStandalone ? 1 : 'majority', journal: true, wtimeoutMS: writeMs },
    readConcern: { level: isStandalone ? 'local' : 'majority' },
  }
}

/** The version 8.0 of MongoDB: the first that takes writes to many collections in one request. */
const wireVersionMin = 25

/** Throws where the server is older than what the store asks of it. */
export const refuseOlder = ({ maxWireVersion }: { maxWireVersion?: unknown }): void => {
  if (typeof maxWireVersion === 'number' && maxWireVersion >= wireVersionMin) return
  throw new Error('This MongoDB is older than 8.0, which is the oldest that Patchwork writes to: update the server')
}
