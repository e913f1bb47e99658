import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export const instancesMax = 8

export type Options = { instances: number; data: string | undefined; empty: boolean; port: number; help: boolean }

/** Thrown in words for arguments or variables that are wrong. */
export class UsageError extends Error {}

export const help = `Runs Patchwork with each service in a process of its own, on a Kafka broker and a MongoDB engine of this machine.

Usage: infra/local/up [--instances <count>] [--data <folder>] [--empty]

  --instances <count>  processes of each service, 1 to ${instancesMax}; requests go round them (default: 1)
  --data <folder>      keep the data there, and the key beside it; without it they are thrown away at the end
  --empty              without the demonstration place. A folder stays what it was at its first start
  --help               this

Environment:
  PORT           the port of the one address for a browser (default: one that is free)
  KAFKA_BROKERS  brokers of yours instead of one of this machine, host:port
  MONGODB_URI    a server and database of yours instead of one of this machine
  PATCHWORK_END_AT_FOLDER  for fault tests: a file there that is named like a process is its PATCHWORK_END_AT at its next start, and goes
  Everything else is passed on: npm start -w services/<name> -- --help tells what each service reads.

Ctrl+C stops all in order. It ends when one of its processes ends for good, and says which.
Exit code: 0 stopped when asked, 1 failed, 2 wrong usage.
`

/** Reads the arguments. Throws UsageError. */
export const readOptions = (args: readonly string[], environment: NodeJS.ProcessEnv): Options => {
  const { instances = '1', data, empty = false, help: asksHelp = false } = parsed(args)
  const port = environment.PORT || '0'
  if (!/^[1-9]\d*$/.test(instances) || Number(instances) > instancesMax)
    throw new UsageError(`--instances is a number from 1 to ${instancesMax}, not ${instances}`)
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new UsageError(`PORT is a number from 0 to 65535, not ${port}`)
  return { instances: Number(instances), data: data === undefined ? undefined : resolve(data), empty, port: Number(port), help: asksHelp }
}

const parsed = (args: readonly string[]) => {
  try {
    const options = { instances: { type: 'string' }, data: { type: 'string' }, empty: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nSee infra/local/up --help`)
  }
}
