import type { Caller } from '@patchwork/access'
import { NotFoundError } from '@patchwork/http'
import { calendarDay } from '@patchwork/runtime'
import type { FoundedPool } from '../domain/pool.ts'
import { type Asker, type Relation, relationOf } from '../domain/relation.ts'
import type { Neighbours } from '../store/neighbours.ts'
import type { PoolingStore } from '../store/poolingStore.ts'

/** Who asks, with the organisations they may act for. Throws NotFoundError for a caller that is no signed-in person. */
export const askerOf = async (caller: Caller, neighbours: Pick<Neighbours, 'organisationsOf'>): Promise<Asker> => {
  if (caller.kind !== 'person') throw new NotFoundError()
  const { personId, role } = caller
  const organisationIds = role === 'provider' || role === 'coordinator' ? await neighbours.organisationsOf(personId) : []
  return { personId, role, organisationIds }
}

/** The calendar day of an instant here. */
export const dayOf = (at: string): string => calendarDay(Date.parse(at))

export type Viewing = { asker: Asker; relation: Relation; pool: FoundedPool; current: NonNullable<Awaited<ReturnType<PoolingStore['pools']['get']>>> }

/** A pool with how the caller stands to it. Throws NotFoundError where that is not at all, or in none of the relations asked for. */
export const viewing = async (
  { store, neighbours }: { store: Pick<PoolingStore, 'pools'>; neighbours: Pick<Neighbours, 'organisationsOf'> },
  caller: Caller,
  poolId: string,
  relations: readonly Relation[] = ['member', 'account-holder'],
): Promise<Viewing> => {
  const asker = await askerOf(caller, neighbours)
  const current = await store.pools.get(poolId)
  if (current === undefined || current.state.status === 'unfounded') throw new NotFoundError()
  const relation = relationOf(current.state, asker)
  if (relation === undefined || !relations.includes(relation)) throw new NotFoundError()
  return { asker, relation, pool: current.state, current }
}
