// Measures what the place promises about speed and size, and prints one table: npm run bench [-- --only <name>] [--json] [--directory <folder>]
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { brokerThroughput } from './brokerThroughput.ts'
import { dashboard } from './dashboard.ts'
import { drain } from './drain.ts'
import { type Bench, type Figure, inTable } from './figure.ts'
import { growth } from './growth.ts'
import { http } from './http.ts'
import { importing } from './import.ts'
import { latency, serversLatency } from './latency.ts'
import { live } from './live.ts'
import { mongoUpdates } from './mongoUpdates.ts'
import { openFeed } from './openFeed.ts'
import { page } from './page.ts'
import { postcodes } from './postcodes.ts'
import { postings } from './postings.ts'
import { search } from './search.ts'
import { start } from './start.ts'
import { updates } from './updates.ts'

const benches: readonly Bench[] = [
  start,
  updates,
  postings,
  latency,
  search,
  page,
  dashboard,
  importing,
  openFeed,
  postcodes,
  brokerThroughput,
  mongoUpdates,
  serversLatency,
  drain,
  live,
  http,
  growth,
]

const help = `Measures the place and prints each figure with what it is compared to, its aim, and whether it is met.

  npm run bench -- [options]

  --only <name>         one bench; may be given several times
  --directory <folder>  where data is written (the system's temporary folder); must lie on the disk that is to be measured
  --json                print one JSON document instead of the table
  --help                this text

Benches:
${benches.map(({ name, about }) => `  ${name.padEnd(20)}  ${about}`).join('\n')}

Exit code: 0 when all were measured, met or not; 1 when one could not be measured; 2 wrong usage.
`

const readOptions = () => {
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true }, directory: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  })
  const unknown = (values.only ?? []).filter((name) => !benches.some((bench) => bench.name === name))
  if (unknown.length > 0) throw new Error(`There is no bench ${unknown.join(', ')}: there are ${benches.map(({ name }) => name).join(', ')}`)
  return values
}

const run = async (): Promise<number> => {
  let options: ReturnType<typeof readOptions>
  try {
    options = readOptions()
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${help}`)
    return 2
  }
  if (options.help) {
    process.stdout.write(help)
    return 0
  }
  // The timers of a service keep no process alive.
  const keptAlive = setInterval(() => {}, 60_000)
  const figures: Figure[] = []
  const failures: { bench: string; message: string }[] = []
  for (const { name, run } of benches.filter(({ name }) => !options.only || options.only.includes(name))) {
    const say = (words: string) => void process.stderr.write(`${name}: ${words}\n`)
    try {
      figures.push(...(await run({ directory: options.directory ?? tmpdir(), say })))
    } catch (error) {
      failures.push({ bench: name, message: (error as Error).message })
    }
  }
  clearInterval(keptAlive)
  process.stdout.write(options.json ? `${JSON.stringify({ figures, failures }, null, 2)}\n` : `\n${inTable(figures)}\n`)
  for (const { bench, message } of failures) process.stderr.write(`${bench} could not be measured: ${message}\n`)
  return failures.length > 0 ? 1 : 0
}

process.exitCode = await run()
