import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Bench, milliseconds, rounded, seconds } from './figure.ts'

const lines = 1_700_000
const lookups = 100_000
const aimMs = 60_000
const lookUpAimMs = 1
const memoryMbMax = 300
const command = fileURLToPath(new URL('../../../services/standalone/src/main.ts', import.meta.url))
const lookUpScript = fileURLToPath(new URL('../../../services/provider-directory/scripts/measurePostcodes.ts', import.meta.url))
const areas = ['AB', 'B', 'BS', 'CF', 'E', 'EX', 'G', 'L', 'LL', 'M', 'N', 'NE', 'S', 'SA', 'SW', 'WA']
const letters = 'ABDEFGHJLNPQRSTUWXYZ'
/** About as wide as the real file: some fifty columns, most of them codes. */
const codes = Array.from({ length: 36 }, (_, at) => `"E${String(99_000_000 + at)}"`).join(',')

/** The same postcodes each time, each once: a thing of the number alone. */
export const postcodeOf = (number: number): string => {
  const area = areas[number % areas.length]
  const rest = Math.floor(number / areas.length)
  const inward = `${Math.floor(rest / 400) % 10}${letters[Math.floor(rest / 20) % 20]}${letters[rest % 20]}`
  return `${area}${1 + (Math.floor(rest / 4_000) % 99)} ${inward}`
}

const writeDirectory = async (path: string): Promise<void> => {
  const file = createWriteStream(path)
  file.write(`pcd,pcd2,pcds,dointr,doterm,${Array.from({ length: 36 }, (_, at) => `code${at}`).join(',')},lat,long,imd\n`)
  for (let number = 0; number < lines; number += 1) {
    const written = postcodeOf(number)
    const line = `"${written.replace(' ', '').padEnd(7)}","${written}","${written}","198001","",${codes},${(50 + (number % 9_000) / 1_000).toFixed(6)},${(-5 + (number % 6_000) / 1_000).toFixed(6)},${number % 32_844}\n`
    if (!file.write(line)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'finish')
}

type Ran = { ms: number; peakMb: number; output: string }
const run = (args: readonly string[]): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const from = performance.now()
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let [output, errors, peakKb] = ['', '', 0]
    const watching = setInterval(() => {
      try {
        peakKb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peakKb)
      } catch {
        // It has just ended.
      }
    }, 50)
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      output += part
    })
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      errors = (errors + part).slice(-2_000)
    })
    child.once('error', reject)
    child.once('close', (code) => {
      clearInterval(watching)
      if (code !== 0) return reject(new Error(`It ended with ${code}: ${errors}`))
      resolve({ ms: performance.now() - from, peakMb: (peakKb * 1_024) / 1_000_000, output })
    })
  })

/** The postcodes of the country, as an operator imports them and as each search looks one up. */
export const postcodes: Bench = {
  name: 'postcodes',
  about: `a generated ONS Postcode Directory of ${rounded(lines)} lines: imported, and looked up`,
  run: async ({ directory, say }) => {
    const folder = mkdtempSync(join(directory, 'patchwork-bench-postcodes-'))
    try {
      const [file, kept] = [join(folder, 'directory.csv'), join(folder, 'postcodes')]
      say(`writing ${rounded(lines)} lines`)
      await writeDirectory(file)
      say('importing them')
      const imported = await run([command, 'import', 'postcodes', file, '--to', kept, '--json'])
      const { known } = JSON.parse(imported.output) as { known: number }
      if (known !== lines) throw new Error(`${known} of ${lines} are known`)
      say('looking them up')
      const lookedUp = await run([lookUpScript, kept, String(lookups), String(lines)])
      const { p50Ms, p95Ms, p999Ms } = JSON.parse(lookedUp.output) as { p50Ms: number; p95Ms: number; p999Ms: number }
      return [
        {
          bench: 'postcodes',
          what: `Import of ${rounded(lines)} postcodes`,
          measured: `${seconds(imported.ms)}, peak ${Math.round(imported.peakMb)} MB`,
          comparedTo: 'the whole command, from its start to its end',
          aim: `< ${aimMs / 1_000} s, < ${memoryMbMax} MB`,
          met: imported.ms < aimMs && imported.peakMb < memoryMbMax,
        },
        {
          bench: 'postcodes',
          what: `Look-up of one of ${rounded(lines)} postcodes`,
          measured: `p50 ${milliseconds(p50Ms)}, p95 ${milliseconds(p95Ms)}, p99.9 ${milliseconds(p999Ms)}`,
          comparedTo: `${rounded(lookups)} look-ups of any of them, from the file`,
          aim: `< ${lookUpAimMs} ms`,
          met: p999Ms < lookUpAimMs,
        },
      ]
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
