import type { Caller } from '@patchwork/access'
import { NotFoundError } from '@patchwork/http'
import type { Asker } from '../domain/relation.ts'
import type { Neighbours } from '../store/neighbours.ts'

/** Who asks, with the organisations they may act for. Throws NotFoundError for a caller that is no signed-in person. */
export const askerOf = async (caller: Caller, neighbours: Pick<Neighbours, 'organisationsOf'>): Promise<Asker> => {
  if (caller.kind !== 'person') throw new NotFoundError()
  const { personId, role } = caller
  const organisationIds = role === 'provider' || role === 'coordinator' ? await neighbours.organisationsOf(personId) : []
  return { personId, role, organisationIds }
}
