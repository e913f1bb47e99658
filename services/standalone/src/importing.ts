import type { ImportProgress, ImportRequest, ImportSummary, Imports, Report } from '@patchwork/provider-directory'
import { csvFields } from '@patchwork/provider-directory'
import { z } from 'zod'

const Origin = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1).max(4_096) }),
  z.strictObject({ kind: z.literal('address'), address: z.string().min(1).max(4_096) }),
])

/** What an operator can ask of imports. A file is read by the place itself, so its path is a whole one. */
export const ImportOperation = z.discriminatedUnion('step', [
  z.strictObject({
    name: z.literal('import'),
    step: z.literal('run'),
    origin: Origin,
    format: z.enum(['open-referral', 'csv']),
    /** Where a CSV file is read: the mapping's name, and its columns when they are to be kept under it. */
    mapping: z.string().min(1).max(100).optional(),
    columns: z
      .array(z.strictObject({ column: z.string().min(1).max(500), field: z.enum(csvFields) }))
      .max(200)
      .optional(),
    source: z.string().min(1).max(200).optional(),
    asOf: z.iso.date().optional(),
    mode: z.enum(['dry-run', 'stage', 'accept']),
  }),
  z.strictObject({ name: z.literal('import'), step: z.literal('accept'), importId: z.uuid() }),
  z.strictObject({ name: z.literal('import'), step: z.literal('drop'), importId: z.uuid() }),
  z.strictObject({ name: z.literal('import'), step: z.literal('undo') }),
  z.strictObject({ name: z.literal('import'), step: z.literal('list') }),
])
export type ImportOperation = z.infer<typeof ImportOperation>

/** The report, and which import it is of; a dry run is none. */
export type Imported = Report & { importId?: string; status?: string; taken?: number; left?: number }

const listedMax = 20

/** Carries out one operation on imports and waits for its end. Throws what the directory's imports throw. */
export const operateImport = async (imports: Imports, operation: ImportOperation, onProgress?: (progress: ImportProgress) => void): Promise<unknown> => {
  const watching = onProgress ? { onProgress } : {}
  switch (operation.step) {
    case 'run':
      return run(imports, operation, watching)
    case 'accept': {
      const { ended } = await imports.accept(operation.importId, watching)
      await ended
      return summary(imports, operation.importId)
    }
    case 'undo': {
      const importId = await imports.lastAccepted()
      if (importId === undefined) throw new Error('There is no acceptance that could be undone.')
      const { ended } = await imports.undo(importId, watching)
      await ended
      return summary(imports, importId)
    }
    case 'drop':
      await imports.drop(operation.importId)
      return summary(imports, operation.importId)
    case 'list':
      return (await imports.list({ limit: listedMax })).items
  }
}

const run = async (
  imports: Imports,
  operation: ImportOperation & { step: 'run' },
  watching: { onProgress?: (progress: ImportProgress) => void },
): Promise<Imported> => {
  const { origin, mode, source, asOf } = operation
  const request: ImportRequest = {
    // Who can start the command may read the machine anyway, so a private address that he names is his to name.
    origin: origin.kind === 'file' ? origin : { ...origin, isTrusted: true },
    format: await formatOf(imports, operation),
    ...(source === undefined ? {} : { source }),
    ...(asOf === undefined ? {} : { asOf }),
  }
  if (mode === 'dry-run') return imports.dryRun(request, watching)
  const { importId, ended } = await imports.stage(request, watching)
  const report = await ended
  if (mode === 'stage') return { ...report, importId, status: 'staged' }
  const acceptance = await imports.accept(importId, watching)
  await acceptance.ended
  const { status, taken, left } = await summary(imports, importId)
  return { ...report, importId, status, ...(taken === undefined ? {} : { taken }), ...(left === undefined ? {} : { left }) }
}

/** A dry run keeps nothing, so it keeps no mapping either. */
const formatOf = async (imports: Imports, { format, mapping, columns, mode }: ImportOperation & { step: 'run' }): Promise<ImportRequest['format']> => {
  if (format === 'open-referral') return { kind: 'open-referral' }
  if (columns && columns.length > 0) {
    if (mode !== 'dry-run' && mapping !== undefined) await imports.keepMapping(mapping, columns)
    return { kind: 'csv', mapping: columns }
  }
  return { kind: 'csv', mapping: await imports.mapping(mapping ?? '') }
}

const summary = async (imports: Imports, importId: string): Promise<ImportSummary> => {
  const found = await imports.get(importId)
  if (!found) throw new Error('There is no such import.')
  return found
}

const problemWords: Record<Report['problems'][number]['code'], string> = {
  'not-a-record': 'is not a service',
  'record-too-large': 'holds more than a record may (1 MiB)',
  'more-columns': 'has more cells than there are columns: a comma in it may need quotation marks around its cell',
  'no-id': 'has no id',
  'id-repeated': 'has the id of an earlier one',
  'no-name': 'has no name',
  'no-organisation': 'has no organisation',
  inactive: 'is no longer to be had, says its source',
  'no-organisation-description': 'has an organisation without a description',
  'bad-url': 'has a web address that is not one',
  'name-repeated': 'has the name of an earlier one',
  'assured-over-a-year-ago': 'was last assured over a year ago',
  'contact-left-out': 'has an e-mail address or telephone number that cannot be used',
  'text-shortened': 'has words that are too long, and were shortened',
  'speaks-of-personal-care': 'speaks of personal care: see that its provider is registered',
  'fewer-columns': 'has fewer cells than there are columns; those that lack are read as empty',
  'missing-once': 'was lacked by the last look at its feed, and stays for now',
  'missing-twice': 'was lacked by the last two looks at its feed, and stays for now',
  'edited-here': 'was edited here since, and stays as it is',
}
const refused = new Set<string>(['not-a-record', 'record-too-large', 'more-columns', 'no-id', 'id-repeated', 'no-name', 'no-organisation', 'inactive'])

const number = (value: number): string => value.toLocaleString('en-GB')

/** The report as an operator reads it. */
export const importedInWords = (imported: Imported): string => {
  const { read, problems, importId, status, taken = 0, left = 0 } = imported
  const lines = [
    `${number(read)} read: ${(['new', 'changed', 'same', 'gone', 'refused'] as const).map((kind) => `${number(imported[kind])} ${kind}`).join(', ')}`,
  ]
  for (const { code, count, examples } of problems)
    lines.push(
      `${String(number(count)).padStart(8)}  ${problemWords[code]}${refused.has(code) ? ' (refused)' : ''}\n          ${code}, e.g. ${examples.slice(0, 2).join(', ')}`,
    )
  if (status === 'accepted')
    lines.push(`Accepted: ${number(taken)} offers taken, ${number(left)} left because they were edited here. Take it back with: patchwork import undo`)
  else if (status === 'staged') lines.push(`Nothing public has changed. Accept it with: patchwork import accept ${importId}`)
  else lines.push('A dry run: nothing was kept.')
  return `${lines.join('\n')}\n`
}

/** What an acceptance, an undoing or a dropping led to. */
export const summaryInWords = ({ importId, status, source, taken = 0, left = 0 }: ImportSummary): string =>
  `${source}: ${status}${status === 'accepted' || status === 'undone' ? `, ${number(taken)} offers taken, ${number(left)} left as edited here` : ''} (${importId})\n`

export const listInWords = (imports: ImportSummary[]): string =>
  imports.length === 0
    ? 'Nothing has been imported.\n'
    : imports
        .map(
          ({ importId, begunAt, status, source, reason, line }) =>
            `${importId}  ${begunAt}  ${status.padEnd(9)}  ${source}${reason === undefined ? '' : `: ${reason}`}${line === undefined ? '' : `, line ${line}`}\n`,
        )
        .join('')
