import { together } from '@patchwork/aggregate'
import type { CollectionDefinition, DocumentStore, Stored } from '@patchwork/document-store'
import { instant, type Runtime } from '@patchwork/runtime'

/** Runs of one kind that are kept; the oldest go first. */
const keptMax = 50
const processesMax = 100

/** A process of a service, as it last said that it is there. */
export type ProcessBody = { startedAt: string; seenAt: string; isReady: boolean }

export type Checked = { name: string; checked: number; violations: number; examples: string[] }

/** Something an administrator has started: every invariant looked at, or parked events tried again. `done` of `of` says how far it is. */
export type RunBody = {
  kind: 'verification' | 'replay'
  startedAt: string
  /** The account of whoever started it; absent where it was the `patchwork` command. */
  startedBy?: string
  process: string
  done: number
  of: number
  finishedAt?: string
  /** The code of the error that ended it. */
  failure?: string
  /** What a verification found, one after the other. */
  checked?: Checked[]
  /** The one group whose events were tried; all of the service when absent. */
  group?: string
  replayed?: number
  stillParked?: number
}
export type Run = Stored<RunBody>

/** Which verification was begun last, and by which process: whoever begins one changes it first. */
type ClaimBody = { runId: string; process: string; at: string }
const claimOfVerification = 'verification'

const processesOf = (service: string): CollectionDefinition => ({
  service,
  name: 'operations-processes',
  fields: { seenAt: { path: 'seenAt', type: 'string' } },
  indexes: { 'by-seen': { fields: ['seenAt'] } },
})
const runsOf = (service: string): CollectionDefinition => ({
  service,
  name: 'operations-runs',
  fields: { kind: { path: 'kind', type: 'string' }, startedAt: { path: 'startedAt', type: 'string' } },
  indexes: { 'by-kind': { fields: ['kind', 'startedAt'] } },
})

const claimsOf = (service: string): CollectionDefinition => ({ service, name: 'operations-claims', fields: {}, indexes: {} })

export type OperationsStore = Awaited<ReturnType<typeof openOperationsStore>>

/** What the processes of one service tell each other of how they are and of what was started: in their store, so that each of them can answer for all. */
export const openOperationsStore = async (service: string, { documents, runtime }: { documents: DocumentStore; runtime: Runtime }) => {
  const { processes, runs, claims } = await together({
    processes: documents.collection<ProcessBody>(processesOf(service)),
    runs: documents.collection<RunBody>(runsOf(service)),
    claims: documents.collection<ClaimBody>(claimsOf(service)),
  })
  const before = (ms: number) => instant({ now: () => runtime.now() - ms })
  const isHere = async (id: string, withinMs: number): Promise<boolean> => ((await processes.get(id))?.body.seenAt ?? '') >= before(withinMs)

  return {
    /** Says that a process is there, and forgets those that have not said so for `goneMs`. */
    beat: async (id: string, body: ProcessBody, goneMs: number): Promise<void> => {
      const known = await processes.get(id)
      if (known) await processes.replace(id, body, { expectedRevision: known.revision })
      else await processes.insert(id, body)
      const { documents: gone } = await processes.find({ where: { seenAt: { below: before(goneMs) } }, limit: processesMax })
      for (const one of gone) await processes.remove(one.id, { expectedRevision: one.revision })
    },
    leave: async (id: string): Promise<void> => void (await processes.remove(id)),
    /** Those that said so within `withinMs`, a hundred at most. */
    processes: async (withinMs: number): Promise<Stored<ProcessBody>[]> =>
      (await processes.find({ where: { seenAt: { atLeast: before(withinMs) } }, limit: processesMax })).documents,
    run: (id: string): Promise<Run | undefined> => runs.get(id),
    /** The newest of a kind, the latest first. */
    latest: async (kind: RunBody['kind'], limit: number): Promise<Run[]> =>
      (await runs.find({ where: { kind: { equals: kind } }, sort: [{ field: 'startedAt', direction: 'descending' }], limit })).documents,
    /**
     * Takes the one place that there is for a verification. Gives undefined when it is this one's, else what is known of the one that has it: a process that
     * has been silent for `goneMs` verifies no more, nor does one that has not begun within that time, nor this one where it knows better (`isUnderWayHere`).
     */
    claimVerification: async (
      claim: Pick<ClaimBody, 'runId' | 'process'>,
      { goneMs, isUnderWayHere }: { goneMs: number; isUnderWayHere: (runId: string) => boolean },
    ): Promise<{ startedAt?: string } | undefined> => {
      const held = await claims.get(claimOfVerification)
      const holder = held && (await runs.get(held.body.runId))
      const isUnderWay = async ({ runId, process, at }: ClaimBody): Promise<boolean> => {
        if (holder ? holder.body.finishedAt !== undefined : at < before(goneMs)) return false
        return holder && process === claim.process ? isUnderWayHere(runId) : isHere(process, goneMs)
      }
      if (held && (await isUnderWay(held.body))) return holder ? { startedAt: holder.body.startedAt } : {}
      const ours = { ...claim, at: instant(runtime) }
      const isOurs = held
        ? (await claims.replace(claimOfVerification, ours, { expectedRevision: held.revision })) === 'replaced'
        : await claims.insert(claimOfVerification, ours).then(
            () => true,
            (error: unknown) => {
              if ((error as { code?: unknown }).code === 'already-exists') return false
              throw error
            },
          )
      return isOurs ? undefined : {}
    },
    /** Throws AlreadyExistsError for an id that was used. */
    begin: async (id: string, body: RunBody): Promise<Run> => {
      const begun = await runs.insert(id, body)
      const { documents: kept } = await runs.find({
        where: { kind: { equals: body.kind } },
        sort: [{ field: 'startedAt', direction: 'descending' }],
        limit: keptMax * 2,
      })
      for (const old of kept.slice(keptMax)) await runs.remove(old.id)
      return begun
    },
    /** Writes how far it is. Only the process that began it writes it. */
    tell: async ({ id, revision }: Run, body: RunBody): Promise<Run> => {
      await runs.replace(id, body, { expectedRevision: revision })
      return { id, revision: revision + 1, body }
    },
  }
}
