import type {
  DomainEvent,
  ImportAcceptanceBegun,
  ImportAccepted,
  ImportBegun,
  ImportDropped,
  ImportFailed,
  ImportStaged,
  ImportUndoBegun,
  ImportUndone,
} from '@patchwork/events'
import type { Current, Decision } from './decision.ts'
import { RefusedError } from './refusals.ts'

export type ImportEvent =
  | DomainEvent<typeof ImportBegun>
  | DomainEvent<typeof ImportStaged>
  | DomainEvent<typeof ImportFailed>
  | DomainEvent<typeof ImportAcceptanceBegun>
  | DomainEvent<typeof ImportAccepted>
  | DomainEvent<typeof ImportUndoBegun>
  | DomainEvent<typeof ImportUndone>
  | DomainEvent<typeof ImportDropped>

export type ImportFormat = 'open-referral' | 'csv'
export type ImportCounts = { read: number; new: number; changed: number; same: number; gone: number; refused: number }
/** The kinds of change that an acceptance can take. */
export const takenKinds = ['new', 'changed', 'gone'] as const
export type TakenKind = (typeof takenKinds)[number]

type Begun = { sourceId: string; format: ImportFormat; begunAt: string }
type Staged = Begun & { stagedAt: string; basedOn: number; counts: ImportCounts }
/** `kinds`: only those are taken; all when absent. */
type Taken = Staged & { kinds?: TakenKind[] }
type Accepted = Taken & { acceptedAt: string; taken: number; left: number }

export type ImportState =
  | { status: 'none' }
  | ({ status: 'staging'; runner: string } & Begun)
  | ({ status: 'failed'; reason: string } & Begun)
  | ({ status: 'staged' } & Staged)
  | ({ status: 'accepting' } & Taken)
  | ({ status: 'accepted' | 'undoing' } & Accepted)
  | ({ status: 'undone'; undoneAt: string } & Accepted)
  | ({ status: 'dropped' } & Begun)

/**
 * Which source it is and what was found, or at which line of a file the reading came to its end: sealed at rest, never in an event, for a feed's own ids and an
 * address may say more than they should.
 */
export type ImportDetails<Report> = { source: string; report?: Report; line?: number }

export type Import<Report> = Current<ImportState, ImportDetails<Report>>
export type ImportDecision<Report> = Decision<ImportEvent, ImportDetails<Report>>

export const initialImport: ImportState = { status: 'none' }

export type BeginImport = { importId: string; sourceId: string; source: string; format: ImportFormat; runner: string; at: string }

/** Begins to read a feed; beginning again changes nothing. */
export const beginImport = <Report>({ state }: Import<Report>, command: BeginImport): ImportDecision<Report> => {
  const { importId, sourceId, source, format, runner, at } = command
  if (state.status !== 'none') return { events: [] }
  return { events: [{ type: 'import.begun.v1', data: { importId, sourceId, format, runner, begunAt: at } }], details: { source } }
}

/** The feed has been read to its end and compared. Throws RefusedError `import-not-found`; one that is not being read any more stays as it is. */
export const finishStaging = <Report extends ImportCounts>(
  { state, details }: Import<Report>,
  { importId, basedOn, report, at }: { importId: string; basedOn: number; report: Report; at: string },
): ImportDecision<Report> => {
  if (state.status === 'none' || !details) throw new RefusedError('import-not-found')
  if (state.status !== 'staging') return { events: [] }
  const { read, new: added, changed, same, gone, refused } = report
  const counts = { read, new: added, changed, same, gone, refused }
  return {
    events: [{ type: 'import.staged.v1', data: { importId, sourceId: state.sourceId, basedOn, ...counts, stagedAt: at } }],
    details: { ...details, report },
  }
}

/** The feed could not be read; one that is not being read any more stays as it is. */
export const failImport = <Report>(
  { state, details }: Import<Report>,
  { importId, reason, line, at }: { importId: string; reason: string; line?: number | undefined; at: string },
): ImportDecision<Report> => {
  if (state.status !== 'staging') return { events: [] }
  return {
    events: [{ type: 'import.failed.v1', data: { importId, sourceId: state.sourceId, reason, failedAt: at } }],
    ...(line === undefined || !details ? {} : { details: { ...details, line } }),
  }
}

type Step = { importId: string; at: string }

/** Takes what is staged, or only some kinds of it; accepting again changes nothing. Throws RefusedError `import-not-found`, `import-not-staged`. */
export const beginAcceptance = <Report>(
  { state }: Import<Report>,
  { importId, kinds, at }: Step & { kinds?: readonly TakenKind[] | undefined },
): ImportDecision<Report> => {
  if (state.status === 'none') throw new RefusedError('import-not-found')
  if (state.status === 'accepting' || state.status === 'accepted') return { events: [] }
  if (state.status !== 'staged') throw new RefusedError('import-not-staged')
  return {
    events: [{ type: 'import.acceptance-begun.v1', data: { importId, sourceId: state.sourceId, begunAt: at, ...(kinds ? { kinds: [...kinds] } : {}) } }],
  }
}

/** All that is sound has been taken. Nothing where it is not being taken. */
export const finishAcceptance = <Report>(
  { state }: Import<Report>,
  { importId, taken, left, at }: Step & { taken: number; left: number },
): ImportDecision<Report> =>
  state.status === 'accepting'
    ? { events: [{ type: 'import.accepted.v1', data: { importId, sourceId: state.sourceId, taken, left, acceptedAt: at } }] }
    : { events: [] }

/** Whether what is staged can still be chosen from. Throws RefusedError `import-not-found`, `import-not-staged`. */
export const mustBeStaged = (state: ImportState): void => {
  if (state.status === 'none') throw new RefusedError('import-not-found')
  if (state.status !== 'staged') throw new RefusedError('import-not-staged')
}

/** Puts back what was taken; undoing again changes nothing. Throws RefusedError `import-not-found`, `import-not-accepted`. */
export const beginUndo = <Report>({ state }: Import<Report>, { importId, at }: Step): ImportDecision<Report> => {
  if (state.status === 'none') throw new RefusedError('import-not-found')
  if (state.status === 'undoing' || state.status === 'undone') return { events: [] }
  if (state.status !== 'accepted') throw new RefusedError('import-not-accepted')
  return { events: [{ type: 'import.undo-begun.v1', data: { importId, sourceId: state.sourceId, begunAt: at } }] }
}

/** Everything has been put back. Nothing where it is not being put back. */
export const finishUndo = <Report>({ state }: Import<Report>, { importId, at }: Step): ImportDecision<Report> =>
  state.status === 'undoing' ? { events: [{ type: 'import.undone.v1', data: { importId, sourceId: state.sourceId, undoneAt: at } }] } : { events: [] }

/** Forgets what is staged; dropping again changes nothing. Throws RefusedError `import-not-found`, `import-not-staged`. */
export const dropImport = <Report>({ state }: Import<Report>, { importId, at }: Step): ImportDecision<Report> => {
  if (state.status === 'none') throw new RefusedError('import-not-found')
  if (state.status === 'dropped') return { events: [] }
  if (state.status !== 'staged') throw new RefusedError('import-not-staged')
  return { events: [{ type: 'import.dropped.v1', data: { importId, sourceId: state.sourceId, droppedAt: at } }] }
}

export const evolveImport = (state: ImportState, event: ImportEvent): ImportState => {
  if (event.type === 'import.begun.v1') {
    const { sourceId, format, runner, begunAt } = event.data
    return { status: 'staging', sourceId, format, runner, begunAt }
  }
  switch (event.type) {
    case 'import.staged.v1': {
      if (state.status !== 'staging') return state
      const { read, new: added, changed, same, gone, refused, basedOn, stagedAt } = event.data
      return { ...begunOf(state), status: 'staged', basedOn, stagedAt, counts: { read, new: added, changed, same, gone, refused } }
    }
    case 'import.failed.v1':
      return state.status === 'staging' ? { ...begunOf(state), status: 'failed', reason: event.data.reason } : state
    case 'import.acceptance-begun.v1':
      return state.status === 'staged' ? { ...state, status: 'accepting', ...(event.data.kinds ? { kinds: event.data.kinds } : {}) } : state
    case 'import.accepted.v1': {
      const { taken, left, acceptedAt } = event.data
      return state.status === 'accepting' ? { ...state, status: 'accepted', taken, left, acceptedAt } : state
    }
    case 'import.undo-begun.v1':
      return state.status === 'accepted' ? { ...state, status: 'undoing' } : state
    case 'import.undone.v1':
      return state.status === 'undoing' ? { ...state, status: 'undone', undoneAt: event.data.undoneAt } : state
    case 'import.dropped.v1':
      return state.status === 'staged' ? { ...begunOf(state), status: 'dropped' } : state
    default:
      return assertNever(event)
  }
}

const begunOf = ({ sourceId, format, begunAt }: Begun): Begun => ({ sourceId, format, begunAt })

const assertNever = (event: never): never => {
  throw new TypeError(`An event that an import does not know: ${(event as { type: string }).type}`)
}
