import { z } from 'zod'
import { offerFields as fields, SaidInField, saidInWords } from '../../directory/saidInField.ts'
import { optionalChoice } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'

const sides = ['ours', 'theirs', 'both'] as const
const Conflict = z.object({
  name: z.string(),
  offerId: z.string(),
  fields: z.array(z.object({ field: z.enum(fields), ours: SaidInField, theirs: SaidInField, canBoth: z.boolean(), stands: z.enum(sides) })),
  isChosen: z.boolean(),
})
type Field = (typeof fields)[number]
const sideOf = optionalChoice(sides)
const Choices = z.strictObject(Object.fromEntries(fields.map((field) => [`fields-${field}`, sideOf])) as Record<`fields-${Field}`, typeof sideOf>)
type Loaded = { lines: { field: Field; stands: (typeof sides)[number] }[] }

/** A record whose offer was edited here: ours or theirs, or both, field by field. */
export const administratorImportRecordPage = definePage({
  name: 'administratorImportRecord',
  path: '/administrator/imports/:importId/records/:position',
  for: ['administrator'],
  load: async (visit) => {
    const { services, params } = visit
    const at = path`/imports/${params.importId!}/records/${params.position!}/conflict`
    const { fields: found, ...conflict } = await services.get('provider-directory', at, Conflict)
    const inWords = (field: string, said: SaidInField): string => saidInWords(field, said, visit) || visit.t('administratorImportRecord.nothing')
    const lines = found.map(({ ours, theirs, ...line }) => ({ ...line, ours: inWords(line.field, ours), theirs: inWords(line.field, theirs) }))
    return { ...conflict, lines, back: `/administrator/imports/${params.importId!}` }
  },
  form: Choices,
  fill: ({ lines }: Loaded) => Object.fromEntries(lines.map(({ field, stands }) => [`fields-${field}`, stands])),
  save: async (values, { services, params }) => {
    const chosen = Object.fromEntries(fields.flatMap((field) => (values[`fields-${field}`] === undefined ? [] : [[field, values[`fields-${field}`]]])))
    await services.post('provider-directory', path`/imports/${params.importId!}/records/${params.position!}/choice`, { fields: chosen })
    return goTo(`/administrator/imports/${params.importId!}`, { notice: 'administratorImportRecord.chosen' })
  },
})
