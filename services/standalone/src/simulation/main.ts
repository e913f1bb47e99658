import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { playSeed, type SeedResult } from './playSeed.ts'

type Options = { seeds: number; first: number; processes: number; trace?: string; digests?: boolean; untilBroken?: boolean }
type Told = Omit<SeedResult, 'trace'> & { lastSteps: string[] }

const seedsMax = 10_000_000
const lastStepsShown = 30
const violationsShown = 5
const wholeTrace = 10_000_000

const count = (given: string): number => {
  const value = Number(given)
  if (!Number.isSafeInteger(value) || value < 1 || value > seedsMax) throw new InvalidArgumentError(`It is a whole number from 1 to ${seedsMax}.`)
  return value
}

const told = ({ trace, ...result }: SeedResult): Told => ({ ...result, lastSteps: result.violations.length > 0 ? trace.slice(-lastStepsShown) : [] })

/** A seed that could not be played to its end has failed like one that broke a rule. */
const play = async (seed: number, trace: string | undefined): Promise<Told> => {
  const result = await playSeed(seed, trace === undefined ? {} : { linesKept: wholeTrace })
  if (trace !== undefined) writeFileSync(trace, `${result.trace.join('\n')}\n`)
  return told(result)
}

/** Every `processes`-th seed in a process of its own; their results come in any order. */
const playApart = async ({ first, seeds, processes }: Options, tell: (result: Told) => void): Promise<void> => {
  const children = Array.from({ length: processes }, (_, at) => {
    const own = Array.from({ length: seeds }, (_seed, position) => first + position).filter((seed) => seed % processes === at)
    const child = fork(import.meta.filename, [], { env: { ...process.env, SIMULATED_SEEDS: JSON.stringify(own) }, execArgv: process.execArgv })
    child.on('message', (result) => tell(result as Told))
    return once(child, 'exit').then(([code]) => {
      if (code !== 0) throw new Error(`A process of the simulation ended with ${code}`)
    })
  })
  await Promise.all(children)
}

const show = ({ seed, violations, lastSteps }: Told): void => {
  console.log(`\nseed ${seed} breaks ${violations.length}:`)
  for (const violation of violations.slice(0, violationsShown)) console.log(`  ${violation}`)
  console.log('  its last steps:')
  for (const step of lastSteps) console.log(`    ${step.slice(0, 240)}`)
  console.log(`  again: npm run simulate -- --first ${seed} --seeds 1 --trace seed-${seed}.txt`)
}

const run = async (options: Options): Promise<void> => {
  const startedAt = performance.now()
  const failed: number[] = []
  const sums: Record<string, number> = {}
  const tell = (result: Told): void => {
    for (const [name, value] of Object.entries(result.counts)) sums[name] = (sums[name] ?? 0) + value
    if (options.digests) console.log(`${result.seed} ${result.digest}`)
    if (result.violations.length === 0) return
    failed.push(result.seed)
    show(result)
  }
  if (options.processes > 1) await playApart(options, tell)
  else
    for (let seed = options.first; seed < options.first + options.seeds; seed += 1) {
      tell(await play(seed, options.trace))
      if (options.untilBroken && failed.length > 0) break
    }
  const counted = Object.entries(sums).map(([name, value]) => `${name} ${value}`)
  console.log(`\n${options.seeds} seeds from ${options.first} in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s: ${counted.join(', ')}`)
  console.log(failed.length === 0 ? 'Every rule held.' : `Broken in ${failed.length}; the first is ${Math.min(...failed)}.`)
  process.exitCode = failed.length === 0 ? 0 : 1
}

if (process.env.SIMULATED_SEEDS === undefined)
  await new Command('simulate')
    .description('Plays a whole place on a clock, a chance, a store, a log and a network that follow from a seed, and says which rules do not hold.')
    .option('--seeds <count>', 'how many seeds', count, 100)
    .option('--first <seed>', 'the first of them', count, 1)
    .option('--processes <count>', 'play them in so many processes', count, 1)
    .option('--trace <file>', 'write every step of the last seed played to a file; in one process only')
    .option('--until-broken', 'stop at the first seed that breaks a rule; in one process only')
    .option('--digests', 'print the digest of every seed’s trace')
    .action(run)
    .parseAsync()
else for (const seed of JSON.parse(process.env.SIMULATED_SEEDS) as number[]) process.send?.(await play(seed, undefined))
// What was simulated may hold handles that nobody closes any more.
process.exit()
