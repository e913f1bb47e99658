// Measures postings to pools beside raw SQLite, turn by turn: node scripts/measurePostings.ts <folder> [pools, 1000 when absent] [rounds, 7 when absent]
// Prints one line of JSON. A posting is one entry of a pool's ledger: a commitment (free to committed) or what takes it back. It goes the service's own
// way: decided by the pool's rules on its state as it then is, held against its event's schema, saved durably; the relay passes it on meanwhile.
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Command, idFor } from '@patchwork/aggregate'
import { embeddedDocumentStore } from '@patchwork/document-store'
import { embeddedEventLog } from '@patchwork/event-log'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import type { PoolCommand, ProposeSpend } from '../src/domain/commands.ts'
import { decide } from '../src/domain/decide.ts'
import { evolve, type Pool, type PoolEvent, unfounded } from '../src/domain/pool.ts'
import type { Asker } from '../src/domain/relation.ts'
import { terms } from '../src/domain/testExamples.ts'
import { openPoolingStore, type PoolingStore } from '../src/store/poolingStore.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('Name the folder to write in')
const poolCount = Number(process.argv[3] ?? 1_000)
const rounds = Number(process.argv[4] ?? 7)

const stretchMs = 1_500
const rawMs = 500
/** Until SQLite's log was folded in once and is written over instead of grown, which costs less per fsync. */
const rawWarmUpWrites = 1_500
/** Callers of the one hot pool, and of the many. */
const callers = { hot: 16, spread: 64 }
/** Of sixteen callers, each of whom promises and takes back in turn, as many have a spend open at a time. */
const openOnHot = callers.hot / 2
const membersPerPool = 4
const poolsMadeAtOnce = 50
const earmarkedPence = 100_000_000

const poolFile = join(folder, 'patchwork.sqlite')
const tables = { pool: 'personal-budget-pooling__pool', history: 'personal-budget-pooling__pool-history' }
const payeeOrganisationId = randomUUID()
const now = (): string => new Date().toISOString()
const today = now().slice(0, 10)

const dataKey = new Uint8Array(randomBytes(32))
/** The place's file with the pools in it, opened as a place opens it. */
const openPlace = async (): Promise<{ store: PoolingStore; close(): Promise<void> }> => {
  const logger = createLogger({ service: 'bench', level: 'warn', destination: process.stderr })
  const placeFile = await openPlaceFile({ path: poolFile })
  const documents = embeddedDocumentStore(placeFile)
  const log = embeddedEventLog({ placeFile, runtime: systemRuntime, logger })
  const store = await openPoolingStore({ documents, log, runtime: systemRuntime, logger, dataKey })
  return {
    store,
    close: async () => {
      await Promise.all([store.budgets.stop(), store.pools.stop()])
      await log.close()
      await documents.close()
      await placeFile.close()
    },
  }
}

type MadePool = { poolId: string; members: readonly Asker[] }
let lastKey = 0
/** A command as a browser's form sends it: with a key of its own, by which a repeat would be told. */
const commandOf = (body: Command['body']): Command => {
  lastKey += 1
  return { key: `posting-${lastKey}`, repeatable: true, body, at: now() }
}

/** A pool of four whose rules are in force and to which each has earmarked. */
const makePool = async ({ pools }: PoolingStore): Promise<MadePool> => {
  const poolId = randomUUID()
  const members = Array.from({ length: membersPerPool }, (): Asker => ({ personId: randomUUID(), role: 'resident', organisationIds: [] }))
  const [founder] = members as [Asker]
  const at = now()
  const accountHolder = { kind: 'organisation', organisationId: randomUUID() } as const
  const commands: PoolCommand[] = [
    { type: 'FoundPool', poolId, accountHolder, joiningKey: randomBytes(32).toString('hex'), by: founder, at },
    ...members.slice(1).map((by): PoolCommand => ({ type: 'JoinPool', poolId, by, at })),
    { type: 'ProposeRules', poolId, terms, by: founder, at },
    ...members.map((by): PoolCommand => ({ type: 'SignRules', poolId, rulesVersion: 1, by, at })),
    ...members.map(
      ({ personId: memberId }): PoolCommand => ({
        ...{ type: 'EarmarkShare', poolId, earmarkId: randomUUID(), memberId, budgetId: randomUUID(), fundSource: 'council-net', outcomeId: randomUUID() },
        ...{ amountPence: earmarkedPence, fromOn: today, untilOn: today, at },
      }),
    ),
  ]
  await pools.update(poolId, commandOf({ poolId }), () => {
    let pool: Pool = unfounded
    const events: PoolEvent[] = []
    for (const command of commands) {
      const decided = decide(pool, command)
      events.push(...decided)
      pool = decided.reduce(evolve, pool)
    }
    const calledNames = members.map(({ personId }, position) => ({ memberId: personId, calledName: `Neighbour ${position + 1}` }))
    return { events, answer: { poolId }, details: { name: 'The gardeners', purpose: 'One gardener for four gardens', code: 'ABCDEFGHJK', calledNames } }
  })
  return { poolId, members }
}

/** Promises a share of one member to an invoice; gives the spend's id. */
const promise = async ({ pools }: PoolingStore, { poolId, members }: MadePool): Promise<{ spendId: string; by: Asker }> => {
  const by = members[lastKey % membersPerPool]!
  const totalPence = 100 + (lastKey % 900)
  const shares = [{ memberId: by.personId, amountPence: totalPence }]
  const command = commandOf({ payeeOrganisationId, totalPence, shares })
  const spendId = idFor(command.key)
  const propose: ProposeSpend = {
    ...{ type: 'ProposeSpend', poolId, spendId, payeeOrganisationId, payeePersonIds: [], barredMemberIds: [], isInvoiceKnown: false },
    ...{ invoiceKey: randomBytes(32).toString('base64url'), invoicedOn: today, totalPence, shares, today, by, at: command.at },
  }
  await pools.update(poolId, command, ({ state }) => ({ events: decide(state, propose), answer: { poolId, spendId } }))
  return { spendId, by }
}

/** Takes a promise back: its share is free again. */
const takeBack = async ({ pools }: PoolingStore, { poolId }: MadePool, { spendId, by }: { spendId: string; by: Asker }): Promise<void> => {
  const command = commandOf({ spendId })
  const taking: PoolCommand = { type: 'TakeBackSpend', poolId, spendId, by, at: command.at }
  await pools.update(poolId, command, ({ state }) => ({ events: decide(state, taking), answer: { poolId, spendId } }))
}

/** Postings per second of so many callers at once, each on the pool that `poolFor` names; `drainedMs` is how long the relay worked on afterwards. */
const posting = async (store: PoolingStore, callerCount: number, poolFor: (caller: number, turn: number) => MadePool) => {
  const from = performance.now()
  let postings = 0
  const one = async (caller: number): Promise<void> => {
    for (let turn = 0; performance.now() - from < stretchMs; turn += 1) {
      const pool = poolFor(caller, turn)
      const promised = await promise(store, pool)
      await takeBack(store, pool, promised)
      postings += 2
    }
  }
  await Promise.all(Array.from({ length: callerCount }, (_, caller) => one(caller)))
  const ended = performance.now()
  await store.pools.relay.drained()
  return { perSecond: (postings * 1_000) / (ended - from), drainedMs: performance.now() - ended }
}

type Stored = Record<string, string | number | null>

/**
 * Raw SQLite on the same disk, with the service's own two tables and their indexes, holding the same pools. A posting reads its pool, writes it back under
 * its revision with the entry waiting in it, and writes the entry to the history: one transaction, durable when it ends. Of what the service does it leaves
 * out the log, the schemas and the rules.
 */
const openRaw = (path: string) => {
  const from = new DatabaseSync(poolFile, { readOnly: true })
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL')
  const made = from.prepare('SELECT sql FROM sqlite_master WHERE tbl_name IN (?, ?) AND sql IS NOT NULL').all(tables.pool, tables.history)
  for (const { sql } of made) database.exec(String(sql))
  const filling = (table: string, rows: readonly Stored[]) => {
    const columns = Object.keys(rows[0]!)
    const insert = database.prepare(
      `INSERT INTO "${table}" (${columns.map((column) => `"${column}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    )
    return (row: Stored) => void insert.run(...columns.map((column) => row[column] as string | number | null))
  }
  const pools = from.prepare(`SELECT * FROM "${tables.pool}"`).all() as Stored[]
  const entryOf = (type: string) => from.prepare(`SELECT * FROM "${tables.history}" WHERE "f.type" = ? ORDER BY rowid DESC LIMIT 1`).get(type) as Stored
  // The two kinds of entry in turn, as the callers make them.
  const entries = ['pool.spend-proposed.v1', 'pool.spend-refused.v1'].map(entryOf)
  from.close()
  database.exec('BEGIN')
  pools.forEach(filling(tables.pool, pools))
  database.exec('COMMIT')
  const read = database.prepare(`SELECT revision, body FROM "${tables.pool}" WHERE id = ?`)
  const replace = database.prepare(`UPDATE "${tables.pool}" SET revision = revision + 1, body = ? WHERE id = ? AND revision = ?`)
  const insertEntry = filling(tables.history, entries)
  let written = 0
  let lastBytes = 0
  const post = (poolId: string) => {
    written += 1
    const { revision, body } = read.get(poolId) as { revision: number; body: string }
    const document = JSON.parse(body) as { sequence: number }
    const template = entries[written % 2]!
    const id = randomUUID()
    const entry = JSON.parse(String(template.body)) as { event: { id: string; sequence: number; subject: string } }
    Object.assign(entry.event, { id, sequence: document.sequence + 1, subject: poolId })
    const after = JSON.stringify({ ...document, sequence: document.sequence + 1, outbox: [entry], pendingSince: now() })
    const entryBody = JSON.stringify(entry)
    database.exec('BEGIN IMMEDIATE')
    replace.run(after, poolId, revision)
    insertEntry({ ...template, id, body: entryBody, 'f.subject': poolId, 'f.sequence': document.sequence + 1 })
    database.exec('COMMIT')
    lastBytes = after.length + entryBody.length
  }
  return {
    warmUp: (poolId: string) => {
      for (let done = 0; done < rawWarmUpWrites; done += 1) post(poolId)
    },
    /** Postings per second, and the bytes of the last one. */
    measure: (poolFor: (turn: number) => string): { perSecond: number; bytes: number } => {
      const startedAt = performance.now()
      let postings = 0
      for (; performance.now() - startedAt < rawMs; postings += 1) post(poolFor(postings))
      return { perSecond: (postings * 1_000) / (performance.now() - startedAt), bytes: lastBytes }
    },
    close: () => database.close(),
  }
}

const first = await openPlace()
const made: MadePool[] = []
while (made.length <= poolCount)
  made.push(...(await Promise.all(Array.from({ length: Math.min(poolsMadeAtOnce, poolCount + 1 - made.length) }, () => makePool(first.store)))))
const [hot, ...many] = made as [MadePool, ...MadePool[]]
await takeBack(first.store, hot, await promise(first.store, hot))
const standing = await Promise.all(Array.from({ length: openOnHot }, () => promise(first.store, hot)))
await first.store.pools.relay.drained()
await first.close()
const raw = openRaw(join(folder, 'raw.sqlite'))
// Opened again, as after a restart: nothing of these pools is known from having made them.
const { store, close } = await openPlace()
for (const promised of standing) await takeBack(store, hot, promised)

/** Each caller has pools of its own and goes round them. */
const ownOf = (caller: number, turn: number): MadePool => many[(caller + turn * callers.spread) % many.length]!
const kinds = {
  hot: { callers: callers.hot, poolFor: () => hot, rawPoolFor: () => hot.poolId },
  spread: { callers: callers.spread, poolFor: ownOf, rawPoolFor: (turn: number) => many[turn % many.length]!.poolId },
}
raw.warmUp(hot.poolId)
const measured: Record<string, object> = {}
for (const [kind, { callers: count, poolFor, rawPoolFor }] of Object.entries(kinds)) {
  await posting(store, count, poolFor)
  const turns = []
  let bytes = 0
  for (let round = 1; round <= rounds; round += 1) {
    const before = raw.measure(rawPoolFor)
    const { perSecond, drainedMs } = await posting(store, count, poolFor)
    const after = raw.measure(rawPoolFor)
    bytes = after.bytes
    turns.push({ perSecond, drainedMs, besidePerSecond: (before.perSecond + after.perSecond) / 2 })
  }
  measured[kind] = { callers: count, bytes, turns }
}
console.log(JSON.stringify({ pools: many.length, ...measured }))

raw.close()
await close()
