import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-simulation-'))
afterAll(() => rmSync(folder, { recursive: true }))
const seeds = Number(process.env.SEEDS ?? 100)
const patienceMs = 1_800_000

/** What `npm run simulate` prints, and whether it ended well. */
const simulate = (...given: string[]): Promise<{ ok: boolean; printed: string }> =>
  promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0204', join(import.meta.dirname, 'main.ts'), ...given],
    {
      maxBuffer: 100 * 1024 * 1024,
    },
  ).then(
    ({ stdout }) => ({ ok: true, printed: stdout }),
    ({ stdout, stderr }: { stdout?: string; stderr?: string }) => ({ ok: false, printed: `${stdout}${stderr}` }),
  )

test(
  'a whole place keeps every rule of the write protocol, whatever a seed does to its services, store, log and network',
  async () => {
    const { ok, printed } = await simulate('--seeds', `${seeds}`, '--processes', '2')
    expect(ok ? '' : printed).toBe('')
    // What is to be lived through was there to be lived through.
    for (const what of ['crashes', 'orderlyStops', 'answered', 'events', 'messages', 'parked'])
      expect(Number(new RegExp(`${what} (\\d+)`).exec(printed)?.[1])).toBeGreaterThan(0)
  },
  patienceMs,
)

test(
  'a seed plays the same to the byte, whatever was played before it',
  async () => {
    const traceOf = async (name: string, first: number, count: number): Promise<string> => {
      const file = join(folder, name)
      await simulate('--first', `${first}`, '--seeds', `${count}`, '--trace', file)
      return readFileSync(file, 'utf8')
    }
    for (const seed of [2, 13, 24]) {
      const [alone, afterOthers] = [await traceOf(`alone-${seed}`, seed, 1), await traceOf(`after-${seed}`, seed - 1, 2)]
      expect(alone.length).toBeGreaterThan(100_000)
      expect(alone === afterOthers).toBe(true)
    }
  },
  patienceMs,
)

test('the command says what it can be told, and refuses what it cannot', async () => {
  expect((await simulate('--help')).printed).toContain('--first <seed>')
  expect(await simulate('--seeds', 'many')).toMatchObject({ ok: false })
})
