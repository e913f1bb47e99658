import { defineRoute, IdParams, ListQuery, NotFoundError, plainText } from '@patchwork/http'
import { z } from 'zod'
import { takenKinds } from '../domain/import.ts'
import { chosenFields, fieldChoices } from '../import/fieldChoices.ts'
import type { Imports } from '../import/openImports.ts'
import { problemCodes, recordKinds } from '../import/problems.ts'
import { csvColumnLengthMax, csvColumnsMax, csvFields } from '../import/readCsv.ts'
import { importFileBytesMax } from '../store/importFiles.ts'
import { SaidInField, toSaidInField } from './saidInField.ts'

const sourceLengthMax = 200
const mappingNameLengthMax = 100
/** Why the rows of a file that waits cannot be told. */
const csvFaults = ['not-csv', 'no-rows', 'quote-not-closed', 'stray-quote', 'row-without-end']

const count = z.int()
const Counts = z.object({ read: count, new: count, changed: count, same: count, missing: count.optional(), gone: count, refused: count })
const ImportId = z.object({ importId: z.uuid() })
const ImportView = z.object({
  importId: z.uuid(),
  source: z.string(),
  status: z.enum(['staging', 'failed', 'staged', 'accepting', 'accepted', 'undoing', 'undone', 'dropped']),
  format: z.enum(['open-referral', 'csv']),
  begunAt: z.string(),
  acceptedAt: z.string().optional(),
  /** How many offers an acceptance changed, and how many it left because they had been edited here. */
  taken: count.optional(),
  left: count.optional(),
  /** Why the feed could not be read. */
  reason: z.string().optional(),
  /** At which line of a file the reading came to its end. */
  line: count.optional(),
  report: Counts.extend({ problems: z.array(z.object({ code: z.enum(problemCodes), count, examples: z.array(z.string()) })) }).optional(),
  /** While it is under way in this process. */
  progress: z.object({ doing: z.enum(['reading', 'taking', 'putting-back']), count, perSecond: count }).optional(),
  /** It is the last acceptance of all, and can be undone. */
  isLast: z.boolean(),
})

/** Where a feed lies. */
export const FeedAddress = z.url({ protocol: /^https?$/, error: 'Enter a web address that begins with http:// or https://.' }).max(2_000)
const AddressBody = z.strictObject({ address: FeedAddress })
const Columns = z.array(z.strictObject({ column: plainText(csvColumnLengthMax), field: z.enum(csvFields) })).max(csvColumnsMax)
const FileBody = z.strictObject({
  source: plainText(sourceLengthMax),
  /** Which column is what; needed where the file has rows. */
  columns: Columns.optional(),
  /** The name under which the columns are kept for the next file, in the place of what was kept under it. */
  keepAs: plainText(mappingNameLengthMax).optional(),
})
const KeptFile = z.object({ fileId: z.uuid(), format: z.enum(['open-referral', 'csv']), bytes: count })
const Mapping = z.array(z.object({ column: z.string(), field: z.enum(csvFields) })).readonly()
const positionsMax = 200
const ChoiceBody = z.strictObject({ positions: z.array(z.int().min(1).max(1_000_000)).min(1).max(positionsMax), isTaken: z.boolean() })
const KindsBody = z.strictObject({ kinds: z.array(z.enum(takenKinds)).min(1).max(takenKinds.length) })
const RecordParams = IdParams.extend({ position: z.coerce.number().int().min(1).max(1_000_000) })
/** What one of the two says in a field; of another kind for each field, and nothing where it says nothing. */
const ConflictView = z.object({
  name: z.string(),
  offerId: z.uuid(),
  fields: z.array(
    z.object({
      field: z.enum(chosenFields),
      ours: SaidInField,
      theirs: SaidInField,
      /** Both can be kept: one after the other, or all that either has. */
      canBoth: z.boolean(),
      /** What was chosen, or is proposed: ours where it was edited here, theirs where only the feed has changed it. */
      stands: z.enum(fieldChoices),
    }),
  ),
  isChosen: z.boolean(),
})
const choice = z.enum(fieldChoices).optional()
const FieldsBody = z.strictObject({
  fields: z.strictObject(Object.fromEntries(chosenFields.map((field) => [field, choice])) as Record<(typeof chosenFields)[number], typeof choice>),
})
const RecordsQuery = ListQuery.extend({ kind: z.enum(recordKinds).optional() })

/** Files that are sent, and the mappings that their columns are read by. They stand before what has an id in its address. */
const fileRoutes = (imports: Imports) => [
  defineRoute({
    method: 'post',
    path: '/imports/files',
    policy: 'import.stage',
    summary: 'Send a file, Open Referral JSON or CSV in UTF-8 (up to 150 MB), to be read within a day; it is kept sealed. Nothing of it is imported yet.',
    streamedBody: { bytesMax: importFileBytesMax, contentTypes: ['application/octet-stream'] },
    status: 201,
    answer: KeptFile,
    problems: ['body-too-large'],
    rateLimit: { count: 30, perSeconds: 3_600 },
    handle: async ({ streamedBody }) => ({ status: 201, body: await imports.keepFile(streamedBody) }),
  }),
  defineRoute({
    method: 'get',
    path: '/imports/files/:id',
    policy: 'import.read',
    summary: 'A file that waits to be read: where it has rows, its columns with a value of each, and what they likely are.',
    params: IdParams,
    answer: KeptFile.extend({ columns: z.array(z.object({ name: z.string(), example: z.string().optional() })).optional(), guess: Mapping.optional() }),
    problems: ['not-found', ...csvFaults],
    handle: async ({ params }) => {
      const found = await imports.file(params.id)
      if (!found) throw new NotFoundError()
      return { body: found }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/imports/files/:id/reading',
    policy: 'import.stage',
    summary: 'Begins to read a file that waits, as the feed of this source. It is compared and waits; nothing public changes.',
    params: IdParams,
    body: FileBody,
    answer: ImportId,
    status: 202,
    problems: ['import-busy', 'import-file-not-found', 'mapping-incomplete'],
    handle: async ({ params, body: { source, columns, keepAs } }) => {
      const { importId } = await imports.stageFile(params.id, { source, ...(columns ? { columns } : {}), ...(keepAs === undefined ? {} : { keepAs }) })
      return { status: 202, body: { importId } }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/imports/mappings',
    policy: 'import.read',
    summary: 'The column mappings that are kept for CSV files, by name.',
    query: ListQuery,
    answer: z.object({ items: z.array(z.object({ name: z.string(), columns: Mapping })), after: z.string().optional() }),
    handle: async ({ query: { limit, after } }) => ({ body: await imports.mappings({ limit, ...(after === undefined ? {} : { after }) }) }),
  }),
]

/** What stands of a record that was edited here, field by field. */
const conflictRoutes = (imports: Imports) => [
  defineRoute({
    method: 'get',
    path: '/imports/:id/records/:position/conflict',
    policy: 'import.read',
    summary: 'Where a record and its offer, which was edited here, say different things: field by field, ours and theirs.',
    params: RecordParams,
    answer: ConflictView,
    problems: ['not-found'],
    handle: async ({ params }) => {
      const found = await imports.conflict(params.id, params.position)
      if (!found) throw new NotFoundError()
      const { name, offerId, differences, choices } = found
      const fields = differences.map(({ field, ours, theirs, both, proposed }) => ({
        field,
        ours: toSaidInField(field, ours),
        theirs: toSaidInField(field, theirs),
        canBoth: both !== undefined,
        stands: choices?.[field] ?? proposed,
      }))
      return { body: { name, offerId, fields, isChosen: choices !== undefined } }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/imports/:id/records/:position/choice',
    policy: 'import.stage',
    summary: 'Chooses what stands of a record that was edited here when it is accepted: ours, theirs, or both, field by field.',
    params: RecordParams,
    body: FieldsBody,
    answer: ImportId,
    problems: ['import-not-found', 'import-not-staged', 'no-conflict'],
    handle: async ({ params, body: { fields } }) => {
      const choices = Object.fromEntries(Object.entries(fields).filter(([, chosen]) => chosen !== undefined))
      await imports.chooseFields(params.id, params.position, choices)
      return { body: { importId: params.id } }
    },
  }),
]

/** Feeds of other systems, for administrators. Long work goes on beside the answer; asking again tells how far it is. */
export const importRoutes = ({ imports }: { imports: Imports }) => {
  const view = async (importId: string): Promise<z.input<typeof ImportView>> => {
    const found = await imports.get(importId)
    if (!found) throw new NotFoundError()
    const underWay = imports.underWay()
    const isLast = found.status === 'accepted' && (await imports.lastAccepted()) === importId
    return { ...found, isLast, ...(underWay?.importId === importId ? { progress: underWay } : {}) }
  }
  return [
    ...fileRoutes(imports),
    ...conflictRoutes(imports),
    defineRoute({
      method: 'get',
      path: '/imports',
      policy: 'import.read',
      summary: 'The imports of this place, the newest first.',
      query: ListQuery,
      answer: z.object({ items: z.array(ImportView.omit({ isLast: true, progress: true })), after: z.string().optional() }),
      handle: async ({ query: { limit, after } }) => ({ body: await imports.list({ limit, ...(after === undefined ? {} : { after }) }) }),
    }),
    defineRoute({
      method: 'post',
      path: '/imports',
      policy: 'import.stage',
      summary: 'Begins to read an Open Referral feed at a public address. It is compared and waits; nothing public changes.',
      body: AddressBody,
      answer: ImportId,
      status: 202,
      problems: ['import-busy', 'refused-address'],
      rateLimit: { count: 30, perSeconds: 3_600 },
      handle: async ({ body }) => {
        const { importId } = await imports.stage({ origin: { kind: 'address', address: body.address, isTrusted: false }, format: { kind: 'open-referral' } })
        return { status: 202, body: { importId } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/imports/:id',
      policy: 'import.read',
      summary: 'An import: how far it is, and what it found.',
      params: IdParams,
      answer: ImportView,
      problems: ['not-found'],
      handle: async ({ params }) => ({ body: await view(params.id) }),
    }),
    defineRoute({
      method: 'get',
      path: '/imports/:id/records',
      policy: 'import.read',
      summary: 'What an import found, record by record in the order of the feed, until it is forgotten.',
      params: IdParams,
      query: RecordsQuery,
      answer: z.object({
        items: z.array(
          z.object({
            position: count,
            kind: z.enum(recordKinds),
            problems: z.array(z.enum(problemCodes)),
            recordId: z.string(),
            /** Where it begins in a file that has lines. */
            line: count.optional(),
            name: z.string().optional(),
            offerId: z.string().optional(),
            /** An acceptance does not take it. */
            isLeftOut: z.literal(true).optional(),
            /** It was edited here, and what stands has been chosen field by field. */
            isChosen: z.literal(true).optional(),
          }),
        ),
        after: z.string().optional(),
      }),
      handle: async ({ params, query: { kind, limit, after } }) => ({
        body: await imports.records(params.id, { limit, ...(kind === undefined ? {} : { kind }), ...(after === undefined ? {} : { after }) }),
      }),
    }),
    ...(['acceptance', 'undoing'] as const).map((step) =>
      defineRoute({
        method: 'post',
        path: `/imports/:id/${step}`,
        policy: step === 'acceptance' ? 'import.accept' : 'import.undo',
        summary:
          step === 'acceptance'
            ? 'Begins to take all that is sound, and not left out, into the directory.'
            : 'Begins to put back what the last acceptance of a source took; what was edited here since stays.',
        params: IdParams,
        answer: ImportId,
        status: 202,
        problems: [
          'import-not-found',
          'import-busy',
          ...(step === 'acceptance' ? ['import-not-staged', 'import-outdated'] : ['import-not-accepted', 'import-not-last']),
        ],
        handle: async ({ params }) => {
          await (step === 'acceptance' ? imports.accept(params.id) : imports.undo(params.id))
          return { status: 202, body: { importId: params.id } }
        },
      }),
    ),
    defineRoute({
      method: 'post',
      path: '/imports/:id/acceptance-by-kind',
      policy: 'import.accept',
      summary: 'Begins to take only these kinds of change, of what is sound and not left out.',
      params: IdParams,
      body: KindsBody,
      answer: ImportId,
      status: 202,
      problems: ['import-not-found', 'import-busy', 'import-not-staged', 'import-outdated'],
      handle: async ({ params, body }) => {
        await imports.accept(params.id, body)
        return { status: 202, body: { importId: params.id } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/imports/:id/choice',
      policy: 'import.stage',
      summary: 'Leaves records out of what an acceptance takes, or takes them in again, by their places in the feed; 200 at a time.',
      params: IdParams,
      body: ChoiceBody,
      answer: ImportId,
      problems: ['import-not-found', 'import-not-staged'],
      handle: async ({ params, body }) => {
        await imports.choose(params.id, body)
        return { body: { importId: params.id } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/imports/:id/dropping',
      policy: 'import.stage',
      summary: 'Forgets an import that waits.',
      params: IdParams,
      answer: ImportId,
      problems: ['import-not-found', 'import-not-staged'],
      handle: async ({ params }) => {
        await imports.drop(params.id)
        return { body: { importId: params.id } }
      },
    }),
  ]
}
