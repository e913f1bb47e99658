import { trace } from '@opentelemetry/api'
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'
import { prettyFactory } from 'pino-pretty'

export type Logger = PinoLogger

/** Lines go out so many milliseconds late at most, together: a write of its own for each would cost more than making the line. */
const lineMsMax = 50

let standardOutput: ReturnType<typeof pino.destination> | undefined

/**
 * Where every logger of this process writes. Each write is done when it returns: one that another thread is still at when the process ends may come
 * after what is written at the end, or never. Those lines that wait then are written then.
 */
const sharedOutput = () => {
  if (standardOutput) return standardOutput
  const output = pino.destination({ dest: 1, sync: true, minLength: 4096, periodicFlush: lineMsMax })
  process.once('exit', () => output.flushSync())
  standardOutput = output
  return output
}

const readably = (output: DestinationStream): DestinationStream => {
  const inWords = prettyFactory({ colorize: true, ignore: 'pid,hostname,traceId,spanId' })
  return { write: (line) => output.write(inWords(line)) }
}

/**
 * Logs as JSON lines, readable ones on a terminal, each with the trace it belongs to. Levels as pino's; `silent` writes nothing.
 * Errors are logged by type, code and stack; callers pass ids and codes, never bodies, query strings or anything about a person.
 */
export const createLogger = (options: { service?: string; level?: string; destination?: DestinationStream; readable?: boolean }): Logger =>
  pino(
    {
      level: options.level ?? 'info',
      base: options.service === undefined ? {} : { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => {
        const span = trace.getActiveSpan()?.spanContext()
        return span ? { traceId: span.traceId, spanId: span.spanId } : {}
      },
    },
    options.destination ?? (options.readable ? readably(sharedOutput()) : sharedOutput()),
  )
