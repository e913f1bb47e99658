import { idFor } from '@patchwork/aggregate'
import { Category, Track, WardCode } from '@patchwork/events'
import { type AnyRoute, defineRoute, IdParams, ListQuery, multilineText, NotFoundError, Postcode, plainText, type ServiceClient } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { decideNeed, type Need, type RecordedNeed } from '../domain/need.ts'
import type { Asker } from '../domain/relation.ts'
import { appearing } from '../store/appearing.ts'
import type { Disclosures } from '../store/disclosures.ts'
import type { Neighbours } from '../store/neighbours.ts'
import type { NeedDetails, ReferralStore } from '../store/referralStore.ts'
import { askerOf } from './asker.ts'
import { selfReferralLimit } from './limits.ts'

const wordsMax = 2_000
const outcomesMax = 10
const outcomeWordsMax = 200
/** A page of needs has 200 at most, most of them with one referral. */
const referralsOfNeedsMax = 1_000

export const AccessNeed = z.enum([
  'easy-read',
  'large-print',
  'braille',
  'bsl',
  'interpreter',
  'hearing-loop',
  'step-free',
  'quiet-space',
  'carer-comes-too',
  'text-relay',
  'other',
])

const NeedBody = z
  .strictObject({
    personId: z.uuid(),
    track: Track,
    category: Category,
    words: multilineText(wordsMax),
    accessNeeds: z.array(AccessNeed).max(AccessNeed.options.length).default([]),
    postcode: Postcode.optional(),
    wardCode: WardCode.optional(),
    desiredOutcomes: z.array(plainText(outcomeWordsMax)).max(outcomesMax).default([]),
  })
  .refine(({ postcode, wardCode }) => postcode === undefined || wardCode === undefined, {
    path: ['wardCode'],
    error: 'Give the postcode or the ward, not both.',
    params: { code: 'postcode-or-ward' },
  })

const NeedLine = z.object({
  needId: z.uuid(),
  personId: z.uuid(),
  track: Track,
  category: Category,
  wardCode: z.string().optional(),
  recordedByRole: z.string(),
  recordedAt: z.string().optional(),
  outcomeIds: z.array(z.uuid()),
})
/** A line of a list says, too, whether somebody is still to be found: nobody has it now and nobody has seen it to its end. */
const ListedNeed = NeedLine.extend({ isOpen: z.boolean() })
const NeedView = NeedLine.extend({
  words: z.string(),
  accessNeeds: z.array(z.string()),
  desiredOutcomes: z.array(z.object({ outcomeId: z.uuid(), words: z.string() })),
})

const lineOf = (needId: string, need: RecordedNeed): z.infer<typeof NeedLine> => ({
  needId,
  personId: need.personId,
  track: need.track,
  category: need.category,
  ...(need.wardCode === undefined ? {} : { wardCode: need.wardCode }),
  recordedByRole: need.recordedByRole,
  ...(need.recordedAt === undefined ? {} : { recordedAt: need.recordedAt }),
  outcomeIds: need.outcomeIds,
})

/** Whether a need is the asker's: it is about them, or they recorded it as a navigator. */
export const isNeedOf = (need: Need | undefined, asker: Asker): need is RecordedNeed => {
  if (need?.status !== 'recorded') return false
  return asker.role === 'resident' ? need.personId === asker.personId : asker.role === 'navigator' && need.recordedBy === asker.personId
}

type Dependencies = { store: ReferralStore; neighbours: Neighbours; disclosures: Disclosures; services: ServiceClient; runtime: Runtime }

/** The routes about needs: what a person wants, in their own words. */
export const needRoutes = ({ store, neighbours, disclosures, services, runtime }: Dependencies): AnyRoute[] => {
  /** The ward a postcode lies in; undefined where the place is unknown. Throws ServiceCallError while the directory cannot say. */
  const wardOf = async (postcode: string): Promise<string | undefined> => {
    const place = await services.call<{ known: boolean; wardCode?: string }>('provider-directory', 'GET', `/places/${encodeURIComponent(postcode)}`)
    return WardCode.safeParse(place.wardCode).data
  }
  const navigatorOf = async (personId: string, signal: AbortSignal): Promise<string | undefined> =>
    (await appearing(runtime, () => neighbours.registration(personId), signal))?.navigatorId ?? undefined

  /** Those of some needs that are with somebody, or that somebody has seen to their end. */
  const takenOf = async (needIds: readonly string[]): Promise<ReadonlySet<string>> => {
    if (needIds.length === 0) return new Set()
    const { aggregates } = await store.referrals.find({
      where: { needId: { in: [...needIds] }, status: { in: ['sent', 'accepted', 'concluded'] } },
      limit: referralsOfNeedsMax,
    })
    return new Set(aggregates.flatMap(({ state }) => (state.status === 'unsent' ? [] : [state.needId])))
  }

  return [
    defineRoute({
      method: 'post',
      path: '/needs',
      policy: 'need.record',
      summary: 'Record what a person needs or wants to join in with, in their own words',
      body: NeedBody,
      status: 201,
      answer: z.object({ needId: z.uuid(), outcomeIds: z.array(z.uuid()) }),
      problems: ['not-found'],
      rateLimit: selfReferralLimit,
      own: async ({ caller, body: { personId }, signal }) => {
        if (caller.kind !== 'person') return false
        return caller.role === 'resident' ? caller.personId === personId : (await navigatorOf(personId, signal)) === caller.personId
      },
      handle: async ({ caller, body, command, signal }) => {
        const by = await askerOf(caller, neighbours)
        const navigatorId = by.role === 'navigator' ? await navigatorOf(body.personId, signal) : undefined
        const wardCode = body.postcode === undefined ? body.wardCode : await wardOf(body.postcode)
        const needId = idFor(command.key)
        const desiredOutcomes = body.desiredOutcomes.map((words, index) => ({ outcomeId: idFor(`${command.key}/outcome/${index}`), words }))
        const outcomeIds = desiredOutcomes.map(({ outcomeId }) => outcomeId)
        const { personId, track, category, words } = body
        const details: NeedDetails = { words, accessNeeds: [...new Set(body.accessNeeds)], desiredOutcomes }
        const record = { type: 'RecordNeed', needId, personId, track, category, wardCode, outcomeIds, by, navigatorId, at: command.at } as const
        const { answer, sequence } = await store.needs.update(needId, command, ({ state }) => {
          const events = decideNeed(state, record)
          return { events, answer: { needId, outcomeIds }, ...(events.length > 0 ? { details } : {}) }
        })
        return { body: answer as { needId: string; outcomeIds: string[] }, sequence }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/needs',
      policy: 'need.read',
      summary: 'List the needs about oneself, or those one recorded as a navigator, newest first; without words',
      query: ListQuery.extend({ personId: z.uuid().optional() }),
      answer: z.object({ items: z.array(ListedNeed), after: z.string().optional() }),
      own: 'by-caller',
      handle: async ({ caller, query: { personId, limit, after } }) => {
        const by = await askerOf(caller, neighbours)
        const isResident = by.role === 'resident'
        if (isResident && personId !== undefined && personId !== by.personId) throw new NotFoundError()
        const page = await store.needs.find({
          where: {
            ...(isResident ? { personId: { equals: by.personId } } : { recordedBy: { equals: by.personId } }),
            ...(isResident || personId === undefined ? {} : { personId: { equals: personId } }),
          },
          sort: [{ field: 'recordedAt', direction: 'descending' }],
          limit,
          ...(after === undefined ? {} : { after }),
        })
        const taken = await takenOf(page.aggregates.map(({ id }) => id))
        const items = page.aggregates.flatMap(({ id, state }) => (state.status === 'recorded' ? [{ ...lineOf(id, state), isOpen: !taken.has(id) }] : []))
        return { body: { items, ...(page.after === undefined ? {} : { after: page.after }) } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/needs/:id',
      policy: 'need.read',
      summary: 'Read a need with its words; the reading is logged',
      params: IdParams,
      answer: NeedView,
      own: async ({ caller, params: { id } }) => isNeedOf((await store.needs.get(id))?.state, await askerOf(caller, neighbours)),
      handle: async ({ caller, params: { id } }) => {
        const [need, by] = [await store.needs.get(id), await askerOf(caller, neighbours)]
        if (need === undefined || !isNeedOf(need.state, by) || need.details === undefined) throw new NotFoundError()
        const { personId } = need.state
        const bySelf = by.role === 'resident'
        await disclosures.append({
          personId,
          readBy: by.personId,
          role: by.role,
          why: bySelf ? 'person' : 'referrer',
          fields: ['words', 'access-needs', 'desired-outcomes'],
          needId: id,
          bySelf,
        })
        return { body: { ...lineOf(id, need.state), ...need.details }, sequence: need.sequence }
      },
    }),
  ]
}
