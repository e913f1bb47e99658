import type { DomainEvent, GrantRecorded } from '@patchwork/events'

export type GrantEvent = DomainEvent<typeof GrantRecorded>
type Recorded = GrantEvent['data']

/** Money that a voluntary group was given: no contract, nothing is owed for it. It does not change. */
export type Grant = { status: 'unrecorded' } | (Omit<Recorded, 'grantId'> & { status: 'recorded' })

export const ungranted: Grant = { status: 'unrecorded' }

export const evolveGrant = (_: Grant, { data: { grantId: __, ...facts } }: GrantEvent): Grant => ({ ...facts, status: 'recorded' })

/** A grant that stands in the register already is left as it is. */
export const decideGrant = (grant: Grant, data: Recorded): GrantEvent[] => (grant.status === 'recorded' ? [] : [{ type: 'grant.recorded.v1', data }])
