import { existsSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { damageOf } from './damage.ts'
import type { OpenOptions, OpenRefusal } from './placeFile.ts'
import { toOpenRefusal } from './sqliteErrors.ts'

// 'PaWk': tells a place's file from any other SQLite file.
const applicationId = 0x5061576b
/** Raised when the version before could not use a file written by this one. */
const formatVersion = 1
/** Memory in which SQLite may keep pages. */
const cacheKibibytes = 32_768
const smallCacheKibibytes = 16_384
/** The log beside the file is folded into it once it is longer than this many pages. */
const logPagesMax = 4_000
/** A process that is just ending gets so long to let go of the file. */
const lockWaitMs = 1_000

/** Opens and checks the file; one that is refused is left as it was found. The lock goes with the process, also after kill -9. */
export const openDatabase = (options: OpenOptions): { database: DatabaseSync } | { refusal: OpenRefusal } => {
  let database: DatabaseSync | undefined
  try {
    const refusal = options.isCopy ? undefined : checkWithoutChange(options.path)
    if (refusal) return { refusal }
    database = options.isCopy ? openCopy(options.path) : new DatabaseSync(options.path, { timeout: lockWaitMs })
    const ofCopy = options.isCopy ? check(database, 'integrity_check(1)') : undefined
    if (ofCopy === undefined) {
      if (!options.isCopy) setUp(database, options)
      return { database }
    }
    database.close()
    return { refusal: ofCopy }
  } catch (error) {
    if (database?.isOpen) database.close()
    return { refusal: toOpenRefusal(error) }
  }
}

/**
 * Looks at a file through a connection that cannot write: one that can folds the -wal file into a damaged file, and removes it, when it is closed.
 * Throws SQLite's errors.
 */
const checkWithoutChange = (path: string): OpenRefusal | undefined => {
  if (!existsSync(path)) return undefined
  // Before SQLite opens it: what it passes over it soon writes over.
  const damage = damageOf(path)
  if (damage !== undefined) return { reason: 'damaged', message: damage }
  const hadIndex = existsSync(`${path}-shm`)
  const database = new DatabaseSync(path, { timeout: lockWaitMs, readOnly: true })
  try {
    return check(database, 'quick_check(1)')
  } finally {
    database.close()
    if (!hadIndex) rmSync(`${path}-shm`, { force: true })
  }
}

// Without `immutable` SQLite would make files beside it for a lock and a shared index, even to read.
const openCopy = (path: string): DatabaseSync => {
  const url = pathToFileURL(path)
  url.searchParams.set('immutable', '1')
  return new DatabaseSync(url, { readOnly: true })
}

const pragma = (database: DatabaseSync, name: string): unknown => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]

/** Comes before any setting of ours, so that another program's file or a later version's is not touched. */
const check = (database: DatabaseSync, howThoroughly: 'quick_check(1)' | 'integrity_check(1)'): OpenRefusal | undefined => {
  const tables = Number(database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count)
  const owner = Number(pragma(database, 'application_id'))
  const version = Number(pragma(database, 'user_version'))
  const isNew = tables === 0 && owner === 0 && version === 0
  if (!isNew && owner !== applicationId) return { reason: 'damaged', message: 'it is a database, but not one of Patchwork' }
  if (version > formatVersion) return { reason: 'newer', message: String(version) }
  const found = pragma(database, howThoroughly)
  return found === 'ok' ? undefined : { reason: 'damaged', message: `SQLite's check found "${found}"` }
}

const setUp = (database: DatabaseSync, { pagesMax, isSmall }: OpenOptions): void => {
  database.exec('PRAGMA locking_mode=EXCLUSIVE')
  if (Number(pragma(database, 'application_id')) !== applicationId)
    database.exec(`BEGIN IMMEDIATE; PRAGMA application_id=${applicationId}; PRAGMA user_version=${formatVersion}; COMMIT`)
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY')
  database.exec(`PRAGMA cache_size=-${isSmall ? smallCacheKibibytes : cacheKibibytes}; PRAGMA wal_autocheckpoint=${logPagesMax}`)
  if (pagesMax !== undefined) database.exec(`PRAGMA max_page_count=${pagesMax}`)
  // An empty transaction takes the lock now and not at the first write.
  database.exec('BEGIN EXCLUSIVE; COMMIT')
}
