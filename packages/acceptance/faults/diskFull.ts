import { execFileSync } from 'node:child_process'
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartedPlace, until } from '../src/startedPlace.ts'
import { everythingHolds } from './afterwards.ts'
import { openDistributedPlace } from './distributedPlace.ts'
import type { Fault } from './fault.ts'
import { Load } from './load.ts'

/** MongoDB builds no index where less than 500 MB are free. */
const diskMebibytes = { place: 256, Kafka: 256, MongoDB: 1_280 }
const partBytes = 65_536
const refusalsMin = 10
const operationsMin = 50
const recoversWithinMs = 120_000
const point = 'no room for documents and log'

/** A disk of its own in memory. Only root may mount one. */
const smallDisk = (mebibytes: number) => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    rmSync(folder, { recursive: true })
    throw new Error(`A disk that can be filled needs the right to mount one: run this as root. ${(error as Error).message}`)
  }
  const room = join(folder, 'room')
  return {
    folder,
    fill: () => fill(room),
    free: () => rmSync(room),
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
    const disk = smallDisk(diskMebibytes.place)
    try {
      const place = await StartedPlace.open({ dataDirectory: join(disk.folder, 'data'), environment: { LOG_LEVEL: 'error' } })
      try {
        const load = await Load.begin(place)
        const { requests } = load
        for (let filling = 0; filling < count; filling += 1) {
          const refused = requests.unavailable.length
          disk.fill()
          await until('writes are refused', () => load.expectUnbroken() ?? requests.unavailable.length - refused >= refusalsMin, recoversWithinMs)
          disk.free()
          const from = requests.operations
          await until('it goes on by itself', () => load.expectUnbroken() ?? requests.operations - from > operationsMin, recoversWithinMs)
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

const points = { Kafka: 'no room for Kafka’s log', MongoDB: 'no room for MongoDB’s documents' }

/** The disks under the two servers of a distributed place are really full for a while, one at a time. A server that ends for it is started again once there is room. */
export const diskFullOfServers: Fault = {
  name: 'disk full under servers',
  on: 'alone',
  title:
    'O1 with no room for Kafka’s log every write is taken, with none for MongoDB everybody is told so in words, and once there is room all goes on with nothing half done',
  unit: 'fillings',
  counts: { ci: 2, full: 10 },
  points: Object.values(points),
  strike: async ({ count, struck, say }) => {
    const disks = { Kafka: smallDisk(diskMebibytes.Kafka), MongoDB: smallDisk(diskMebibytes.MongoDB) }
    try {
      const around = await openDistributedPlace({ kafka: join(disks.Kafka.folder, 'data'), mongo: join(disks.MongoDB.folder, 'data') })
      try {
        const load = await Load.begin(around.place)
        const { requests } = load
        let taken = 0
        const goesOn = async () => {
          const from = requests.operations
          await until('it goes on by itself', () => load.expectUnbroken() ?? requests.operations - from > operationsMin, recoversWithinMs)
        }
        for (let filling = 0; filling < count; filling += 1) {
          await goesOn()
          const server = filling % 2 === 0 ? 'Kafka' : 'MongoDB'
          const { operations, refused, unanswered } = { operations: requests.operations, refused: requests.unavailable.length, unanswered: requests.unanswered }
          disks[server].fill()
          if (server === 'Kafka') {
            await until('Kafka has no room', () => around.kafka.hasEnded(), recoversWithinMs)
            const from = requests.operations
            await until('writes are taken without it', () => load.expectUnbroken() ?? requests.operations - from > operationsMin, recoversWithinMs)
            taken += requests.operations - operations
            expect({ refused: requests.unavailable.slice(refused), unanswered: requests.unanswered - unanswered }).toEqual({ refused: [], unanswered: 0 })
          } else await until('writes are refused', () => load.expectUnbroken() ?? requests.unavailable.length - refused >= refusalsMin, recoversWithinMs)
          disks[server].free()
          const { hasEnded, start } = server === 'Kafka' ? around.kafka : around.mongo
          if (hasEnded()) await start()
          struck(points[server])
        }
        await goesOn()
        await load.stop()
        say(`${taken} writes taken without Kafka, ${requests.unavailable.length} refused with 503 in words without MongoDB`)
        say(load.words)
        await everythingHolds(around.place, load)
      } finally {
        await around.close()
      }
    } finally {
      for (const disk of Object.values(disks)) disk.remove()
    }
  },
}
