import { z } from 'zod'
import { offerFields, SaidInField, saidInWords } from '../../directory/saidInField.ts'
import { definePage, goOnceThere } from '../../http/page.ts'
import { path, type ServiceCalls } from '../../serviceCalls.ts'
import { chosenWords, comparedFields, mergeFill, mergeForm, type PairStatus, pairStatuses, seenOf } from '../merging/pair.ts'
import { decidingOnOffers } from '../offerDuplicates/page.ts'

const fields = [...offerFields, 'area', 'fundingAccepted'] as const
const Pair = z.object({
  matchId: z.string(),
  status: z.enum(pairStatuses),
  certainty: z.int(),
  reasons: z.array(z.string()),
  offers: z.array(
    z.object({
      offerId: z.string(),
      name: z.string(),
      organisation: z.object({ organisationId: z.string(), name: z.string() }),
      status: z.string(),
      origin: z.string(),
      modifiedAt: z.string(),
      sequence: z.int(),
    }),
  ),
  stands: z.string(),
  fields: comparedFields(fields, SaidInField),
})
const MergeForm = mergeForm(fields, 'offerId')

/** A pair is as it was decided: what follows from that has been carried out. */
export const offerPairIs = (services: ServiceCalls, matchId: string, status: PairStatus) => async (): Promise<boolean> =>
  (await services.get('provider-directory', path`/offer-duplicates/${matchId}`, Pair)).status === status

/** Two offers side by side, field by field: which of them stands, and whose words, where somebody says that they are the same. */
export const offerDuplicatePage = definePage({
  name: 'offerDuplicate',
  path: '/duplicates/:matchId',
  for: decidingOnOffers,
  load: async (visit) => {
    const { services, params, person } = visit
    const pair = await services.get('provider-directory', path`/offer-duplicates/${params.matchId!}`, Pair)
    const lines = pair.fields.map((line) => ({ ...line, values: line.values.map((value) => saidInWords(line.field, value, visit)) }))
    const organisationId = pair.offers[0]!.organisation.organisationId
    const back = person.role === 'administrator' ? '/duplicates' : `/duplicates?organisation=${organisationId}`
    return { pair, lines, back, seen: seenOf(pair.offers, 'offerId') }
  },
  form: MergeForm,
  fill: mergeFill,
  save: async ({ stands, seen, ...values }, { services, params, appears }) => {
    const matchId = params.matchId!
    await services.post('provider-directory', path`/offer-duplicates/${matchId}/merging`, { stands, fields: chosenWords(fields, values), seen })
    return goOnceThere({ appears }, `/duplicates/${matchId}`, 'offerDuplicate.mergedNow', offerPairIs(services, matchId, 'merged'))
  },
})
