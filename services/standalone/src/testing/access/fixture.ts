import type { Role } from '@patchwork/events'
import type { Person } from '../openPlace.ts'
import type { World } from './world.ts'

export const everyRole = ['resident', 'provider', 'navigator', 'coordinator', 'commissioner', 'administrator'] as const satisfies readonly Role[]

/** Who may use a route on any record: a role, `anyone` (and so everybody), or another service by its name. */
export type Asker = Role | 'anyone' | `service ${string}`

/** A request made ready: a record in the state in which it succeeds. */
export type Prepared = {
  /** What stands in the path for `{id}` and others like it. */
  params?: Record<string, string>
  query?: Record<string, string>
  body?: object
  /** A file that is sent in place of a body. */
  bytes?: Uint8Array<ArrayBuffer>
  /** Ids and words that only whoever may see this record finds in the answer. */
  marks?: readonly string[]
  /** What the request would change, read by the record's owner: a stranger's request leaves it as it is. */
  look?: () => Promise<unknown>
}

/**
 * How a route is tried: who may, written down a second time and apart from the policies, and how a record is made for it.
 * Everybody who is not in `may` is refused, and so is whoever is in `own` but does not own the record.
 */
export type Fixture = {
  /** Which of its records, where a route has several kinds. */
  of?: string
  may: { any?: readonly Asker[]; own?: readonly Role[] }
  /** Whose record it is when somebody tries it who may use any, or nobody can own one; a navigator's when absent. */
  owner?: Role
  /** `refused` (when absent): 401 or 403, and 404 for a record of others. `hidden`: 404 to everybody. `without`: answered, with nothing of the record. */
  others?: 'refused' | 'hidden' | 'without'
  /** The route has no record in its address: whoever may use it sees and changes their own, whatever they send. */
  byCaller?: true
  /** Roles in `own` that can have no such record today; they are refused one of others all the same. */
  without?: readonly Role[]
  /** A refusal that shows that access was given, where success can come only once in a place's life. */
  orProblem?: readonly string[]
  /** Makes a record of this person's for the asker to try. Called anew for each try that is to succeed. */
  prepare: (world: World, owner: Person, asker: Asker) => Promise<Prepared>
}

/** Fixtures by route, as in `GET /api/referral/needs/{id}`; several where its records are of several kinds. */
export type Fixtures = Readonly<Record<string, Fixture | readonly Fixture[]>>
