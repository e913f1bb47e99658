import { existsSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import type { Writable } from 'node:stream'
import type { Ports } from '@patchwork/aggregate'
import { dataKeyFrom } from '@patchwork/encryption'
import type { RunningService, ServiceSettings } from '@patchwork/http'
import { type Cancel, type Runtime, systemRuntime } from '@patchwork/runtime'
import { createLogger, startTelemetry } from '@patchwork/telemetry'
import type { z } from 'zod'
import { askedToStop, type Signals } from './askedToStop.ts'
import { ConfigurationError, environmentInWords, readEnvironment } from './environment.ts'
import { type Front, openFront } from './front.ts'
import { type OpenedPorts, openPorts } from './openPorts.ts'
import { withOperations } from './operations/withOperations.ts'
import { ServiceEnvironment, settingsFrom } from './serviceSettings.ts'

const done = 0
const failed = 1
const wrongUsage = 2

/** How long what comes is still served after the signal to stop, so that whoever spreads requests over several processes has heard of it. */
const noticeMs = 500
/** A process that has not stopped after this ends all the same. What it had not finished goes on at its next start, as after a crash. */
const stopWithinMs = 25_000
/** The same where it was told to stop before it was ready, as when its servers do not answer: there is nothing to finish. */
const startingStopWithinMs = 2_000

/** One service as a process runs it. */
export type RunnableService<Own extends z.ZodRawShape, Running extends RunningService = RunningService> = {
  name: string
  /** What it does, in a few words for `--help`. */
  about: string
  /** The variables that it reads beyond what all services read. */
  environment: z.ZodObject<Own>
  start(ports: Ports, settings: ServiceSettings, variables: z.output<z.ZodObject<Own>>): Promise<Running>
  /** What whoever started it is told once it is ready. */
  welcome?(running: Running, settings: ServiceSettings, variables: z.output<z.ZodObject<Own>>): Promise<string>
}

/** What a service takes from the process it runs in. */
export type Surroundings = {
  args: readonly string[]
  environment: NodeJS.ProcessEnv
  runtime: Runtime
  output: Writable
  errors: Writable & { isTTY?: boolean }
  signals: Signals
  /** Ends the process at once. */
  exit(code: number): void
}

const thisProcess = (): Surroundings => ({
  args: process.argv.slice(2),
  environment: process.env,
  runtime: systemRuntime,
  output: process.stdout,
  errors: process.stderr,
  signals: process,
  exit: (code) => process.exit(code),
})

/**
 * Runs one service in this process on MongoDB and Kafka until SIGTERM or SIGINT, then drains: it takes no more requests, finishes those and the events
 * under way, and closes its connections. `--help` prints the environment it reads. Gives the exit code: 0 done, 1 failed, 2 wrong usage or settings.
 */
export const runService = async <Own extends z.ZodRawShape, Running extends RunningService>(
  service: RunnableService<Own, Running>,
  surroundings: Surroundings = thisProcess(),
): Promise<number> => {
  const { args, output, errors } = surroundings
  if (args.length === 1 && (args[0] === '--help' || args[0] === '-h')) {
    output.write(helpOf(service))
    return done
  }
  try {
    if (args.length > 0) throw new ConfigurationError(`It takes no arguments but --help; it was given ${args.join(' ')}`)
    await runUntilAsked(service, surroundings)
    return done
  } catch (error) {
    errors.write(`${service.name}: ${String((error as Error).message ?? error).replaceAll('\n', `\n${service.name}: `)}\n`)
    if (surroundings.environment.LOG_LEVEL === 'debug') errors.write(`${(error as Error).stack}\n`)
    return error instanceof ConfigurationError ? wrongUsage : failed
  } finally {
    // The timer holds up nothing; where something else does, the process ends without it.
    surroundings.runtime.after(noticeMs, () => surroundings.exit(Number(process.exitCode ?? failed)))
  }
}

const helpOf = <Own extends z.ZodRawShape>({ name, about, environment }: Pick<RunnableService<Own>, 'name' | 'about' | 'environment'>): string =>
  `The ${name} service of Patchwork, in a process of its own on MongoDB and Kafka: ${about}.

Usage: npm start -w services/${name}

Environment:
${environmentInWords(allOf(environment))}
/livez and /readyz tell how it is. SIGTERM or SIGINT stops it when what is under way is finished.
Exit code: 0 done, 1 failed, 2 wrong usage or settings.
`

const allOf = <Own extends z.ZodRawShape>(own: z.ZodObject<Own>): z.ZodObject =>
  // Keeps what the service checks over several of its own variables.
  (own as z.ZodObject).safeExtend(ServiceEnvironment.shape)

const runUntilAsked = async <Own extends z.ZodRawShape, Running extends RunningService>(
  service: RunnableService<Own, Running>,
  surroundings: Surroundings,
): Promise<void> => {
  const { runtime, environment, errors, output, exit } = surroundings
  // Both at once, so that everything that is wrong is told together.
  const variables = readEnvironment(allOf(service.environment), environment)
  const settings = settingsFrom(variables as unknown as z.output<typeof ServiceEnvironment>)
  const { host, port, dataKeyFile, logLevel, telemetry: signals, ...drivers } = settings.process
  if (!existsSync(dataKeyFile))
    throw new ConfigurationError(`DATA_KEY_FILE: there is no file ${dataKeyFile}. All services of a place need one and the same key; none makes its own.`)
  const dataKey = dataKeyFrom(dataKeyFile, runtime)
  const logger = createLogger({ service: service.name, level: logLevel, readable: errors.isTTY ?? false })
  const telemetry = await startTelemetry({
    name: `patchwork-${service.name}`,
    settings: signals,
    runtime,
    onError: () => logger.warn('Traces or metrics could not be sent'),
  })
  const stop = askedToStop(surroundings.signals)
  let front: Front | undefined
  let opened: OpenedPorts | undefined
  let isReady = false
  let giveUp: Cancel | undefined
  const giveUpAfter = (withinMs: number): Cancel =>
    runtime.after(withinMs, () => {
      errors.write(`${service.name}: it did not stop within ${withinMs / 1000} s and was ended; what is unfinished goes on at the next start\n`)
      exit(failed)
    })
  void stop.asked.then(() => {
    giveUp = giveUpAfter(isReady ? stopWithinMs : startingStopWithinMs)
  })
  try {
    front = await openFront({ host, port, runtime, noticeMs })
    opened = await openPorts({ ...drivers, dataKey, clientId: `patchwork-${service.name}` }, runtime, logger)
    const own = variables as z.output<z.ZodObject<Own>>
    const running = await withOperations(opened.ports, settings.service, (ports) => service.start(ports, settings.service, own))
    front.services.push(running)
    front.open()
    isReady = true
    output.write(`The ${service.name} service is ready at ${front.url}\n${(await service.welcome?.(running, settings.service, own)) ?? ''}`)
    // Where NODE_COMPILE_CACHE says so; Node.js itself keeps it only at an orderly end.
    flushCompileCache()
    await stop.asked
  } finally {
    giveUp ??= giveUpAfter(stopWithinMs)
    await front?.drain()
    await opened?.close()
    await telemetry.stop()
    giveUp()
    stop.forget()
  }
}
