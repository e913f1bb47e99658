import { resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { exportTabular, type TabularExport } from '@patchwork/provider-directory'
import type { Runtime } from '@patchwork/runtime'
import { Address, askedToStop, ConfigurationError, type Signals } from '@patchwork/service-process'
import type { Command } from 'commander'
import { readConfig } from './config.ts'
import { progressTo } from './progress.ts'

type Surroundings = {
  environment: NodeJS.ProcessEnv
  runtime: Runtime
  output: Writable
  errors: Writable & { isTTY?: boolean }
  signals: Signals
}
type Settle = (action: (...given: never[]) => Promise<number>) => (...given: unknown[]) => Promise<void>
type Options = { at?: string; dryRun?: boolean; json?: boolean }

const done = 0
const openReferralPath = '/open-referral-uk/v3'

/** The commands that write what a place gives to everyone into files. */
export const addExport = (patchwork: Command, surroundings: Surroundings, settle: Settle): void => {
  const exports = patchwork.command('export').description('write what this place gives to other systems into files')
  exports
    .command('hsds')
    .description('the whole open feed as HSDS 3.0 tables: a folder of CSV files with a datapackage.json, read from the place while it runs')
    .argument('<folder>', 'a folder that is not there yet, or is empty')
    .option('--at <address>', 'where the place is reached, or any Open Referral UK 3.0 feed; the place on this machine when absent')
    .option('--dry-run', 'read and count only; nothing is written')
    .option('--json', 'print one JSON document')
    .action(settle((folder: string, options: Options) => exportHsds(surroundings, folder, options)))
}

const exportHsds = async ({ environment, runtime, output, errors, signals }: Surroundings, folder: string, options: Options): Promise<number> => {
  const stop = askedToStop(signals)
  const stopping = new AbortController()
  void stop.asked.then(() => stopping.abort(new Error('Stopped. Nothing was written.')))
  const progress = progressTo(errors)
  progress.step('Reading')
  const startedAt = runtime.now()
  try {
    const exported = await exportTabular(
      {
        feed: feedAt(options.at, environment),
        folder: resolve(folder),
        dryRun: options.dryRun ?? false,
        signal: stopping.signal,
        onProgress: (count) => progress.count(count, Math.round((count * 1_000) / Math.max(1, runtime.now() - startedAt))),
      },
      runtime,
    )
    progress.done()
    output.write(options.json ? `${JSON.stringify(exported)}\n` : inWords(exported))
    return done
  } finally {
    stop.forget()
    progress.done()
  }
}

const feedAt = (at: string | undefined, environment: NodeJS.ProcessEnv): string => {
  if (at === undefined) return `http://127.0.0.1:${readConfig(environment).port}${openReferralPath}`
  const url = Address.safeParse(at)
  if (!url.success) throw new ConfigurationError('--at takes an address that begins with http:// or https://')
  const address = at.replace(/\/+$/, '')
  // An address without a path is that of a place.
  return new URL(address).pathname === '/' ? `${address}${openReferralPath}` : address
}

const inWords = ({ folder, written, rows }: TabularExport): string => {
  const lines = Object.entries(rows).map(([table, count]) => `${count.toLocaleString('en-GB').padStart(10)}  ${table}.csv\n`)
  return `${lines.join('')}${written ? `Written to ${folder}, with datapackage.json.` : 'Nothing was written.'}\n`
}
