import { z } from 'zod'
import { definePage, goOnceThere } from '../../http/page.ts'
import { path, type ServiceCalls } from '../../serviceCalls.ts'
import { chosenWords, comparedFields, mergeFill, mergeForm, type PairStatus, pairStatuses, seenOf } from '../merging/pair.ts'

const fields = ['name', 'description', 'email', 'phone', 'website'] as const
const Pair = z.object({
  matchId: z.string(),
  status: z.enum(pairStatuses),
  certainty: z.int(),
  reasons: z.array(z.string()),
  organisations: z.array(
    z.object({
      organisationId: z.string(),
      name: z.string(),
      kind: z.string(),
      origin: z.string(),
      modifiedAt: z.string(),
      members: z.int(),
      offers: z.int(),
      offerNames: z.array(z.string()),
      sequence: z.int(),
    }),
  ),
  stands: z.string(),
  fields: comparedFields(fields, z.string().nullable()),
})
const MergeForm = mergeForm(fields, 'organisationId')

/** A pair is as it was decided: what follows from that has been carried out. */
export const pairIs = (services: ServiceCalls, matchId: string, status: PairStatus) => async (): Promise<boolean> =>
  (await services.get('provider-directory', path`/duplicates/${matchId}`, Pair)).status === status

/** Two organisations side by side, field by field: which of them stands, and whose words, where somebody says that they are one. */
export const administratorDuplicatePage = definePage({
  name: 'administratorDuplicate',
  path: '/administrator/duplicates/:matchId',
  for: ['administrator'],
  load: async ({ services, params }) => {
    const pair = await services.get('provider-directory', path`/duplicates/${params.matchId!}`, Pair)
    return { pair, seen: seenOf(pair.organisations, 'organisationId') }
  },
  form: MergeForm,
  fill: mergeFill,
  save: async ({ stands, seen, ...values }, { services, params, appears }) => {
    const matchId = params.matchId!
    await services.post('provider-directory', path`/duplicates/${matchId}/merging`, { stands, fields: chosenWords(fields, values), seen })
    return goOnceThere({ appears }, `/administrator/duplicates/${matchId}`, 'administratorDuplicate.mergedNow', pairIs(services, matchId, 'merged'))
  },
})
