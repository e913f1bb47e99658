// Fills the facts about referrals of a place that does not run, for measuring: node scripts/fillReferrals.ts <file of the place> <ward codes> [referrals, 200000 when absent]
// Each fact is made by the read model's own projection of the events that a referral would have told, and stored by the store's own insert; only the way
// through the log is left out.

import { readModelCollection } from '@patchwork/aggregate'
import { embeddedDocumentStore } from '@patchwork/document-store'
import { Category, type EventDefinition, type EventEnvelope, ReferralAccepted, ReferralConcluded, ReferralDeclined, ReferralSent } from '@patchwork/events'
import { openPlaceFile } from '@patchwork/place-file'
import { service } from '../src/store/contractStore.ts'
import { type ReferralFact, referralFacts } from '../src/store/facts.ts'

const [, , file, wardCodes, referrals = '200000'] = process.argv
if (file === undefined || wardCodes === undefined) throw new Error('Name the file of the place, and its wards with commas between')
const wards = wardCodes.split(',')
const count = Number(referrals)
const insertedAtOnce = 512
const months = 24
const firstDay = Date.UTC(2024, 10, 1)
const dayMs = 86_400_000
const organisationCount = 200

// The same numbers each time: a linear congruential generator.
let seed = 1
const random = (below: number): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return Math.floor((seed / 2_147_483_648) * below)
}
const idOf = (kind: number, number: number): string => `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(number).padStart(12, '0')}`

const reasons = ReferralDeclined.data.shape.reason.options
const endings = ReferralConcluded.data.shape.reason.options

/** What a referral would have told: sent, then as its number has it nothing, accepted, concluded or declined. */
const eventsOf = (number: number): EventEnvelope[] => {
  const referralId = idOf(1, number)
  const person = { referralId, personId: idOf(2, number), organisationId: idOf(3, number % organisationCount) }
  const sentMs = firstDay + random(months * 30) * dayMs + random(dayMs)
  const events: EventEnvelope[] = []
  const tell = (definition: EventDefinition, afterMs: number, data: object) => {
    const at = new Date(sentMs + afterMs).toISOString()
    events.push({
      ...({ specversion: '1.0', id: idOf(10 + events.length, number), source: '/patchwork/referral/referral', type: definition.type } as const),
      ...({ subject: referralId, time: at, datacontenttype: 'application/json', sequence: events.length + 1, sequencetype: 'Integer' } as const),
      ...{ commandkey: idOf(4, number), data: definition.data.parse(data) },
    })
  }
  const sentAt = new Date(sentMs).toISOString()
  const category = Category.options[random(Category.options.length)]
  // One in thirty says no ward.
  const ward = random(30) === 0 ? {} : { wardCode: wards[random(wards.length)] }
  tell(ReferralSent, 0, {
    ...{ ...person, needId: idOf(5, number), offerId: idOf(6, number % 1_000), track: 'be-helped', category, ...ward, referredBy: idOf(7, number % 50) },
    ...{ referredByRole: 'navigator', basis: 'consent', outcomeIds: [], sentAt, answerDueAt: sentAt },
  })
  const answerMs = random(20 * dayMs)
  const answeredAt = new Date(sentMs + answerMs).toISOString()
  const fate = random(20)
  if (fate < 2) return events
  if (fate < 5)
    tell(ReferralDeclined, answerMs, { ...person, declinedBy: idOf(8, number % 50), reason: reasons[random(reasons.length)], declinedAt: answeredAt })
  else {
    tell(ReferralAccepted, answerMs, { ...person, acceptedBy: idOf(8, number % 50), acceptedAt: answeredAt })
    const ended = { concludedBy: idOf(8, number % 50), concludedByRole: 'provider', reason: endings[random(endings.length)], concludedAt: answeredAt }
    if (fate < 16) tell(ReferralConcluded, answerMs, { ...person, ...ended })
  }
  return events
}

const placeFile = await openPlaceFile({ path: file })
const documents = embeddedDocumentStore(placeFile)
const pointers = await documents.collection<{ live: number }>({ service, name: 'read-models', fields: {}, indexes: {} })
const live = (await pointers.get(referralFacts.name))?.body.live ?? 1
const collection = await documents.collection(readModelCollection({ ...referralFacts, service }, live))
for (let from = 0; from < count; from += insertedAtOnce)
  await Promise.all(
    Array.from({ length: Math.min(insertedAtOnce, count - from) }, (_, at) => {
      const events = eventsOf(from + at)
      const body = events.reduce<ReferralFact | undefined>(referralFacts.project, undefined)
      const { source, subject, sequence, id: eventId } = events.at(-1) as EventEnvelope
      return collection.insert(subject, { body, applied: [{ source, subject, sequence, eventId }] })
    }),
  )
await documents.close()
await placeFile.close()
