import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Bench, type Figure, rounded, seconds } from './figure.ts'
import { writeGeneratedFeed } from './generatedFeed.ts'

const services = 100_000
const memoryMbMax = 300
const command = fileURLToPath(new URL('../../../services/standalone/src/main.ts', import.meta.url))

type Ran = { ms: number; peakMb: number; report: { read: number; new: number; same: number; taken?: number }; progress: string }

/** Runs `patchwork import` in a process of its own, and looks at its memory as the system counts it (VmHWM), up to its end. */
const run = (asked: readonly string[], dataDirectory: string): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const from = performance.now()
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', command, 'import', ...asked, '--json'], {
      env: { ...process.env, DATA_DIR: dataDirectory, LOG_LEVEL: 'error' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let peakKb = 0
    const watching = setInterval(() => {
      try {
        peakKb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peakKb)
      } catch {
        // It has just ended.
      }
    }, 50)
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      output += part
    })
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      errors = (errors + part).slice(-2_000)
    })
    child.once('error', reject)
    child.once('close', (code) => {
      clearInterval(watching)
      if (code !== 0) return reject(new Error(`The import ended with ${code}: ${errors}`))
      resolve({ ms: performance.now() - from, peakMb: (peakKb * 1_024) / 1_000_000, report: JSON.parse(output), progress: errors })
    })
  })

/** A feed of 100,000 services, as an operator imports it while no place runs: read and compared only, then taken too, then the same once more. */
export const importing: Bench = {
  name: 'import',
  about: `a generated Open Referral feed of ${rounded(services)} services: records/s and peak memory, compared only and accepted`,
  run: async ({ directory, say }) => {
    const folder = mkdtempSync(join(directory, 'patchwork-bench-import-'))
    try {
      const feed = join(folder, 'feed.json')
      const data = join(folder, 'data')
      say(`writing a feed of ${rounded(services)} services`)
      await writeGeneratedFeed(feed, services)
      const idle = await run(['list'], data)
      say('comparing it')
      const compared = await run(['open-referral', feed, '--dry-run'], data)
      if (!compared.progress.includes('records')) throw new Error(`No progress was shown: ${compared.progress}`)
      say('accepting it')
      const accepted = await run(['open-referral', feed, '--accept'], data)
      if (accepted.report.taken !== services) throw new Error(`${accepted.report.taken} were taken`)
      say('comparing it again')
      const again = await run(['open-referral', feed, '--dry-run'], data)
      if (again.report.same !== services) throw new Error(`${again.report.same} were the same`)
      return [
        ...figures('compared (dry run), nothing there', compared, idle),
        ...figures('staged and accepted', accepted, idle),
        ...figures('compared with what is there', again, idle),
      ]
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

const figures = (what: string, { ms, peakMb }: Ran, idle: Ran): Figure[] => [
  {
    bench: 'import',
    what: `Import of ${rounded(services)}: ${what}`,
    measured: `${rounded((services * 1_000) / ms)} records/s (${seconds(ms)} in all)`,
    comparedTo: `the command in a process of its own, its start and end included: ${seconds(idle.ms)} when it only lists imports`,
    aim: 'none',
    met: undefined,
  },
  {
    bench: 'import',
    what: `Peak memory: ${what}`,
    measured: `${rounded(peakMb)} MB`,
    comparedTo: `${rounded(idle.peakMb)} MB of the same command that only lists imports; resident, the whole process`,
    aim: `< ${memoryMbMax} MB`,
    met: peakMb < memoryMbMax,
  },
]
