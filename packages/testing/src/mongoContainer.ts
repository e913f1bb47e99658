import { hasContainerEngine, type MongoForTests, withDatabase } from './mongo.ts'

const image = 'mongo:8.0'
const startedWithinMs = 120_000

/** MongoDB in a container, through Testcontainers. Throws where no container engine answers. */
export const startMongoContainer = async (database: string): Promise<MongoForTests> => {
  if (!hasContainerEngine()) throw new Error('no container engine is here')
  const { GenericContainer, Wait } = await import('testcontainers')
  const container = await new GenericContainer(image)
    .withExposedPorts(27_017)
    .withWaitStrategy(Wait.forLogMessage('Waiting for connections'))
    .withStartupTimeout(startedWithinMs)
    .start()
  let stopped: Promise<unknown> | undefined
  return {
    uri: withDatabase(`mongodb://${container.getHost()}:${container.getMappedPort(27_017)}/?directConnection=true`, database),
    stop: async () => {
      stopped ??= container.stop()
      await stopped
    },
  }
}
