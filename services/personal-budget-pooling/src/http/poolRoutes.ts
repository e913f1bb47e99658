import { type Command, idFor, type Outcome } from '@patchwork/aggregate'
import { createSealer } from '@patchwork/encryption'
import { AccountHolder, CalendarDay, FundSource, Pence, PoolTerms } from '@patchwork/events'
import { type AnyRoute, defineRoute, IdParams, ListQuery, multilineText, plainText, type RouteRequest } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { equalSplit } from '../domain/apportion.ts'
import type { PoolCommand } from '../domain/commands.ts'
import { decide } from '../domain/decide.ts'
import { decideBudget } from '../domain/decideBudget.ts'
import { RefusedError } from '../domain/errors.ts'
import { refuseUnsigned } from '../domain/money.ts'
import { type Pool, takesPart } from '../domain/pool.ts'
import { type Asker, type Holder, holderKeysOf, relationOf } from '../domain/relation.ts'
import { earmarkCommand, earmarkOf } from '../earmarking.ts'
import { appearing } from '../store/appearing.ts'
import type { Neighbours } from '../store/neighbours.ts'
import { type PoolDetails, type PoolingStore, service } from '../store/poolingStore.ts'
import type { Words } from '../store/words.ts'
import { askerOf, dayOf, viewing } from './asker.ts'
import { PoolView, toPoolView, waitingFor } from './poolView.ts'
import { kindsFor, wordsFor } from './shown.ts'

/** Founding and joining: a street may share an address, and a code of 50 bits is not found by so few tries. */
const joiningLimit = { count: 60, perSeconds: 600 }
const codeLength = 10
/** No letter or digit that is mistaken for another: 31 of them, so that ten are about 50 bits. */
const codeAlphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'

const CalledName = plainText(60)
const FoundBody = z.strictObject({
  name: plainText(100),
  purpose: multilineText(500),
  accountHolder: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('council') }),
    z.strictObject({ kind: z.literal('organisation'), organisationId: z.uuid() }),
  ]),
  calledName: CalledName,
})
const JoinBody = z.strictObject({ code: plainText(40), calledName: CalledName })
const RulesBody = PoolTerms.strict().extend({
  approvals: z
    .array(z.strictObject({ uptoPence: Pence.min(1).optional(), needed: z.int().min(1).max(50) }))
    .min(1)
    .max(5),
})
const SignatureBody = z.strictObject({ rulesVersion: z.int().min(1) })
const ShareBody = { fundSource: FundSource, outcomeId: z.uuid(), amountPence: Pence.min(1) }
const EarmarkBody = z.strictObject({ ...ShareBody, fromOn: CalendarDay, untilOn: CalendarDay })
const ReleaseBody = z.strictObject(ShareBody)

const Changed = z.object({ poolId: z.uuid() })
const PoolLine = z.object({
  poolId: z.uuid(),
  name: z.string(),
  status: z.enum(['gathering', 'open']),
  relation: z.enum(['member', 'former-member', 'account-holder']),
  accountHolder: AccountHolder,
  memberCount: z.int(),
  waitsForYou: z.int(),
})

type Dependencies = { store: PoolingStore; neighbours: Neighbours; words: Words; runtime: Runtime; dataKey: Uint8Array }
type Stepping = Pick<RouteRequest<typeof IdParams, undefined, undefined>, 'caller' | 'params' | 'command'>

/** A code as it was typed, in capitals and without what people put between. */
const normalised = (code: string): string => code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')

/** The routes about pools: founding, joining, rules, and what members set aside. */
export const poolRoutes = (dependencies: Dependencies): AnyRoute[] => {
  const { store, neighbours, runtime } = dependencies
  const sealer = createSealer(dependencies.dataKey, service, runtime)
  const keyOfCode = (code: string) => sealer.blindIndex(normalised(code), 'joining-code')
  const newCode = (): string => Array.from({ length: codeLength }, () => letter(runtime)).join('')
  return [
    foundRoute(dependencies, { newCode, keyOfCode }),
    listRoute(dependencies),
    joinRoute(dependencies, keyOfCode),
    readRoute(dependencies),
    splitRoute(dependencies),
    earmarkRoute(dependencies),
    ...memberSteps({ store, neighbours }),
  ]
}

/** One letter of the alphabet, each as likely as another: bytes beyond the last whole multiple of its length are drawn anew. */
const letter = (runtime: Pick<Runtime, 'randomBytes'>): string => {
  for (;;) {
    const byte = runtime.randomBytes(1)[0] ?? 255
    if (byte < 256 - (256 % codeAlphabet.length)) return codeAlphabet.charAt(byte % codeAlphabet.length)
  }
}

const foundRoute = ({ store, neighbours, runtime }: Dependencies, { newCode, keyOfCode }: { newCode: () => string; keyOfCode: (code: string) => string }) =>
  defineRoute({
    method: 'post',
    path: '/pools',
    policy: 'pool.found',
    summary: 'Begin a pool and become its first member; the money stays with the account-holder that is named',
    body: FoundBody,
    status: 201,
    answer: Changed,
    problems: ['account-holder-unknown'],
    rateLimit: joiningLimit,
    handle: async ({ caller, body: { name, purpose, accountHolder, calledName }, command, signal }) => {
      const by = await askerOf(caller, neighbours)
      if (accountHolder.kind === 'organisation') {
        const { organisationId } = accountHolder
        const people = await appearing(runtime, async () => ((await neighbours.peopleOf(organisationId)).length > 0 ? true : undefined), signal)
        if (!people) throw new RefusedError('account-holder-unknown', '/accountHolder')
      }
      const code = newCode()
      const poolId = idFor(command.key)
      const found: PoolCommand = { type: 'FoundPool', poolId, accountHolder: accountHolder as Holder, joiningKey: keyOfCode(code), by, at: command.at }
      const details: PoolDetails = { name, purpose, code, calledNames: [{ memberId: by.personId, calledName }] }
      return changedBy(await store.pools.update(poolId, command, ({ state }) => ({ events: decide(state, found), answer: { poolId }, details })))
    },
  })

const changedBy = ({ answer, sequence }: Outcome<Pool>) => ({ body: answer as never, sequence })

const listRoute = ({ store, neighbours }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/pools',
    policy: 'pool.list',
    summary: 'List the pools one is or was a member of, or those whose account-holder one acts for',
    query: ListQuery,
    answer: z.object({ items: z.array(PoolLine), after: z.string().optional() }),
    own: 'by-caller',
    handle: async ({ caller, query: { limit, after } }) => {
      const asker = await askerOf(caller, neighbours)
      const where = asker.role === 'resident' ? { partyId: { has: asker.personId } } : { holderKey: { in: holderKeysOf(asker) } }
      const page = await store.pools.find({ where, limit, ...(after === undefined ? {} : { after }) })
      const items = page.aggregates.flatMap(({ id, state, details }) => {
        const relation = state.status === 'unfounded' ? undefined : relationOf(state, asker)
        if (state.status === 'unfounded' || relation === undefined) return []
        const { signature, votes, payments } = waitingFor(state, relation, asker.personId)
        const waitsForYou = votes.length + payments.length + (signature === undefined ? 0 : 1)
        const { status, accountHolder, members } = state
        return [{ poolId: id, name: details?.name ?? '', status, relation, accountHolder, memberCount: members.length, waitsForYou }]
      })
      return { body: { items, ...(page.after === undefined ? {} : { after: page.after }) } }
    },
  })

const joinRoute = ({ store, neighbours }: Dependencies, keyOfCode: (code: string) => string) =>
  defineRoute({
    method: 'post',
    path: '/pools/join',
    policy: 'pool.join',
    summary: 'Come into a pool by the code that a member passed on; one takes part in money after signing its rules',
    body: JoinBody,
    status: 201,
    answer: Changed,
    problems: ['code-unknown', 'pool-full'],
    rateLimit: joiningLimit,
    handle: async ({ caller, body: { code, calledName }, command }) => {
      const by = await askerOf(caller, neighbours)
      const [found] = (await store.pools.find({ where: { joiningKey: { equals: keyOfCode(code) } }, limit: 1 })).aggregates
      if (found === undefined) throw new RefusedError('code-unknown', '/code')
      const poolId = found.id
      const outcome = await store.pools.update(poolId, command, ({ state, details }) => {
        const events = decide(state, { type: 'JoinPool', poolId, by, at: command.at })
        if (events.length === 0 || details === undefined) return { events, answer: { poolId } }
        const others = details.calledNames.filter(({ memberId }) => memberId !== by.personId)
        return { events, answer: { poolId }, details: { ...details, calledNames: [...others, { memberId: by.personId, calledName }] } }
      })
      return changedBy(outcome)
    },
  })

const readRoute = ({ store, neighbours, words }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/pools/:id',
    policy: 'pool.read',
    summary: 'What a pool has, has promised and has paid; what is one’s own; what waits for one; its rules, members and open spends',
    params: IdParams,
    answer: PoolView,
    own: 'by-caller',
    handle: async ({ caller, params: { id } }) => {
      const seen = await viewing({ store, neighbours }, caller, id, ['member', 'former-member', 'account-holder'])
      const [kinds, written] = await Promise.all([kindsFor(store, seen.pool), wordsFor(words, seen.pool.spends)])
      return { body: toPoolView(seen, kinds, written), sequence: seen.current.sequence }
    },
  })

const splitRoute = ({ store, neighbours }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/pools/:id/split',
    policy: 'pool.read',
    summary: 'A total in equal parts for the members who take part, and whether each part is free; the pennies left over fall to the first members',
    params: IdParams,
    query: z.strictObject({ totalPence: z.coerce.number().pipe(Pence.min(1)) }),
    answer: z.object({ shares: z.array(z.object({ memberId: z.uuid(), amountPence: Pence, isFree: z.boolean() })) }),
    own: 'by-caller',
    handle: async ({ caller, params: { id }, query: { totalPence } }) => {
      const { pool } = await viewing({ store, neighbours }, caller, id, ['member'])
      const memberIds = pool.members.map(({ memberId }) => memberId).filter((memberId) => takesPart(pool, memberId))
      const freeOf = (memberId: string) => pool.shares.reduce((sum, share) => (share.memberId === memberId ? sum + share.freePence : sum), 0)
      const shares = memberIds.length === 0 ? [] : equalSplit(memberIds, totalPence)
      return { body: { shares: shares.map((share) => ({ ...share, isFree: freeOf(share.memberId) >= share.amountPence })) } }
    },
  })

/**
 * The budget sets aside first, as the check that nothing is promised twice is there; then the pool takes it in. What falls between the two is brought to its
 * end by the consumer of the budget's event, under the same key.
 */
const earmarkRoute = ({ store, neighbours }: Dependencies) =>
  defineRoute({
    method: 'post',
    path: '/pools/:id/earmarks',
    policy: 'pool.earmark',
    summary: 'Set aside part of one’s budget for the pool, from one fund source, for an outcome of one’s own plan',
    params: IdParams,
    body: EarmarkBody,
    status: 201,
    answer: z.object({ poolId: z.uuid(), earmarkId: z.uuid() }),
    problems: ['no-budget', 'pool-not-open', 'rules-not-signed', 'outcome-not-in-plan', 'not-enough-in-budget', 'dates-back-to-front', 'dates-too-far'],
    own: 'by-caller',
    handle: async ({ caller, params: { id: poolId }, body, command }) => {
      const { asker: by, pool } = await viewing({ store, neighbours }, caller, poolId, ['member'])
      refuseUnsigned(pool, by.personId)
      const budget = await store.budgetOf(by.personId)
      if (budget === undefined) throw new RefusedError('no-budget')
      const earmarkId = idFor(command.key)
      const { expectedSequence: _, ...setting } = command
      const setAside = { budgetId: budget.id, poolId, earmarkId, ...body }
      await store.budgets.update(budget.id, setting, ({ state }) => ({
        events: decideBudget(state, { type: 'SetAsideShare', ...setAside, by, today: dayOf(command.at), at: command.at }),
        answer: { earmarkId },
      }))
      const earmark = earmarkOf({ ...setAside, personId: by.personId, setAsideAt: command.at }, command.at)
      const outcome = await store.pools.update(poolId, earmarkCommand(earmarkId, command.at), ({ state }) => ({
        events: decide(state, earmark),
        answer: { earmarkId },
      }))
      return { body: { poolId, earmarkId }, sequence: outcome.sequence }
    },
  })

const memberSteps = ({ store, neighbours }: Pick<Dependencies, 'store' | 'neighbours'>): AnyRoute[] => {
  const step = async ({ caller, params: { id }, command }: Stepping, toCommand: (asking: { poolId: string; by: Asker; at: string }) => PoolCommand) => {
    const { asker: by } = await viewing({ store, neighbours }, caller, id, ['member', 'former-member'])
    return carryOut(store, id, command, toCommand({ poolId: id, by, at: command.at }))
  }
  return [
    defineRoute({
      method: 'post',
      path: '/pools/:id/rules',
      policy: 'pool.rules',
      summary: 'Put rules to the members; the version in force holds until every member has signed this one',
      params: IdParams,
      body: RulesBody,
      status: 201,
      answer: Changed.extend({ rulesVersion: z.int() }),
      problems: ['bands-not-in-order'],
      own: 'by-caller',
      handle: async (request) => {
        const { asker: by } = await viewing({ store, neighbours }, request.caller, request.params.id, ['member'])
        const { id: poolId } = request.params
        const made: PoolCommand = { type: 'ProposeRules', poolId, terms: request.body as never, by, at: request.command.at }
        return changedBy(
          await store.pools.update(poolId, request.command, ({ state }) => {
            const rulesVersion = state.status === 'unfounded' ? 0 : state.latestVersion + 1
            return { events: decide(state, made), answer: { poolId, rulesVersion } }
          }),
        )
      },
    }),
    defineRoute({
      method: 'post',
      path: '/pools/:id/signature',
      policy: 'pool.rules',
      summary: 'Sign one version of the rules; when every member, of at least two, has signed it, it is in force',
      params: IdParams,
      body: SignatureBody,
      answer: Changed,
      problems: ['rules-old', 'rules-unknown'],
      own: 'by-caller',
      handle: (request) => step(request, (asking) => ({ type: 'SignRules', rulesVersion: request.body.rulesVersion, ...asking })),
    }),
    defineRoute({
      method: 'post',
      path: '/pools/:id/releases',
      policy: 'pool.earmark',
      summary: 'Take a free share out again; it goes back to one’s own budget',
      params: IdParams,
      body: ReleaseBody,
      answer: Changed,
      problems: ['share-unmatched', 'not-enough-free'],
      own: 'by-caller',
      handle: (request) => step(request, (asking) => ({ type: 'ReleaseShare', ...request.body, ...asking })),
    }),
    defineRoute({
      method: 'post',
      path: '/pools/:id/departure',
      policy: 'pool.leave',
      summary: 'Leave: what is free goes back to one’s budget, what is promised stays until it is paid or refused',
      params: IdParams,
      answer: Changed,
      own: 'by-caller',
      handle: (request) => step(request, (asking) => ({ type: 'LeavePool', ...asking })),
    }),
  ]
}

/** Lets the domain decide what a command changes in a pool. Throws RefusedError. */
export const carryOut = async (store: Pick<PoolingStore, 'pools'>, poolId: string, command: Command, made: PoolCommand, answer: object = {}) =>
  changedBy(await store.pools.update(poolId, command, ({ state }) => ({ events: decide(state, made), answer: { poolId, ...answer } })))
