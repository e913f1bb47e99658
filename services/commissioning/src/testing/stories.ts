import {
  OfferPublished,
  PoolMemberLeft,
  PoolPaymentReversed,
  PoolShareEarmarked,
  PoolSpendPaid,
  PoolSpendProposed,
  type Posting,
  ReferralAccepted,
  ReferralConcluded,
  ReferralDeclined,
  ReferralSent,
  SearchFoundNoneAcceptable,
  SearchFoundNothing,
} from '@patchwork/events'
import { newId, type Place, wardCodes } from './startPlace.ts'

/** The body of a contract of two years (from April 2025) that some partners share evenly; the first leads. */
export const contractOf = (partners: { name: string; organisationId?: string }[], changes: object = {}) => {
  const sharePence = 100_000
  const years = [
    { year: 1, startsOn: '2025-04-01', endsOn: '2026-03-31', valuePence: partners.length * sharePence },
    { year: 2, startsOn: '2026-04-01', endsOn: '2027-03-31', valuePence: partners.length * sharePence },
  ]
  return {
    title: 'Neighbourhood networks',
    startsOn: '2025-04-01',
    endsOn: '2027-03-31',
    referralsEndOn: '2026-12-31',
    lightTouch: true,
    years,
    partners: partners.map((partner, index) => ({
      ...partner,
      isLead: index === 0,
      shares: years.map(({ year }) => ({ year, valuePence: sharePence })),
    })),
    outcomes: [
      { words: 'People who took part', measure: 'count', rollUp: 'sum', targets: [{ year: 1, value: 300 }] },
      { words: 'Feel less lonely', measure: 'percentage-tenths', rollUp: 'mean', targets: [] },
    ],
    ...changes,
  }
}

export type Step = 'waiting' | 'accepted' | 'declined' | 'concluded'

/** A referral to an organisation, told as far as a step. Gives the ids of its events. */
export const referral = async (
  place: Place,
  { organisationId = newId(), sentAt = '2026-05-10T10:00:00.000Z', ward = wardCodes[0], category = 'food', step = 'waiting' as Step } = {},
): Promise<string[]> => {
  const [referralId, personId, offerId] = [newId(), newId(), newId()]
  const at = new Date(Date.parse(sentAt) + 5 * 3_600_000).toISOString()
  const told = [
    await place.tell(ReferralSent, referralId, {
      referralId,
      needId: newId(),
      personId,
      offerId,
      organisationId,
      track: 'be-helped',
      category: category as 'food',
      wardCode: ward,
      referredBy: personId,
      referredByRole: 'resident',
      basis: 'consent',
      outcomeIds: [],
      sentAt,
      answerDueAt: at,
    }),
  ]
  const common = { referralId, personId, organisationId }
  if (step === 'accepted' || step === 'concluded') told.push(await place.tell(ReferralAccepted, referralId, { ...common, acceptedBy: newId(), acceptedAt: at }))
  if (step === 'declined') told.push(await place.tell(ReferralDeclined, referralId, { ...common, declinedBy: newId(), reason: 'no-capacity', declinedAt: at }))
  if (step === 'concluded')
    told.push(
      await place.tell(ReferralConcluded, referralId, { ...common, concludedBy: personId, concludedByRole: 'resident', reason: 'completed', concludedAt: at }),
    )
  return told.map(({ id }) => id)
}

export const offer = async (place: Place, { category = 'food', wards = [wardCodes[0] as string] } = {}): Promise<void> => {
  const offerId = newId()
  await place.tell(OfferPublished, offerId, {
    offerId,
    organisationId: newId(),
    track: 'be-helped',
    category: category as 'food',
    wardCodes: wards,
    takesReferrals: true,
    publishedAt: '2026-05-01T10:00:00.000Z',
  })
}

export const emptySearch = async (place: Place, asked: { category?: 'food' | 'health'; wardCode?: string } = {}): Promise<void> => {
  const searchId = newId()
  await place.tell(SearchFoundNothing, searchId, { searchId, ...asked, searchedAt: '2026-05-02T10:00:00.000Z' })
}

export const refusedSearch = async (place: Place, asked: { category?: 'food'; wardCode?: string; reason?: 'too-far' | 'too-dear' } = {}): Promise<void> => {
  const searchId = newId()
  await place.tell(SearchFoundNoneAcceptable, searchId, { searchId, ...asked, searchedAt: '2026-05-02T10:00:00.000Z' })
}

/** A pool whose member earmarks £100, of which £30 is promised to an organisation and paid; another £20 is paid and paid back; then the member leaves. */
export const pool = async (place: Place, organisationId: string): Promise<void> => {
  const [poolId, memberId, budgetId, outcomeId] = [newId(), newId(), newId(), newId()]
  const posting = (from: Posting['from'], to: Posting['to'], amountPence: number): Posting => ({
    memberId,
    fundSource: 'council-net',
    outcomeId,
    from,
    to,
    amountPence,
  })
  await place.tell(PoolShareEarmarked, poolId, {
    poolId,
    earmarkId: newId(),
    memberId,
    budgetId,
    fromOn: '2026-04-01',
    untilOn: '2027-03-31',
    postings: [posting('budget', 'free', 10_000)],
    earmarkedAt: '2026-04-10T10:00:00.000Z',
  })
  for (const [amountPence, isPaidBack] of [
    [3_000, false],
    [2_000, true],
  ] as const) {
    const spendId = newId()
    await place.tell(PoolSpendProposed, poolId, {
      poolId,
      spendId,
      proposedBy: memberId,
      payeeOrganisationId: organisationId,
      invoiceKey: newId(),
      invoicedOn: '2026-05-01',
      totalPence: amountPence,
      rulesVersion: 1,
      approvalsNeeded: 1,
      approverIds: [newId()],
      decideBy: '2026-05-20T10:00:00.000Z',
      postings: [posting('free', 'committed', amountPence)],
      proposedAt: '2026-05-05T10:00:00.000Z',
    })
    await place.tell(PoolSpendPaid, poolId, {
      poolId,
      spendId,
      paymentId: newId(),
      proposedBy: newId(),
      payeeOrganisationId: organisationId,
      paidOn: '2026-06-02',
      confirmedBy: newId(),
      confirmedByRole: 'commissioner',
      postings: [posting('committed', 'paid', amountPence)],
      confirmedAt: '2026-06-03T10:00:00.000Z',
    })
    if (isPaidBack)
      await place.tell(PoolPaymentReversed, poolId, {
        poolId,
        spendId,
        reversesSequence: 1,
        reason: 'returned-by-bank',
        reversedBy: newId(),
        reversedByRole: 'commissioner',
        postings: [posting('paid', 'free', amountPence)],
        reversedAt: '2026-06-20T10:00:00.000Z',
      })
  }
  await place.tell(PoolMemberLeft, poolId, { poolId, memberId, budgetId, postings: [posting('free', 'budget', 7_000)], leftAt: '2026-07-01T10:00:00.000Z' })
}
