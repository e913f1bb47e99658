import { z } from 'zod'
import { SaidInField, saidInWords } from '../../directory/saidInField.ts'
import { orNothing } from '../../http/formFields.ts'
import { definePage, goOnceThere } from '../../http/page.ts'
import { path, type ServiceCalls } from '../../serviceCalls.ts'
import { decidingOnOffers } from '../offerDuplicates/page.ts'

const fields = [
  ...(['name', 'description', 'forWhom', 'form', 'ages', 'languages', 'accessibility', 'category', 'price'] as const),
  ...(['times', 'exceptions', 'closedOnBankHolidays', 'timesInWords', 'place', 'contact', 'area', 'fundingAccepted'] as const),
] as const
const Pair = z.object({
  matchId: z.string(),
  status: z.enum(['waiting', 'rejected', 'merged', 'closed']),
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
  fields: z.array(z.object({ field: z.enum(fields), is: z.enum(['equal', 'one-only', 'conflict']), values: z.array(SaidInField), stands: z.string() })),
})
type Loaded = { pair: { stands: string; fields: readonly { field: (typeof fields)[number]; stands: string }[] }; seen: string }

const chosen = orNothing(z.uuid({ error: 'choose-one' }))
const MergeForm = z.strictObject({
  stands: z.uuid({ error: 'choose-one' }),
  ...(Object.fromEntries(fields.map((field) => [`fields-${field}`, chosen])) as Record<`fields-${(typeof fields)[number]}`, typeof chosen>),
  /** The state of each of the two that the page showed: what has changed since is not merged unseen. */
  seen: z
    .string()
    .regex(/^[0-9a-f-]{36}:[1-9]\d{0,9},[0-9a-f-]{36}:[1-9]\d{0,9}$/)
    .transform((text) =>
      text.split(',').map((one) => {
        const [offerId = '', sequence] = one.split(':')
        return { offerId, sequence: Number(sequence) }
      }),
    ),
})

/** A pair is as it was decided: what follows from that has been carried out. */
export const offerPairIs = (services: ServiceCalls, matchId: string, status: z.infer<typeof Pair>['status']) => async (): Promise<boolean> =>
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
    return { pair, lines, back, seen: pair.offers.map(({ offerId, sequence }) => `${offerId}:${sequence}`).join(',') }
  },
  form: MergeForm,
  fill: ({ pair, seen }: Loaded) => ({ stands: pair.stands, seen, ...Object.fromEntries(pair.fields.map(({ field, stands }) => [`fields-${field}`, stands])) }),
  save: async ({ stands, seen, ...values }, { services, params, appears }) => {
    const matchId = params.matchId!
    const words = Object.fromEntries(
      fields.flatMap((field) => {
        const choice = values[`fields-${field}`]
        return choice === undefined ? [] : [[field, choice]]
      }),
    )
    await services.post('provider-directory', path`/offer-duplicates/${matchId}/merging`, { stands, fields: words, seen })
    return goOnceThere({ appears }, `/duplicates/${matchId}`, 'offerDuplicate.mergedNow', offerPairIs(services, matchId, 'merged'))
  },
})
