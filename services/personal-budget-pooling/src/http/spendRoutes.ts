import { idFor } from '@patchwork/aggregate'
import { createSealer } from '@patchwork/encryption'
import { CalendarDay, FundSource, Pence, PlanOutcomeKind, PoolPaymentReversed, Vote } from '@patchwork/events'
import {
  type AnyRoute,
  defineRoute,
  IdParams,
  isDomainError,
  ListQuery,
  multilineText,
  NotFoundError,
  plainText,
  type RouteRequest,
  type ServiceClient,
} from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { isBarred } from '../domain/barredPayee.ts'
import type { AskedShare as AskedShareOfSpend, PoolCommand, ProposeSpend } from '../domain/commands.ts'
import { decide } from '../domain/decide.ts'
import { RefusedError } from '../domain/errors.ts'
import type { FoundedPool } from '../domain/pool.ts'
import type { Asker, Relation } from '../domain/relation.ts'
import type { Documents } from '../store/documents.ts'
import type { Neighbours } from '../store/neighbours.ts'
import { type PoolingStore, service } from '../store/poolingStore.ts'
import type { SpendRow, Spends } from '../store/spends.ts'
import type { Words } from '../store/words.ts'
import { dayOf, type Viewing, viewing } from './asker.ts'
import { carryOut } from './poolRoutes.ts'
import { type OutcomeKinds, SpendView, toSpendView } from './poolView.ts'
import { kindsFor, wordsFor } from './shown.ts'

const askedSharesMax = 200
const Reason = PoolPaymentReversed.data.shape.reason

const AskedShare = z
  .strictObject({
    memberId: z.uuid(),
    amountPence: Pence.min(1),
    fundSource: FundSource.optional(),
    /** An outcome of the member's plan; who knows only what it is for gives the kind. */
    outcomeId: z.uuid().optional(),
    outcomeKind: PlanOutcomeKind.optional(),
  })
  .refine(({ outcomeId, outcomeKind }) => outcomeId === undefined || outcomeKind === undefined, {
    path: ['outcomeKind'],
    error: 'Give the outcome or its kind, not both.',
    params: { code: 'outcome-or-kind' },
  })

const SpendBody = z.strictObject({
  payeeOrganisationId: z.uuid(),
  invoiceNumber: plainText(60),
  invoicedOn: CalendarDay,
  sessions: z.int().min(1).max(1_000).optional(),
  totalPence: Pence.min(1),
  purpose: multilineText(500),
  documentId: z.uuid().optional(),
  shares: z.array(AskedShare).min(1).max(askedSharesMax),
})
type SpendBody = z.output<typeof SpendBody>
const VoteBody = z.strictObject({ vote: Vote })
const PaymentBody = z.strictObject({ paidOn: CalendarDay, reference: plainText(60) })
const ReversalBody = z.strictObject({ reason: Reason })
const SpendParams = z.strictObject({ id: z.uuid(), spendId: z.uuid() })
const Changed = z.object({ poolId: z.uuid(), spendId: z.uuid() })

type Dependencies = {
  store: PoolingStore
  neighbours: Neighbours
  spends: Spends
  words: Words
  documents: Documents
  services: ServiceClient
  dataKey: Uint8Array
  runtime: Runtime
}
type Stepping = Pick<RouteRequest<typeof SpendParams, undefined, undefined>, 'caller' | 'params' | 'command'>

/** The routes about spends: proposing, deciding, paying. */
export const spendRoutes = (dependencies: Dependencies): AnyRoute[] => [
  proposeRoute(dependencies),
  listRoute(dependencies),
  readRoute(dependencies),
  ...stepRoutes(dependencies),
]

/** The letters and digits of an invoice number: how it is spaced, punctuated or written in capitals makes no other invoice. */
const normalised = (invoiceNumber: string): string =>
  invoiceNumber
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')

/** The facts about a spend that stand outside its pool. Throws RefusedError: payee-unknown, invoice-number-empty; ServiceCallError while the directory is away. */
const factsFor = async (
  { store, neighbours, spends, services, dataKey, runtime }: Dependencies,
  pool: FoundedPool,
  { payeeOrganisationId, invoiceNumber, shares }: SpendBody,
  today: string,
) => {
  const number = normalised(invoiceNumber)
  if (number === '') throw new RefusedError('invoice-number-empty', '/invoiceNumber')
  const invoiceKey = createSealer(dataKey, service, runtime).blindIndex(`${payeeOrganisationId}/${number}`, 'invoice')
  const payers = new Set(shares.map(({ memberId }) => memberId))
  const budgetIds = pool.members.flatMap(({ memberId, budgetId }) => (payers.has(memberId) && budgetId !== undefined ? [budgetId] : []))
  const [payeeName, payeePersonIds, isInvoiceKnown, budgets] = await Promise.all([
    nameOf(services, payeeOrganisationId),
    neighbours.peopleOf(payeeOrganisationId),
    spends.isInvoiceKnown(invoiceKey),
    store.budgets.getMany(budgetIds),
  ])
  const payee = { organisationId: payeeOrganisationId, personIds: payeePersonIds }
  const barredMemberIds = budgets.flatMap(({ state }) => (state.status === 'recorded' && isBarred(state, payee, today) ? [state.personId] : []))
  return { payeeName, invoiceKey, payeePersonIds, isInvoiceKnown, barredMemberIds }
}

const nameOf = async (services: ServiceClient, organisationId: string): Promise<string> => {
  const organisation = await services.call<{ name: string }>('provider-directory', 'GET', `/organisations/${organisationId}`).catch((error: unknown) => {
    if ((error as { kind?: unknown }).kind === 'not-found') throw new RefusedError('payee-unknown', '/payeeOrganisationId')
    throw error
  })
  return organisation.name
}

const proposeRoute = (dependencies: Dependencies) =>
  defineRoute({
    method: 'post',
    path: '/pools/:id/spends',
    policy: 'spend.propose',
    summary: 'Propose to pay a provider’s invoice; each member’s share of it is promised at once',
    params: IdParams,
    body: SpendBody,
    status: 201,
    answer: Changed,
    problems: [
      ...(['payee-unknown', 'payee-barred', 'payee-is-oneself', 'invoice-already-entered', 'invoice-number-empty', 'invoice-date-not-sensible'] as const),
      ...([
        'shares-do-not-add-up',
        'share-unmatched',
        'not-enough-free',
        'too-few-approvers',
        'rules-not-signed',
        'pool-not-open',
        'document-unknown',
      ] as const),
    ],
    own: 'by-caller',
    handle: async ({ caller, params: { id: poolId }, body, command }) => {
      const { store, neighbours, words } = dependencies
      const { asker: by, pool } = await viewing({ store, neighbours }, caller, poolId, ['member'])
      const today = dayOf(command.at)
      const { payeeName, ...facts } = await factsFor(dependencies, pool, body, today)
      const { invoiceNumber, purpose, shares: named, ...asked } = body
      const kinds = named.some(({ outcomeKind }) => outcomeKind !== undefined) ? await kindsFor(store, pool) : new Map()
      const shares = named.map((share) => askedShare(share, kinds))
      const spendId = idFor(command.key)
      const propose: ProposeSpend = { type: 'ProposeSpend', poolId, spendId, ...asked, ...facts, shares, today, by, at: command.at }
      return words.around(spendId, poolId, { invoiceNumber, purpose, payeeName }, () =>
        attached(dependencies.documents, propose, () => carryOut(store, poolId, command, propose, { spendId })),
      )
    },
  })

/** A share with the outcomes it may be for; none of a kind that nobody's plan here names, so that it is refused as unmatched. */
const askedShare = ({ outcomeId, outcomeKind, ...share }: z.output<typeof AskedShare>, kinds: OutcomeKinds): AskedShareOfSpend => {
  if (outcomeId !== undefined) return { ...share, outcomeIds: [outcomeId] }
  if (outcomeKind === undefined) return share
  return { ...share, outcomeIds: [...kinds].flatMap(([id, kind]) => (kind === outcomeKind ? [id] : [])) }
}

/** Attaches the document, then does `then`; where that is refused, what this call attached is free again. Throws RefusedError: document-unknown. */
const attached = async <Result>(documents: Documents, { documentId, poolId, spendId, by }: ProposeSpend, then: () => Promise<Result>): Promise<Result> => {
  if (documentId === undefined) return then()
  const attachment = await documents.attach(documentId, by.personId, { poolId, spendId })
  if (attachment === 'refused') throw new RefusedError('document-unknown', '/documentId')
  try {
    return await then()
  } catch (error) {
    const { kind } = error as { kind?: unknown }
    if (attachment === 'attached' && kind !== undefined && kind !== 'unavailable') await documents.detach(documentId, spendId)
    throw error
  }
}

const shownSpends = async ({ store, words }: Pick<Dependencies, 'store' | 'words'>, { pool, asker, relation }: Viewing, rows: readonly SpendRow[]) => {
  const [kinds, written] = await Promise.all([kindsFor(store, pool), wordsFor(words, rows)])
  return rows.map((row) => toSpendView(row, { viewerId: asker.personId, relation, pool }, kinds, written))
}

const listRoute = ({ store, neighbours, spends, words }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/pools/:id/spends',
    policy: 'pool.read',
    summary: 'Every spend of a pool, newest first',
    params: IdParams,
    query: ListQuery,
    answer: z.object({ items: z.array(SpendView), after: z.string().optional() }),
    own: 'by-caller',
    handle: async ({ caller, params: { id }, query }) => {
      const seen = await viewing({ store, neighbours }, caller, id)
      const { items, after } = await spends.ofPool(id, query)
      return { body: { items: await shownSpends({ store, words }, seen, items), ...(after === undefined ? {} : { after }) } }
    },
  })

/** A spend as the pool holds it, or as it ended. Throws NotFoundError. */
const rowOf = async (spends: Spends, poolId: string, pool: FoundedPool, spendId: string): Promise<SpendRow> => {
  const held = pool.spends.find((spend) => spend.spendId === spendId)
  const row = held ? { ...held, poolId } : await spends.get(spendId)
  if (row?.poolId !== poolId) throw new NotFoundError()
  return row
}

const readRoute = ({ store, neighbours, spends, words }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/pools/:id/spends/:spendId',
    policy: 'pool.read',
    summary: 'One spend: its invoice, whose shares pay, who voted how, and what one may do',
    params: SpendParams,
    answer: SpendView,
    own: 'by-caller',
    handle: async ({ caller, params: { id, spendId } }) => {
      const seen = await viewing({ store, neighbours }, caller, id)
      const [body] = await shownSpends({ store, words }, seen, [await rowOf(spends, id, seen.pool, spendId)])
      return { body: body as SpendView, sequence: seen.current.sequence }
    },
  })

const stepRoutes = ({ store, neighbours, spends, words }: Dependencies): AnyRoute[] => {
  type Asking = { poolId: string; spendId: string; by: Asker; at: string }
  const asking = async ({ caller, params: { id: poolId, spendId }, command }: Stepping, relation: Relation): Promise<{ pool: FoundedPool; asked: Asking }> => {
    const { asker: by, pool } = await viewing({ store, neighbours }, caller, poolId, [relation])
    return { pool, asked: { poolId, spendId, by, at: command.at } }
  }
  /**
   * Takes a step on a spend. Whether one that the pool holds no more ever was is asked only when the pool refuses: a repeat of what ended it has its first answer
   * also before the list of those that ended knows of it. Throws NotFoundError, and what the pool refuses for.
   */
  const step = async <Done>(request: Stepping, relation: Relation, carryOutStep: (asked: Asking) => Promise<Done>): Promise<Done> => {
    const { pool, asked } = await asking(request, relation)
    return carryOutStep(asked).catch(async (refusal: unknown) => {
      if (isDomainError(refusal) && refusal.kind !== 'unavailable') await rowOf(spends, asked.poolId, pool, asked.spendId)
      throw refusal
    })
  }
  const memberStep = (request: Stepping, toCommand: (asking: Asking) => PoolCommand) =>
    step(request, 'member', (asked) => carryOut(store, asked.poolId, request.command, toCommand(asked), { spendId: asked.spendId }))
  return [
    defineRoute({
      method: 'post',
      path: '/pools/:id/spends/:spendId/votes',
      policy: 'spend.vote',
      summary: 'Approve a spend or object to it, until the time to decide is over; with enough approvals the payment is instructed',
      params: SpendParams,
      body: VoteBody,
      answer: Changed,
      problems: ['not-an-approver', 'already-voted', 'too-late-to-vote', 'spend-decided'],
      own: 'by-caller',
      handle: (request) => memberStep(request, (asked) => ({ type: 'VoteOnSpend', vote: request.body.vote, ...asked })),
    }),
    defineRoute({
      method: 'post',
      path: '/pools/:id/spends/:spendId/take-back',
      policy: 'spend.take-back',
      summary: 'Take back what one proposed, before it is instructed; its shares are free again',
      params: SpendParams,
      answer: Changed,
      problems: ['spend-decided', 'not-your-part'],
      own: 'by-caller',
      handle: (request) => memberStep(request, (asked) => ({ type: 'TakeBackSpend', ...asked })),
    }),
    defineRoute({
      method: 'post',
      path: '/pools/:id/spends/:spendId/payment',
      policy: 'payment.confirm',
      summary: 'Confirm, as the account-holder, that an instructed payment was made, with its day and reference',
      params: SpendParams,
      body: PaymentBody,
      answer: Changed,
      problems: ['spend-not-instructed', 'paid-on-not-sensible'],
      own: 'by-caller',
      handle: (request) =>
        step(request, 'account-holder', (asked) => {
          const { body, command } = request
          const paymentId = idFor(command.key)
          const confirm = { type: 'ConfirmPayment', paymentId, paidOn: body.paidOn, today: dayOf(command.at), ...asked } as const
          return words.around(paymentId, asked.poolId, { reference: body.reference }, () => confirmed(store, command, confirm))
        }),
    }),
    defineRoute({
      method: 'post',
      path: '/pools/:id/spends/:spendId/payment-reversal',
      policy: 'payment.reverse',
      summary: 'Undo a payment by its reverse, once; its shares are free again and the first entry stays',
      params: SpendParams,
      body: ReversalBody,
      answer: Changed,
      problems: ['not-paid', 'too-old-to-reverse'],
      own: 'by-caller',
      handle: async (request) => {
        const { pool, asked } = await asking(request, 'account-holder')
        const row = await rowOf(spends, asked.poolId, pool, asked.spendId)
        const reverse = { type: 'ReversePayment', reason: request.body.reason, isPaid: row.status === 'paid', ...asked } as const
        return carryOut(store, asked.poolId, request.command, reverse, { spendId: asked.spendId })
      },
    }),
  ]
}

type Confirm = Omit<Extract<PoolCommand, { type: 'ConfirmPayment' }>, 'instructedOn'>

/** The day of the instruction is the pool's own, seen where it is decided on. */
const confirmed = async (store: Pick<PoolingStore, 'pools'>, command: Parameters<typeof carryOut>[2], confirm: Confirm) => {
  const { poolId, spendId } = confirm
  const outcome = await store.pools.update(poolId, command, ({ state }) => {
    const spend = state.status === 'unfounded' ? undefined : state.spends.find((one) => one.spendId === spendId)
    const instructedOn = dayOf(spend?.instructedAt ?? confirm.at)
    return { events: decide(state, { ...confirm, instructedOn }), answer: { poolId, spendId } }
  })
  return { body: outcome.answer as never, sequence: outcome.sequence }
}
