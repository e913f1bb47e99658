import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createLogger } from '@patchwork/telemetry'
import { systemRuntime, sleep } from '@patchwork/runtime'
import { openPlaceFile } from '@patchwork/place-file'
import { embeddedDocumentStore } from '../../document-store/src/embedded/embeddedDocumentStore.ts'
import { embeddedEventLog } from '../../event-log/src/embedded/embeddedEventLog.ts'
import { openAggregates } from '../src/openAggregates.ts'
import { consume } from '../src/consume.ts'
import { on } from '../src/on.ts'
import { addCoins, CoinsAdded, commandOf, jarDefinition, type Jar, type JarDetails, type JarEvent } from '../src/testExamples.ts'

const dir = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'bench-'))
const logger = createLogger({ service: 'bench', level: 'warn' })
const runtime = systemRuntime
const keep = setInterval(() => {}, 1000)

// raw
const raw = (ms: number) => {
  const db = new DatabaseSync(join(dir, `raw${Math.random()}.db`))
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE d (id TEXT PRIMARY KEY, revision INTEGER, body TEXT) STRICT')
  const insert = db.prepare('INSERT INTO d VALUES (?,1,?)'), get = db.prepare('SELECT * FROM d WHERE id=?'), upd = db.prepare('UPDATE d SET revision=revision+1, body=? WHERE id=? AND revision=?')
  insert.run('a', JSON.stringify({ sequence: 0, state: {}, outbox: [], answers: [] }))
  const end = performance.now() + ms
  let n = 0
  while (performance.now() < end) {
    const row = get.get('a') as any
    const body = JSON.parse(row.body); body.sequence += 1
    body.pad = 'x'.repeat(600)
    upd.run(JSON.stringify(body), 'a', row.revision); n += 1
  }
  db.close()
  return n / ms * 1000
}
const SECS = Number(process.env.SECS ?? 3)
raw(500)
const placeFile = await openPlaceFile({ path: join(dir, 'place.db') })
const documents = embeddedDocumentStore(placeFile)
const log = embeddedEventLog({ placeFile, runtime, logger })
const ports = { documents, log, runtime, logger, dataKey: new Uint8Array(32) }
const jars = await openAggregates<Jar, JarEvent, JarDetails>(jarDefinition, ports)
let k = 0
const writers = async (count: number, same: boolean) => {
  const end = performance.now() + SECS * 1000
  let n = 0
  const times: number[] = []
  await Promise.all(Array.from({ length: count }, async (_, w) => {
    while (performance.now() < end) {
      k += 1
      const t = performance.now()
      await jars.update(same ? 'hot' : `jar-${count}-${w}`, commandOf(`k${k}`, { repeatable: !process.env.UNREP, at: new Date().toISOString() }), addCoins(1))
      times.push(performance.now() - t)
      n += 1
    }
  }))
  const rate = n / SECS
  const t = performance.now()
  await jars.relay.drained()
  times.sort((a, b) => a - b)
  return { rate: Math.round(rate), p50: times[Math.floor(n / 2)]!.toFixed(2), p99: times[Math.floor(n * 0.99)]!.toFixed(2), drainMs: Math.round(performance.now() - t) }
}
const median = (xs: number[]) => xs.sort((a, b) => a - b)[Math.floor(xs.length / 2)]!
const compare = async (name: string, count: number, same: boolean) => {
  const ratios: number[] = [], rates: number[] = [], raws: number[] = []
  for (let i = 0; i < Number(process.env.ROUNDS ?? 8); i += 1) { const a = raw(400); const w = await writers(count, same); const b = raw(400); ratios.push(w.rate / ((a + b) / 2)); rates.push(w.rate); raws.push((a + b) / 2) }
  console.log(name, 'rate', median(rates), 'raw', Math.round(median(raws)), 'ratio', median(ratios).toFixed(2), ratios.map((r) => r.toFixed(2)).join(' '))
}
await writers(1, false)
await compare('1 writer', 1, false)
await compare('16 writers', 16, false)
await compare('16 on one', 16, true)
if (process.env.ONLY) process.exit()
// latency
const pend = new Map<string, number>(), lat: number[] = []
const handlers = [on(CoinsAdded, async (event, { command }) => {
  await shelf.update(event.subject, command(), addCoins(1))
  const now = performance.now(); const t = pend.get(`${event.subject}:${event.sequence}`); if (t) lat.push(now - t); else if (event.subject.startsWith('l-')) lat.push(0)
})]
const shelf = await openAggregates<Jar, JarEvent, JarDetails>({ ...jarDefinition, name: 'shelf', topic: 'patchwork.example.shelf', events: jarDefinition.events.map((e) => ({ ...e, topic: 'patchwork.example.shelf' })) }, ports)
console.time('backlog'); const consumer = await consume({ service: 'example', group: 'g', topics: [jarDefinition.topic], handlers }, ports)
console.log('backlog', await consumer.lag()); await consumer.caughtUp(); console.timeEnd('backlog')
const RATE = Number(process.env.RATE ?? 500)
const start = performance.now()
let sent = 0
const done: Promise<unknown>[] = []
while (performance.now() - start < 6000) {
  const due = (performance.now() - start) / 1000 * RATE
  while (sent < due) {
    sent += 1
    const id = `l-${sent % 200}`
    done.push(jars.update(id, commandOf(`l${sent}`, { at: new Date().toISOString() }), addCoins(1)).then((o) => { pend.set(`${id}:${o.sequence}`, performance.now()) }))
  }
  await new Promise((r) => setTimeout(r, 1))
}
await Promise.all(done)
await consumer.caughtUp()
lat.sort((a, b) => a - b)
console.log('latency n', lat.length, 'p50', lat[Math.floor(lat.length / 2)]?.toFixed(1), 'p99', lat[Math.floor(lat.length * 0.99)]?.toFixed(1))
clearInterval(keep)
await consumer.stop(); await jars.stop(); await shelf.stop(); await log.close(); await documents.close(); await placeFile.close()
rmSync(dir, { recursive: true })
