import { z } from 'zod'
import { orNothing } from '../../http/formFields.ts'
import { definePage, goOnceThere } from '../../http/page.ts'
import { path, type ServiceCalls } from '../../serviceCalls.ts'

const fields = ['name', 'description', 'email', 'phone', 'website'] as const
const Pair = z.object({
  matchId: z.string(),
  status: z.enum(['waiting', 'rejected', 'merged', 'closed']),
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
  fields: z.array(
    z.object({ field: z.enum(fields), is: z.enum(['equal', 'one-only', 'conflict']), values: z.array(z.string().nullable()), stands: z.string() }),
  ),
})
type Loaded = { pair: z.infer<typeof Pair>; seen: string }

const chosen = () => orNothing(z.uuid({ error: 'choose-one' }))
const MergeForm = z.strictObject({
  stands: z.uuid({ error: 'choose-one' }),
  'fields-name': chosen(),
  'fields-description': chosen(),
  'fields-email': chosen(),
  'fields-phone': chosen(),
  'fields-website': chosen(),
  /** The state of each of the two that the page showed: what has changed since is not merged unseen. */
  seen: z
    .string()
    .regex(/^[0-9a-f-]{36}:[1-9]\d{0,9},[0-9a-f-]{36}:[1-9]\d{0,9}$/)
    .transform((text) =>
      text.split(',').map((one) => {
        const [organisationId = '', sequence] = one.split(':')
        return { organisationId, sequence: Number(sequence) }
      }),
    ),
})

/** A pair is as it was decided: what follows from that has been carried out. */
export const pairIs = (services: ServiceCalls, matchId: string, status: z.infer<typeof Pair>['status']) => async (): Promise<boolean> =>
  (await services.get('provider-directory', path`/duplicates/${matchId}`, Pair)).status === status

/** Two organisations side by side, field by field: which of them stands, and whose words, where somebody says that they are one. */
export const administratorDuplicatePage = definePage({
  name: 'administratorDuplicate',
  path: '/administrator/duplicates/:matchId',
  for: ['administrator'],
  load: async ({ services, params }): Promise<Loaded> => {
    const pair = await services.get('provider-directory', path`/duplicates/${params.matchId!}`, Pair)
    return { pair, seen: pair.organisations.map(({ organisationId, sequence }) => `${organisationId}:${sequence}`).join(',') }
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
    await services.post('provider-directory', path`/duplicates/${matchId}/merging`, { stands, fields: words, seen })
    return goOnceThere({ appears }, `/administrator/duplicates/${matchId}`, 'administratorDuplicate.mergedNow', pairIs(services, matchId, 'merged'))
  },
})
