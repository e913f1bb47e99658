import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import mongoose from 'mongoose'
import { type MongoForTests, withDatabase } from './mongo.ts'

const engineScript = fileURLToPath(new URL('../../../infra/test-servers/mongodb-engine.mjs', import.meta.url))
const libcScript = fileURLToPath(new URL('../../../infra/test-servers/fetch-newer-libc.sh', import.meta.url))
/** The engine's own need. */
const glibcNeeded = [2, 38] as const
const startedWithinMs = 60_000
const fetchedWithinMs = 180_000

/**
 * The engine from npm as a child process. It ends with this process, however that ends, and its data with it, but where `keptIn` names the folder for
 * them. Throws where it cannot run here.
 */
export const startMongoEngine = async (database: string, { keptIn }: { keptIn?: string } = {}): Promise<MongoForTests & { ended: Promise<string> }> => {
  const command = await engineCommand()
  if (keptIn !== undefined) mkdirSync(keptIn, { recursive: true })
  const folder = keptIn ?? mkdtempSync(join(tmpdir(), 'patchwork-mongodb-'))
  const forget = () => {
    if (keptIn === undefined) rmSync(folder, { recursive: true, force: true })
  }
  let engine = await openEngine(command, folder, 0, keptIn === undefined).catch((error: unknown) => {
    forget()
    throw error
  })
  const { port } = engine
  const kill = () => ended(engine.child, () => engine.child.kill('SIGKILL'))
  const start = async () => {
    engine = await openEngine(command, folder, port, keptIn === undefined)
  }
  let stopped: Promise<void> | undefined
  return {
    uri: withDatabase(engine.uri, database),
    // Data that are thrown away need no good order at the end.
    stop: () => {
      stopped ??= ended(engine.child, () => engine.child.kill(keptIn === undefined ? 'SIGKILL' : 'SIGTERM')).then(forget)
      return stopped
    },
    ended: new Promise((resolve) => engine.child.once('exit', (code, signal) => resolve(`MongoDB ended (${signal ?? code})`))),
    process: { kill, start, restart: () => kill().then(start), hasEnded: () => hasEnded(engine.child) },
  }
}

/** How Node runs the engine here: as it is, or with a newer C library beside it. */
const engineCommand = async (): Promise<string[]> => {
  const version = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime
  const [major = 0, minor = 0] = version?.split('.').map(Number) ?? []
  const isRecent = major > glibcNeeded[0] || (major === glibcNeeded[0] && minor >= glibcNeeded[1])
  if (process.platform !== 'linux' || isRecent) return [process.execPath]
  if (version === undefined) throw new Error('the MongoDB engine needs glibc, which this system does not use')
  const library = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'patchwork', `libc-trixie-${process.arch}`)
  await promisify(execFile)(libcScript, [library], { timeout: fetchedWithinMs }).catch((error: { stderr?: string }) => {
    throw new Error(`a newer C library cannot be fetched: ${error.stderr?.trim().split('\n').at(-1) || 'the script failed'}`)
  })
  return [join(library, 'loader'), '--library-path', join(library, 'lib'), process.execPath]
}

/**
 * The engine ranks plans by samples when none of them gives a document soon, and takes the samples with an execution engine that this build lacks:
 * a question that must sort some thousands of documents would be refused. Without that ranking it goes by trial alone, as servers before 9.0 do.
 */
const openEngine = async (command: string[], folder: string, port: number, isTemporary: boolean): Promise<Engine> => {
  const engine = await startEngine(command, folder, port, isTemporary)
  const connection = await mongoose.createConnection(engine.uri).asPromise()
  await connection.db!.admin().command({ setParameter: 1, featureFlagCostBasedRanker: false })
  await connection.close()
  return engine
}

type Engine = { child: ChildProcess; uri: string; port: number }

const startEngine = ([program, ...parameters]: string[], folder: string, port: number, isTemporary: boolean): Promise<Engine> => {
  const temporary = isTemporary ? ['--temporary'] : []
  // A group of its own: Ctrl+C in a terminal is for whoever started it, who stops it in its turn.
  const child = spawn(program!, [...parameters, engineScript, folder, String(port), ...temporary], { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  // An engine of its own must not keep a test run alive that forgets to stop it; it ends when the pipe does.
  child.unref()
  return new Promise<Engine>((resolve, reject) => {
    let output = ''
    let errors = ''
    const late = setTimeout(() => child.kill('SIGKILL'), startedWithinMs)
    child.stderr!.on('data', (chunk) => {
      errors = `${errors}${chunk}`.slice(-2_000)
    })
    child.stdout!.on('data', (chunk) => {
      output += chunk
      if (!output.includes('\n')) return
      clearTimeout(late)
      for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { unref(): void }).unref()
      resolve({ child, ...(JSON.parse(output) as { uri: string; port: number }) })
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(late)
      reject(new Error(`the MongoDB engine ended at its start (${signal ?? code}): ${errors.trim().split('\n').at(-1) ?? ''}`))
    })
  })
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const ended = (child: ChildProcess, end: () => void): Promise<void> =>
  new Promise((resolve) => {
    if (hasEnded(child)) return resolve()
    child.once('exit', () => resolve())
    child.ref()
    end()
  })
