import { defineRoute, IdParams, ListQuery, NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import type { Imports } from '../import/openImports.ts'
import { problemCodes, recordKinds } from '../import/problems.ts'

const count = z.int()
const Counts = z.object({ read: count, new: count, changed: count, same: count, gone: count, refused: count })
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
  report: Counts.extend({ problems: z.array(z.object({ code: z.enum(problemCodes), count, examples: z.array(z.string()) })) }).optional(),
  /** While it is under way in this process. */
  progress: z.object({ doing: z.enum(['reading', 'taking', 'putting-back']), count, perSecond: count }).optional(),
  /** It is the last acceptance of all, and can be undone. */
  isLast: z.boolean(),
})

const AddressBody = z.strictObject({
  address: z.url({ protocol: /^https?$/, error: 'Enter a web address that begins with http:// or https://.' }).max(2_000),
})
const RecordsQuery = ListQuery.extend({ kind: z.enum(recordKinds).optional() })

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
            name: z.string().optional(),
            offerId: z.string().optional(),
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
            ? 'Begins to take all that is sound into the directory.'
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
