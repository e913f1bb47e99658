import { Category, DeclineReason, EndReason, OutcomeResult, Role, SharingBasis, Track } from '@patchwork/events'
import { z } from 'zod'
import { path, type ServiceCalls, ServiceProblem } from '../../serviceCalls.ts'
import type { Format } from '../../view/format.ts'

const namesMax = 50

/** A referral in a list, as far as these pages use it. */
export const ReferralLine = z.object({
  referralId: z.uuid(),
  status: z.enum(['sent', 'accepted', 'declined', 'consent-withdrawn', 'concluded']),
  offerId: z.uuid(),
  organisationId: z.uuid(),
  sentAt: z.string(),
  track: Track.optional(),
  category: Category.optional(),
  answerDueAt: z.string().optional(),
  overdue: z.boolean().optional(),
  acceptedAt: z.string().optional(),
  endedAt: z.string().optional(),
  needId: z.uuid().optional(),
  personId: z.uuid().optional(),
  referredByRole: Role.optional(),
  declineReason: DeclineReason.optional(),
  endReason: EndReason.optional(),
  endedByRole: Role.optional(),
})
export type ReferralLine = z.infer<typeof ReferralLine>
export const ReferralLines = z.object({ items: z.array(ReferralLine), after: z.string().optional() })

export const ReferralView = ReferralLine.extend({
  steps: z.array(z.string()),
  words: z.string().optional(),
  accessNeeds: z.array(z.string()).default([]),
  outcomes: z
    .array(
      z.object({
        outcomeId: z.uuid(),
        words: z.string(),
        result: OutcomeResult.optional(),
        notes: z.array(z.object({ byRole: Role, at: z.string(), note: z.string() })),
      }),
    )
    .default([]),
  basis: z.object({ kind: SharingBasis, given: z.string().optional(), note: z.string().optional() }).optional(),
  declineNote: z.string().optional(),
})
export type ReferralView = z.infer<typeof ReferralView>

const OfferNames = z.object({
  items: z.array(z.object({ offerId: z.uuid(), name: z.string(), organisation: z.object({ organisationId: z.uuid(), name: z.string() }) })),
})
const OrganisationName = z.object({ organisationId: z.uuid(), name: z.string() })

export type Names = { offers: ReadonlyMap<string, string>; organisations: ReadonlyMap<string, string> }

/** The names of the offers and organisations of these referrals, of 50 each at most; what is no longer shown is missing. Throws ServiceProblem. */
export const namesOf = async (services: ServiceCalls, of: readonly { offerId?: string | undefined; organisationId?: string | undefined }[]): Promise<Names> => {
  const offerIds = distinct(of.map(({ offerId }) => offerId)).slice(0, namesMax)
  const { items } =
    offerIds.length === 0 ? { items: [] } : await services.get('provider-directory', '/offers/names', OfferNames, { query: { ids: offerIds.join(',') } })
  const organisations = new Map(items.map(({ organisation }) => [organisation.organisationId, organisation.name]))
  const others = distinct(of.map(({ organisationId }) => organisationId)).filter((id) => !organisations.has(id))
  const found = await Promise.all(
    others.slice(0, namesMax).map((id) => orAbsent(services.get('provider-directory', path`/organisations/${id}`, OrganisationName))),
  )
  for (const one of found) if (one) organisations.set(one.organisationId, one.name)
  return { offers: new Map(items.map(({ offerId, name }) => [offerId, name])), organisations }
}

const distinct = (ids: readonly (string | undefined)[]): string[] => [...new Set(ids.filter((id) => id !== undefined))]

/** What is not there, or not the reader's to see, is undefined. Other refusals are thrown. */
export const orAbsent = <Value>(asked: Promise<Value>): Promise<Value | undefined> =>
  asked.catch((error: unknown) => {
    if (error instanceof ServiceProblem && error.status === 404) return undefined
    throw error
  })

/** A referral with the words around it: where it stands, who has it, and its dates as people write them. */
export type Told<Line extends ReferralLine> = Line & {
  isOpen: boolean
  /** The code of its sentence: its status, or `overdue` where nobody answered in time. */
  standing: string
  offerName: string | undefined
  organisationName: string | undefined
  facts: Record<'sent' | 'due' | 'accepted' | 'ended', string>
}

export const told = <Line extends ReferralLine>(line: Line, names: Names, format: Format): Told<Line> => {
  const date = (at: string | undefined) => (at === undefined ? '' : format.date(at))
  return {
    ...line,
    isOpen: line.status === 'sent' || line.status === 'accepted',
    standing: line.status === 'sent' && line.overdue ? 'overdue' : line.status,
    offerName: names.offers.get(line.offerId),
    organisationName: names.organisations.get(line.organisationId),
    facts: { sent: date(line.sentAt), due: date(line.answerDueAt), accepted: date(line.acceptedAt), ended: date(line.endedAt) },
  }
}

const needEndsWith: readonly ReferralLine['endReason'][] = ['completed', 'needs-met-elsewhere', 'moved', 'died']

/** Whether somebody else may be asked for the same: nobody has answered in time, or it ended without what was needed. */
export const leavesNeedOpen = ({ status, overdue, endReason }: ReferralLine): boolean => {
  if (status === 'concluded') return endReason !== undefined && !needEndsWith.includes(endReason)
  return status === 'declined' || status === 'consent-withdrawn' || (status === 'sent' && overdue === true)
}

export type JourneyStep = { key: string; state: 'done' | 'now' | 'later'; at?: string; isLate?: boolean }

/** The way of a referral in a few steps: what is behind, what is now, what is to come. */
export const journeyOf = ({ status, sentAt, answerDueAt, overdue, acceptedAt, endedAt }: ReferralLine): JourneyStep[] => {
  const at = (value: string | undefined) => (value === undefined ? {} : { at: value })
  const sent: JourneyStep = { key: 'sent', state: 'done', at: sentAt }
  const yes: JourneyStep[] = acceptedAt === undefined ? [] : [{ key: 'yes', state: 'done', at: acceptedAt }]
  switch (status) {
    case 'sent':
      return [
        sent,
        { key: 'waiting', state: 'now', isLate: overdue === true, ...at(answerDueAt) },
        { key: 'underway', state: 'later' },
        { key: 'end', state: 'later' },
      ]
    case 'accepted':
      return [sent, ...yes, { key: 'underway', state: 'now' }, { key: 'end', state: 'later' }]
    case 'declined':
      return [sent, { key: 'no', state: 'done', ...at(endedAt) }]
    case 'consent-withdrawn':
      return [sent, ...yes, { key: 'withdrawn', state: 'done', ...at(endedAt) }]
    case 'concluded':
      return [sent, ...yes, { key: 'concluded', state: 'done', ...at(endedAt) }]
  }
}

const History = z.object({ items: z.array(z.object({ at: z.string(), type: z.string(), byRole: z.string() })) })
const happenings = ['sent', 'accepted', 'declined', 'went-unanswered', 'consent-withdrawn', 'outcome-recorded', 'concluded']

/** What happened in a referral, in order; kinds that there are no words for yet are left out. Throws ServiceProblem. */
export const historyOf = async (services: ServiceCalls, referralId: string): Promise<{ at: string; what: string; byRole: string }[]> => {
  const { items } = await services.get('referral', path`/referrals/${referralId}/history`, History)
  return items.map(({ at, type, byRole }) => ({ at, what: type.split('.')[1] ?? '', byRole })).filter(({ what }) => happenings.includes(what))
}
