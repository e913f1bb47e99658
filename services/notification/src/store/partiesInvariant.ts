import type { Invariant, Ports } from '@patchwork/aggregate'
import { ReferralSent } from '@patchwork/events'
import { type Parties, partiesAfter, type ReferralEvent } from '../domain/audience.ts'
import type { ReferralParties } from './referralParties.ts'

const pageSize = 500
/** Referrals followed through one reading of the log; memory is bounded by it. */
const referralsPerReading = 50_000
const examplesMax = 10

type Followed = { kept: Parties; sequence: number; told?: Parties | undefined; toldUpTo: number }

/** Who is kept as having to do with a referral is what its events say, up to the last one that was handled. */
export const partiesFollowFromEvents = (parties: ReferralParties, { log }: Pick<Ports, 'log'>): Invariant => ({
  name: 'notification: who has to do with a referral is what its events say',
  check: async () => {
    const result = { checked: 0, violations: 0, examples: [] as string[] }
    let followed = new Map<string, Followed>()
    const look = async () => {
      for await (const { subject, sequence, type, data } of log.read(ReferralSent.topic)) {
        const referral = followed.get(subject)
        // An event may stand in the topic again after later ones; then it says nothing new.
        if (!referral || sequence > referral.sequence || sequence <= referral.toldUpTo) continue
        referral.told = partiesAfter(referral.told, { type, data } as ReferralEvent)
        referral.toldUpTo = sequence
      }
      const wrong = [...followed].filter(([, { kept, told }]) => !isSame(kept, told)).map(([id]) => id)
      result.checked += followed.size
      result.violations += wrong.length
      result.examples = [...result.examples, ...wrong].slice(0, examplesMax)
      followed = new Map()
    }
    let after: string | undefined
    do {
      const page = await parties.collection.find({ limit: pageSize, ...(after === undefined ? {} : { after }) })
      for (const { id, body } of page.documents) followed.set(id, { kept: body, sequence: body.sequence, toldUpTo: 0 })
      after = page.after
      if (followed.size >= referralsPerReading) await look()
    } while (after !== undefined)
    await look()
    return result
  },
})

const isSame = (kept: Parties, told: Parties | undefined): boolean =>
  kept.personId === told?.personId &&
  kept.referredBy === told.referredBy &&
  kept.organisationId === told.organisationId &&
  kept.organisationInvolved === told.organisationInvolved
