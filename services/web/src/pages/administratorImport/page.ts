import { z } from 'zod'
import { definePage } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { takenKinds } from '../administratorImportKinds/page.ts'
import { importStatuses } from '../administratorImports/page.ts'

const perPage = 50
const kinds = ['new', 'changed', 'same', 'missing', 'gone', 'refused'] as const
const Counts = z.object({ read: z.int(), new: z.int(), changed: z.int(), same: z.int(), missing: z.int().default(0), gone: z.int(), refused: z.int() })
const Import = z.object({
  importId: z.string(),
  source: z.string(),
  status: z.enum(importStatuses),
  begunAt: z.string(),
  acceptedAt: z.string().optional(),
  taken: z.int().optional(),
  left: z.int().optional(),
  reason: z.string().optional(),
  line: z.int().optional(),
  report: Counts.extend({ problems: z.array(z.object({ code: z.string(), count: z.int() })) }).optional(),
  progress: z.object({ doing: z.string(), count: z.int(), perSecond: z.int() }).optional(),
  isLast: z.boolean(),
})
const Records = z.object({
  items: z.array(
    z.object({
      position: z.int(),
      kind: z.enum(kinds),
      problems: z.array(z.string()),
      recordId: z.string(),
      line: z.int().optional(),
      name: z.string().optional(),
      offerId: z.string().optional(),
      isLeftOut: z.boolean().default(false),
      isChosen: z.boolean().default(false),
    }),
  ),
  after: z.string().optional(),
})

const isTakenKind = (kind: string): boolean => (takenKinds as readonly string[]).includes(kind)

/** One import: how far it is, what it found, record by record, and what can be done with it. */
export const administratorImportPage = definePage({
  name: 'administratorImport',
  path: '/administrator/imports/:importId',
  for: ['administrator'],
  load: async ({ services, params, query }) => {
    const importId = params.importId!
    const kind = z.enum(kinds).safeParse(query.kind).data
    const [found, records] = await Promise.all([
      services.get('provider-directory', path`/imports/${importId}`, Import),
      services.get('provider-directory', path`/imports/${importId}/records`, Records, { query: { limit: perPage, kind, after: query.after } }),
    ])
    const choosable = found.status === 'staged' ? records.items.filter((record) => isTakenKind(record.kind)) : []
    const shown = choosable.map(({ position }) => position).join(',')
    const hereAfter = query.after
    return { one: found, records: records.items, after: records.after, kinds, kind, shown, hereAfter, takenKinds, isFirst: hereAfter === undefined }
  },
})
