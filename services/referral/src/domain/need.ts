import type { DomainEvent, NeedRecorded } from '@patchwork/events'
import { NotYoursError } from './errors.ts'
import type { Asker } from './relation.ts'

export type NeedEvent = DomainEvent<typeof NeedRecorded>
type Recorded = NeedEvent['data']

/** What a person said they need or want to join in with. It does not change: a new wish is a new need. */
export type Need = { status: 'unrecorded' } | (Omit<Recorded, 'needId'> & { status: 'recorded' })
export type RecordedNeed = Extract<Need, { status: 'recorded' }>

export const unrecorded: Need = { status: 'unrecorded' }

export type RecordNeed = {
  type: 'RecordNeed'
  needId: string
  personId: string
  track: Recorded['track']
  category: Recorded['category']
  wardCode?: string | undefined
  outcomeIds: readonly string[]
  by: Asker
  /** The navigator who has registered the person, as the events of `people` tell; undefined when nobody has. */
  navigatorId: string | undefined
  at: string
}

export const evolveNeed = (_: Need, { data: { needId: __, ...facts } }: NeedEvent): Need => ({ ...facts, status: 'recorded' })

/** A resident speaks for themselves, a navigator for those they registered. A need that stands is left alone. Throws NotYoursError. */
export const decideNeed = (need: Need, { needId, personId, track, category, wardCode, outcomeIds, by, navigatorId, at }: RecordNeed): NeedEvent[] => {
  const mayRecord = by.role === 'resident' ? personId === by.personId : by.role === 'navigator' && navigatorId === by.personId
  if (!mayRecord) throw new NotYoursError()
  if (need.status === 'recorded') return []
  const data = {
    needId,
    personId,
    track,
    category,
    ...(wardCode === undefined ? {} : { wardCode }),
    recordedBy: by.personId,
    recordedByRole: by.role,
    outcomeIds: [...outcomeIds],
    recordedAt: at,
  }
  return [{ type: 'need.recorded.v1', data }]
}
