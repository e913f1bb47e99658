import { join, resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { type ImportedPostcodes, importPostcodes } from '@patchwork/provider-directory'
import type { Command } from 'commander'
import { readConfig } from './config.ts'
import { staySmall } from './giveMemoryBack.ts'
import { progressTo } from './progress.ts'

type Surroundings = { environment: NodeJS.ProcessEnv; output: Writable; errors: Writable & { isTTY?: boolean } }
type Settle = (action: (...given: never[]) => Promise<number>) => (...given: unknown[]) => Promise<void>
type Options = { dryRun?: boolean; to?: string; json?: boolean }

const done = 0
const bytesPerMegabyte = 1e6

/** Where a place keeps the postcodes of the country, once they have been imported. */
export const postcodesFileIn = (dataDirectory: string): string => join(dataDirectory, 'postcodes')

/** The command that brings in where every postcode lies. A running place uses them within seconds. */
export const addPostcodes = (imports: Command, surroundings: Surroundings, settle: Settle): void => {
  imports
    .command('postcodes')
    .description('where every postcode lies, from the ONS Postcode Directory or the NSPL (CSV, unpacked); in place of what was imported before')
    .argument('<file>', 'the CSV file, with columns like pcds, lat and long')
    .option('--dry-run', 'read only; nothing is kept')
    .option('--to <file>', 'where they are kept; in DATA_DIR when absent. Services that run one process each read it as POSTCODES_FILE')
    .option('--json', 'print one JSON document')
    .action(settle((file: string, options: Options) => run(surroundings, resolve(file), options)))
}

const run = async ({ environment, output, errors }: Surroundings, file: string, { dryRun, to, json }: Options): Promise<number> => {
  const target = dryRun ? undefined : to === undefined ? postcodesFileIn(readConfig(environment).dataDirectory) : resolve(to)
  const progress = progressTo(errors)
  try {
    const memory = staySmall()
    progress.step('Reading', 'MB')
    const imported = await importPostcodes(file, {
      ...(target === undefined ? {} : { to: target }),
      onProgress: (bytes, of) => {
        memory.look()
        progress.advance(Math.round(bytes / bytesPerMegabyte), Math.round(of / bytesPerMegabyte))
      },
    })
    output.write(json ? `${JSON.stringify({ ...imported, to: target })}\n` : inWords(imported, target))
  } finally {
    progress.done()
  }
  return done
}

const inWords = ({ read, known, withoutPlace, repeated, wrong, wrongLines }: ImportedPostcodes, to: string | undefined): string => {
  const number = (count: number) => count.toLocaleString('en-GB')
  const lines = [
    `${number(read)} lines read; where ${number(known)} postcodes lie is ${to === undefined ? 'in them. Nothing was kept (--dry-run)' : `kept in ${to}`}.`,
    ...(withoutPlace > 0 ? [`${number(withoutPlace)} have no place in the file itself.`] : []),
    ...(repeated > 0 ? [`${number(repeated)} stood there before and were passed over.`] : []),
    ...(wrong > 0 ? [`${number(wrong)} could not be read: ${wrongLines.join('; ')}.`] : []),
  ]
  return `${lines.join('\n')}\n`
}
