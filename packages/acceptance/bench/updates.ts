import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { OpenedAggregates } from '@patchwork/aggregate'
import { type Bench, median, rounded, seconds } from './figure.ts'
import { commandOf, now, openFile, raise, type Tally, type TallyEvent } from './tally.ts'

type Tallies = OpenedAggregates<Tally, TallyEvent>

const rounds = 7
const stretchMs = 1_500
const rawMs = 500
/** Until SQLite's log was folded in once and is written over instead of grown, which costs less per fsync: both sides are measured after that. */
const rawWarmUpUpdates = 1_500
const aims = new Map([
  [1, 0.5],
  [16, 1],
])

let lastKey = 0

/** Updates per second of so many writers, each with an aggregate of its own, the relay running; `drainedMs` is how long it worked on afterwards. */
const writing = async (tallies: Tallies, writers: number): Promise<{ perSecond: number; drainedMs: number }> => {
  const from = performance.now()
  let updates = 0
  const one = async (writer: number): Promise<void> => {
    while (performance.now() - from < stretchMs) {
      lastKey += 1
      await tallies.update(`tally-${writers}-${writer}`, commandOf(`update-${lastKey}`), raise(now()))
      updates += 1
    }
  }
  await Promise.all(Array.from({ length: writers }, (_, writer) => one(writer)))
  const ended = performance.now()
  await tallies.relay.drained()
  return { perSecond: (updates * 1_000) / (ended - from), drainedMs: performance.now() - ended }
}

/** How many bytes an update writes: the aggregate's document as it is stored, with the event that waits in it, and that event by itself. */
const bytesWritten = async (tallies: Tallies): Promise<{ documentBytes: number; eventBytes: number }> => {
  const { sequence, state } = (await tallies.get('tally-1-0'))!
  const [event] = await tallies.history('tally-1-0', { limit: 1 })
  const outbox = [{ event, bodyHash: 'x'.repeat(43), answer: { count: sequence } }]
  return {
    documentBytes: JSON.stringify({ sequence, state, outbox, answers: [], pendingSince: now() }).length,
    eventBytes: JSON.stringify(event).length,
  }
}

/**
 * Raw SQLite, each write a transaction of its own. `documentOnly`: reads a document, changes it, and writes it back durably under its revision.
 * `sameWrites`: that, and the event into its history and into the log, as every update leads to. Both in updates per second.
 */
const openRaw = (folder: string, { documentBytes, eventBytes }: { documentBytes: number; eventBytes: number }) => {
  const path = join(folder, 'raw.sqlite')
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
    CREATE TABLE document (id TEXT PRIMARY KEY, revision INTEGER, body TEXT) STRICT;
    CREATE TABLE history (id TEXT PRIMARY KEY, body TEXT) STRICT;
    CREATE TABLE log (position INTEGER PRIMARY KEY, event TEXT) STRICT`)
  const padding = 'x'.repeat(Math.max(0, documentBytes - JSON.stringify({ sequence: 100_000, padding: '' }).length))
  database.prepare('INSERT INTO document VALUES (?, 1, ?)').run('one', JSON.stringify({ sequence: 100_000, padding }))
  const read = database.prepare('SELECT revision, body FROM document WHERE id = ?')
  const replace = database.prepare('UPDATE document SET revision = revision + 1, body = ? WHERE id = ? AND revision = ?')
  const archive = database.prepare('INSERT INTO history VALUES (?, ?)')
  const append = database.prepare('INSERT INTO log (event) VALUES (?)')
  const event = 'x'.repeat(eventBytes)
  const writeDocument = () => {
    const { revision, body } = read.get('one') as { revision: number; body: string }
    const document = JSON.parse(body) as { sequence: number }
    replace.run(JSON.stringify({ ...document, sequence: document.sequence + 1 }), 'one', revision)
  }
  const writeAll = () => {
    writeDocument()
    archive.run(randomUUID(), event)
    append.run(event)
  }
  const perSecond = (update: () => void): number => {
    const from = performance.now()
    let updates = 0
    for (; performance.now() - from < rawMs; updates += 1) update()
    return (updates * 1_000) / (performance.now() - from)
  }
  return {
    warmUp: () => {
      for (let done = 0; done < rawWarmUpUpdates; done += 1) writeAll()
    },
    measure: () => ({ documentOnly: perSecond(writeDocument), sameWrites: perSecond(writeAll) }),
    close: () => {
      database.close()
      for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
    },
  }
}

/** One round: updates per second of ours and of raw SQLite, both ways, and the ratio to each. */
type Measured = { perSecond: number; drainedMs: number; sameWrites: number; ratio: number; documentOnly: number; documentRatio: number }

/** Updates of aggregates beside raw SQLite, turn by turn in the same run, so that what else the machine does strikes both alike. */
export const updates: Bench = {
  name: 'updates',
  about: 'aggregate updates per second, relay running, against raw node:sqlite doing the same durable writes one per transaction',
  run: async ({ directory, say }) => {
    const file = await openFile(directory)
    try {
      const tallies = await file.open('tally')
      await writing(tallies, 1)
      await writing(tallies, 16)
      const bytes = await bytesWritten(tallies)
      const raw = openRaw(file.folder, bytes)
      say('warming up')
      raw.warmUp()
      const figures = []
      for (const [writers, aim] of aims) {
        const measured: Measured[] = []
        for (let round = 1; round <= rounds; round += 1) {
          say(`${writers} writer${writers === 1 ? '' : 's'}, round ${round} of ${rounds}`)
          const before = raw.measure()
          const { perSecond, drainedMs } = await writing(tallies, writers)
          const after = raw.measure()
          const sameWrites = (before.sameWrites + after.sameWrites) / 2
          const documentOnly = (before.documentOnly + after.documentOnly) / 2
          measured.push({ perSecond, drainedMs, sameWrites, ratio: perSecond / sameWrites, documentOnly, documentRatio: perSecond / documentOnly })
        }
        const middle = (figure: keyof Measured) => median(measured.map((one) => one[figure]))
        const ratio = middle('ratio')
        figures.push({
          bench: 'updates',
          what: `Updates/s, ${writers} writer${writers === 1 ? '' : 's on different ids'}`,
          measured: `${rounded(middle('perSecond'))}/s, ratio ${rounded(ratio)}, to the document alone ${rounded(middle('documentRatio'))} (relay done ${seconds(middle('drainedMs'))} later)`,
          comparedTo: `raw node:sqlite ${rounded(middle('sameWrites'))}/s with the same writes (document of ${bytes.documentBytes} bytes, history, log; WAL, FULL, one per transaction), ${rounded(middle('documentOnly'))}/s the document alone`,
          aim: `ratio ≥ ${aim}`,
          met: ratio >= aim,
        })
      }
      raw.close()
      return figures
    } finally {
      await file.close()
    }
  },
}
