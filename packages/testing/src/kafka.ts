import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** A real Kafka for tests. */
export type KafkaForTests = {
  brokers: string[]
  /** Ends what was started for it. A repeat changes nothing. */
  stop(): Promise<void>
  /** Present where the broker is ours to break: it keeps its address and its data over a kill. */
  process?: {
    /** kill -9; resolves when it is gone. */
    kill(): Promise<void>
    /** Starts it again after a kill; resolves when it takes connections. */
    start(): Promise<void>
  }
}

const script = (name: string) => fileURLToPath(new URL(`../../../infra/test-servers/${name}`, import.meta.url))
const fetchedWithinMs = 300_000
const startedWithinMs = 60_000
let skipped = 0

/**
 * A real Kafka for tests: the brokers in KAFKA_BROKERS, or one of version 4.4 as a child process from Maven's repository.
 * Where none can be had it says so on standard error, with a count, and gives undefined; with REQUIRE_REAL_SERVERS=1 it throws instead.
 */
export const kafkaForTests = async (environment: NodeJS.ProcessEnv = process.env): Promise<KafkaForTests | undefined> => {
  if (environment.KAFKA_BROKERS) return { brokers: environment.KAFKA_BROKERS.split(','), stop: async () => undefined }
  try {
    return await startBroker()
  } catch (error) {
    const why = `no Kafka can be had (${(error as Error).message}); set KAFKA_BROKERS to use one of yours`
    if (environment.REQUIRE_REAL_SERVERS === '1') throw new Error(`REQUIRE_REAL_SERVERS is set and ${why}`)
    skipped += 1
    process.stderr.write(`SKIPPED (${skipped}): tests on a real Kafka: ${why}\n`)
    return undefined
  }
}

const startBroker = async (): Promise<KafkaForTests> => {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'patchwork', 'kafka-4.4.0')
  await promisify(execFile)(script('fetch-kafka.sh'), [folder], { timeout: fetchedWithinMs }).catch((error: { stderr?: string }) => {
    throw new Error(`Kafka cannot be fetched: ${error.stderr?.trim().split('\n').at(-1) || 'the script failed'}`)
  })
  const data = mkdtempSync(join(tmpdir(), 'patchwork-kafka-'))
  const [port, controller] = [await freePort(), await freePort()]
  let child = await run(join(folder, 'jars'), data, port, controller)
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.stdin?.end()
    await gone
  }
  return {
    brokers: [`127.0.0.1:${port}`],
    stop: async () => {
      await kill()
      rmSync(data, { recursive: true, force: true })
    },
    process: {
      kill,
      start: async () => {
        child = await run(join(folder, 'jars'), data, port, controller)
      },
    },
  }
}

const run = async (jars: string, data: string, port: number, controller: number): Promise<ChildProcess> => {
  const child = spawn(script('kafka-broker.sh'), [jars, data, String(port), String(controller)], { stdio: ['pipe', 'ignore', 'ignore'] })
  // A broker of its own must not keep a test run alive that forgets to stop it; it ends when the pipe does.
  child.unref()
  const end = Date.now() + startedWithinMs
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > end) {
      child.stdin?.end()
      const log = join(data, 'broker.log')
      throw new Error(`the broker did not start: ${existsSync(log) ? readFileSync(log, 'utf8').slice(-500) : 'it said nothing'}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return child
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
