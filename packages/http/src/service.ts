import type { Invariant } from '@patchwork/aggregate'
import type { Express } from 'express'

/** Where a service finds what stands outside itself. */
export type ServiceSettings = {
  /** Where people reach this place, without a slash at the end: `https://support.example.gov.uk`. */
  publicUrl: string
  /** The OpenID Connect issuer whose tokens are taken. */
  issuer: string
  /** Where the issuer's signing keys are read. */
  jwksUrl: string
  /** Base address of each service's API by its name: `{ people: 'http://127.0.0.1:3000/api/people' }`. */
  serviceUrls: Readonly<Record<string, string>>
}

/** A service that has been started; whoever started it mounts its apps and calls `stop`. */
export type RunningService = {
  name: string
  /** What it serves, by path on the place's one address: `/api/<name>`, and what other standards or people expect (`/identity`, `/`). */
  mounts: readonly { path: string; app: Express }[]
  /** Resolves when the service can do its work; rejects with the reason. */
  ready(): Promise<void>
  /** Finishes what is in hand, then stops consuming, relaying and timing. A repeat changes nothing. */
  stop(): Promise<void>
  invariants: Invariant[]
  consumers: readonly {
    group: string
    caughtUp(): Promise<void>
    /** Events that it has still before it. */
    behind(): Promise<number>
    /** How many events are parked. */
    countParked(): Promise<number>
    /** `source` is the aggregate whose events wait, by its id: what `replay` takes. */
    parked(limit: number): Promise<{ source: string; sequence: number; eventId: string; type: string; reason: string }[]>
    replay(source?: string): Promise<{ replayed: number; stillParked: number }>
  }[]
  readModels: readonly { name: string; rebuild(): Promise<void>; digest(): Promise<string> }[]
}
