import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { StartedPlace, until } from '../src/startedPlace.ts'
import { everythingHolds, storesHold } from './afterwards.ts'
import type { Fault } from './fault.ts'
import { Load } from './load.ts'

const command = fileURLToPath(new URL('../../../node_modules/.bin/patchwork', import.meta.url))
const operationsBetween = 100
const point = 'a backup under load'

const patchwork = async (environment: Record<string, string>, ...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await promisify(execFile)(command, [...args, '--json'], { env: { ...process.env, LOG_LEVEL: 'error', ...environment } })).stdout)

/** A backup while the loop and the pool run, and a place made of it in another folder. */
export const backedUpUnderLoad: Fault = {
  name: 'backup under load',
  on: 'alone',
  title: 'O1 a place made of a backup that was taken under load has all that was answered before the point that the backup states',
  unit: 'restores',
  counts: { ci: 1, full: 10 },
  points: [point],
  strike: async ({ count, struck, say }) => {
    const folder = mkdtempSync(join(tmpdir(), 'patchwork-backup-fault-'))
    const place = await StartedPlace.open({ environment: { LOG_LEVEL: 'warn' } })
    try {
      const load = await Load.begin(place)
      let asked = 0
      for (let number = 1; number <= count; number += 1) {
        const from = load.requests.operations
        await until('the load has done something', () => load.expectUnbroken() ?? load.requests.operations - from > operationsBetween)
        asked += await restoredAsAnswered(place, load, join(folder, `${number}.patchwork`), join(folder, `${number}`))
        struck(point)
      }
      await load.stop()
      say(`${asked.toLocaleString('en-GB')} answers from before the points stand in the restored places`)
      say(load.words)
      await everythingHolds(place, load)
    } finally {
      await place.remove()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

const restoredAsAnswered = async (place: StartedPlace, load: Load, file: string, dataDirectory: string): Promise<number> => {
  const key = { DATA_KEY_FILE: `${place.dataDirectory}.key` }
  const saved = await patchwork({ DATA_DIR: place.dataDirectory, ...key }, 'backup', file)
  const restored = await patchwork({ DATA_DIR: dataDirectory, ...key }, 'restore', file)
  expect(restored).toEqual({ restored: true, file, at: saved.at, topics: saved.topics })
  const elsewhere = await StartedPlace.open({ dataDirectory, environment: { LOG_LEVEL: 'warn', ...key } })
  try {
    await storesHold(elsewhere)
    return await load.requests.expectSameAnswers({ before: Date.parse(String(saved.at)), elsewhere })
  } finally {
    await elsewhere.end()
  }
}
