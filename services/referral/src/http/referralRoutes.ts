import { type Aggregate, type Decision, idFor, type Outcome } from '@patchwork/aggregate'
import { DeclineReason, EndReason, OutcomeResult, Role, SharingBasis } from '@patchwork/events'
import { type AnyRoute, defineRoute, IdParams, ListQuery, multilineText, NotFoundError, type RouteRequest } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import type { ReferralCommand } from '../domain/commands.ts'
import { decide } from '../domain/decide.ts'
import { AlreadyReferredError } from '../domain/errors.ts'
import { evolve, isOpen, type Referral, type ReferralEvent, type SentReferral } from '../domain/referral.ts'
import { type Asker, type Relation, relationOf } from '../domain/relation.ts'
import { addWorkingDays } from '../domain/workingDays.ts'
import { appearing } from '../store/appearing.ts'
import type { Disclosures } from '../store/disclosures.ts'
import type { Neighbours } from '../store/neighbours.ts'
import { oneOpenPerNeedAndOffer, type ReferralDetails, type ReferralStore } from '../store/referralStore.ts'
import { askerOf } from './asker.ts'
import { selfReferralLimit } from './limits.ts'
import { isNeedOf } from './needRoutes.ts'
import { ReferralLine, ReferralStatus, ReferralView, showsWords, toReferralLine, toReferralView } from './referralView.ts'

const noteMax = 1_000

const ReferralBody = z.strictObject({
  needId: z.uuid(),
  offerId: z.uuid(),
  basis: z.strictObject({ kind: SharingBasis, given: z.enum(['spoken', 'written', 'self']).optional(), note: multilineText(noteMax).optional() }),
})
const DeclineBody = z.strictObject({ reason: DeclineReason, note: multilineText(noteMax).optional() })
const OutcomeBody = z.strictObject({ outcomeId: z.uuid(), result: OutcomeResult, note: multilineText(noteMax).optional() })
const ConclusionBody = z.strictObject({ reason: EndReason })
const ListOfReferralsQuery = ListQuery.extend({ status: ReferralStatus.optional() })

/** What a change is answered: ids and codes, the same again when it is repeated. */
const Changed = z.object({ referralId: z.uuid(), status: ReferralStatus })
type Changed = z.infer<typeof Changed>

type Dependencies = {
  store: ReferralStore
  neighbours: Neighbours
  disclosures: Disclosures
  runtime: Runtime
  answerWithinWorkingDays: number
  bankHolidays: ReadonlySet<string>
}
type Current = Aggregate<Referral, ReferralDetails>
type Asking = { id: string; by: Asker; at: string }

/** The routes about referrals. Who may do what next is the domain's one table; strangers learn nothing, not even that it exists. */
export const referralRoutes = (dependencies: Dependencies): AnyRoute[] => {
  const { store, neighbours } = dependencies
  const isRelated = async ({ caller, params: { id } }: Pick<RouteRequest<typeof IdParams, undefined, undefined>, 'caller' | 'params'>): Promise<boolean> => {
    const found = await store.referrals.get(id)
    return found !== undefined && relationOf(found.state, await askerOf(caller, neighbours)) !== undefined
  }

  /** Lets the domain decide what a step changes; `note` is what of the request goes to the sealed part. */
  const step = async (
    { caller, params: { id }, command }: Pick<RouteRequest<typeof IdParams, undefined, undefined>, 'caller' | 'params' | 'command'>,
    toCommand: (asking: Asking) => ReferralCommand,
    note?: (details: ReferralDetails, asking: Asking) => ReferralDetails,
  ) => {
    const asking = { id, by: await askerOf(caller, neighbours), at: command.at }
    return changedBy(await store.referrals.update(id, command, (current) => decided(current, toCommand(asking), note && ((details) => note(details, asking)))))
  }

  return [
    sendRoute(dependencies),
    listRoute(dependencies),
    readRoute(dependencies),
    defineRoute({
      method: 'post',
      path: '/referrals/:id/acceptance',
      policy: 'referral.accept',
      summary: 'Take a referral on; the first of an organisation to do so has it, and may then see who it is for',
      params: IdParams,
      answer: Changed,
      problems: ['referral-taken', 'illegal-transition'],
      own: isRelated,
      handle: (request) => step(request, ({ id, by, at }) => ({ type: 'AcceptReferral', referralId: id, by, at })),
    }),
    defineRoute({
      method: 'post',
      path: '/referrals/:id/decline',
      policy: 'referral.decline',
      summary: 'Say no, with a coded reason; the note is for who referred',
      params: IdParams,
      body: DeclineBody,
      answer: Changed,
      problems: ['illegal-transition'],
      own: isRelated,
      handle: (request) => {
        const { reason, note } = request.body
        return step(
          request,
          ({ id, by, at }) => ({ type: 'DeclineReferral', referralId: id, reason, by, at }),
          note === undefined ? undefined : (details) => ({ ...details, declineNote: note }),
        )
      },
    }),
    defineRoute({
      method: 'post',
      path: '/referrals/:id/consent-withdrawal',
      policy: 'referral.withdraw-consent',
      summary: 'Withdraw the consent to share with this provider; its access ends and the record of it is kept',
      params: IdParams,
      answer: Changed,
      problems: ['basis-is-not-consent', 'illegal-transition'],
      own: isRelated,
      handle: (request) => step(request, ({ id, by, at }) => ({ type: 'WithdrawConsent', referralId: id, by, at })),
    }),
    defineRoute({
      method: 'post',
      path: '/referrals/:id/outcomes',
      policy: 'referral.record-outcome',
      summary: 'Mark whether something the person hoped for came about; it may be marked anew until the referral ends',
      params: IdParams,
      body: OutcomeBody,
      answer: Changed,
      problems: ['unknown-outcome', 'illegal-transition'],
      own: isRelated,
      handle: (request) => {
        const { outcomeId, result, note } = request.body
        return step(
          request,
          ({ id, by, at }) => ({ type: 'RecordOutcome', referralId: id, outcomeId, result, by, at }),
          note === undefined ? undefined : (details, { by, at }) => withOutcomeNote(details, { outcomeId, byRole: by.role, at, note }),
        )
      },
    }),
    defineRoute({
      method: 'post',
      path: '/referrals/:id/conclusion',
      policy: 'referral.conclude',
      summary: 'End a referral with a coded reason; who ended it is kept',
      params: IdParams,
      body: ConclusionBody,
      answer: Changed,
      problems: ['outcomes-unmarked', 'not-accepted-yet', 'illegal-transition'],
      own: isRelated,
      handle: (request) => step(request, ({ id, by, at }) => ({ type: 'ConcludeReferral', referralId: id, reason: request.body.reason, by, at })),
    }),
    historyRoute(dependencies),
    membershipsRoute(dependencies),
    tasksRoute(dependencies),
    disclosuresRoute(dependencies),
  ]
}

/** What the domain decided, with the sealed part and the answer. A step that changes nothing writes nothing, but for a new note on an outcome. */
const decided = (
  { id, state, details }: Current,
  command: ReferralCommand,
  note?: (details: ReferralDetails) => ReferralDetails,
): Decision<ReferralEvent, ReferralDetails> => {
  const events = decide(state, command)
  const { status } = events.reduce(evolve, state)
  const writes = note !== undefined && (events.length > 0 || command.type === 'RecordOutcome')
  return { events, answer: { referralId: id, status }, ...(writes ? { details: note(details ?? { basis: {}, outcomeNotes: [] }) } : {}) }
}

const changedBy = ({ answer, sequence }: Outcome<Referral>) => ({ body: answer as Changed, sequence })

const withOutcomeNote = (details: ReferralDetails, note: ReferralDetails['outcomeNotes'][number]): ReferralDetails => ({
  ...details,
  outcomeNotes: [...details.outcomeNotes.filter(({ outcomeId, byRole }) => outcomeId !== note.outcomeId || byRole !== note.byRole), note],
})

const sendRoute = ({ store, neighbours, runtime, answerWithinWorkingDays, bankHolidays }: Dependencies) =>
  defineRoute({
    method: 'post',
    path: '/referrals',
    policy: 'referral.send',
    summary: 'Ask a provider to help with a need, or to let a person join in; the basis for sharing is recorded with it',
    body: ReferralBody,
    status: 201,
    answer: Changed,
    problems: ['already-referred', 'offer-takes-no-referrals', 'consent-not-recorded', 'basis-not-for-you', 'reason-needed'],
    rateLimit: selfReferralLimit,
    own: async ({ caller, body: { needId } }) => isNeedOf((await store.needs.get(needId))?.state, await askerOf(caller, neighbours)),
    handle: async ({ caller, body: { needId, offerId, basis }, command, signal }) => {
      const by = await askerOf(caller, neighbours)
      const need = (await store.needs.get(needId))?.state
      if (need?.status !== 'recorded') throw new NotFoundError()
      const offer = await appearing(runtime, () => neighbours.offer(offerId), signal)
      const { kind, given, note } = basis
      const referralId = idFor(command.key)
      const send: ReferralCommand = {
        type: 'SendReferral',
        referralId,
        need: { needId, ...need },
        offer,
        basis: { kind, given, hasReason: note !== undefined },
        by,
        at: command.at,
        answerDueAt: addWorkingDays(command.at, answerWithinWorkingDays, bankHolidays),
      }
      const recorded = { ...(given === undefined ? {} : { given }), ...(note === undefined ? {} : { note }) }
      return changedBy(
        await store.referrals
          .update(referralId, command, (current) => decided(current, send, () => ({ basis: recorded, outcomeNotes: [] })))
          .catch((error: unknown) => {
            if (isTaken(error)) throw new AlreadyReferredError()
            throw error
          }),
      )
    },
  })

const isTaken = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === 'not-unique' && (error as { index?: unknown }).index === oneOpenPerNeedAndOffer

const listRoute = ({ store, neighbours }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/referrals',
    policy: 'referral.list',
    summary: 'List referrals about oneself, sent by oneself, or to one’s organisations, newest first; without words',
    query: ListOfReferralsQuery,
    answer: z.object({ items: z.array(ReferralLine), after: z.string().optional() }),
    own: 'by-caller',
    handle: async ({ caller, query: { status, limit, after } }) => {
      const by = await askerOf(caller, neighbours)
      const page = await store.referrals.find({
        where: { ...mine(by), ...(status === undefined ? {} : { status: { equals: status } }) },
        sort: [{ field: 'sentAt', direction: 'descending' }],
        limit,
        ...(after === undefined ? {} : { after }),
      })
      const items = page.aggregates.flatMap(({ id, state }) => {
        const relation = relationOf(state, by)
        return state.status === 'unsent' || relation === undefined ? [] : [toReferralLine(id, state, relation)]
      })
      return { body: { items, ...(page.after === undefined ? {} : { after: page.after }) } }
    },
  })

const mine = (by: Asker) => {
  if (by.role === 'resident') return { personId: { equals: by.personId } }
  return by.role === 'navigator' ? { referredBy: { equals: by.personId } } : { organisationId: { in: by.organisationIds } }
}

const readRoute = ({ store, neighbours, disclosures }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/referrals/:id',
    policy: 'referral.read',
    summary: 'Read a referral as far as one’s part in it allows; a reading of the person’s words is logged',
    params: IdParams,
    answer: ReferralView,
    own: 'by-caller',
    handle: async ({ caller, params: { id } }) => {
      const { state, relation, asker, current } = await related({ store, neighbours }, id, caller)
      const need = (await store.needs.get(state.needId))?.details
      if (need === undefined) throw new NotFoundError()
      if (showsWords(state, relation))
        await disclosures.append({
          personId: state.personId,
          readBy: asker.personId,
          role: asker.role,
          why: relation,
          fields: ['words', 'access-needs', 'desired-outcomes', 'notes'],
          needId: state.needId,
          referralId: id,
          ...(relation === 'organisation' ? { organisationId: state.organisationId } : {}),
          bySelf: relation === 'person',
        })
      return { body: toReferralView({ ...current, state }, need, relation, asker), sequence: current.sequence }
    },
  })

/** A referral with how the caller stands to it. Throws NotFoundError where that is not at all. */
const related = async (
  { store, neighbours }: Pick<Dependencies, 'store' | 'neighbours'>,
  id: string,
  caller: Parameters<typeof askerOf>[0],
): Promise<{ current: Current; state: SentReferral; relation: Relation; asker: Asker }> => {
  const asker = await askerOf(caller, neighbours)
  const current = await store.referrals.get(id)
  if (current === undefined || current.state.status === 'unsent') throw new NotFoundError()
  const relation = relationOf(current.state, asker)
  if (relation === undefined) throw new NotFoundError()
  return { current, state: current.state, relation, asker }
}

const HistoryItem = z.object({ sequence: z.int(), at: z.string(), type: z.string(), byRole: z.union([Role, z.literal('nobody')]) })
/** What a provider is still told of a referral that has ended: that it came, what it said itself, and that it ended. */
const keptForProvider = ['referral.sent.v1', 'referral.accepted.v1', 'referral.declined.v1', 'referral.consent-withdrawn.v1', 'referral.concluded.v1']
const historyMax = 200

const historyRoute = ({ store, neighbours }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/referrals/:id/history',
    policy: 'referral.read',
    summary: 'What happened in a referral, in order: when, what, and in which role somebody did it',
    params: IdParams,
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(historyMax).default(historyMax), after: z.coerce.number().int().min(0).default(0) }),
    answer: z.object({ items: z.array(HistoryItem), after: z.string().optional() }),
    own: 'by-caller',
    handle: async ({ caller, params: { id }, query: { limit, after } }) => {
      const { state, relation } = await related({ store, neighbours }, id, caller)
      const events = await store.referrals.history(id, { afterSequence: after, limit })
      const shown = relation === 'organisation' && !isOpen(state) ? events.filter(({ type }) => keptForProvider.includes(type)) : events
      const last = events.at(-1)?.sequence
      return {
        body: {
          items: shown.map((event) => ({ sequence: event.sequence, at: event.time, type: event.type, byRole: roleIn(event.type, event.data) })),
          ...(events.length === limit && last !== undefined ? { after: String(last) } : {}),
        },
      }
    },
  })

const roleIn = (type: string, data: Record<string, unknown>): z.infer<typeof HistoryItem>['byRole'] => {
  if (type === 'referral.went-unanswered.v1') return 'nobody'
  const role = data.referredByRole ?? data.withdrawnByRole ?? data.recordedByRole ?? data.concludedByRole
  return Role.catch('provider').parse(role)
}

const membershipsRoute = ({ neighbours }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/memberships',
    policy: 'referral.read-memberships',
    summary: 'The organisations whose referrals the caller may answer: they join them in the directory, and are known here a moment later',
    answer: z.object({ organisationIds: z.array(z.uuid()) }),
    own: 'by-caller',
    handle: async ({ caller }) => ({ body: { organisationIds: [...(await askerOf(caller, neighbours)).organisationIds] } }),
  })

const tasksRoute = ({ store }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/tasks',
    policy: 'referral.tasks',
    summary: 'What waits for a navigator: referrals that nobody answered in time, the longest waiting first',
    query: ListQuery,
    answer: z.object({
      items: z.array(
        z.object({
          taskId: z.string(),
          referralId: z.uuid(),
          personId: z.uuid(),
          offerId: z.uuid(),
          organisationId: z.uuid(),
          kind: z.literal('unanswered'),
          dueAt: z.string(),
        }),
      ),
      after: z.string().optional(),
    }),
    own: 'by-caller',
    handle: async ({ caller, query: { limit, after } }) => {
      if (caller.kind !== 'person') throw new NotFoundError()
      const page = await store.referrals.find({
        where: { answer: { equals: 'overdue' }, referredBy: { equals: caller.personId } },
        sort: [{ field: 'answerDueAt', direction: 'ascending' }],
        limit,
        ...(after === undefined ? {} : { after }),
      })
      const items = page.aggregates.flatMap(({ id, state }) => {
        if (state.status !== 'sent') return []
        const { personId, offerId, organisationId, answerDueAt } = state
        return [{ taskId: `${id}:unanswered`, referralId: id, personId, offerId, organisationId, kind: 'unanswered' as const, dueAt: answerDueAt }]
      })
      return { body: { items, ...(page.after === undefined ? {} : { after: page.after }) } }
    },
  })

const disclosuresRoute = ({ disclosures }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/disclosures',
    policy: 'referral.read-disclosures',
    summary: 'Who read what one said one needs, when and why, newest first',
    query: ListQuery,
    answer: z.object({
      items: z.array(
        z.object({
          at: z.string(),
          who: z.object({ role: Role, personId: z.uuid(), organisationId: z.uuid().optional() }),
          why: z.enum(['person', 'referrer', 'organisation']),
          fields: z.array(z.string()),
          referralId: z.uuid().optional(),
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
          items: items.map(({ at, readBy, role, organisationId, why, fields, referralId }) => ({
            at,
            who: { role, personId: readBy, ...(organisationId === undefined ? {} : { organisationId }) },
            why,
            fields,
            ...(referralId === undefined ? {} : { referralId }),
          })),
          ...(after === undefined ? {} : { after }),
        },
      }
    },
  })
