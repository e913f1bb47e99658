import { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PassThrough } from 'node:stream'
import { systemRuntime } from '@patchwork/runtime'
import { run } from './commandLine.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-importing-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const data = join(folder, 'data')

const begin = (args: string[]) => {
  const words = { output: '', errors: '' }
  const collect = (kind: 'output' | 'errors') =>
    new PassThrough().setEncoding('utf8').on('data', (part: string) => {
      words[kind] += part
    })
  const signals = new EventEmitter()
  const ended = run(args, {
    environment: { HOST: '127.0.0.1', PORT: '0', DATA_DIR: data, LOG_LEVEL: 'silent' },
    runtime: systemRuntime,
    output: collect('output'),
    errors: collect('errors'),
    signals,
  })
  return { ended, words, stop: () => signals.emit('SIGTERM') }
}
const patchwork = async (...args: string[]) => {
  const { ended, words } = begin(args)
  return { code: await ended, ...words }
}
const json = async (...args: string[]) => JSON.parse((await patchwork(...args, '--json')).output)

const service = (id: string, changes: object = {}) => ({
  id,
  name: `Lunch club ${id}`,
  description: 'A meal.',
  status: 'active',
  organization: { id: 'o', name: 'Sale Neighbours', description: 'Neighbours.' },
  ...changes,
})
const feed = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

/** Everything that a place's file holds, table by table. */
const contentDigest = (): string => {
  const database = new DatabaseSync(join(data, 'patchwork.sqlite'), { readOnly: true })
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all() as { name: string }[]
  const hash = createHash('sha256')
  for (const { name } of tables)
    hash.update(
      JSON.stringify([name, database.prepare(`SELECT * FROM "${name}" ORDER BY 1, 2`).all()], (_, value) =>
        typeof value === 'bigint' ? String(value) : value,
      ),
    )
  database.close()
  return hash.digest('hex')
}

describe('importing at the command line, while no place runs', () => {
  const path = feed('feed.json', [service('a'), service('b', { url: 'www.example.org' }), service('c', { name: '' })])
  const report = { read: 3, new: 2, changed: 0, same: 0, gone: 0, refused: 1 }
  const problems = [
    { code: 'no-name', count: 1, examples: ['c'] },
    { code: 'bad-url', count: 1, examples: ['b'] },
  ]
  test('X1 a dry run prints what it found, and leaves no trace', async () => {
    await patchwork('import', 'list')
    const before = contentDigest()
    expect(await json('import', 'open-referral', path, '--dry-run')).toEqual({ ...report, problems })
    expect(contentDigest()).toBe(before)
  })
  test('X1 what is staged waits; it is accepted by its id, and undone', async () => {
    const staged = await json('import', 'open-referral', path)
    expect(staged).toEqual({ ...report, problems, importId: expect.any(String), status: 'staged' })
    expect((await patchwork('import', 'accept', staged.importId)).output).toContain('2 offers taken')
    expect(await json('import', 'open-referral', path, '--dry-run')).toMatchObject({ read: 3, new: 0, same: 2 })
    expect((await patchwork('import', 'undo')).output).toContain('undone')
    expect(await patchwork('import', 'undo')).toMatchObject({ code: 1, errors: expect.stringContaining('no acceptance') })
    expect((await json('import', 'list')).map(({ status }: { status: string }) => status)).toEqual(['undone'])
  })
  test('accepted at once, in words, with progress on the other stream', async () => {
    const { code, output, errors } = await patchwork('import', 'open-referral', path, '--accept', '--as-of', '2024-12-13', '--source', 'another')
    expect([code, errors.includes('Reading'), errors.includes('Taking')]).toEqual([0, true, true])
    for (const words of ['3 read: 2 new', 'has no name (refused)', 'Accepted: 2 offers taken']) expect(output).toContain(words)
    expect((await json('verify')).ok).toBe(true)
  })
  test('a column mapping is kept by its name', async () => {
    const csv = feed('groups.csv', 'Name,Where\nChoir,M33 7ZF\n')
    expect((await patchwork('import', 'csv', csv, '--mapping', 'groups')).code).toBe(1)
    const mapped = ['--map', 'Name=name', '--map', 'Name=organisation', '--map', 'Where=postcode']
    expect(await json('import', 'csv', csv, '--mapping', 'groups', ...mapped, '--dry-run')).toMatchObject({ read: 1, new: 1 })
    expect((await patchwork('import', 'csv', csv, '--mapping', 'groups')).code).toBe(1)
    expect(await json('import', 'csv', csv, '--mapping', 'groups', ...mapped)).toMatchObject({ read: 1, new: 1 })
    expect(await json('import', 'csv', csv, '--mapping', 'groups', '--dry-run')).toMatchObject({ read: 1, new: 1 })
  })
  test.each([
    ['cut in the middle', '[{"id": "a"', 'ends in the middle'],
    ['not JSON', '<html>', 'not JSON'],
  ])('a feed that is %s ends with 1, and says why', async (_what, content, words) =>
    expect(await patchwork('import', 'open-referral', feed('bad.json', content), '--accept')).toMatchObject({
      code: 1,
      errors: expect.stringContaining(words),
    }),
  )
  test.each([
    [['open-referral']],
    [['open-referral', path, '--dry-run', '--accept']],
    [['open-referral', path, '--as-of', 'yesterday']],
    [['csv', path]],
    [['csv', path, '--mapping', 'x', '--map', 'Name=colour']],
    [['accept', 'it']],
    [['juggle']],
  ])('used wrongly it ends with 2: %j', async (args) => expect((await patchwork('import', ...args)).code).toBe(2))
  test('a file that is not there ends with 1', async () => expect((await patchwork('import', 'open-referral', join(folder, 'none.json'))).code).toBe(1))
})

test('X1 the running place does the same, and everyone finds what was accepted', async () => {
  const place = begin(['start', '--empty'])
  for (let tries = 0; !place.words.output.includes('Press Ctrl+C') && tries < 3_000; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20))
  const url = /open at (\S+)/.exec(place.words.output)?.[1]
  const path = feed('more.json', [service('x', { name: 'Ukulele evening' })])
  expect(await json('import', 'open-referral', path, '--dry-run')).toMatchObject({ read: 1, new: 1 })
  expect(await json('import', 'open-referral', path, '--accept')).toMatchObject({ status: 'accepted', taken: 1 })
  const found = async () => ((await (await fetch(`${url}/api/provider-directory/offers?text=ukulele`)).json()) as { total: number }).total
  for (let tries = 0; (await found()) !== 1 && tries < 1_500; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(await found()).toBe(1)
  place.stop()
  expect(await place.ended).toBe(0)
})

// A council's real feed lies beside this repository, where it is; it is not ours to copy.
const bristol = join(import.meta.dirname, '../../../../shared/data/oruk-v1-bristol-2024-12.json')
const withBristol = existsSync(bristol) ? test : test.skip
if (!existsSync(bristol)) console.warn('Skipped: the feed of Bristol is not there (../shared/data/oruk-v1-bristol-2024-12.json)')
withBristol('X1 a real feed is counted at the command line', async () => {
  const { read, problems } = await json('import', 'open-referral', bristol, '--dry-run', '--as-of', '2024-12-13')
  expect(read).toBe(819)
  expect(Object.fromEntries(problems.map(({ code, count }: { code: string; count: number }) => [code, count]))).toMatchObject({
    'no-organisation-description': 218,
    'bad-url': 54,
    'no-organisation': 7,
    'no-name': 1,
    'id-repeated': 1,
    'name-repeated': 14,
    'assured-over-a-year-ago': 595,
  })
})
