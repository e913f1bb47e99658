import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BadStatementError, DamagedFileError, LockedFileError, NewerFileError, PlaceFileFullError, PlaceFileUnavailableError } from './errors.ts'
import { type OpenOptions, openPlaceFile, type PlaceFile } from './placeFile.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-file-'))
const open: PlaceFile[] = []
afterEach(() => Promise.all(open.splice(0).map((file) => file.close())))
afterAll(() => rmSync(folder, { recursive: true }))

const pathOf = (name: string) => join(folder, name)
const openFile = async (options: OpenOptions) => {
  const file = await openPlaceFile(options)
  open.push(file)
  return file
}
const opened = async (name: string, options: { pagesMax?: number } = {}) => {
  const file = await openFile({ path: name === ':memory:' ? name : pathOf(name), ...options })
  await file.run({
    statements: [
      { sql: 'CREATE TABLE IF NOT EXISTS things (id TEXT PRIMARY KEY, name TEXT, count INTEGER)', mode: 'run' },
      { sql: 'CREATE UNIQUE INDEX IF NOT EXISTS byName ON things(name)', mode: 'run' },
    ],
  })
  return file
}
const add = (file: PlaceFile, id: string, name = id) =>
  file.run({ statements: [{ sql: 'INSERT INTO things VALUES (?, ?, 0)', parameters: [id, name], mode: 'run' }] })
const ids = async (file: PlaceFile) => {
  const result = await file.run({ statements: [{ sql: 'SELECT id FROM things ORDER BY id', mode: 'all' }] })
  return result.outcome === 'done' ? (result.results[0] as { id: string }[]).map((row) => row.id) : result
}
/** Runs `body` in a process of its own, with `openPlaceFile` at hand. */
const scriptOf = (body: string) => `import { openPlaceFile } from ${JSON.stringify(new URL('./placeFile.ts', import.meta.url).href)}\n${body}`

describe('operations', () => {
  test('sent together are each answered truly: one that is refused spoils none of the others', async () => {
    const file = await opened('together.sqlite')
    const results = await Promise.all([add(file, 'a'), add(file, 'a', 'other'), add(file, 'b', 'a'), add(file, 'c')])
    expect(results).toEqual([
      { outcome: 'done', results: [1] },
      { outcome: 'refused', kind: 'primary-key', constraint: 'things.id' },
      { outcome: 'refused', kind: 'unique', constraint: 'things.name', index: 'byName' },
      { outcome: 'done', results: [1] },
    ])
    expect(await ids(file)).toEqual(['a', 'c'])
  })
  test('hold together: when one statement changes less than expected, the others did not happen', async () => {
    const file = await opened('unmet.sqlite')
    const change = { sql: 'UPDATE things SET count = count + 1 WHERE id = ?', parameters: ['missing'], mode: 'run', expectChanges: 1 } as const
    const result = await file.run({ statements: [{ sql: "INSERT INTO things VALUES ('x', 'x', 0)", mode: 'run' }, change] })
    expect(result).toEqual({ outcome: 'unmet', statement: 1, results: [1] })
    expect(await ids(file)).toEqual([])
  })
  test('hold together: a statement alone that is refused half-way changed nothing, and neighbours did', async () => {
    const file = await opened('alone.sqlite')
    await add(file, 'c')
    const sql = 'INSERT INTO things SELECT value, value, 0 FROM json_each(\'["a", "b", "c", "d"]\')'
    const [before, alone, after] = await Promise.all([add(file, 'x'), file.run({ statements: [{ sql, mode: 'run' }] }), add(file, 'y')])
    expect([before.outcome, alone.outcome, after.outcome]).toEqual(['done', 'refused', 'done'])
    expect(await ids(file)).toEqual(['c', 'x', 'y'])
  })
  test('hold together: when a later statement is refused, the earlier ones did not happen, and neighbours did', async () => {
    const file = await opened('refused.sqlite')
    const insert = (id: string) => ({ sql: 'INSERT INTO things VALUES (?, ?, 0)', parameters: [id, id], mode: 'run' }) as const
    const [, refused] = await Promise.all([add(file, 'a'), file.run({ statements: [insert('x'), insert('a')] }), add(file, 'b')])
    expect(refused).toMatchObject({ outcome: 'refused' })
    expect(await ids(file)).toEqual(['a', 'b'])
  })
  test('with a fault in their SQL fail by themselves', async () => {
    const file = await opened('fault.sqlite')
    const bad = (sql: string, mode: 'run' | 'all') => file.run({ statements: [{ sql, mode }] })
    const settled = await Promise.allSettled([add(file, 'a'), bad('INSERT INTO nowhere VALUES (1)', 'run'), bad('SELECT nothing', 'all'), add(file, 'b')])
    expect(settled.map((one) => one.status === 'fulfilled' || one.reason instanceof BadStatementError)).toEqual([true, true, true, true])
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(await ids(file)).toEqual(['a', 'b'])
  })
  test('see what the same caller wrote before', async () => {
    const file = await opened('order.sqlite')
    const [before, , after] = await Promise.all([ids(file), add(file, 'a'), ids(file)])
    expect([before, after]).toEqual([[], ['a']])
  })
  test('after closing are refused; what was sent before is done', async () => {
    const file = await opened('closed.sqlite')
    const last = add(file, 'a')
    await file.close()
    expect((await last).outcome).toBe('done')
    await expect(add(file, 'b')).rejects.toThrow(PlaceFileUnavailableError)
    expect(await ids(await opened('closed.sqlite'))).toEqual(['a'])
  })
  test('on a full disk are refused in words, nothing half-written, and the file goes on when there is room', async () => {
    const file = await opened('full.sqlite', { pagesMax: 40 })
    const large = 'x'.repeat(20_000)
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => add(file, `n${index}`, `${large}${index}`)))
    const written = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [`n${index}`] : []))
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(written.length).toBeGreaterThan(0)
    expect(refused.length).toBeGreaterThan(0)
    for (const reason of refused) expect(reason).toBeInstanceOf(PlaceFileFullError)
    expect(await ids(file)).toEqual(written.sort())
    await file.run({ statements: [{ sql: 'DELETE FROM things', mode: 'run' }] })
    expect((await add(file, 'later', 'small')).outcome).toBe('done')
  })
  test('one too large for the room left does not fail its neighbours', async () => {
    const file = await opened('neighbours.sqlite', { pagesMax: 40 })
    const outcomes = await Promise.allSettled([add(file, 'a'), add(file, 'huge', 'x'.repeat(400_000)), add(file, 'b')])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await ids(file)).toEqual(['a', 'b'])
  })
  test('work in memory too, for as long as it is open', async () => {
    const file = await opened(':memory:')
    await add(file, 'a')
    expect(await ids(file)).toEqual(['a'])
  })
})

describe('opening', () => {
  test('makes each commit wait for the disk, on the connection that writes', async () => {
    const file = await opened('durable.sqlite')
    const settings = await file.run({ statements: ['synchronous', 'journal_mode', 'locking_mode'].map((name) => ({ sql: `PRAGMA ${name}`, mode: 'get' })) })
    expect(settings).toEqual({ outcome: 'done', results: [{ synchronous: 2 }, { journal_mode: 'wal' }, { locking_mode: 'exclusive' }] })
  })
  test('keeps what was acknowledged before a kill -9', async () => {
    const path = pathOf('killed.sqlite')
    const statements = `[{ sql: 'CREATE TABLE things (id TEXT PRIMARY KEY, name TEXT, count INTEGER)', mode: 'run' }, { sql: "INSERT INTO things VALUES ('kept', 'kept', 0)", mode: 'run' }]`
    const script = scriptOf(`const file = await openPlaceFile({ path: ${JSON.stringify(path)} })
      await file.run({ statements: ${statements} })
      process.kill(process.pid, 'SIGKILL')`)
    expect(spawnSync(process.execPath, ['--input-type=module', '-e', script]).signal).toBe('SIGKILL')
    expect(await ids(await openFile({ path }))).toEqual(['kept'])
  })
  test('a place that is open in another process is refused until that process ends, also by kill -9', async () => {
    const path = pathOf('elsewhere.sqlite')
    const script = scriptOf(`await openPlaceFile({ path: ${JSON.stringify(path)} }); console.log('open'); setInterval(() => {}, 1_000)`)
    const other = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => other.stdout.once('data', resolve))
    await expect(openPlaceFile({ path })).rejects.toThrow(LockedFileError)
    const gone = new Promise((resolve) => other.once('exit', resolve))
    other.kill('SIGKILL')
    await gone
    expect(await (await opened('elsewhere.sqlite')).run({ statements: [] })).toEqual({ outcome: 'done', results: [] })
  })
  test('a place that is open in this process already is refused', async () => {
    await opened('locked.sqlite')
    await expect(openPlaceFile({ path: pathOf('locked.sqlite') })).rejects.toThrow(/in use by another process.*DATA_DIR/s)
  })
  test('a newer format is refused and left as it is', async () => {
    await (await opened('newer.sqlite')).close()
    const database = new DatabaseSync(pathOf('newer.sqlite'))
    database.exec('PRAGMA user_version=99')
    database.close()
    const before = readFileSync(pathOf('newer.sqlite'))
    await expect(openPlaceFile({ path: pathOf('newer.sqlite') })).rejects.toThrow(NewerFileError)
    expect(readFileSync(pathOf('newer.sqlite')).equals(before)).toBe(true)
  })
  test('another program’s database is refused and left as it is', async () => {
    const path = pathOf('other.sqlite')
    const database = new DatabaseSync(path)
    database.exec('CREATE TABLE a (b); INSERT INTO a VALUES (1); PRAGMA user_version=1')
    database.close()
    const before = readFileSync(path)
    await expect(openPlaceFile({ path })).rejects.toThrow(DamagedFileError)
    expect(readFileSync(path).equals(before)).toBe(true)
  })
  test('a folder that is not there is told in words', async () => {
    await expect(openPlaceFile({ path: join(folder, 'nowhere', 'place.sqlite') })).rejects.toThrow(PlaceFileUnavailableError)
  })
  const zeroed = (path: string) => {
    const bytes = readFileSync(path)
    return Buffer.concat([bytes.subarray(0, 4_096), Buffer.alloc(bytes.length - 4_096, 0xaa)])
  }
  test.each([
    ['text', (path: string) => writeFileSync(path, 'this is no database, but a letter to somebody who should not have it here'.repeat(50))],
    ['a database with bytes overwritten', (path: string) => writeFileSync(path, zeroed(path))],
    ['a database that was cut', (path: string) => truncateSync(path, 6_000)],
  ])('%s is refused in words', async (what, damage) => {
    const name = `damaged-${what.length}.sqlite`
    const file = await opened(name)
    await Promise.all(Array.from({ length: 50 }, (_, index) => add(file, `row-${index}`, `${index}${'y'.repeat(500)}`)))
    await file.close()
    damage(pathOf(name))
    await expect(openPlaceFile({ path: pathOf(name) })).rejects.toThrow(DamagedFileError)
  })
})

describe('what a killed process left', () => {
  const rows = 40
  /** A file with rows of its own and as many in the -wal file, copied while nobody writes. Gives where the -wal ended after each of the latter. */
  const killed = async (name: string) => {
    const first = await opened(name)
    for (let row = 0; row < rows; row += 1) await add(first, `a${row}`, `${row}${'y'.repeat(row * 300)}`)
    // The last pages of the file belong to what nobody changes any more.
    const tail = { sql: 'INSERT INTO tail VALUES (?)', parameters: ['t'.repeat(30_000)], mode: 'run' } as const
    await first.run({ statements: [{ sql: 'CREATE TABLE tail (body TEXT)', mode: 'run' }, tail] })
    await first.close()
    const file = await openFile({ path: pathOf(name) })
    const ends: number[] = []
    for (let row = 0; row < rows; row += 1) {
      await add(file, `b${row}`, `b${row}${'z'.repeat(row * 300)}`)
      ends.push(statSync(pathOf(`${name}-wal`)).size)
    }
    const path = pathOf(`killed-${name}`)
    for (const part of ['', '-wal']) copyFileSync(pathOf(`${name}${part}`), `${path}${part}`)
    return { path, ends }
  }
  const flip = (path: string, at: number) => {
    const bytes = readFileSync(path)
    bytes[at] = (bytes[at] as number) ^ 1
    writeFileSync(path, bytes)
  }
  const expectUntouched = async (path: string, words: RegExp) => {
    const before = [path, `${path}-wal`].map((part) => readFileSync(part))
    await expect(openPlaceFile({ path })).rejects.toThrow(words)
    expect([path, `${path}-wal`].map((part) => readFileSync(part)).map((bytes, part) => bytes.equals(before[part] as Buffer))).toEqual([true, true])
  }
  test('opens with every row, and with every row before the end of a -wal that was cut', async () => {
    const { path, ends } = await killed('cut.sqlite')
    truncateSync(`${path}-wal`, (ends[20] as number) + 1_000)
    expect(await ids(await openFile({ path }))).toHaveLength(rows + 21)
  })
  test('is refused where the -wal is damaged before commits that were answered; cut where it says, it opens with what was before', async () => {
    const { path, ends } = await killed('flipped.sqlite')
    flip(`${path}-wal`, (ends[20] as number) + 2_000)
    await expectUntouched(path, new RegExp(`flipped.sqlite-wal.*truncate -s ${ends[20]} `))
    truncateSync(`${path}-wal`, ends[20])
    expect(await ids(await openFile({ path }))).toHaveLength(rows + 21)
  })
  test('is refused where the beginning of the -wal is damaged', async () => {
    const { path } = await killed('header.sqlite')
    flip(`${path}-wal`, 17)
    await expectUntouched(path, /header.sqlite-wal.*from byte 0 on/)
  })
  test.each([
    ['by less than a page', 100],
    ['by a page', 4_096],
    ['by half', 60_000],
  ])('is refused where the file was cut %s and the -wal does not hold what is gone', async (_how, bytes) => {
    const { path } = await killed(`shorter-${bytes}.sqlite`)
    truncateSync(path, statSync(path).size - bytes)
    await expectUntouched(path, /shorter.*was cut: its page \d+/)
  })
  test('is refused where all of the file is gone but the -wal', async () => {
    const { path } = await killed('emptied.sqlite')
    truncateSync(path, 0)
    await expectUntouched(path, /was cut to 0 bytes/)
  })
  test('opens where pages that are free were never written', async () => {
    const file = await opened('free.sqlite')
    await add(file, 'kept')
    // Made and removed in one commit: their pages are counted, and need not be in any file.
    await file.run({
      statements: [
        { sql: "INSERT INTO things VALUES ('gone', ?, 0)", parameters: ['x'.repeat(400_000)], mode: 'run' },
        { sql: "DELETE FROM things WHERE id = 'gone'", mode: 'run' },
      ],
    })
    for (const part of ['', '-wal']) copyFileSync(pathOf(`free.sqlite${part}`), pathOf(`killed-free.sqlite${part}`))
    expect(await ids(await openFile({ path: pathOf('killed-free.sqlite') }))).toEqual(['kept'])
  })
})

describe('a backup', () => {
  test('taken under writes is a whole place with all that was acknowledged before', async () => {
    const file = await opened('live.sqlite')
    await add(file, 'before')
    const writes = Array.from({ length: 200 }, (_, index) => add(file, `w${index}`))
    await file.backup(pathOf('copy.sqlite'))
    await Promise.all(writes)
    await file.close()
    const copy = await openFile({ path: pathOf('copy.sqlite') })
    expect(await ids(copy)).toContain('before')
  })
  test('begun in the midst of writes is as whole, and stops none of them', async () => {
    const file = await opened('busy.sqlite')
    const write = (id: number, round: number) => {
      const parameters = [`w${id}`, `${id} ${round} ${'x'.repeat(20_000)}`, round]
      return file.run({ statements: [{ sql: 'INSERT OR REPLACE INTO things VALUES (?, ?, ?)', parameters, mode: 'run' }] })
    }
    for (let round = 0; round < 60; round += 1) {
      const copied = file.backup(pathOf('busy.copy'))
      // A write in each turn, so that one after the other begins while the first pages are copied.
      const writes: ReturnType<typeof write>[] = []
      for (let id = 0; id < 20; id += 1) {
        writes.push(write(id, round))
        await new Promise((resolve) => setImmediate(resolve))
      }
      await copied
      for (const { outcome } of await Promise.all(writes)) expect(outcome).toBe('done')
      if (round === 0 || round % 10 > 0) continue
      const copy = await openPlaceFile({ path: pathOf('busy.copy'), isCopy: true })
      const found = await copy.run({ statements: [{ sql: 'SELECT count(*) AS rows, min(count) AS oldest FROM things', mode: 'get' }] })
      await copy.close()
      const [{ rows, oldest }] = (found.outcome === 'done' ? found.results : []) as [{ rows: number; oldest: number }]
      expect(rows).toBe(20)
      expect(oldest).toBeGreaterThanOrEqual(round - 1)
    }
  })
  test('replaces an older one', async () => {
    const file = await opened('twice.sqlite')
    await file.backup(pathOf('again.sqlite'))
    await add(file, 'a', 'x'.repeat(100_000))
    await file.backup(pathOf('again.sqlite'))
    expect(statSync(pathOf('again.sqlite')).size).toBeGreaterThan(100_000)
    expect(await ids(await openFile({ path: pathOf('again.sqlite') }))).toEqual(['a'])
  })
  test('can be read by this user only, and tells how far it is', async () => {
    const file = await opened('private.sqlite')
    await add(file, 'a', 'x'.repeat(3_000_000))
    const told: number[] = []
    await file.backup(pathOf('private.copy'), (copied, total) => told.push(copied / total))
    expect(statSync(pathOf('private.copy')).mode & 0o777).toBe(0o600)
    expect(told.length).toBeGreaterThan(0)
    expect(told).toEqual(told.toSorted((one, other) => one - other))
  })
  test('is checked page by page and read without a change to it or its folder', async () => {
    const file = await opened('checked.sqlite')
    await Promise.all(Array.from({ length: 200 }, (_, index) => add(file, `row-${index}`)))
    mkdirSync(pathOf('copies'))
    const path = join(pathOf('copies'), 'copy.sqlite')
    await file.backup(path)
    const before = readFileSync(path)
    const copy = await openFile({ path, isCopy: true })
    expect(await ids(copy)).toHaveLength(200)
    await expect(add(copy, 'more')).rejects.toThrow(PlaceFileUnavailableError)
    expect(readdirSync(pathOf('copies'))).toEqual(['copy.sqlite'])
    await copy.close()
    expect(readFileSync(path).equals(before)).toBe(true)
  })
  test('whose index does not agree with its table is refused, though each page of it is sound', async () => {
    const file = await opened('disagrees.sqlite')
    await add(file, 'a')
    await file.backup(pathOf('disagrees.copy'))
    const database = new DatabaseSync(pathOf('disagrees.copy'), { defensive: false } as object)
    database.exec("PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = 'CREATE UNIQUE INDEX byName ON things(count)' WHERE name = 'byName'")
    database.close()
    await expect(openPlaceFile({ path: pathOf('disagrees.copy'), isCopy: true })).rejects.toThrow(DamagedFileError)
  })
  test('that cannot be written fails in words, and the place goes on', async () => {
    const file = await opened('nobackup.sqlite')
    await expect(file.backup(join(folder, 'nowhere', 'copy.sqlite'))).rejects.toThrow(PlaceFileUnavailableError)
    expect((await add(file, 'a')).outcome).toBe('done')
  })
})
