import { z } from 'zod'
import { line, optionalLine, orNothing } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { draftName, FileDraft } from '../administratorImportFile/page.ts'

const service = 'provider-directory'
const sourceLengthMax = 200
const nameLengthMax = 100
const valueLengthMax = 12_000
const mappingsMax = 200
const exampleLengthMax = 40

/** What a column can be read as, in the order in which people are asked. */
const needed = ['name', 'organisation'] as const
const fields = [
  ...needed,
  'description',
  'for-whom',
  'form',
  'seats',
  'people',
  'minimum-age',
  'maximum-age',
  'languages',
  'accessibility',
  'times',
  'address',
  'postcode',
  'phone',
  'email',
  'url',
  'contact-name',
  'id',
  'assured-on',
  'organisation-description',
  'organisation-url',
  'organisation-id',
] as const
type Field = (typeof fields)[number]
type Mapping = { column: string; field: Field }[]

const MappingView = z.array(z.object({ column: z.string(), field: z.enum(fields) }))
const File = z.object({
  format: z.enum(['open-referral', 'csv']),
  columns: z.array(z.object({ name: z.string(), example: z.string().optional() })).default([]),
  guess: MappingView.default([]),
})
const Mappings = z.object({ items: z.array(z.object({ name: z.string(), columns: MappingView })) })
const Begun = z.object({ importId: z.uuid() })

/** What a choice stands for: columns, several where their words are joined. */
const Columns = z.array(z.string().min(1).max(500)).min(1).max(20)
const read = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
const chosen = () =>
  z
    .string({ error: 'missing' })
    .min(1, { error: 'missing' })
    .max(valueLengthMax)
    .transform(read)
    .pipe(z.custom<string[]>((value) => Columns.safeParse(value).success, { error: 'choose-from-list' }))

const isNeeded = (field: Field): boolean => (needed as readonly string[]).includes(field)
const shape: Record<string, z.ZodType<string[] | undefined>> = Object.fromEntries(
  fields.map((field) => [field, isNeeded(field) ? chosen() : orNothing(chosen())]),
)
const ColumnsForm = z.strictObject({
  source: line(sourceLengthMax),
  ...(shape as Record<Field, z.ZodType<string[] | undefined>>),
  keepAs: optionalLine(nameLengthMax),
})

type Kept = z.output<typeof Mappings>['items'][number]
type Loaded = { source: string; start: Mapping; keepAs: string }

/** Which column of a file is what: as it was kept under a name, or as the columns' own names suggest; then the file is read. */
export const administratorImportColumnsPage = definePage({
  name: 'administratorImportColumns',
  path: '/administrator/imports/files/:fileId',
  for: ['administrator'],
  load: async ({ services, params, query, drafts }) => {
    const fileId = params.fileId!
    const [draft, file, { items }] = await Promise.all([
      drafts.read(draftName(fileId), FileDraft),
      services.get(service, path`/imports/files/${fileId}`, File),
      services.get(service, '/imports/mappings', Mappings, { query: { limit: mappingsMax } }),
    ])
    if (file.format !== 'csv') return goTo('/administrator/imports/files')
    const source = draft?.source ?? ''
    const known = new Set(file.columns.map(({ name }) => name))
    // Kept for another list, a mapping that this file has no column of would only be in the way.
    const mappings = items.filter(({ columns }) => columns.some(({ column }) => known.has(column)))
    const kept = mappings.find(({ name }) => name === query.mapping) ?? mappings.find(({ name }) => name === source)
    const start = (kept?.columns ?? file.guess).filter(({ column }) => known.has(column))
    return {
      ...{ fileId, source, columns: file.columns, mappings: mappings.map(({ name }) => name), kept: kept?.name },
      ...{ fields, start, keepAs: kept?.name ?? source.slice(0, nameLengthMax), choices: choicesOf(file.columns, mappings) },
    }
  },
  form: ColumnsForm,
  fill: ({ source, start, keepAs }: Loaded) => ({
    source,
    ...Object.fromEntries(fields.map((field) => [field, choiceOf(start.filter((one) => one.field === field).map(({ column }) => column))])),
    keepAs,
  }),
  save: async ({ source, keepAs, ...entered }, { services, params, drafts }) => {
    const fileId = params.fileId!
    const columns = fields.flatMap((field) => (entered[field] ?? []).map((column) => ({ column, field })))
    const { importId } = await services.post(service, path`/imports/files/${fileId}/reading`, { source, columns, keepAs }, Begun)
    await drafts.drop(draftName(fileId))
    return goTo(`/administrator/imports/${importId}`, { notice: 'administratorImports.begun' })
  },
})

const choiceOf = (columns: readonly string[]): string => (columns.length === 0 ? '' : JSON.stringify(columns))

/** Each column by itself; and columns that were joined in a mapping that was kept, where this file has them. */
const choicesOf = (columns: readonly { name: string; example?: string | undefined }[], mappings: readonly Kept[]) => {
  const known = new Set(columns.map(({ name }) => name))
  const joined = new Map<string, string>()
  for (const mapping of mappings)
    for (const field of fields) {
      const names = mapping.columns.filter((one) => one.field === field && known.has(one.column)).map(({ column }) => column)
      if (names.length > 1) joined.set(choiceOf(names), names.join(', '))
    }
  const short = (text: string): string => (text.length > exampleLengthMax ? `${text.slice(0, exampleLengthMax)}…` : text)
  return [
    ...columns.map(({ name, example }) => ({ value: choiceOf([name]), text: example === undefined ? name : `${name}: ${short(example)}` })),
    ...[...joined].map(([value, text]) => ({ value, text })),
  ]
}
