import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { firstThatStarts } from './firstThatStarts.ts'
import { startMongoContainer } from './mongoContainer.ts'
import { startMongoEngine } from './mongoEngine.ts'

/** A real MongoDB with a database of its own for the caller. */
export type MongoForTests = {
  /** Names the database, which nobody else uses. */
  uri: string
  /** Drops the database and ends what was started for it. A repeat changes nothing. */
  stop(): Promise<void>
  /** Present where the server is ours to break: it keeps its address and its data over a kill. */
  process?: {
    /** kill -9; resolves when it is gone. */
    kill(): Promise<void>
    /** Starts it again after a kill; resolves when it answers. */
    start(): Promise<void>
    restart(): Promise<void>
    /** Whether it runs no more, killed or by itself. */
    hasEnded(): boolean
  }
}

/**
 * A real MongoDB server for tests, of the first kind that can be had: MONGODB_URI, a container, or the engine from npm as a process of its own.
 * Where none can be had it says so on standard error, with a count, and gives undefined; with REQUIRE_REAL_SERVERS=1 it throws instead.
 */
export const mongoForTests = async (environment: NodeJS.ProcessEnv = process.env): Promise<MongoForTests | undefined> => {
  const database = `patchwork_test_${randomBytes(6).toString('hex')}`
  if (environment.MONGODB_URI) return given(environment.MONGODB_URI, database)
  const kinds = { container: () => startMongoContainer(database), 'engine from npm': () => startMongoEngine(database) }
  return firstThatStarts('MongoDB', kinds, { mendedBy: 'set MONGODB_URI to use one of yours', environment })
}

/** The same server with another database. */
export const withDatabase = (uri: string, database: string): string => uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?/, `$1/${database}`)

const given = (server: string, database: string): MongoForTests => {
  const uri = withDatabase(server, database)
  return {
    uri,
    stop: async () => {
      const { createConnection } = (await import('mongoose')).default
      const connection = await createConnection(uri).asPromise()
      await connection.dropDatabase()
      await connection.close()
    },
  }
}

/** Whether a container engine may answer: asking one that is not there takes seconds. */
export const hasContainerEngine = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  Boolean(environment.DOCKER_HOST) || existsSync('/var/run/docker.sock') || existsSync(`/run/user/${process.getuid?.() ?? 0}/podman/podman.sock`)
