import { type Caller, levelFor } from '@patchwork/access'
import type { Role } from '@patchwork/events'
import { NotFoundError } from '@patchwork/http'
import type { Memberships } from '../store/memberships.ts'

export type Asker = { personId: string; role: Role; organisationIds: string[] }

/** Who asks, with the organisations they may act for. Throws NotFoundError for a caller that is no signed-in person. */
export const askerOf = async (caller: Caller, memberships: Pick<Memberships, 'organisationsOf'>): Promise<Asker> => {
  if (caller.kind !== 'person') throw new NotFoundError()
  const { personId, role } = caller
  const organisationIds = role === 'provider' || role === 'coordinator' ? await memberships.organisationsOf(personId) : []
  return { personId, role, organisationIds }
}

/** Whether the caller may see exact figures and the events behind them. */
export const seesCases = (caller: Caller): boolean => levelFor(caller, 'figure.read-cases') === 'any'
