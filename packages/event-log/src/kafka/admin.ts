import { type Runtime, sleep } from '@patchwork/runtime'
import type { Admin } from 'kafkajs'
import { LogRefusedError, LogUnavailableError } from '../eventLog.ts'
import type { KafkaClient } from './client.ts'

/** A topic just made has no leader for a moment, nor one whose broker just came back: a question that Kafka says to ask again is asked for so long. */
const askAgainWithinMs = 10_000
const askAgainMs = 100

type Refusal = { retriable?: boolean; name?: string }

type Connection = { client: Promise<Admin>; asking: number }

/** One connection for questions, made when it is first needed and again after one that failed: those that are asked meanwhile are answered yet. Throws LogUnavailableError. */
export const openAdmin = ({ kafka, runtime }: { kafka: KafkaClient; runtime: Runtime }) => {
  let connected: Connection | undefined
  const connect = async () => {
    const client = kafka.admin()
    await client.connect()
    return client
  }
  const disconnect = ({ client }: Connection) => client.then((one) => one.disconnect()).catch(() => undefined)
  const ask = async <Result>(question: (client: Admin) => Promise<Result>): Promise<Result> => {
    for (const until = runtime.now() + askAgainWithinMs; ; await sleep(runtime, askAgainMs)) {
      connected ??= { client: connect(), asking: 0 }
      const connection = connected
      connection.asking += 1
      try {
        return await question(await connection.client)
      } catch (error) {
        // The client's own few tries are over within two seconds, which a topic that was just made can take on a busy broker.
        const { retriable, name } = ((error as Error).name === 'KafkaJSNumberOfRetriesExceeded' ? (error as Error).cause : error) as Refusal
        if (retriable && name === 'KafkaJSProtocolError' && runtime.now() < until) continue
        if (connected === connection) connected = undefined
        if (error instanceof LogUnavailableError) throw error
        throw refusalIn(error) ?? new LogUnavailableError(`Kafka did not answer: ${(error as Error).message}`, { cause: error })
      } finally {
        connection.asking -= 1
        // Whoever leaves last: a connection that is ended takes with it whatever is being asked on it.
        if (connected !== connection && connection.asking === 0) void disconnect(connection)
      }
    }
  }
  return {
    ask,
    close: async () => {
      const connection = connected
      connected = undefined
      if (connection) await disconnect(connection)
    },
  }
}

// What OpenSSL and Node.js call a certificate that nobody trusted vouches for, or not for this address, or not today.
const distrust = /CERT|UNABLE_TO_(VERIFY|GET)/

/** What Kafka says, or is not believed to be, in words without the password. */
const refusalIn = (error: unknown): LogRefusedError | undefined => {
  for (let one = error as { name?: string; code?: unknown; message?: string; cause?: unknown } | undefined, depth = 0; one && depth < causesMax; depth += 1) {
    if (one.name === 'KafkaJSSASLAuthenticationError') return new LogRefusedError(`Kafka does not let this process in: ${one.message}`, { cause: error })
    if (distrust.test(String(one.code)))
      return new LogRefusedError(`Kafka's certificate is not one that this process trusts (${one.code}): ${one.message}`, { cause: error })
    one = one.cause as typeof one
  }
  return undefined
}
const causesMax = 10
