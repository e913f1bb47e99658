import { EventEmitter } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PassThrough } from 'node:stream'
import { systemRuntime } from '@patchwork/runtime'
import { run } from './commandLine.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-command-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const personRegistered = new URL('../../../packages/events/examples/person.registered.v1/first.json', import.meta.url)

const collect = () => {
  const stream = new PassThrough()
  let words = ''
  stream.setEncoding('utf8').on('data', (part: string) => {
    words += part
  })
  return { stream, words: () => words }
}

const begin = (args: string[], environment: NodeJS.ProcessEnv = {}) => {
  const [output, errors] = [collect(), collect()]
  const signals = new EventEmitter()
  const ended = run(args, {
    environment: { HOST: '127.0.0.1', PORT: '0', DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent', ...environment },
    runtime: systemRuntime,
    output: output.stream,
    errors: errors.stream,
    signals,
  })
  return { ended, output: output.words, errors: errors.words, stop: () => signals.emit('SIGTERM') }
}

const until = async (holds: () => boolean) => {
  for (let tries = 0; !holds() && tries < 1_000; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(holds()).toBe(true)
}

describe('the command line', () => {
  test('tells what it can do, and every setting', async () => {
    const { ended, output } = begin(['--help'])
    expect(await ended).toBe(0)
    for (const word of ['start', 'verify', 'rebuild', 'dead-letters', 'backup', 'restore', 'DATA_DIR', 'DATA_KEY_FILE', 'SMTP_URL', 'Exit code'])
      expect(output()).toContain(word)
  })
  test('brings in where postcodes lie: looked at first, then kept; a wrong file is told in words and changes nothing', async () => {
    const [file, kept] = [join(folder, 'postcodes.csv'), join(folder, 'empty-data', 'postcodes')]
    const environment = { DATA_DIR: join(folder, 'empty-data') }
    writeFileSync(file, 'pcds,lat,long\nEX1 1AA,50.72,-3.53\nEX1 1AB,99.999999,0\n')
    const looked = begin(['import', 'postcodes', file, '--dry-run'], environment)
    expect(await looked.ended).toBe(0)
    expect(looked.output()).toContain('Nothing was kept')
    expect(existsSync(kept)).toBe(false)
    const imported = begin(['import', 'postcodes', file, '--json'], environment)
    expect(await imported.ended).toBe(0)
    expect(JSON.parse(imported.output())).toMatchObject({ read: 2, known: 1, withoutPlace: 1, to: kept })
    expect(imported.errors()).toContain('Reading')
    const before = readFileSync(kept)
    writeFileSync(file, 'name,price\nx,1\n')
    const refused = begin(['import', 'postcodes', file], environment)
    expect(await refused.ended).toBe(1)
    expect(refused.errors()).toContain('names no column for the postcode')
    expect(readFileSync(kept).equals(before)).toBe(true)
    const help = begin(['import', 'postcodes', '--help'])
    expect(await help.ended).toBe(0)
    for (const words of ['ONS Postcode Directory', '--dry-run', '--to', '--json']) expect(help.output()).toContain(words)
  })
  test('brings in a taxonomy: looked at first, then kept, then in another language; a wrong file is told in words and changes nothing', async () => {
    const [file, kept] = [join(folder, 'terms.csv'), join(folder, 'empty-data', 'taxonomies', 'our-own.json')]
    const environment = { DATA_DIR: join(folder, 'empty-data') }
    const importing = (...options: string[]) => begin(['import', 'taxonomy', file, ...options], environment)
    writeFileSync(file, 'code,name,parent\n1,Food,\n2,Food banks,1\n')
    const looked = importing('--name', 'Our own', '--dry-run')
    expect(await looked.ended).toBe(0)
    expect(looked.output()).toMatch(/2 terms of Our own read: 2 are new[\s\S]*Nothing was kept/)
    expect(existsSync(kept)).toBe(false)
    const imported = importing('--name', 'Our own', '--json')
    expect(await imported.ended).toBe(0)
    expect(JSON.parse(imported.output())).toMatchObject({ read: 2, added: 2, to: kept })
    expect(imported.errors()).toContain('Reading')
    writeFileSync(file, 'code,name\n1,Bwyd\n')
    const translated = importing('--name', 'Our own', '--language', 'cy')
    expect(await translated.ended).toBe(0)
    expect(translated.output()).toContain('1 term of Our own read in Welsh')
    const before = readFileSync(kept)
    writeFileSync(file, 'code,name\n1,Food\n1,Fuel\n')
    const refused = importing('--name', 'Our own')
    expect(await refused.ended).toBe(1)
    expect(refused.errors()).toContain('line 3, code')
    expect(readFileSync(kept).equals(before)).toBe(true)
    expect(await importing('--language', 'xx').ended).toBe(2)
    const concept = '<http://w.example/2> a <http://www.w3.org/2004/02/skos/core#Concept> ; <http://www.w3.org/2004/02/skos/core#prefLabel> "Food banks"@en'
    writeFileSync(file, `${concept} ; <http://www.w3.org/2004/02/skos/core#exactMatch> <http://elsewhere.example/7> .\n`)
    const inSkos = importing('--name', 'In SKOS', '--dry-run')
    expect(await inSkos.ended).toBe(0)
    expect(inSkos.output()).toMatch(/1 term of In SKOS read[\s\S]*0 as one that is here, 1 as one that is not/)
    const help = begin(['import', 'taxonomy', '--help'])
    expect(await help.ended).toBe(0)
    for (const words of ['Open Eligibility', 'SKOS', 'Turtle', '--name', '--language', '--skip-repeated', '--dry-run', '--to', '--json'])
      expect(help.output()).toContain(words)
  })
  test.each([[['juggle']], [['verify', '--colour']], [['dead-letters', 'show']]])('ends with 2 when it is used wrongly: %j', async (args) => {
    const { ended, errors } = begin(args)
    expect(await ended).toBe(2)
    expect(errors()).toMatch(/error/i)
  })
  test.each([
    ['a port that is none', { PORT: '99999' }, 'PORT'],
    ['an address that is none', { PUBLIC_URL: 'here' }, 'PUBLIC_URL'],
    ['a key among the data', { DATA_KEY_FILE: join(folder, 'data', 'key') }, 'DATA_KEY_FILE'],
  ])('names the setting that is wrong: %s', async (_what, environment, name) => {
    const { ended, errors } = begin(['verify'], environment)
    expect(await ended).toBe(2)
    expect(errors()).toContain(name)
  })
  test.each([
    ['no servers', {}, 'MONGODB_URI'],
    ['no key', { MONGODB_URI: 'mongodb://127.0.0.1:9', KAFKA_BROKERS: '127.0.0.1:9', DATA_KEY_FILE: join(folder, 'no-such-key') }, 'DATA_KEY_FILE'],
  ])('loads no demonstration into services of which it is told %s', async (_what, environment, name) => {
    const { ended, errors } = begin(['demonstration', '--at', 'http://127.0.0.1:9'], environment)
    expect(await ended).toBe(2)
    expect(errors()).toContain(name)
  })
  test('opens an empty place with a one-time code, answers an operator while it runs, and keeps everything', async () => {
    const place = begin(['start', '--empty'])
    await until(() => place.output().includes('Press Ctrl+C'))
    expect(place.output()).toContain('/set-up')
    const verified = begin(['verify', '--json'])
    expect(await verified.ended).toBe(0)
    const { ok, invariants } = JSON.parse(verified.output())
    expect({ ok, counted: invariants.every((one: { checked: unknown }) => Number.isInteger(one.checked)) }).toEqual({ ok: true, counted: true })
    const letters = begin(['dead-letters'])
    expect(await letters.ended).toBe(0)
    expect(letters.output()).toContain('Nothing is parked')
    const unknown = begin(['rebuild', 'nothing-of-that-name'])
    expect(await unknown.ended).toBe(2)
    expect(unknown.errors()).toContain('There are: ')
    const saved = begin(['backup', join(folder, 'running.backup'), '--json'])
    expect(await saved.ended).toBe(0)
    expect(JSON.parse(saved.output())).toMatchObject({ file: join(folder, 'running.backup'), pointFile: join(folder, 'running.backup.json') })
    const again = begin(['backup', join(folder, 'running.backup')])
    expect(await again.ended).toBe(1)
    expect(again.errors()).toContain('is there already')
    const second = begin(['start'])
    expect(await second.ended).toBe(1)
    await until(() => /stop/i.test(second.errors()))
    place.stop()
    expect(await place.ended).toBe(0)
  })
  test('opens the data itself when no place runs', async () => {
    const verified = begin(['verify'])
    expect(await verified.ended).toBe(0)
    expect(verified.output()).toMatch(/All \d+ invariants hold/)
    const rebuilt = begin(['rebuild', '--json'])
    expect(await rebuilt.ended).toBe(0)
    expect(JSON.parse(rebuilt.output()).readModels.every((one: { equal: boolean }) => one.equal)).toBe(true)
  })
  test('backs up what lies there when no place runs, says where the key is, and restores it elsewhere', async () => {
    const file = join(folder, 'resting.backup')
    const saved = begin(['backup', file])
    expect(await saved.ended).toBe(0)
    expect(saved.output()).toContain(join(folder, 'data.key'))
    expect(saved.errors()).toContain('Checking')
    const elsewhere = { DATA_DIR: join(folder, 'elsewhere'), DATA_KEY_FILE: join(folder, 'data.key') }
    const tried = begin(['restore', file, '--dry-run'], elsewhere)
    expect(await tried.ended).toBe(0)
    expect(tried.output()).toContain('Nothing was written')
    expect(existsSync(elsewhere.DATA_DIR)).toBe(false)
    const restored = begin(['restore', file, '--json'], elsewhere)
    expect(await restored.ended).toBe(0)
    expect(JSON.parse(restored.output())).toMatchObject({ restored: true, file })
    const verified = begin(['verify'], elsewhere)
    expect(await verified.ended).toBe(0)
    const again = begin(['restore', file], elsewhere)
    expect(await again.ended).toBe(1)
    expect(again.errors()).toContain('a restore replaces nothing')
  })
  test('backs up no place where there is none, and makes none', async () => {
    const nowhere = join(folder, 'nowhere')
    const { ended, errors } = begin(['backup', join(folder, 'none.backup')], { DATA_DIR: nowhere })
    expect(await ended).toBe(1)
    expect(errors()).toContain('There is no place in')
    expect([nowhere, `${nowhere}.key`, join(folder, 'none.backup')].some((path) => existsSync(path))).toBe(false)
  })
  test('sends whoever keeps a part of the place on a server to docs/operations.md', async () => {
    const servers = { MONGODB_URI: 'mongodb://127.0.0.1:9', DATA_DIR: join(folder, 'nowhere') }
    const saved = begin(['backup', join(folder, 'none.backup')], servers)
    expect(await saved.ended).toBe(1)
    expect(saved.errors()).toContain('docs/operations.md')
    const restored = begin(['restore', join(folder, 'none.backup')], servers)
    expect(await restored.ended).toBe(2)
  })
  test('does not start on a store that is older than its log, and says what to restore', async () => {
    const restored = join(folder, 'restored')
    cpSync(join(folder, 'data'), restored, { recursive: true })
    cpSync(join(folder, 'data.key'), `${restored}.key`)
    // The log has gone on after the copy was made: one person more than the store of that time knows.
    const file = new DatabaseSync(join(restored, 'patchwork.sqlite'))
    const event = { ...JSON.parse(readFileSync(personRegistered, 'utf8')), id: 'after-the-copy', subject: 'person-of-later', sequence: 1 }
    file.prepare('INSERT INTO event_log (topic, key, event) VALUES (?, ?, ?)').run('patchwork.people.person', event.subject, JSON.stringify(event))
    file.close()
    for (const command of [['start', '--empty'], ['verify']]) {
      const { ended, output, errors } = begin(command, { DATA_DIR: restored })
      expect(await ended).toBe(1)
      expect(output()).not.toContain('Patchwork is open')
      expect(errors()).toContain('The log holds events of people/person that the store lacks')
      expect(errors()).toContain('Restore a copy of the store')
      expect(errors()).toContain('person-of-later')
    }
  })
  test('says in words what to do about data that it cannot read', async () => {
    const broken = join(folder, 'broken')
    rmSync(broken, { recursive: true, force: true })
    mkdirSync(broken)
    writeFileSync(join(broken, 'patchwork.sqlite'), 'this was never a place of anybody'.repeat(300))
    const { ended, errors } = begin(['start'], { DATA_DIR: broken })
    expect(await ended).toBe(1)
    expect(errors()).toMatch(/backup/)
  })
})
