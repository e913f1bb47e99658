import { createHash } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPlaceFile, type PlaceFile } from '@patchwork/place-file'
import { StartedPlace, until } from '../src/startedPlace.ts'
import { everythingHolds } from './afterwards.ts'
import { chance } from './chance.ts'
import type { Fault, Scene } from './fault.ts'
import { Load } from './load.ts'

/** Rows that are folded into the file itself, and rows that stand in the -wal file only, each a commit of its own. */
const [foldedCount, waitingCount] = [60, 60]
const rowBytesMax = 9_000
const loadMs = 4_000

const bodyOf = (row: number): string => `${createHash('sha256').update(String(row)).digest('hex')}${'x'.repeat(chance(`row ${row}`, 0, rowBytesMax))}`

/** A file as a process that was killed leaves it, and where its -wal file ended when each row was acknowledged. */
type Killed = { path: string; ends: number[] }

const killedFile = async (folder: string): Promise<Killed> => {
  const path = join(folder, 'whole.sqlite')
  const add = async (file: PlaceFile, row: number) => {
    const { outcome } = await file.run({ statements: [{ sql: 'INSERT INTO kept VALUES (?, ?)', parameters: [row, bodyOf(row)], mode: 'run' }] })
    expect(outcome).toBe('done')
  }
  const first = await openPlaceFile({ path: join(folder, 'growing.sqlite') })
  await first.run({ statements: [{ sql: 'CREATE TABLE kept (row INTEGER PRIMARY KEY, body TEXT)', mode: 'run' }] })
  for (let row = 1; row <= foldedCount; row += 1) await add(first, row)
  await first.close()
  const second = await openPlaceFile({ path: join(folder, 'growing.sqlite') })
  const ends: number[] = []
  for (let row = foldedCount + 1; row <= foldedCount + waitingCount; row += 1) {
    await add(second, row)
    ends.push(statSync(join(folder, 'growing.sqlite-wal')).size)
  }
  // Nobody writes now: these are the bytes that a kill would leave.
  for (const part of ['', '-wal']) copyFileSync(join(folder, `growing.sqlite${part}`), `${path}${part}`)
  await second.close()
  return { path, ends }
}

/** What a damage did: how many rows must still be there if the file opens, and whether it may be refused instead. */
type Damage = { rowsMin: number; mayBeRefused: boolean }
type Strike = (path: string, killed: Killed, occasion: string) => Damage

const rowsBefore = ({ ends }: Killed, at: number): number => foldedCount + ends.filter((end) => end <= at).length

const strikes: Record<string, Strike> = {
  // Whatever was acknowledged before the cut was synced before it.
  'the -wal cut': (path, killed, occasion) => {
    const at = chance(occasion, 0, killed.ends.at(-1) as number)
    truncateSync(`${path}-wal`, at)
    return { rowsMin: rowsBefore(killed, at), mayBeRefused: false }
  },
  'a byte of the -wal flipped': (path, killed, occasion) => {
    const at = flip(`${path}-wal`, occasion)
    // Damage to what was acknowledged is named; only the last commit cannot be told from a write that was cut.
    const { length } = killed.ends
    return at < (killed.ends[length - 2] as number)
      ? { rowsMin: Number.POSITIVE_INFINITY, mayBeRefused: true }
      : { rowsMin: rowsBefore(killed, at), mayBeRefused: false }
  },
  'the -wal cut and a byte of the rest flipped': (path, killed, occasion) => {
    const cut = chance(`${occasion} cut`, 1, killed.ends.at(-1) as number)
    truncateSync(`${path}-wal`, cut)
    const at = flip(`${path}-wal`, occasion)
    return { rowsMin: rowsBefore(killed, at), mayBeRefused: true }
  },
  'the file cut': (path, _killed, occasion) => {
    truncateSync(path, chance(occasion, 1, statSync(path).size))
    return { rowsMin: foldedCount + waitingCount, mayBeRefused: true }
  },
}

/** Flips a bit of a byte and gives where it stands. */
const flip = (path: string, occasion: string): number => {
  const bytes = readFileSync(path)
  const at = chance(occasion, 0, bytes.length)
  bytes[at] = (bytes[at] as number) ^ (1 << chance(`${occasion} bit`, 0, 8))
  writeFileSync(path, bytes)
  return at
}

const rowsOf = async (file: PlaceFile): Promise<{ row: number; body: string }[]> => {
  const found = await file.run({ statements: [{ sql: 'SELECT row, body FROM kept ORDER BY row', mode: 'all' }] })
  expect(found.outcome).toBe('done')
  return found.outcome === 'done' ? (found.results[0] as { row: number; body: string }[]) : []
}

/** Opened, it has every row up to some one and no other; refused, it says which file and what to do, and nothing was changed. */
const openStruck = async (path: string, { rowsMin, mayBeRefused }: Damage): Promise<'opened' | 'refused'> => {
  const before = [path, `${path}-wal`].map((part) => readFileSync(part))
  const opened = await openPlaceFile({ path, isSmall: true }).catch((error: Error) => error)
  if (opened instanceof Error) {
    expect({ mayBeRefused, words: opened.message }).toEqual({
      mayBeRefused: true,
      words: expect.stringMatching(/struck\.sqlite cannot be used: .*Nothing was changed/s),
    })
    expect(opened.message).toContain(path)
    expect(opened.message).toContain('patchwork restore')
    for (const [part, bytes] of before.entries()) expect(readFileSync(part === 0 ? path : `${path}-wal`).equals(bytes)).toBe(true)
    return 'refused'
  }
  try {
    const rows = await rowsOf(opened)
    expect(rows.length).toBeGreaterThanOrEqual(rowsMin)
    for (const [index, { row, body }] of rows.entries())
      if (row !== index + 1 || body !== bodyOf(row)) throw new Error(`Row ${row} stands where ${index + 1} should, or is another`)
    return 'opened'
  } finally {
    await opened.close()
  }
}

const strikeFiles = async (folder: string, { count, struck, say }: Scene): Promise<void> => {
  const killed = await killedFile(folder)
  const path = join(folder, 'struck.sqlite')
  const ended = { opened: 0, refused: 0 }
  for (let number = 0; number < count; number += 1) {
    const point = Object.keys(strikes)[number % Object.keys(strikes).length] as string
    for (const part of ['', '-wal', '-shm']) rmSync(`${path}${part}`, { force: true })
    for (const part of ['', '-wal']) copyFileSync(`${killed.path}${part}`, `${path}${part}`)
    const damage = (strikes[point] as Strike)(path, killed, `tail ${number}`)
    const how = await openStruck(path, damage).catch((error: Error) => {
      throw new Error(`${point}, the ${number + 1}th: ${error.message}`)
    })
    ended[how] += 1
    struck(point)
  }
  say(`${ended.opened} opened with all that was acknowledged before, ${ended.refused} refused in words`)
}

const wholePlace = 'a whole place'
/** Of the first page in the -wal file: what stands further on may be of the time before it was begun anew. */
const flippedAt = 100

/** A place killed under load: with damage before later commits it names the file and does not start; as it was, it starts and everything holds. */
const strikePlace = async ({ struck, say }: Scene): Promise<void> => {
  const place = await StartedPlace.open({ environment: { LOG_LEVEL: 'warn' } })
  try {
    const load = await Load.begin(place)
    await new Promise((resolve) => setTimeout(resolve, loadMs))
    await place.end('SIGKILL')
    const wal = join(place.dataDirectory, 'patchwork.sqlite-wal')
    const kept = readFileSync(wal)
    const damaged = Buffer.from(kept)
    damaged[flippedAt] = (damaged[flippedAt] as number) ^ 1
    writeFileSync(wal, damaged)
    const from = place.output.length
    await place.start({}, false)
    await until('the place refuses to start', () => !place.running)
    expect(place.output.slice(from)).toMatch(/patchwork\.sqlite-wal.* is damaged from byte \d+ on.*truncate -s/s)
    struck(wholePlace)
    writeFileSync(wal, kept)
    await place.start()
    await load.stop()
    say(load.words)
    await everythingHolds(place, load)
  } finally {
    await place.remove()
  }
}

/** Cuts and flipped bytes at the end of the files of a place that was killed. */
export const tornTail: Fault = {
  name: 'torn tail',
  on: 'alone',
  title: 'O1 the files of a place that was killed, cut or damaged at their end, lose nothing acknowledged before, or say which is damaged and what to do',
  unit: 'injections',
  counts: { ci: 200, full: 2_000 },
  points: [...Object.keys(strikes), wholePlace],
  strike: async (scene) => {
    const folder = mkdtempSync(join(tmpdir(), 'patchwork-torn-'))
    try {
      await strikeFiles(folder, scene)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    await strikePlace(scene)
  },
}
