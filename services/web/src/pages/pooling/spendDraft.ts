import { PlanOutcomeKind } from '@patchwork/events'
import { z } from 'zod'
import { pounds } from '../../http/formFields.ts'
import type { SignedInVisit } from '../../http/page.ts'
import type { PoolView } from './pools.ts'

/** The most that one invoice may come to. */
export const totalPenceMax = 100_000_000

/** A spend as far as somebody has come with it. Amounts of shares stand as they were typed. */
export const SpendDraft = z
  .object({
    payee: z.object({ organisationId: z.uuid(), name: z.string() }),
    purpose: z.string(),
    invoiceNumber: z.string(),
    invoicedOn: z.string(),
    totalPence: z.int(),
    sessions: z.int(),
    documentId: z.uuid(),
    shares: z.record(z.string(), z.object({ amount: z.string(), outcomeKind: z.string() })),
  })
  .partial()
export type SpendDraft = z.infer<typeof SpendDraft>

const nameOf = (poolId: string) => `spend/${poolId}`

/** What this person has entered for a new spend of this pool. */
export const draftOf = async ({ drafts, params }: SignedInVisit): Promise<SpendDraft> => (await drafts.read(nameOf(params.poolId!), SpendDraft)) ?? {}

/** Adds to it. */
export const keepInDraft = async (visit: SignedInVisit, entered: SpendDraft): Promise<void> =>
  visit.drafts.keep(nameOf(visit.params.poolId!), { ...(await draftOf(visit)), ...entered })

export const dropDraft = ({ drafts, params }: SignedInVisit): Promise<void> => drafts.drop(nameOf(params.poolId!))

export const stepPath = (poolId: string, step: 'payee' | 'invoice' | 'shares' | 'check'): string => `/my/pools/${poolId}/spends/new/${step}`

/** The first step that is not done yet before this one; undefined where all before it are. */
export const missingBefore = (draft: SpendDraft, step: 'invoice' | 'shares' | 'check'): 'payee' | 'invoice' | 'shares' | undefined => {
  if (draft.payee === undefined) return 'payee'
  if (step !== 'invoice' && draft.totalPence === undefined) return 'invoice'
  return step === 'check' && draft.shares === undefined ? 'shares' : undefined
}

/** A member's line of step three. */
export type ShareRow = {
  memberId: string
  calledName: string
  isYou: boolean
  amount: string
  amountPence: number
  error?: string
  outcomeKind: string
  /** What the member has set money aside for, with what is free of it. */
  purposes: { outcomeKind: string; freePence: number }[]
}

const Amount = z.preprocess((typed) => (typeof typed === 'string' && typed.trim() === '' ? '0' : typed), pounds(totalPenceMax))

/** Who pays what, as it was entered or, at first, in equal parts; `offPence` is what is still to be shared out, below zero what is too much. */
export const sharesOf = (pool: PoolView, draft: SpendDraft, equalParts: ReadonlyMap<string, number>): { rows: ShareRow[]; offPence: number } => {
  const rows = pool.members
    .filter(({ takesPart }) => takesPart)
    .map((member): ShareRow => {
      const purposes = member.purposes.filter(({ freePence }) => freePence > 0)
      const entered = draft.shares?.[member.memberId]
      const amount = entered?.amount ?? inPounds(equalParts.get(member.memberId) ?? 0)
      const parsed = Amount.safeParse(amount)
      const amountPence = parsed.success ? parsed.data : 0
      const fits = purposes.find(({ freePence }) => freePence >= amountPence) ?? purposes[0]
      const { memberId, calledName, isYou } = member
      const outcomeKind = purposes.find((purpose) => purpose.outcomeKind === entered?.outcomeKind)?.outcomeKind ?? fits?.outcomeKind ?? ''
      const error = parsed.success ? errorOf(amountPence, purposes.find((purpose) => purpose.outcomeKind === outcomeKind)?.freePence ?? 0) : 'not-an-amount'
      return { memberId, calledName, isYou, amount, amountPence, outcomeKind, purposes, ...(error ? { error } : {}) }
    })
  return { rows, offPence: (draft.totalPence ?? 0) - rows.reduce((sum, { amountPence }) => sum + amountPence, 0) }
}

const errorOf = (amountPence: number, freePence: number): string | undefined => (amountPence > freePence ? 'not-enough-free' : undefined)

export const inPounds = (pence: number): string => (pence / 100).toFixed(2)

/** The shares as the service takes them: of members who pay something, each with what it is for. */
export const askedShares = (rows: readonly ShareRow[]) =>
  rows
    .filter(({ amountPence }) => amountPence > 0)
    .map(({ memberId, amountPence, outcomeKind }) => ({ memberId, amountPence, outcomeKind: PlanOutcomeKind.parse(outcomeKind) }))
