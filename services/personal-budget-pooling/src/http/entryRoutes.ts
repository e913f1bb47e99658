import { CalendarDay, FundSource, Pence, PlanOutcomeKind, PoolAccount, type Posting, Role } from '@patchwork/events'
import { type AnyRoute, defineRoute, IdParams, ListQuery, NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import { dayNumber } from '../domain/calendar.ts'
import { RefusedError } from '../domain/errors.ts'
import { movement } from '../domain/pool.ts'
import type { Disclosures } from '../store/disclosures.ts'
import type { Balances, Movements } from '../store/movements.ts'
import type { Neighbours } from '../store/neighbours.ts'
import type { PoolingStore } from '../store/poolingStore.ts'
import { dayOf, viewing } from './asker.ts'
import { shownOf } from './poolView.ts'
import { kindsFor } from './shown.ts'

const eventsMax = 200
const daysMax = 732
const shownDays = 91
const dayMs = 86_400_000

const BalancesView = z.object({ budgetPence: z.int(), freePence: z.int(), committedPence: z.int(), paidPence: z.int() })
const Entry = z.object({
  sequence: z.int(),
  /** The position within the event: an event has a line for each movement. */
  line: z.int(),
  at: z.string(),
  kind: z.enum(['earmarked', 'released', 'left', 'promised', 'refused', 'paid', 'reversed']),
  spendId: z.uuid().optional(),
  memberId: z.uuid(),
  fundSource: FundSource.optional(),
  outcomeId: z.uuid().optional(),
  outcomeKind: PlanOutcomeKind.optional(),
  from: PoolAccount,
  to: PoolAccount,
  amountPence: Pence,
  /** How the pool's accounts stand after this line: together always zero. Absent for one who left, who sees their own lines only. */
  standing: BalancesView.extend({ sumPence: z.int() }).optional(),
})
const kinds: Record<string, z.infer<typeof Entry>['kind']> = {
  'pool.share-earmarked.v1': 'earmarked',
  'pool.share-released.v1': 'released',
  'pool.member-left.v1': 'left',
  'pool.spend-proposed.v1': 'promised',
  'pool.spend-refused.v1': 'refused',
  'pool.spend-paid.v1': 'paid',
  'pool.payment-reversed.v1': 'reversed',
}

type Dependencies = { store: PoolingStore; neighbours: Neighbours; movements: Movements; disclosures: Disclosures }

/** The routes about what happened: the journal, the balances over time, and who read what. */
export const entryRoutes = (dependencies: Dependencies): AnyRoute[] => [entriesRoute(dependencies), balancesRoute(dependencies), disclosuresRoute(dependencies)]

const withMoved = (standing: Balances, posting: Posting): Balances => ({
  budgetPence: standing.budgetPence + movement(posting, 'budget'),
  freePence: standing.freePence + movement(posting, 'free'),
  committedPence: standing.committedPence + movement(posting, 'committed'),
  paidPence: standing.paidPence + movement(posting, 'paid'),
})
const sumOf = ({ budgetPence, freePence, committedPence, paidPence }: Balances): number => budgetPence + freePence + committedPence + paidPence

const entriesRoute = ({ store, neighbours, movements }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/pools/:id/entries',
    policy: 'pool.read',
    summary: 'The double-entry journal of a pool, from the first line; `limit` counts events, and one who left sees their own lines',
    params: IdParams,
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(eventsMax).default(50),
      after: z
        .string()
        .regex(/^\d{1,12}$/)
        .optional(),
    }),
    answer: z.object({ items: z.array(Entry), after: z.string().optional() }),
    own: 'by-caller',
    handle: async ({ caller, params: { id }, query: { limit, after } }) => {
      const { asker, relation, pool } = await viewing({ store, neighbours }, caller, id, ['member', 'former-member', 'account-holder'])
      const afterSequence = Number(after ?? 0)
      const [events, outcomeKinds, before] = await Promise.all([
        store.pools.history(id, { afterSequence, limit }),
        kindsFor(store, pool),
        movements.upTo(id, afterSequence),
      ])
      let standing = before
      const lines = events.flatMap(({ sequence, time: at, type, data }) =>
        ((data.postings as Posting[] | undefined) ?? []).map((posting, line) => {
          standing = withMoved(standing, posting)
          const { memberId, from, to, amountPence } = posting
          return {
            ...{ sequence, line, at, kind: kinds[type] ?? ('earmarked' as const), memberId, from, to, amountPence },
            ...(typeof data.spendId === 'string' ? { spendId: data.spendId } : {}),
            ...shownOf(memberId, posting, { viewerId: asker.personId, relation }, outcomeKinds),
            ...(relation === 'former-member' ? {} : { standing: { ...standing, sumPence: sumOf(standing) } }),
          }
        }),
      )
      const items = relation === 'former-member' ? lines.filter(({ memberId }) => memberId === asker.personId) : lines
      const last = events.at(-1)?.sequence
      return { body: { items, ...(events.length === limit && last !== undefined ? { after: String(last) } : {}) } }
    },
  })

const balancesRoute = ({ store, neighbours, movements }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/pools/:id/balances-over-time',
    policy: 'pool.read',
    summary: `How free, promised and paid money stood at the end of each day on which something moved (13 weeks until today when absent, ${daysMax} days at most)`,
    params: IdParams,
    query: z.strictObject({ fromOn: CalendarDay.optional(), untilOn: CalendarDay.optional() }),
    answer: z.object({ fromOn: z.string(), untilOn: z.string(), before: BalancesView, days: z.array(BalancesView.extend({ day: z.string() })) }),
    problems: ['dates-back-to-front', 'dates-too-far'],
    own: 'by-caller',
    handle: async ({ caller, params: { id }, query, command }) => {
      await viewing({ store, neighbours }, caller, id)
      const untilOn = query.untilOn ?? dayOf(command.at)
      const fromOn = query.fromOn ?? new Date(Date.parse(untilOn) - (shownDays - 1) * dayMs).toISOString().slice(0, 10)
      const days = dayNumber(untilOn) - dayNumber(fromOn) + 1
      if (days < 1) throw new RefusedError('dates-back-to-front', '/untilOn')
      if (days > daysMax) throw new RefusedError('dates-too-far', '/fromOn')
      return { body: { fromOn, untilOn, ...(await movements.byDay(id, { fromOn, untilOn })) } }
    },
  })

const disclosuresRoute = ({ disclosures }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/disclosures',
    policy: 'budget.read',
    summary: 'Who read one’s budget, or a document one uploaded, when and why, newest first',
    query: ListQuery,
    answer: z.object({
      items: z.array(
        z.object({
          at: z.string(),
          who: z.object({ role: Role, personId: z.uuid() }),
          what: z.enum(['budget', 'document']),
          id: z.uuid(),
          why: z.enum(['self', 'council', 'member', 'account-holder']),
        }),
      ),
      after: z.string().optional(),
    }),
    own: 'by-caller',
    handle: async ({ caller, query }) => {
      if (caller.kind !== 'person') throw new NotFoundError()
      const { items, after } = await disclosures.ofPerson(caller.personId, query)
      return {
        body: {
          items: items.map(({ at, readBy, role, what, id, why }) => ({ at, who: { role, personId: readBy }, what, id, why })),
          ...(after === undefined ? {} : { after }),
        },
      }
    },
  })
