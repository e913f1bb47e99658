import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeGeneratedFeed } from '../bench/generatedFeed.ts'
import type { Fault } from './fault.ts'

// Steps of the write path that an import takes (the others belong to consumers), each with the time it comes at which the process dies: a write is
// one record's, what is archived and published goes many records at a time.
const steps = { 'before-write': 25, 'after-write': 30, 'after-archive': 2, 'after-publish': 2, 'after-trim': 20 } as const
const services = 300
const command = fileURLToPath(new URL('../../../services/standalone/src/main.ts', import.meta.url))

/** Runs the command in a process of its own; with `endAt` it is killed when that step comes for the count-th time. Gives its code, undefined where it was killed. */
const patchwork = (folder: string, args: readonly string[], endAt?: string): Promise<{ code: number | null; output: string; errors: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', command, ...args], {
      env: { ...process.env, DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'error', ...(endAt === undefined ? {} : { PATCHWORK_END_AT: endAt }) },
    })
    const said = { output: '', errors: '' }
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      said.output += part
    })
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      said.errors += part
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...said }))
  })
const json = async (folder: string, ...args: string[]) => {
  const { code, output, errors } = await patchwork(folder, [...args, '--json'])
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${errors}`)
  return JSON.parse(output)
}

/** Kill -9 of an import at every step of the write path, while it is accepted and while it is undone. */
export const importKilled: Fault = {
  name: 'kill -9 of an import',
  on: 'alone',
  title: 'X1 an acceptance and an undoing that are killed at every step of the write path end as uncut ones',
  unit: 'kills',
  counts: { ci: 10, full: 10 },
  points: ['accept', 'undo'].flatMap((doing) => Object.keys(steps).map((step) => `${doing} ${step}`)),
  strike: async ({ struck }) => {
    const folder = mkdtempSync(join(tmpdir(), 'patchwork-import-fault-'))
    try {
      await killedWhileImporting(folder, struck)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

const killedWhileImporting = async (folder: string, struck: (point: string) => void): Promise<void> => {
  const feed = join(folder, 'feed.json')
  await writeGeneratedFeed(feed, services)
  const { importId } = await json(folder, 'import', 'open-referral', feed)
  const killed = async (...args: string[]) => {
    for (const [step, count] of Object.entries(steps)) if ((await patchwork(folder, args, `${step}:${count}`)).code === null) struck(`${args[1]} ${step}`)
    // What a kill cut off is gone on with at the next start.
    await patchwork(folder, ['import', 'list'])
  }
  await killed('import', 'accept', importId)
  const [accepted] = await json(folder, 'import', 'list')
  expect(accepted).toMatchObject({ status: 'accepted', taken: services, left: 0 })
  expect(await json(folder, 'import', 'open-referral', feed, '--dry-run')).toMatchObject({ same: services, new: 0, changed: 0, problems: [] })
  expect((await json(folder, 'verify')).ok).toBe(true)
  await killed('import', 'undo')
  expect((await json(folder, 'import', 'list'))[0]).toMatchObject({ importId, status: 'undone' })
  expect(await json(folder, 'import', 'open-referral', feed, '--dry-run')).toMatchObject({ new: services, same: 0 })
  expect((await json(folder, 'verify')).ok).toBe(true)
}
