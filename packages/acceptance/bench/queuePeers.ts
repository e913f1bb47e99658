// Two job queues that others use where we use outbox, log and marks. Each is given its own server in a folder of its own, and does what it does best.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@patchwork/testing'
import { Queue, Worker } from 'bullmq'
import { PgBoss } from 'pg-boss'

export type Peer = {
  name: string
  /** Why it cannot be measured here; undefined where it can. */
  missing(): Promise<string | undefined>
  /**
   * Jobs per second, of so many, that one worker takes, hands to a handler that does nothing, and finishes, when it has done `before` others. Each carries
   * what `dataOf` gives for its number.
   */
  perSecond(options: { directory: string; before: number; jobs: number; dataOf(number: number): object }): Promise<number>
}

const jobsAtOnce = 500
const concurrency = 100
const startedWithinMs = 30_000

const found = (program: string): Promise<boolean> =>
  promisify(execFile)('sh', ['-c', `command -v ${program}`]).then(
    () => true,
    () => false,
  )

const accepting = async (port: number): Promise<void> => {
  const end = Date.now() + startedWithinMs
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(() => false)
    socket.destroy()
    if (isOpen) return
    if (Date.now() > end) throw new Error('Its server did not start')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** PostgreSQL runs under no administrator, so where we are one it runs as nobody. */
const nobody = 65_534
const asNobody = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}

/** Debian keeps the servers of each version in a folder beside the path. */
const postgresFolders = (): string[] => {
  try {
    return readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`)
  } catch {
    return []
  }
}
const postgresPath = [process.env.PATH, ...postgresFolders()].join(':')

const withPostgres = async <Result>(directory: string, work: (uri: string) => Promise<Result>): Promise<Result> => {
  const folder = mkdtempSync(join(directory, 'patchwork-bench-postgres-'))
  if (asNobody.uid !== undefined) chownSync(folder, asNobody.uid, asNobody.gid)
  const options = { ...asNobody, cwd: folder, env: { ...process.env, PATH: postgresPath } }
  let server: ChildProcess | undefined
  try {
    await promisify(execFile)('initdb', ['-D', join(folder, 'data'), '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--locale', 'C'], options)
    const port = await freePort()
    server = spawn('postgres', ['-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1', '-k', folder], { ...options, stdio: 'ignore' })
    await accepting(port)
    return await work(`postgres://bench@127.0.0.1:${port}/postgres`)
  } finally {
    await ended(server, 'SIGINT')
    rmSync(folder, { recursive: true, force: true })
  }
}

const withRedis = async <Result>(directory: string, work: (port: number) => Promise<Result>): Promise<Result> => {
  const folder = mkdtempSync(join(directory, 'patchwork-bench-redis-'))
  const port = await freePort()
  // Every write on the disk before it is answered, as everything it is compared to does.
  const parameters = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '']
  const server = spawn('redis-server', parameters, { stdio: 'ignore' })
  try {
    await accepting(port)
    return await work(port)
  } finally {
    await ended(server, 'SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
}

const ended = async (server: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> => {
  if (!server || server.exitCode !== null || server.signalCode !== null) return
  const gone = once(server, 'exit')
  server.kill(signal)
  await gone
}

const pgBoss = (name: string, finish: (boss: PgBoss, queue: string, ids: string[]) => Promise<unknown>): Peer => ({
  name,
  missing: () =>
    promisify(execFile)('sh', ['-c', 'command -v postgres && command -v initdb'], { env: { PATH: postgresPath } }).then(
      () => undefined,
      () => 'there is no PostgreSQL here (Debian: apt-get install postgresql)',
    ),
  perSecond: ({ directory, before, jobs, dataOf }) =>
    withPostgres(directory, async (uri) => {
      const boss = new PgBoss(uri)
      boss.on('error', () => undefined)
      await boss.start()
      try {
        const queue = 'bench'
        await boss.createQueue(queue)
        const drained = async (count: number): Promise<number> => {
          const all = Array.from({ length: count }, (_, number) => ({ data: dataOf(number) }))
          for (let next = 0; next < count; next += jobsAtOnce) await boss.insert(queue, all.slice(next, next + jobsAtOnce))
          // Fetched by hand: its own worker would wait half a second between parts.
          const from = performance.now()
          for (let done = 0; done < count; ) {
            const part = await boss.fetch(queue, { batchSize: jobsAtOnce })
            if (part.length === 0) throw new Error(`pg-boss gave ${done} of ${count} jobs`)
            await finish(
              boss,
              queue,
              part.map(({ id }) => id),
            )
            done += part.length
          }
          return (performance.now() - from) / 1_000
        }
        await drained(before)
        return jobs / (await drained(jobs))
      } finally {
        await boss.stop({ graceful: false })
      }
    }),
})

/** Each job is finished by itself, so that one may fail and the others not: as an event is, and a job of BullMQ. */
export const drainPgBoss = pgBoss('pg-boss', (boss, queue, ids) => Promise.all(ids.map((id) => boss.complete(queue, id))))
/** The quickest it has: a part of 500 is finished, or fails, as one. */
export const drainPgBossInParts = pgBoss('pg-boss in parts that fail as one', (boss, queue, ids) => boss.complete(queue, ids))

export const drainBullMq: Peer = {
  name: 'BullMQ',
  missing: async () => ((await found('redis-server')) ? undefined : 'there is no Redis here (Debian: apt-get install redis-server)'),
  perSecond: ({ directory, before, jobs, dataOf }) =>
    withRedis(directory, async (port) => {
      const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null }
      const queue = new Queue('bench', { connection })
      const drained = async (count: number): Promise<number> => {
        const worker = new Worker('bench', async () => undefined, { connection, concurrency, autorun: false, removeOnComplete: { count: 0 } })
        try {
          for (let next = 0; next < count; next += jobsAtOnce)
            await queue.addBulk(Array.from({ length: jobsAtOnce }, (_, number) => ({ name: 'raised', data: dataOf(next + number) })))
          await worker.waitUntilReady()
          const from = performance.now()
          let done = 0
          const all = new Promise<void>((resolve) =>
            worker.on('completed', () => {
              done += 1
              if (done === count) resolve()
            }),
          )
          void worker.run()
          await all
          return (performance.now() - from) / 1_000
        } finally {
          await worker.close(true)
        }
      }
      try {
        await drained(before)
        return jobs / (await drained(jobs))
      } finally {
        await queue.close()
      }
    }),
}
