import { execFileSync } from 'node:child_process'
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartedPlace, until } from '../src/startedPlace.ts'
import { everythingHolds } from './afterwards.ts'
import type { Fault } from './fault.ts'
import { Load } from './load.ts'

const diskMebibytes = 256
const partBytes = 65_536
const refusalsMin = 10
const operationsAfter = 50
const recoversWithinMs = 120_000
const point = 'no room for documents and log'

/** A disk of its own in memory. Only root may mount one. */
const smallDisk = () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMebibytes}m`, 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    rmSync(folder, { recursive: true })
    throw new Error(`A disk that can be filled needs the right to mount one: run this as root. ${(error as Error).message}`)
  }
  return {
    folder,
    remove: () => {
      execFileSync('umount', [folder])
      rmSync(folder, { recursive: true })
    },
  }
}

/** Takes all the room there is, to the last part of it. */
const fill = (path: string): void => {
  const file = openSync(path, 'w')
  const part = Buffer.alloc(partBytes)
  try {
    for (;;) writeSync(file, part)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** The disk under a place's file is really full for a while. */
export const diskFull: Fault = {
  name: 'disk full',
  on: 'alone',
  title: 'O1 on a full disk a place answers 503 in words, writes nothing by halves, and goes on by itself once there is room',
  unit: 'fillings',
  counts: { ci: 2, full: 10 },
  points: [point],
  strike: async ({ count, struck, say }) => {
    const disk = smallDisk()
    try {
      const place = await StartedPlace.open({ dataDirectory: join(disk.folder, 'data'), environment: { LOG_LEVEL: 'error' } })
      try {
        const load = await Load.begin(place)
        const { requests } = load
        for (let filling = 0; filling < count; filling += 1) {
          const [refused, room] = [requests.unavailable.length, join(disk.folder, 'room')]
          fill(room)
          await until('writes are refused', () => load.expectUnbroken() ?? requests.unavailable.length - refused >= refusalsMin, recoversWithinMs)
          rmSync(room)
          const from = requests.operations
          await until('it goes on by itself', () => load.expectUnbroken() ?? requests.operations - from > operationsAfter, recoversWithinMs)
          struck(point)
        }
        await load.stop()
        expect(place.running).toBe(true)
        say(`${requests.unavailable.length} refused with 503 in words`)
        say(load.words)
        await everythingHolds(place, load)
      } finally {
        await place.end()
      }
    } finally {
      disk.remove()
    }
  },
}
