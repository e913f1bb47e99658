import type { Invariant } from '@patchwork/aggregate'
import type { ReferralStore } from './store/referralStore.ts'

const pageSize = 200
const eventsMax = 1_000
const examplesMax = 10

/** What must hold over all referrals beside what holds of every aggregate. */
export const referralInvariants = ({ referrals, needs }: ReferralStore): Invariant[] => {
  async function* everyReferral() {
    let after: string | undefined
    do {
      const page = await referrals.find({ limit: pageSize, ...(after === undefined ? {} : { after }) })
      yield* page.aggregates
      after = page.after
    } while (after !== undefined)
  }
  const over = async (isRight: (referral: Awaited<ReturnType<typeof referrals.getMany>>[number]) => Promise<boolean>) => {
    const result = { checked: 0, violations: 0, examples: [] as string[] }
    for await (const referral of everyReferral()) {
      result.checked += 1
      if (await isRight(referral)) continue
      result.violations += 1
      if (result.examples.length < examplesMax) result.examples.push(referral.id)
    }
    return result
  }
  return [
    {
      name: 'referral: accepted referrals have exactly one acceptor',
      check: () =>
        over(async ({ id, state }) => {
          const acceptances = (await referrals.history(id, { limit: eventsMax })).filter(({ type }) => type === 'referral.accepted.v1')
          if (state.status === 'accepted') return acceptances.length === 1 && acceptances[0]?.data.acceptedBy === state.acceptedBy
          return acceptances.length === ('acceptance' in state && state.acceptance ? 1 : 0)
        }),
    },
    {
      name: 'referral: what was completed has every outcome marked',
      check: () =>
        over(
          async ({ state }) => state.status !== 'concluded' || state.endReason !== 'completed' || state.outcomes.every(({ result }) => result !== undefined),
        ),
    },
    {
      name: 'referral: each stands on a recorded need of the same person',
      check: () =>
        over(async ({ state }) => {
          if (state.status === 'unsent') return false
          const need = (await needs.get(state.needId))?.state
          return need?.status === 'recorded' && need.personId === state.personId
        }),
    },
  ]
}
