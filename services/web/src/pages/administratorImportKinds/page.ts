import { z } from 'zod'
import { choices } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'

export const takenKinds = ['new', 'changed', 'gone'] as const
const Import = z.object({ source: z.string(), report: z.object({ new: z.int(), changed: z.int(), gone: z.int() }).optional() })
const positionsMax = 200

/** Taking only some kinds of change of what a feed says. */
export const administratorImportKindsPage = definePage({
  name: 'administratorImportKinds',
  path: '/administrator/imports/:importId/kinds',
  for: ['administrator'],
  load: async ({ services, params }) => {
    const { source, report } = await services.get('provider-directory', path`/imports/${params.importId!}`, Import)
    return { source, report, kinds: takenKinds, back: `/administrator/imports/${params.importId!}` }
  },
  form: z.strictObject({ kinds: choices(takenKinds).refine((kinds) => kinds.length > 0, { error: 'choose-from-list' }) }),
  save: async ({ kinds }, { services, params }) => {
    await services.post('provider-directory', path`/imports/${params.importId!}/acceptance-by-kind`, { kinds })
    return goTo(`/administrator/imports/${params.importId!}`, { notice: 'confirm.importAccepted' })
  },
})

const position = z.string().regex(/^[1-9]\d{0,6}$/)
/** The places of the records that the page showed, and of those that are ticked. */
const ChoiceForm = z.strictObject({
  shown: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((one) => one !== ''))
    .pipe(z.array(position).max(positionsMax)),
  taken: z.preprocess((value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]), z.array(position).max(positionsMax)),
  kind: z.enum([...takenKinds, '']).default(''),
  after: z.string().max(1_000).default(''),
})

/** Leaving records out of what will be taken, as they are ticked on a page of an import. */
export const administratorImportChoicePage = definePage({
  name: 'administratorImport',
  path: '/administrator/imports/:importId/choice',
  for: ['administrator'],
  load: async ({ params }) => goTo(`/administrator/imports/${params.importId!}`),
  form: ChoiceForm,
  save: async ({ shown, taken, kind, after }, { services, params }) => {
    const importId = params.importId!
    const ticked = new Set(taken)
    for (const isTaken of [true, false]) {
      const positions = shown.filter((one) => ticked.has(one) === isTaken).map(Number)
      if (positions.length > 0) await services.post('provider-directory', path`/imports/${importId}/choice`, { positions, isTaken })
    }
    const query = new URLSearchParams({ ...(kind ? { kind } : {}), ...(after ? { after } : {}) }).toString()
    return goTo(`/administrator/imports/${importId}${query && `?${query}`}`, { notice: 'administratorImport.chosen' })
  },
})
