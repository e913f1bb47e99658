import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { dataKeyFrom } from '@patchwork/encryption'
import { openPlaceFile } from '@patchwork/place-file'
import { type CsvField, csvFields, type ImportProgress, type ImportSummary, openImports } from '@patchwork/provider-directory'
import { type Runtime, repeatedly } from '@patchwork/runtime'
import { Address, askedToStop, ConfigurationError, environmentInWords, placeFileIn, type Signals } from '@patchwork/service-process'
import { createLogger, startTelemetry } from '@patchwork/telemetry'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { type BackedUp, BackupError, backUp, type CopyProgress, notInOneFile } from './backup.ts'
import { Environment, type PlaceConfig, readConfig } from './config.ts'
import { askRunningPlace, listenForOperations } from './control.ts'
import { openPorts } from './drivers.ts'
import { addExport } from './exporting.ts'
import { giveMemoryBack, staySmall } from './giveMemoryBack.ts'
import { type Imported, ImportOperation, importedInWords, listInWords, operateImport, summaryInWords } from './importing.ts'
import { type DeadLetter, type Operation, operate, type Rebuilt, type Replayed, UnknownNameError, type Verified } from './operations.ts'
import type { Place } from './place.ts'
import { addPostcodes, postcodesFileIn } from './postcodes.ts'
import { operationProgressTo, progressTo } from './progress.ts'
import { type Restored, restore } from './restore.ts'
import { addServerCommands } from './serverCommands.ts'
import { addTaxonomies, taxonomiesFolderIn } from './taxonomies.ts'

/** What the command takes from the process it runs in. */
export type Surroundings = {
  environment: NodeJS.ProcessEnv
  runtime: Runtime
  output: Writable & { isTTY?: boolean }
  errors: Writable & { isTTY?: boolean }
  signals: Signals
}

const done = 0
const failed = 1
const wrongUsage = 2
const lookAtMemoryEveryMs = 50

/** Runs `patchwork <command>`. Gives the exit code: 0 done, 1 failed, 2 wrong usage. */
export const run = async (args: readonly string[], surroundings: Surroundings): Promise<number> => {
  let code = done
  const settle =
    (action: (...given: never[]) => Promise<number>) =>
    async (...given: unknown[]) => {
      code = await (action as (...given: unknown[]) => Promise<number>)(...given)
    }
  try {
    await program(surroundings, settle).parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? done : wrongUsage
    surroundings.errors.write(`${(error as Error).message ?? error}\n`)
    if (surroundings.environment.LOG_LEVEL === 'debug') surroundings.errors.write(`${(error as Error).stack}\n`)
    return error instanceof ConfigurationError || error instanceof UnknownNameError ? wrongUsage : failed
  }
}

type Settle = (action: (...given: never[]) => Promise<number>) => (...given: unknown[]) => Promise<void>

const program = (surroundings: Surroundings, settle: Settle): Command => {
  const patchwork = new Command('patchwork')
    .description('One open place where a council area’s micro providers, community groups, navigators, residents and commissioners meet.')
    .exitOverride()
    .configureOutput({ writeOut: (words) => surroundings.output.write(words), writeErr: (words) => surroundings.errors.write(words) })
    .addHelpText('after', environmentHelp)
  patchwork
    .command('start', { isDefault: false })
    .description('run the whole place in this process')
    .option('--empty', 'start without the demonstration place; the first administrator is made with a one-time code')
    .action(settle((options: { empty?: boolean }) => start(surroundings, options.empty ?? false)))
  patchwork
    .command('demonstration')
    .description('load the demonstration place into services that run one process each, on the MongoDB and the Kafka that the environment names')
    .requiredOption('--at <address>', 'where the services are reached, all at one address')
    .action(settle((options: { at: string }) => loadDemonstration(surroundings, options.at)))
  patchwork
    .command('verify')
    .description('check every invariant over all stored data; prints each with its count')
    .option('--json', 'print one JSON document')
    .action(settle((options: { json?: boolean }) => report<Verified>(surroundings, { name: 'verify' }, options, verifiedInWords, (verified) => verified.ok)))
  patchwork
    .command('rebuild')
    .description('drop and rebuild a read model from the events, beside live use; tells whether the result is equal')
    .argument('[read-model]', 'its name; all of them when absent')
    .option('--json', 'print one JSON document')
    .action(
      settle((readModel: string | undefined, options: { json?: boolean }) =>
        report<Rebuilt>(surroundings, { name: 'rebuild', ...(readModel === undefined ? {} : { readModel }) }, options, rebuiltInWords, (rebuilt) =>
          rebuilt.readModels.every((one) => one.equal),
        ),
      ),
    )
  const deadLetters = patchwork.command('dead-letters').description('events that could not be handled and wait, parked, with the reason')
  deadLetters
    .command('list', { isDefault: true })
    .description('list them')
    .option('--json', 'print one JSON document')
    .action(settle((options: { json?: boolean }) => report<DeadLetter[]>(surroundings, { name: 'dead-letters-list' }, options, lettersInWords, () => true)))
  deadLetters
    .command('show')
    .description('show one')
    .argument('<event-id>', 'the event')
    .option('--json', 'print one JSON document')
    .action(
      settle((eventId: string, options: { json?: boolean }) =>
        report<DeadLetter[]>(surroundings, { name: 'dead-letters-show', eventId }, options, lettersInWords, (letters) => letters.length > 0),
      ),
    )
  deadLetters
    .command('replay')
    .description('handle them again, in order, after the cause is mended')
    .argument('[source]', 'only those of this aggregate', notEmpty)
    .option('--json', 'print one JSON document')
    .action(
      settle((source: string | undefined, options: { json?: boolean }) =>
        report<Replayed>(surroundings, { name: 'dead-letters-replay', ...(source === undefined ? {} : { source }) }, options, replayedInWords, (replayed) =>
          replayed.groups.every((one) => one.stillParked === 0),
        ),
      ),
    )
  addBackup(patchwork, surroundings, settle)
  addImport(patchwork, surroundings, settle)
  addExport(patchwork, surroundings, settle)
  addServerCommands(patchwork, surroundings, settle)
  return patchwork
}

const addBackup = (patchwork: Command, surroundings: Surroundings, settle: Settle): void => {
  patchwork
    .command('backup')
    .description('write one consistent copy of the place while it runs, checked, with what it holds beside it; the data key is not in it')
    .argument('<file>', 'a new file; <file>.json is written beside it')
    .option('--json', 'print one JSON document')
    .action(
      settle((file: string, options: { json?: boolean }) =>
        report<BackedUp>(surroundings, { name: 'backup', file: resolve(file) }, options, backedUpInWords(surroundings), () => true),
      ),
    )
  patchwork
    .command('restore')
    .description('make a place of a backup in a DATA_DIR that has none; checks it before anything is written')
    .argument('<file>', 'what "patchwork backup" wrote, with its .json beside it')
    .option('--dry-run', 'check only; nothing is written')
    .option('--json', 'print one JSON document')
    .action(settle((file: string, options: { dryRun?: boolean; json?: boolean }) => restoreHere(surroundings, resolve(file), options)))
}

type RunOptions = {
  dryRun?: boolean
  accept?: boolean
  asOf?: string
  source?: string
  json?: boolean
  mapping?: string
  map?: { column: string; field: string }[]
}

const addImport = (patchwork: Command, surroundings: Surroundings, settle: Settle): void => {
  const imports = patchwork.command('import').description('bring a feed of another system into the directory: read, compared, and taken once it is accepted')
  const run = (format: 'open-referral' | 'csv') =>
    settle((where: string, options: RunOptions) => {
      if (options.dryRun && options.accept) throw new ConfigurationError('Choose --dry-run or --accept, not both.')
      const { mapping, map: columns, source, asOf } = options
      const asked = ImportOperation.safeParse({
        name: 'import',
        step: 'run',
        origin: /^https?:\/\//i.test(where) ? { kind: 'address', address: where } : { kind: 'file', path: resolve(where) },
        format,
        mode: options.dryRun ? 'dry-run' : options.accept ? 'accept' : 'stage',
        ...Object.fromEntries(Object.entries({ mapping, columns, source, asOf }).filter(([, value]) => value !== undefined)),
      })
      if (!asked.success) throw new ConfigurationError(asked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'))
      return report<Imported>(surroundings, asked.data, options, importedInWords, () => true)
    })
  const runOptions = (command: Command): Command =>
    command
      .argument('<file or address>', 'a file, or an address that begins with http:// or https://')
      .option('--dry-run', 'read and compare only; nothing is kept')
      .option('--accept', 'take all that is sound at once')
      .option('--as-of <date>', 'the day by which "last assured over a year ago" is judged, like 2024-12-13; today when absent')
      .option('--source <name>', 'what this source is remembered as; the file’s name or the address when absent')
      .option('--json', 'print one JSON document')
  runOptions(imports.command('open-referral').description('an Open Referral UK feed, a list of services or version 3')).action(run('open-referral'))
  runOptions(imports.command('csv').description('a CSV file with its column names on top'))
    .requiredOption('--mapping <name>', 'the name under which the columns are kept')
    .option('--map <column=field>', `which column is what, as often as needed: ${csvFields.join(', ')}`, columnAndField, [])
    .action(run('csv'))
  const one = (step: 'accept' | 'drop', about: string) =>
    imports
      .command(step)
      .description(about)
      .argument('<id>', 'the import')
      .option('--json', 'print one JSON document')
      .action(
        settle((importId: string, options: { json?: boolean }) => {
          const asked = ImportOperation.safeParse({ name: 'import', step, importId })
          if (!asked.success) throw new ConfigurationError('Give the id that the import was told with.')
          return report<ImportSummary>(surroundings, asked.data, options, summaryInWords, () => true)
        }),
      )
  one('accept', 'take all that is sound in an import that waits')
  one('drop', 'forget an import that waits')
  addPostcodes(imports, surroundings, settle)
  addTaxonomies(imports, surroundings, settle)
  imports
    .command('undo')
    .description('put everything back that the last acceptance took')
    .option('--json', 'print one JSON document')
    .action(settle((options: { json?: boolean }) => report<ImportSummary>(surroundings, { name: 'import', step: 'undo' }, options, summaryInWords, () => true)))
  imports
    .command('list')
    .description('the imports of this place, the newest first')
    .option('--json', 'print one JSON document')
    .action(settle((options: { json?: boolean }) => report<ImportSummary[]>(surroundings, { name: 'import', step: 'list' }, options, listInWords, () => true)))
}

const columnAndField = (value: string, before: { column: string; field: string }[]): { column: string; field: string }[] => {
  const at = value.lastIndexOf('=')
  const field = value.slice(at + 1)
  if (at < 1 || !csvFields.includes(field as CsvField)) throw new InvalidArgumentError(`Write column=field, where the field is one of ${csvFields.join(', ')}.`)
  return [...before, { column: value.slice(0, at), field }]
}

const notEmpty = (value: string): string => {
  if (value.trim() === '') throw new InvalidArgumentError('Give the id of an aggregate, or leave it out for all.')
  return value
}

const environmentHelp = `
Environment:
${environmentInWords(Environment)}
Exit code: 0 done, 1 failed, 2 wrong usage.`

const start = async (surroundings: Surroundings, empty: boolean): Promise<number> => {
  const { runtime, errors, output, signals } = surroundings
  const config = readConfig(surroundings.environment)
  const logger = createLogger({ level: config.logLevel, readable: errors.isTTY ?? false })
  const telemetry = await startTelemetry({
    name: 'patchwork',
    settings: config.telemetry,
    runtime,
    onError: () => logger.warn('Traces or metrics could not be sent'),
  })
  const progress = progressTo(errors)
  progress.step('Opening the place')
  let isDemonstration = false
  const place = await open(config, surroundings, () => isDemonstration)
  const stop = askedToStop(signals)
  const control = await listenForOperations(place, config.dataDirectory)
  try {
    const [{ openDemonstration }, { doorsOf }] = await Promise.all([import('./demonstration.ts'), import('./demonstrationDoors.ts')])
    const accounts = await openDemonstration({ at: doorsOf(place), dataDirectory: config.dataDirectory, empty, runtime, progress })
    isDemonstration = accounts.length > 0
    progress.done()
    giveMemoryBack()
    output.write(await welcome(place, accounts))
    await stop.asked
    progress.step('Stopping')
  } finally {
    await control.close()
    await place.stop()
    await telemetry.stop()
    stop.forget()
    progress.done()
  }
  return done
}

const loadDemonstration = async ({ environment, runtime, errors, output }: Surroundings, at: string): Promise<number> => {
  const config = readConfig(environment)
  if (config.mongodbUri === undefined || config.kafkaBrokers === undefined)
    throw new ConfigurationError('Set MONGODB_URI and KAFKA_BROKERS to those of the services, and DATA_KEY_FILE to their key.')
  const url = Address.safeParse(at)
  if (!url.success) throw new ConfigurationError('--at takes an address that begins with http:// or https://')
  if (!existsSync(config.dataKeyFile))
    throw new ConfigurationError(`DATA_KEY_FILE: there is no file ${config.dataKeyFile}. It must be the key of the services.`)
  const progress = progressTo(errors)
  const [{ openDemonstration }, { openDoors }] = await Promise.all([import('./demonstration.ts'), import('./demonstrationDoors.ts')])
  const doors = await openDoors(url.data, { config, runtime, logger: createLogger({ level: config.logLevel, readable: errors.isTTY ?? false }) })
  try {
    const accounts = await openDemonstration({ at: doors, dataDirectory: config.dataDirectory, empty: false, runtime, progress })
    output.write(accounts.length > 0 ? peopleInWords(accounts) : 'This place was made an empty one: nothing was loaded.\n')
  } finally {
    progress.done()
    await doors.close()
  }
  return done
}

// Loaded when a place is to be run: an import and a question to a running place need little of it, and so not its memory.
const open = async (config: PlaceConfig, { runtime, errors }: Surroundings, isDemonstration = () => false): Promise<Place> => {
  const { startPlace } = await import('./place.ts')
  return startPlace({ config, runtime, isDemonstration, logger: createLogger({ level: config.logLevel, readable: errors.isTTY ?? false }) })
}

type SignedUp = { role: string; name: string; username: string; password: string }

const peopleInWords = (accounts: readonly SignedUp[]): string => {
  const width = Math.max(...accounts.map(({ username }) => username.length))
  const lines = accounts.map(({ role, username, password }) => `  ${role.padEnd(14)} ${username.padEnd(width)}  ${password}\n`)
  return `Sign in at /sign-in as one of these people. They are not real.\n${lines.join('')}`
}

const welcome = async (place: Place, accounts: readonly SignedUp[]): Promise<string> => {
  const code = await place.identity.firstAdministratorCode()
  const lines = [`\nPatchwork is open at ${place.publicUrl}\n`]
  if (accounts.length > 0) lines.push(peopleInWords(accounts).trimEnd())
  if (accounts.length === 0 && code !== undefined)
    lines.push(`There is no administrator yet. Open ${place.publicUrl}/set-up and enter this one-time code:\n  ${code}`)
  lines.push('\nPress Ctrl+C to stop. Everything is kept.\n')
  return `${lines.join('\n')}\n`
}

// Asks the running place, or opens the data for the length of the question.
const ask = async (surroundings: Surroundings, operation: Operation): Promise<unknown> => {
  const config = readConfig(surroundings.environment)
  const progress = progressTo(surroundings.errors)
  const onProgress = operationProgressTo(progress)
  try {
    const running = await askRunningPlace(config.dataDirectory, operation, onProgress)
    if (running) return running.result
    if (operation.name === 'import') return await importAlone(config, surroundings, operation, onProgress)
    if (operation.name === 'backup') return await backUpAlone(config, surroundings, operation.file, onProgress)
    const place = await open({ ...config, host: '127.0.0.1', port: 0, publicUrl: config.publicUrl ?? `http://127.0.0.1:${config.port}` }, surroundings)
    try {
      return await operate(place, operation)
    } finally {
      await place.stop()
    }
  } finally {
    progress.done()
  }
}

/** Opens only what an import needs, so that a large feed has the memory. */
const importAlone = async (
  config: PlaceConfig,
  { runtime, errors }: Surroundings,
  operation: ImportOperation,
  onProgress: (progress: ImportProgress) => void,
): Promise<unknown> => {
  const opened = await openPorts(config, runtime, createLogger({ level: config.logLevel, readable: errors.isTTY ?? false }), { isSmall: true })
  try {
    const memory = staySmall()
    const looking = repeatedly(runtime, { everyMs: lookAtMemoryEveryMs, work: async () => memory.look(), onError: () => undefined })
    try {
      const imports = await openImports(opened.ports, {
        instance: 'place',
        postcodesFile: postcodesFileIn(config.dataDirectory),
        taxonomiesFolder: taxonomiesFolderIn(config.dataDirectory),
      })
      try {
        return await operateImport(imports, operation, onProgress)
      } finally {
        await imports.stop()
      }
    } finally {
      await looking.stop()
    }
  } finally {
    await opened.close()
  }
}

/** Opens nothing but the file: a copy needs no service, and makes no place or key where there is none. */
const backUpAlone = async (config: PlaceConfig, { runtime }: Surroundings, file: string, onProgress: (progress: CopyProgress) => void): Promise<BackedUp> => {
  if (config.mongodbUri !== undefined || config.kafkaBrokers !== undefined) throw new BackupError(notInOneFile)
  const path = placeFileIn(config.dataDirectory)
  if (!existsSync(path)) throw new BackupError(`There is no place in ${config.dataDirectory}. Set DATA_DIR to where it lies.`)
  if (!existsSync(config.dataKeyFile)) throw new BackupError(`The place's key is not at ${config.dataKeyFile}. Set DATA_KEY_FILE to where it is.`)
  const placeFile = await openPlaceFile({ path, isSmall: true })
  try {
    return await backUp({ placeFile, dataKey: dataKeyFrom(config.dataKeyFile, runtime), runtime }, file, onProgress)
  } finally {
    await placeFile.close()
  }
}

const restoreHere = async (surroundings: Surroundings, file: string, { dryRun, json }: { dryRun?: boolean; json?: boolean }): Promise<number> => {
  const { environment, runtime, errors, output } = surroundings
  const config = readConfig(environment)
  if (config.mongodbUri !== undefined || config.kafkaBrokers !== undefined)
    throw new ConfigurationError('A backup is restored into one file: unset MONGODB_URI and KAFKA_BROKERS.')
  const progress = progressTo(errors)
  try {
    const restored = await restore(file, { ...config, runtime }, { dryRun: dryRun ?? false, onProgress: operationProgressTo(progress) })
    progress.done()
    output.write(json ? `${JSON.stringify(restored)}\n` : restoredInWords(restored, config.dataDirectory))
    return done
  } finally {
    progress.done()
  }
}

const eventsUpTo = (topics: Record<string, number>): number => Math.max(0, ...Object.values(topics))

const backedUpInWords =
  ({ environment }: Surroundings) =>
  ({ file, pointFile, at, topics, bytes, sha256 }: BackedUp): string =>
    [
      `Backed up to ${file} (${bytes.toLocaleString('en-GB')} bytes, SHA-256 ${sha256}), and checked.`,
      `It holds all that was answered before ${at}, and the log up to offset ${eventsUpTo(topics)}; ${pointFile} says where each topic ends.`,
      `The data key is not in it. Keep ${readConfig(environment).dataKeyFile} apart from it: without that key the personal data in it cannot be read.\n`,
    ].join('\n')

const restoredInWords = ({ restored, file, at, topics }: Restored, dataDirectory: string): string =>
  restored
    ? `Restored ${file} to ${dataDirectory}: all that was answered before ${at}, the log up to offset ${eventsUpTo(topics)}. Start it with: patchwork start\n`
    : `${file} is whole and can be restored here: all that was answered before ${at}, the log up to offset ${eventsUpTo(topics)}. Nothing was written.\n`

const report = async <Result>(
  surroundings: Surroundings,
  operation: Operation,
  { json }: { json?: boolean },
  inWords: (result: Result) => string,
  succeeded: (result: Result) => boolean,
): Promise<number> => {
  const result = (await ask(surroundings, operation)) as Result
  surroundings.output.write(json ? `${JSON.stringify(result)}\n` : inWords(result))
  return succeeded(result) ? done : failed
}

const verifiedInWords = ({ ok, invariants }: Verified): string => {
  const lines = invariants.map(
    ({ name, checked, violations, examples }) =>
      `${violations === 0 ? 'holds ' : 'BROKEN'}  ${String(checked).padStart(8)} checked  ${name}${violations === 0 ? '' : `: ${violations} violations, e.g. ${examples.join(', ')}`}`,
  )
  return `${lines.join('\n')}\n${ok ? `All ${invariants.length} invariants hold.` : 'Some invariants are broken: see the lines above.'}\n`
}

const rebuiltInWords = ({ readModels }: Rebuilt): string => readModels.map(({ name, equal }) => `${equal ? 'equal  ' : 'DIFFERS'}  ${name}\n`).join('')

const lettersInWords = (letters: DeadLetter[]): string =>
  letters.length === 0
    ? 'Nothing is parked.\n'
    : letters
        .map((letter) => `${letter.group}  ${letter.type}  event ${letter.eventId}  of ${letter.source} (${letter.sequence})\n    ${letter.reason}\n`)
        .join('')

const replayedInWords = ({ groups }: Replayed): string =>
  groups.length === 0
    ? 'Nothing was parked.\n'
    : groups.map(({ group, replayed, stillParked }) => `${group}: ${replayed} handled, ${stillParked} still parked\n`).join('')
