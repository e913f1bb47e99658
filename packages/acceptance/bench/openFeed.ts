import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Bench, rounded, seconds } from './figure.ts'

const sizes = [100_000, 500_000] as const
const grownMbMax = 150
const script = fileURLToPath(new URL('../../../services/provider-directory/scripts/streamFeed.ts', import.meta.url))

type Streamed = { services: number; lines: number; sentMb: number; grownMb: number; beforeMb: number; ms: number }

const stream = async (services: number): Promise<Streamed> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--disable-warning=ExperimentalWarning', script, String(services)])
  return JSON.parse(stdout)
}

/** The open feed of 100,000 and of 500,000 made-up services, all of it line by line, to a reader that starts two seconds late. */
export const openFeed: Bench = {
  name: 'open-feed',
  about: `the open feed of ${sizes.map(rounded).join(' and ')} services line by line: services/s, and how much memory it takes while it is sent`,
  run: async ({ say }) => {
    const measured: Streamed[] = []
    for (const services of sizes) {
      say(`sending ${rounded(services)} services`)
      const streamed = await stream(services)
      if (streamed.lines !== services) throw new Error(`${streamed.lines} of ${services} lines came`)
      measured.push(streamed)
    }
    const [small] = measured as [Streamed, ...Streamed[]]
    return measured.map(({ services, ms, sentMb, grownMb, beforeMb }) => ({
      bench: 'open-feed',
      what: `Open feed of ${rounded(services)} services, line by line`,
      measured: `${rounded((services * 1_000) / ms)} services/s (${seconds(ms)}, ${rounded(sentMb)} MB), memory + ${rounded(grownMb)} MB`,
      comparedTo: `+ ${rounded(small.grownMb)} MB for ${rounded(small.services)}; ${rounded(beforeMb)} MB before it, most of it the index`,
      aim: `memory + < ${grownMbMax} MB, whatever the number`,
      met: grownMb < grownMbMax,
    }))
  },
}
