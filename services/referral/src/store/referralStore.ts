import { type AggregateDefinition, openAggregates, type Ports, together } from '@patchwork/aggregate'
import {
  NeedRecorded,
  ReferralAccepted,
  ReferralConcluded,
  ReferralConsentWithdrawn,
  ReferralDeclined,
  ReferralOutcomeRecorded,
  ReferralSent,
  ReferralWentUnanswered,
} from '@patchwork/events'
import type { Given } from '../domain/commands.ts'
import { evolveNeed, type Need, type NeedEvent, unrecorded } from '../domain/need.ts'
import { evolve, type Referral, type ReferralEvent, type Role, unsent } from '../domain/referral.ts'

/** The person's own words and needs: sealed at rest, never in an event. */
export type NeedDetails = { words: string; accessNeeds: string[]; desiredOutcomes: { outcomeId: string; words: string }[] }

/** What people wrote beside the codes: sealed at rest, never in an event. */
export type ReferralDetails = {
  basis: { given?: Given; note?: string }
  declineNote?: string
  /** The latest of each role for each outcome. */
  outcomeNotes: { outcomeId: string; byRole: Role; at: string; note: string }[]
}

const string = (path: string) => ({ path, type: 'string' }) as const

const needs: AggregateDefinition<Need, NeedEvent> = {
  service: 'referral',
  name: 'need',
  topic: NeedRecorded.topic,
  events: [NeedRecorded],
  initial: unrecorded,
  evolve: evolveNeed,
  fields: { personId: string('state.personId'), recordedBy: string('state.recordedBy'), recordedAt: string('state.recordedAt') },
  indexes: { 'by-person': { fields: ['personId', 'recordedAt'] }, 'by-recorder': { fields: ['recordedBy', 'recordedAt'] } },
}

/** At most one open referral of a need to an offer: the store holds this also when two are sent at once. */
export const oneOpenPerNeedAndOffer = 'one-open-per-need-and-offer'

const referrals: AggregateDefinition<Referral, ReferralEvent> = {
  service: 'referral',
  name: 'referral',
  topic: ReferralSent.topic,
  events: [ReferralSent, ReferralAccepted, ReferralDeclined, ReferralWentUnanswered, ReferralConsentWithdrawn, ReferralOutcomeRecorded, ReferralConcluded],
  initial: unsent,
  evolve,
  fields: {
    personId: string('state.personId'),
    referredBy: string('state.referredBy'),
    organisationId: string('state.organisationId'),
    status: string('state.status'),
    sentAt: string('state.sentAt'),
    needId: string('state.needId'),
    openFor: string('state.openFor'),
    answer: string('state.answer'),
    awaitedUntil: string('state.awaitedUntil'),
    answerDueAt: string('state.answerDueAt'),
  },
  indexes: {
    'by-person': { fields: ['personId', 'sentAt'] },
    'by-referrer': { fields: ['referredBy', 'sentAt'] },
    'by-referrer-and-status': { fields: ['referredBy', 'status', 'sentAt'] },
    'by-need': { fields: ['needId'] },
    'by-organisation': { fields: ['organisationId', 'sentAt'] },
    'by-organisation-and-status': { fields: ['organisationId', 'status', 'sentAt'] },
    'by-answer': { fields: ['answer', 'referredBy', 'answerDueAt'], sparse: true },
    awaited: { fields: ['awaitedUntil'], sparse: true },
    [oneOpenPerNeedAndOffer]: { fields: ['openFor'], unique: true, sparse: true },
  },
}

/** Opens needs and referrals, each with its history and its relay. */
export const openReferralStore = (ports: Ports) =>
  together({
    needs: openAggregates<Need, NeedEvent, NeedDetails>(needs, ports),
    referrals: openAggregates<Referral, ReferralEvent, ReferralDetails>(referrals, ports),
  })
export type ReferralStore = Awaited<ReturnType<typeof openReferralStore>>
