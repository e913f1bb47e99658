import { join, resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { type ImportedTaxonomy, importTaxonomy, type TermLanguage, termLanguages } from '@patchwork/provider-directory'
import type { Runtime } from '@patchwork/runtime'
import { type Command, Option } from 'commander'
import { readConfig } from './config.ts'
import { progressTo } from './progress.ts'

type Surroundings = { environment: NodeJS.ProcessEnv; runtime: Runtime; output: Writable; errors: Writable & { isTTY?: boolean } }
type Settle = (action: (...given: never[]) => Promise<number>) => (...given: unknown[]) => Promise<void>
type Options = { name?: string; language?: TermLanguage; skipRepeated?: boolean; dryRun?: boolean; to?: string; json?: boolean }

const done = 0
const bytesPerKilobyte = 1e3
const repeatedTold = 5

/** Where a place keeps the taxonomies that were imported. */
export const taxonomiesFolderIn = (dataDirectory: string): string => join(dataDirectory, 'taxonomies')

/** The command that brings in a taxonomy that others keep. A running place uses it within seconds. */
export const addTaxonomies = (imports: Command, surroundings: Surroundings, settle: Settle): void => {
  imports
    .command('taxonomy')
    .description(
      'terms that others sort services by: the local government list, Open Eligibility, any in SKOS, or in CSV or JSON as HSDS has it; in place of what was imported under its name',
    )
    .argument('<file>', 'the XML, JSON, CSV, RDF/XML or Turtle file')
    .option('--name <name>', 'what it is called; needed where the file does not say it')
    .addOption(
      new Option(
        '--language <language>',
        'of the words in the file; another than that of the taxonomy adds these words to its terms, by their codes. English when absent',
      ).choices([...termLanguages]),
    )
    .option('--skip-repeated', 'keep the first of the terms that have the same code, instead of refusing the file')
    .option('--dry-run', 'read and compare only; nothing is kept')
    .option('--to <folder>', 'where it is kept; in DATA_DIR when absent. Services that run one process each read it as TAXONOMIES_FOLDER')
    .option('--json', 'print one JSON document')
    .action(settle((file: string, options: Options) => run(surroundings, resolve(file), options)))
}

const run = async ({ environment, runtime, output, errors }: Surroundings, file: string, options: Options): Promise<number> => {
  const { name, language, skipRepeated = false, dryRun = false, to, json } = options
  const folder = to === undefined ? taxonomiesFolderIn(readConfig(environment).dataDirectory) : resolve(to)
  const progress = progressTo(errors)
  try {
    progress.step('Reading', 'kB')
    const imported = await importTaxonomy(file, {
      folder,
      now: runtime.now,
      skipRepeated,
      dryRun,
      ...(name === undefined ? {} : { name }),
      ...(language === undefined ? {} : { language }),
      onProgress: (bytes, of) => progress.advance(Math.round(bytes / bytesPerKilobyte), Math.round(of / bytesPerKilobyte)),
    })
    progress.done()
    output.write(json ? `${JSON.stringify(imported)}\n` : inWords(imported))
  } finally {
    progress.done()
  }
  return done
}

const inWords = (imported: ImportedTaxonomy): string => {
  const { name, version, language, isTranslation, read, added, changed, retired, repeated, severalAbove, matches, to } = imported
  const number = (count: number) => count.toLocaleString('en-GB')
  const terms = `${number(read)} ${read === 1 ? 'term' : 'terms'}`
  const versioned = version === undefined ? name : `${name} (${version})`
  const what = isTranslation
    ? `${terms} of ${versioned} read in ${language === 'cy' ? 'Welsh' : 'English'}: the words of ${number(changed)} changed.`
    : `${terms} of ${versioned} read: ${number(added)} are new, ${number(changed)} have changed, ${number(retired)} are gone and kept as retired.`
  const lines = [
    what,
    ...(repeated.length > 0
      ? [
          `${number(repeated.length)} had a code that stood there before and were passed over:`,
          ...repeated.slice(0, repeatedTold).map(({ where, why }) => `  ${where}: ${why}`),
        ]
      : []),
    ...(severalAbove > 0 ? [`${number(severalAbove)} lie below several others: the first of each was kept.`] : []),
    ...(matches.here + matches.elsewhere > 0
      ? [
          `Terms that mean the same as one of another taxonomy, or nearly: ${number(matches.here)} as one that is here, ${number(matches.elsewhere)} as one that is not.`,
        ]
      : []),
    to === undefined ? 'Nothing was kept (--dry-run).' : `Kept in ${to}.`,
  ]
  return `${lines.join('\n')}\n`
}
