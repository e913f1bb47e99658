import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { embeddedEventLog } from './src/embedded/embeddedEventLog.ts'
import { eventOf } from './src/conformance.ts'
const folder = mkdtempSync(join(tmpdir(), 'plog-'))
const placeFile = await openPlaceFile({ path: join(folder, 'x.sqlite') })
const log = embeddedEventLog({ placeFile, runtime: systemRuntime })
const sent = new Map<string, number>(); const lat: number[] = []; const plat: number[] = []
const groups = 5
const subs = await Promise.all(Array.from({ length: groups }, (_, g) => log.subscribe({ group: `g${g}`, topics: ['a', 'b'], handler: async (e) => { if (g === 0) lat.push(performance.now() - sent.get(e.id)!) } })))
const rate = 500, secs = 10
let n = 0
const start = performance.now()
const ps: Promise<void>[] = []
while (performance.now() - start < secs * 1000) {
  const due = Math.floor(((performance.now() - start) / 1000) * rate)
  while (n < due) { n += 1; const e = eventOf(`k${n % 50}`, n); sent.set(e.id, performance.now()); const t = performance.now(); ps.push(log.publish([{ topic: n % 2 ? 'a' : 'b', event: e }]).then(() => void plat.push(performance.now() - t))) }
  await new Promise((r) => setTimeout(r, 2))
}
await Promise.all(ps); await Promise.all(subs.map((s) => s.caughtUp()))
const q = (a: number[], p: number) => a.toSorted((x, y) => x - y)[Math.floor(a.length * p)]!.toFixed(1)
console.log('handled', lat.length, 'of', n, 'publish p50', q(plat, 0.5), 'p99', q(plat, 0.99), 'effect p50', q(lat, 0.5), 'p99', q(lat, 0.99), 'max', q(lat, 0.9999))
// throughput
const t = performance.now(); const m = 20_000
for (let i = 0; i < m; i += 500) await log.publish(Array.from({ length: 500 }, (_, j) => ({ topic: 'a', event: eventOf(`x${(i + j) % 97}`, i + j + 1_000_000) })))
const tp = performance.now(); await Promise.all(subs.map((s) => s.caughtUp()))
console.log('publish/s', (m / ((tp - t) / 1000)).toFixed(0), 'handled/s x groups', ((m * groups) / ((performance.now() - t) / 1000)).toFixed(0))
await Promise.all(subs.map((s) => s.stop())); await log.close(); await placeFile.close(); rmSync(folder, { recursive: true })
