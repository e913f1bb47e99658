import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from './freePort.ts'
import type { KafkaForTests } from './kafka.ts'
import { type GuardedDoor, guardedDoor, type KafkaUser } from './kafkaGuard.ts'

const script = (name: string) => fileURLToPath(new URL(`../../../infra/test-servers/${name}`, import.meta.url))
const fetchedWithinMs = 300_000
const startedWithinMs = 90_000

/**
 * A broker as a child process. It ends with this process, however that ends, and its data with it, but where `keptIn` names the folder for them.
 * With `users` it has a second door, sealed with TLS, that only they pass. `advertisedPort`: where it tells its clients to come, when that is not its own.
 * Throws where it cannot be fetched or run.
 */
export const startKafkaBroker = async ({
  keptIn,
  users,
  advertisedPort,
}: {
  keptIn?: string
  users?: readonly KafkaUser[]
  advertisedPort?: number
} = {}): Promise<KafkaForTests & { port: number; ended: Promise<string>; guarded?: GuardedDoor }> => {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'patchwork', 'kafka-4.4.0')
  await promisify(execFile)(script('fetch-kafka.sh'), [folder], { timeout: fetchedWithinMs }).catch((error: { stderr?: string }) => {
    throw new Error(`Kafka cannot be fetched: ${error.stderr?.trim().split('\n').at(-1) || 'the script failed'}`)
  })
  if (keptIn !== undefined) mkdirSync(keptIn, { recursive: true })
  const data = keptIn ?? mkdtempSync(join(tmpdir(), 'patchwork-kafka-'))
  const forget = () => {
    if (keptIn === undefined) rmSync(data, { recursive: true, force: true })
  }
  const ports = await portsOf(data, keptIn !== undefined)
  const guarded = users && (await guardedDoor(data, ports[0], ports[1], users))
  const run = () =>
    startBroker({
      jars: join(folder, 'jars'),
      data,
      ports,
      advertisedPort: advertisedPort ?? ports[0],
      isTemporary: keptIn === undefined,
      scram: guarded?.scram ?? '',
    })
  let child = await run().catch((error: unknown) => {
    forget()
    throw error
  })
  const kill = () => killed(child)
  const start = async () => {
    child = await run()
  }
  let stopped: Promise<void> | undefined
  return {
    brokers: [`127.0.0.1:${advertisedPort ?? ports[0]}`],
    port: ports[0],
    ...(guarded && { guarded: guarded.door }),
    // What it acknowledged is on the file system, whose pages outlive it: it need not end in good order.
    stop: () => {
      stopped ??= kill().then(forget)
      return stopped
    },
    ended: new Promise((resolve) => child.once('exit', (code, signal) => resolve(`Kafka ended (${signal ?? code})`))),
    process: { kill, start, restart: () => kill().then(start), hasEnded: () => hasEnded(child) },
  }
}

/** A broker's log names its controller's port, so a kept one comes back at the same ports. */
const portsOf = async (data: string, isKept: boolean): Promise<readonly [number, number]> => {
  const file = join(data, 'ports.json')
  if (isKept && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as [number, number]
  const ports = [await freePort(), await freePort()] as const
  if (isKept) writeFileSync(file, JSON.stringify(ports))
  return ports
}

const startBroker = async (options: {
  jars: string
  data: string
  ports: readonly [number, number]
  advertisedPort: number
  isTemporary: boolean
  scram: string
}): Promise<ChildProcess> => {
  const { jars, data, ports, advertisedPort, isTemporary, scram } = options
  const [port, controller] = ports
  const parameters = [jars, data, String(port), String(controller), String(advertisedPort), ...(isTemporary ? ['--temporary'] : [])]
  // A group of its own: Ctrl+C in a terminal is for whoever started it, who stops it in its turn.
  const child = spawn(script('kafka-broker.sh'), parameters, {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: { ...process.env, KAFKA_ADD_SCRAM: scram },
  })
  // A broker of its own must not keep a test run alive that forgets to stop it; it ends when the pipe does.
  child.unref()
  ;(child.stdin as unknown as { unref(): void }).unref()
  const end = Date.now() + startedWithinMs
  while (!(await accepts(port))) {
    if (hasEnded(child) || Date.now() > end) {
      await killed(child)
      const log = join(data, 'broker.log')
      throw new Error(`the broker did not start: ${existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').at(-1) : 'it said nothing'}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return child
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

// The script kills the broker as kill -9 would, and ends once it is gone.
const killed = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (hasEnded(child)) return resolve()
    child.ref()
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
