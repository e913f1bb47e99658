import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Instance, isReady } from './gateway.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const endsWithItsStarter = new URL('./endsWithItsStarter.mjs', import.meta.url).href
/** Where Node.js keeps what it has made of our modules, so that the next process need not compile them again: its own folder, which nobody else can write to. */
const compiled = join(root, 'node_modules/.cache/patchwork-compiled')
const flags = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning', '--import', endsWithItsStarter]

const readyWithinMs = 180_000
const lookEveryMs = 100
/** A process that ended by itself is started again at once, and each time within a minute so much later; when it has ended so often, it has ended for good. */
const restartLaterMs = 300
const endsMax = 4
const endsWithinMs = 60_000
/** A process that was told to stop and has not is killed. It gives up by itself before. */
const stopWithinMs = 30_000
const wrongSettings = 2
const nicenessOnceReady = 10

export type ServiceProcess = Instance & {
  /** `referral`, or `referral-2` where there are several. */
  label: string
  pid(): number | undefined
  /** Resolves when it says that it is ready. Rejects when it has ended for good. */
  ready(): Promise<void>
  /** Asks it to finish and waits until it has ended. A repeat changes nothing. */
  stop(): Promise<void>
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** A process of the project's own, whose every line is passed on, and which ends with this one. A group of its own: Ctrl+C is for this one. */
export const spawnScript = (options: {
  script: string
  args?: readonly string[]
  environment: NodeJS.ProcessEnv
  onLine: (line: string) => void
}): ChildProcess => {
  const { script, args = [], environment, onLine } = options
  const child = spawn(process.execPath, [...flags, script, ...args], {
    cwd: root,
    env: { NODE_COMPILE_CACHE: compiled, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  child.stdin?.on('error', () => undefined)
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on('line', onLine)
  return child
}

/**
 * Where all cores are taken, a process that starts goes before those that are up: it is ready in half the time, and meanwhile nobody can do its work. Linux weighs whole sessions
 * against each other where it groups by them, and each of our processes is one: then the group's niceness is what counts. It stays as it is where the system has no such thing.
 */
const goAfterThoseThatStart = ({ pid }: ChildProcess): void => {
  if (pid === undefined) return
  try {
    setPriority(pid, nicenessOnceReady)
    writeFileSync(`/proc/${pid}/autogroup`, String(nicenessOnceReady), { flag: 'r+' })
  } catch {}
}

/** Where a fault test wants the next process of this label to end: it says so in a file of that name, which holds for one start. */
const endAtFor = (label: string, { PATCHWORK_END_AT_FOLDER: folder }: NodeJS.ProcessEnv): { PATCHWORK_END_AT?: string } => {
  const file = folder && join(folder, label)
  if (!file || !existsSync(file)) return {}
  const PATCHWORK_END_AT = readFileSync(file, 'utf8')
  rmSync(file)
  return { PATCHWORK_END_AT }
}

/**
 * Starts one process of a service, and again when it ends by itself, at the same address. `onGone` is told once when it has ended for good: with wrong
 * settings, or again and again.
 */
export const startService = (options: {
  service: string
  label: string
  port: number
  environment: NodeJS.ProcessEnv
  onLine: (line: string) => void
  onGone: (words: string) => void
}): ServiceProcess => {
  const { service, label, port, environment, onLine, onGone } = options
  const script = fileURLToPath(new URL(`../../../services/${service}/src/main.ts`, import.meta.url))
  const ends: number[] = []
  let stopping: Promise<void> | undefined
  let goneFor: string | undefined
  const run = (): ChildProcess => {
    const started = spawnScript({ script, environment: { ...environment, ...endAtFor(label, environment), HOST: '127.0.0.1', PORT: String(port) }, onLine })
    started.once('exit', (code, signal) => void ended(code, signal))
    return started
  }
  const ended = async (code: number | null, signal: NodeJS.Signals | null): Promise<void> => {
    instance.isReceiving = false
    if (stopping) return
    const now = Date.now()
    ends.push(now)
    const lately = ends.filter((at) => now - at < endsWithinMs).length
    if (code === wrongSettings || lately >= endsMax) {
      goneFor = `${label} ended for good (${signal ?? code})`
      return onGone(goneFor)
    }
    onLine(`ended (${signal ?? code}); it is started again`)
    await sleep(restartLaterMs * (lately - 1))
    if (stopping) return
    child = run()
    onLine(`runs again as process ${child.pid}`)
    await instance.ready().catch(() => undefined)
  }
  const instance: ServiceProcess = {
    label,
    url: `http://127.0.0.1:${port}`,
    isReceiving: false,
    pid: () => child.pid,
    ready: async () => {
      const end = Date.now() + readyWithinMs
      while (!stopping && goneFor === undefined && Date.now() < end) {
        if (!hasEnded(child) && (await isReady(instance))) {
          instance.isReceiving = true
          goAfterThoseThatStart(child)
          return
        }
        await sleep(lookEveryMs)
      }
      throw new Error(goneFor ?? `${label} ${stopping ? 'was stopped before it was ready' : `was not ready within ${readyWithinMs / 1000} s`}`)
    },
    stop: () => {
      stopping ??= (async () => {
        instance.isReceiving = false
        if (hasEnded(child)) return
        const gone = once(child, 'exit')
        child.kill('SIGTERM')
        const late = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
        await gone
        clearTimeout(late)
      })()
      return stopping
    },
  }
  let child = run()
  return instance
}
