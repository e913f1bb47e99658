import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { StartedPlace } from '../src/startedPlace.ts'
import { type Bench, type Figure, median, rounded, seconds } from './figure.ts'

const firstMsMax = 15_000
const laterMsMax = 3_000
const idleMiBMax = 350
const idleMs = 10_000
const laterStarts = 3
const bytesPerMiB = 1_048_576

const idle = () => new Promise((resolve) => setTimeout(resolve, idleMs))

const bareServer = `const { default: express } = await import('express'); express().get('/', (_, response) => response.send('bare')).listen(0, '127.0.0.1', () => console.log('open'))`

/** What the same Node holds, at idle, of a server that does nothing: express with one route, asked for nothing. */
const bareMiB = async (): Promise<number> => {
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', bareServer], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout!, 'data')
  await idle()
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
  child.kill()
  return Number(kibibytes) / 1_024
}

const firstPage = async (place: StartedPlace): Promise<void> => {
  const { status } = await fetch(`${place.url}/`)
  if (status !== 200) throw new Error(`The first page was answered ${status}`)
}

/** A place's first start with nothing but what `npm install` leaves, and its later starts: how long to a page with the directory loaded, how much memory. */
export const start: Bench = {
  name: 'start',
  about: 'time to the first page on a fresh data directory and on later starts; memory at idle after each',
  run: async ({ directory, say }) => {
    const folder = mkdtempSync(join(directory, 'patchwork-bench-'))
    say('first start')
    const from = performance.now()
    const place = await StartedPlace.open({ dataDirectory: join(folder, 'data'), environment: { LOG_LEVEL: 'warn' } })
    try {
      await firstPage(place)
      const firstMs = performance.now() - from
      await idle()
      const afterFirst = place.residentBytes() / bytesPerMiB
      const laterMs: number[] = []
      for (let round = 1; round <= laterStarts; round += 1) {
        say(`later start ${round} of ${laterStarts}`)
        await place.end()
        const again = performance.now()
        await place.start()
        await firstPage(place)
        laterMs.push(performance.now() - again)
      }
      await idle()
      const afterLater = place.residentBytes() / bytesPerMiB
      const bare = `express with one route and nothing else: ${rounded(await bareMiB())} MiB`
      return [
        figure('First page after npm install', seconds(firstMs), 'nothing there but the clone: the demonstration is loaded', '≤ 15 s', firstMs <= firstMsMax),
        figure(
          'First page on a later start',
          seconds(median(laterMs)),
          `median of ${laterStarts}: the same data directory`,
          '≤ 3 s',
          median(laterMs) <= laterMsMax,
        ),
        figure(
          'Idle memory after the load',
          `${rounded(afterFirst)} MiB`,
          `resident, 10 s after the first start; ${bare}`,
          `≤ ${idleMiBMax} MB`,
          afterFirst <= idleMiBMax,
        ),
        figure(
          'Idle memory, later start',
          `${rounded(afterLater)} MiB`,
          `resident, 10 s after a later start; ${bare}`,
          `≤ ${idleMiBMax} MB`,
          afterLater <= idleMiBMax,
        ),
      ]
    } finally {
      await place.end()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

const figure = (what: string, measured: string, comparedTo: string, aim: string, met: boolean): Figure => ({
  bench: 'start',
  what,
  measured,
  comparedTo,
  aim,
  met,
})
