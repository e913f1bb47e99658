import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dataKeyFrom } from '@patchwork/encryption'
import { embeddedEventLog } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import { openPlaceFile, type PlaceFile } from '@patchwork/place-file'
import { systemRuntime as runtime } from '@patchwork/runtime'
import { BackupError, type BackupPoint, backUp, type CopyProgress } from './backup.ts'
import { RestoreError, restore } from './restore.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-backup-'))
const dataKeyFile = join(folder, 'data.key')
const dataKey = dataKeyFrom(dataKeyFile, runtime)
let placeFile: PlaceFile
beforeAll(async () => {
  placeFile = await openPlaceFile({ path: join(folder, 'place.sqlite') })
})
afterAll(async () => {
  await placeFile.close()
  rmSync(folder, { recursive: true })
})

let count = 0
const fresh = (name: string): string => {
  count += 1
  return join(folder, `${name}-${count}`)
}
const eventOf = (subject: string, sequence: number) => ({ id: `${subject}-${sequence}`, subject, sequence }) as EventEnvelope
const publish = (topic: string, subject: string, sequence: number) =>
  embeddedEventLog({ placeFile, runtime }).publish([{ topic, event: eventOf(subject, sequence) }])
const backedUp = (file = fresh('copy')) => backUp({ placeFile, dataKey, runtime }, file)
const restoredTo = (file: string, to: Partial<{ dataDirectory: string; dataKeyFile: string }> = {}, dryRun = false) =>
  restore(file, { dataDirectory: fresh('elsewhere'), dataKeyFile, runtime, ...to }, { dryRun })
const pointBeside = (file: string): BackupPoint => JSON.parse(readFileSync(`${file}.json`, 'utf8'))
/** Flips one bit in the middle of a file. */
const flip = (file: string) => {
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
  writeFileSync(file, bytes)
}

describe('a backup', () => {
  test('states the instant and the end of each topic, holds all that was answered before, and is restored as it was', async () => {
    await publish('pool', 'a', 1)
    await publish('people', 'b', 1)
    const writing = Array.from({ length: 300 }, (_, index) => publish('pool', 'a', index + 2))
    const before = new Date().toISOString()
    const { file, at, topics } = await backedUp()
    await Promise.all(writing)
    expect(at >= before).toBe(true)
    const dataDirectory = fresh('elsewhere')
    expect(await restoredTo(file, { dataDirectory })).toEqual({ restored: true, file, at, topics })
    expect(readdirSync(dataDirectory)).toEqual(['patchwork.sqlite'])
    const restored = await openPlaceFile({ path: join(dataDirectory, 'patchwork.sqlite') })
    const log = embeddedEventLog({ placeFile: restored, runtime })
    expect(topics.people).toBeGreaterThan(0)
    for (const [topic, end] of Object.entries(topics)) expect(await log.end(topic)).toEqual({ file: end + 1 })
    await restored.close()
  })
  test('and what stands beside it can be read by this user only; the key is in neither', async () => {
    const { file } = await backedUp()
    for (const path of [file, `${file}.json`]) {
      expect(statSync(path).mode & 0o777).toBe(0o600)
      const text = readFileSync(path, 'latin1')
      expect(text.includes(Buffer.from(dataKey).toString('hex')) || text.includes(Buffer.from(dataKey).toString('latin1'))).toBe(false)
    }
  })
  test('tells how far it is', async () => {
    const told: CopyProgress[] = []
    await backUp({ placeFile, dataKey, runtime }, fresh('copy'), (progress) => told.push(progress))
    expect(told.at(-1)).toMatchObject({ doing: 'checking', unit: 'bytes' })
    expect(told.at(-1)?.count).toBe(told.at(-1)?.total)
  })
  test('never replaces another, and one of the same name at the same time is refused', async () => {
    const { file } = await backedUp()
    await expect(backedUp(file)).rejects.toThrow(/is there already/)
    const another = fresh('copy')
    const both = await Promise.allSettled([backedUp(another), backedUp(another)])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })
  test('that cannot be written says so and leaves nothing', async () => {
    await expect(backedUp(join(folder, 'nowhere', 'copy'))).rejects.toThrow(/There is no folder/)
    const closed = fresh('closed')
    mkdirSync(closed)
    // A name longer than any file system takes.
    await expect(backedUp(join(closed, 'x'.repeat(250)))).rejects.toThrow(BackupError)
    expect(readdirSync(closed)).toEqual([])
  })
})

describe('a restore', () => {
  test('replaces nothing: a folder with a place, or with what one left, is refused', async () => {
    const { file } = await backedUp()
    for (const left of ['patchwork.sqlite', 'patchwork.sqlite-wal']) {
      const dataDirectory = fresh('taken')
      mkdirSync(dataDirectory)
      writeFileSync(join(dataDirectory, left), 'mine')
      await expect(restoredTo(file, { dataDirectory })).rejects.toThrow(/is there already/)
      expect(readFileSync(join(dataDirectory, left), 'utf8')).toBe('mine')
    }
  })
  test('tried dry writes nothing, and finds what the real one would', async () => {
    const { file, at } = await backedUp()
    const dataDirectory = fresh('dry')
    expect(await restoredTo(file, { dataDirectory }, true)).toMatchObject({ restored: false, at })
    expect(existsSync(dataDirectory)).toBe(false)
    flip(file)
    await expect(restoredTo(file, { dataDirectory }, true)).rejects.toThrow(/contents differ/)
  })
  const damages: [string, (file: string) => void, RegExp][] = [
    ['with one bit flipped', flip, /contents differ/],
    ['that was cut', (file) => truncateSync(file, statSync(file).size - 1), /length is/],
    ['without what stands beside it', (file) => rmSync(`${file}.json`), /is missing/],
    ['with something else beside it', (file) => writeFileSync(`${file}.json`, '{'), /cannot be read/],
    ['of another point', (file) => writeFileSync(`${file}.json`, JSON.stringify({ ...pointBeside(file), topics: { pool: 1 } })), /ends elsewhere/],
    ['that is not there', (file) => rmSync(file), /There is no file/],
  ]
  test.each(damages)('of a backup %s is refused in words, and nothing is written', async (_what, damage, words) => {
    const { file } = await backedUp()
    damage(file)
    const dataDirectory = fresh('refused')
    const refused = restoredTo(file, { dataDirectory })
    await expect(refused).rejects.toThrow(words)
    expect(existsSync(dataDirectory)).toBe(false)
  })
  test('without the key, or with another, is refused before anything is written', async () => {
    const { file } = await backedUp()
    const other = fresh('other.key')
    await expect(restoredTo(file, { dataKeyFile: other })).rejects.toThrow(/kept apart/)
    expect(existsSync(other)).toBe(false)
    dataKeyFrom(other, runtime)
    await expect(restoredTo(file, { dataKeyFile: other })).rejects.toThrow(/not the key/)
  })
  test('to a folder that cannot be written says so', async () => {
    const { file } = await backedUp()
    const occupied = fresh('file')
    writeFileSync(occupied, '')
    chmodSync(occupied, 0o600)
    await expect(restoredTo(file, { dataDirectory: join(occupied, 'data') })).rejects.toThrow(RestoreError)
  })
})
