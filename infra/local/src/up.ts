import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dataKeyFrom } from '@patchwork/encryption'
import { systemRuntime } from '@patchwork/runtime'
import { freePort, startKafkaBroker, startMongoEngine } from '@patchwork/testing'
import { type Gateway, openGateway } from './gateway.ts'
import { help, type Options, readOptions, UsageError } from './options.ts'
import { type ServiceProcess, spawnScript, startService } from './serviceProcess.ts'

const services = ['people', 'identity', 'provider-directory', 'referral', 'personal-budget-pooling', 'notification', 'commissioning', 'web'] as const
const commandLine = fileURLToPath(new URL('../../../services/standalone/src/main.ts', import.meta.url))

const done = 0
const failed = 1
const wrongUsage = 2

/** What was started, in order, each with what ends it. */
type Started = { name: string; stop: () => Promise<void> }[]

/** Runs everything until it is asked to stop or one of its processes is gone for good. Gives the exit code. */
export const up = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> => {
  try {
    const options = readOptions(args, environment)
    if (options.help) {
      process.stdout.write(help)
      return done
    }
    return await run(options, environment)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return error instanceof UsageError ? wrongUsage : failed
  }
}

const run = async (options: Options, environment: NodeJS.ProcessEnv): Promise<number> => {
  const folder = options.data ?? join(mkdtempSync(join(tmpdir(), 'patchwork-local-')), 'data')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const started: Started = []
  let end = (_words?: string): void => undefined
  const ending = new Promise<string | undefined>((resolve) => {
    end = resolve
  })
  let isEnding = false
  void ending.then(() => {
    isEnding = true
  })
  const ask = () => end()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, ask)
  try {
    // Whatever comes first: all is open, it is asked to stop, or one of the processes is gone.
    const opening = open({ options, environment, folder, started, onGone: end, isEnding: () => isEnding }).then(
      (words) => void process.stdout.write(words),
      (error: Error) => end(error.message),
    )
    const why = await ending
    if (why !== undefined) process.stderr.write(`${why}. Everything is stopped.\n`)
    process.stderr.write('Stopping\n')
    await stopAll(started)
    await opening
    // What the opening had just begun when it was told to stop.
    await stopAll(started)
    return why === undefined ? done : failed
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, ask)
    if (options.data === undefined) rmSync(dirname(folder), { recursive: true, force: true })
  }
}

type Opening = { options: Options; environment: NodeJS.ProcessEnv; folder: string; started: Started; onGone: (words: string) => void; isEnding: () => boolean }

/** Starts the servers, the services and the gateway, and loads the demonstration place. Gives the words that tell of them. */
const open = async ({ options, environment, folder, started, onGone, isEnding }: Opening): Promise<string> => {
  const isEmpty = wasMadeEmpty(folder, options.empty)
  const dataKeyFile = `${folder}.key`
  dataKeyFrom(dataKeyFile, systemRuntime)
  const { KAFKA_BROKERS, MONGODB_URI } = await startServers({ environment, folder, started, onGone, isKept: options.data !== undefined })
  if (isEnding()) throw new Error('It was asked to stop')
  const instances = new Map<string, ServiceProcess[]>(services.map((service) => [service, []]))
  const gateway = await openGateway({ port: options.port, instances })
  const common = {
    ...environment,
    ...{ KAFKA_BROKERS, MONGODB_URI, DATA_KEY_FILE: dataKeyFile },
    SERVICES_URL: environment.SERVICES_URL || gateway.url,
    PUBLIC_URL: environment.PUBLIC_URL || gateway.url,
    DEMONSTRATION_PLACE: String(!isEmpty),
  }
  const processes: ServiceProcess[] = []
  for (const service of services)
    for (let number = 1; number <= options.instances; number += 1) {
      const label = options.instances === 1 ? service : `${service}-${number}`
      const process = startService({
        ...{ service, label, port: await freePort(), onLine: passOn(label), onGone },
        environment: { ...common, INSTANCE: String(number) },
      })
      started.push({ name: label, stop: process.stop })
      instances.get(service)?.push(process)
      processes.push(process)
    }
  // The first to stop, so that nothing new comes in while the rest finish.
  started.push({ name: 'gateway', stop: gateway.stop })
  await Promise.all(processes.map((process) => process.ready()))
  if (!isEmpty) await loadDemonstration({ gateway, folder, environment: common, started })
  return addresses({ gateway, publicUrl: common.PUBLIC_URL, processes, KAFKA_BROKERS, MONGODB_URI })
}

/** A place stays what it was made as: empty, or the demonstration. */
const wasMadeEmpty = (folder: string, asksEmpty: boolean): boolean => {
  const file = join(folder, 'place.json')
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { empty: boolean }).empty
  writeFileSync(file, JSON.stringify({ empty: asksEmpty }))
  return asksEmpty
}

const startServers = async ({ environment, folder, started, onGone, isKept }: Omit<Opening, 'options' | 'isEnding'> & { isKept: boolean }) => {
  const keptIn = (name: string) => (isKept ? { keptIn: join(folder, name) } : {})
  const kafka = async () => {
    if (environment.KAFKA_BROKERS) return environment.KAFKA_BROKERS
    const { brokers, stop, ended } = await startKafkaBroker(keptIn('kafka'))
    return ours('Kafka', brokers.join(','), stop, ended)
  }
  const mongo = async () => {
    if (environment.MONGODB_URI) return environment.MONGODB_URI
    const { uri, stop, ended } = await startMongoEngine('patchwork', keptIn('mongodb'))
    return ours('MongoDB', uri, stop, ended)
  }
  const ours = (name: string, address: string, stop: () => Promise<void>, ended: Promise<string>): string => {
    let isStopping = false
    const end = () => {
      isStopping = true
      return stop()
    }
    started.push({ name, stop: end })
    void ended.then((words) => isStopping || onGone(words))
    return address
  }
  const [KAFKA_BROKERS, MONGODB_URI] = await Promise.all([kafka(), mongo()])
  return { KAFKA_BROKERS, MONGODB_URI }
}

const loadDemonstration = async (options: { gateway: Gateway; folder: string; environment: NodeJS.ProcessEnv; started: Started }): Promise<void> => {
  const { gateway, folder, environment, started } = options
  const child = spawnScript({
    script: commandLine,
    args: ['demonstration', '--at', gateway.url],
    environment: { ...environment, DATA_DIR: folder },
    onLine: passOn('demonstration'),
  })
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  started.push({ name: 'demonstration', stop: async () => void (child.kill('SIGTERM') && (await exit)) })
  const [code, signal] = await exit
  started.pop()
  if (code !== 0) throw new Error(`The demonstration place could not be loaded (${signal ?? code})`)
}

const passOn =
  (label: string) =>
  (line: string): void =>
    void process.stderr.write(`${label} | ${line}\n`)

const addresses = (options: {
  gateway: Gateway
  publicUrl: string
  processes: readonly ServiceProcess[]
  KAFKA_BROKERS: string
  MONGODB_URI: string
}): string => {
  const { gateway, publicUrl, processes, KAFKA_BROKERS, MONGODB_URI } = options
  const width = Math.max(...processes.map(({ label }) => label.length))
  const lines = processes.map(({ label, url, pid }) => `  ${label.padEnd(width)}  ${url}  process ${pid()}`)
  // A server of somebody's own may have a password in its address.
  const servers = [`  ${'Kafka'.padEnd(width)}  ${KAFKA_BROKERS}`, `  ${'MongoDB'.padEnd(width)}  ${MONGODB_URI.replace(/\/\/[^@/]*@/, '//…@')}`]
  return `\n${[...servers, ...lines, `  ${'gateway'.padEnd(width)}  ${gateway.url}`].join('\n')}\n\nPatchwork is open at ${publicUrl}\nPress Ctrl+C to stop.\n`
}

/** The last to start is the first to stop; the processes of all services finish beside each other, the servers they need after them. */
const stopAll = async (started: Started): Promise<void> => {
  const stopped = started.splice(0).reverse()
  const isServer = ({ name }: Started[number]) => name === 'Kafka' || name === 'MongoDB'
  const isFirst = ({ name }: Started[number]) => name === 'gateway' || name === 'demonstration' || name.startsWith('web')
  for (const ring of [stopped.filter(isFirst), stopped.filter((one) => !isFirst(one) && !isServer(one)), stopped.filter(isServer)])
    await Promise.allSettled(ring.map(({ stop }) => stop()))
}
