import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { faults } from '../faults/table.ts'

// Breaks places on purpose, and looks through them afterwards. Each fault prints a line of its own; Jest counts them.

const wrongUsage = 2
const help = `Breaks places on purpose under load, and sees that nothing they were told is untrue afterwards.

Usage: npm run faults [-- [<pattern>] [--full | --count <number>] [--list]]

  <pattern>         only the faults whose line would begin with something that it finds, as a regular expression without regard to capitals
  --full            as often as in the night, instead of the round that CI runs
  --count <number>  each fault so often, but no less than in the round of CI
  --list            which faults there are, and how often each strikes; runs none
  --help            this

Environment:
  FAULTS_SEED  makes a round take the same chances as the one that printed it

A line for each fault tells what struck how often and where, and what was measured. A fault that did not strike at each of its points is a failure.
Exit code: 0 nothing was violated, 1 something was, 2 wrong usage.
`
const nameOf = ({ name, on }: (typeof faults)[number]) => `${name}, ${on}`

const read = () => {
  const options = { full: { type: 'boolean' }, count: { type: 'string' }, list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const
  const { values, positionals } = parseArgs({ args: process.argv.slice(2), options, allowPositionals: true })
  const pattern = positionals.join(' ')
  if (values.count !== undefined && !/^[1-9]\d*$/.test(values.count)) throw new Error(`--count is a number from 1, not ${values.count}`)
  if (values.count !== undefined && values.full) throw new Error('Choose --full or --count, not both')
  const chosen = faults.filter((fault) => new RegExp(pattern, 'i').test(nameOf(fault)))
  if (chosen.length === 0) throw new Error(`No fault is called ${pattern}. There are:\n${faults.map((fault) => `  ${nameOf(fault)}\n`).join('')}`)
  return { ...values, pattern, chosen }
}

const run = async (environment: Record<string, string>): Promise<number> => {
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', path('../../../node_modules/jest/bin/jest.js')]
  // Without forceExit the process was seen to end its work and then to spin for ever in Node.js's own clean-up, for a socket that it still counted.
  const child = spawn(process.execPath, [...jest, '--config', path('../jest.faults.js'), '--runInBand', '--forceExit'], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void child.kill(signal))
  const [code] = await once(child, 'exit')
  return code === 0 ? 0 : 1
}

const main = async (): Promise<number> => {
  try {
    const { full, count, list, help: asksHelp, pattern, chosen } = read()
    if (asksHelp) process.stdout.write(help)
    else if (list)
      process.stdout.write(chosen.map((fault) => `${nameOf(fault)}: ${fault.counts.ci} ${fault.unit}, ${fault.counts.full} with --full\n`).join(''))
    else return await run({ FAULTS_PATTERN: pattern, ...(full && { FAULTS_FULL: '1' }), ...(count !== undefined && { FAULTS_COUNT: count }) })
    return 0
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nSee npm run faults -- --help\n`)
    return wrongUsage
  }
}

process.exitCode = await main()
