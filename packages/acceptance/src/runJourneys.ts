import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

// Runs the journeys against a place of one process, or with --distributed against one process (--instances: so many) of each service on Kafka and MongoDB.
// What else is given goes to Jest: a pattern of the journeys' names.

const { values, tokens } = parseArgs({
  args: process.argv.slice(2),
  options: { distributed: { type: 'boolean' }, instances: { type: 'string' } },
  strict: false,
  tokens: true,
})
const isOurs = (token: (typeof tokens)[number]) => token.kind === 'option' && ['distributed', 'instances'].includes(token.name)
const taken = new Set(
  tokens
    .filter(isOurs)
    .flatMap((token) => (token.kind === 'option' && token.value !== undefined && !token.inlineValue ? [token.index, token.index + 1] : [token.index])),
)
const forJest = process.argv.slice(2).filter((_, at) => !taken.has(at))
const jest = fileURLToPath(new URL('../../../node_modules/jest/bin/jest.js', import.meta.url))
const child = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    '--config',
    fileURLToPath(new URL('../jest.journeys.js', import.meta.url)),
    // As for the faults: Node.js may spin for ever in its own clean-up.
    '--forceExit',
    // A place of many processes, Kafka and MongoDB takes the whole machine.
    ...(values.distributed ? ['--maxWorkers=1'] : []),
    ...forJest,
  ],
  { stdio: 'inherit', env: { ...process.env, ...(values.distributed && { PATCHWORK_PROCESSES: String(values.instances ?? 1) }) } },
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void child.kill(signal))
const [code] = await once(child, 'exit')
process.exitCode = code ?? 1
