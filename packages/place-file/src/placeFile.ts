import { Worker } from 'node:worker_threads'
import { BadStatementError, DamagedFileError, LockedFileError, NewerFileError, PlaceFileFullError, PlaceFileUnavailableError } from './errors.ts'
import { openPacking, type Packed } from './packing.ts'

export type SqlValue = string | number | bigint | Uint8Array | null
export type Row = Record<string, SqlValue>

/** One SQL statement. `run` gives how many rows it changed, `all` its rows, `get` its first row. */
export type Statement = {
  sql: string
  parameters?: readonly SqlValue[]
  mode: 'run' | 'all' | 'get'
  /** For `run`: unless it changes exactly so many rows, the whole operation is undone and answered `unmet`. */
  expectChanges?: number
}

/** Statements that hold together: all of them happen, or none. */
export type Operation = { statements: readonly Statement[] }

export type Refused = {
  outcome: 'refused'
  kind: 'unique' | 'primary-key' | 'other'
  /** SQLite's text after "failed: ", e.g. `people__person.id`; it names columns, never values. */
  constraint: string
  /** The unique index that refused, when one was made by name. */
  index?: string
}

export type OperationResult =
  /** Durable. One entry per statement: changed rows, rows, or the first row. */
  | { outcome: 'done'; results: (number | Row[] | Row | undefined)[] }
  /** A statement changed another number of rows than expected (its index); nothing happened. `results` are those of the statements before it. */
  | { outcome: 'unmet'; statement: number; results: (number | Row[] | Row | undefined)[] }
  /** A constraint refused it; nothing of the operation happened, and no other operation is touched. */
  | Refused

/** The one SQLite file of a place, owned by a worker thread. */
export interface PlaceFile {
  /**
   * Carries out an operation. Operations that wait are committed together, each in a savepoint of its own; the answer comes after the commit.
   * Operations of one process happen in the order of the calls. Throws PlaceFileFullError, PlaceFileUnavailableError (after close, when the worker
   * died, or when waitingMax operations wait), BadStatementError.
   */
  run(operation: Operation): Promise<OperationResult>
  /**
   * Writes a consistent copy to `path` that only this user can read, while others go on; an older copy there is replaced once the new one is whole.
   * All that was answered before the call is in it. `onProgress` is told how many pages of how many are copied. One that fails leaves nothing.
   */
  backup(path: string, onProgress?: (copied: number, total: number) => void): Promise<void>
  /** Finishes what waits, then lets the file go. A repeat changes nothing. */
  close(): Promise<void>
}

export type OpenOptions = {
  /** The file, or `:memory:`. Its folder must exist. */
  path: string
  /** The most pages (of 4 KiB) the file may have; beyond it writes are refused as on a full disk. */
  pagesMax?: number
  /** For a process of one task: half the pages kept in memory, and a heap for its answers that is bounded. Slower where many read at once. */
  isSmall?: boolean
  /** A copy that no process has open: every page and index of it is checked, and it is read only. Neither it nor its folder is changed. */
  isCopy?: boolean
}

type Numbered = { id: number; operation: Operation }
/** `ids` are those of the operations, in their order. */
export type ToWorker = { kind: 'run'; ids: number[]; packed: Packed } | { kind: 'backup'; id: number; path: string } | { kind: 'close' }
export type Failure = { failure: 'full' | 'unavailable' | 'bad-statement'; message: string }
export type OpenRefusal = { reason: 'locked' | 'newer' | 'damaged' | 'unavailable'; message: string }
/** What became of an operation; of one that is done, which nearly all are, its results alone. */
export type Answer = Exclude<OperationResult, { outcome: 'done' }> | Failure | (number | Row[] | Row | undefined)[]
export type FromWorker =
  | { kind: 'opened' }
  | ({ kind: 'refused' } & OpenRefusal)
  | { kind: 'answers'; ids: number[]; answers: Answer[] }
  | { kind: 'copied'; id: number; copied: number; total: number }
  | { kind: 'closed' }

/** Room for 512 operations of 50 kB each in one transaction; V8 collects before it is full. */
const smallHeap = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 64 }
/** Operations that may wait for the worker at once; more means that the disk cannot keep up. */
const waitingMax = 50_000

type Waiting = { resolve: (result: OperationResult) => void; reject: (error: Error) => void; onProgress?: (copied: number, total: number) => void }

/**
 * Opens (or makes) the file of a place and checks it. Throws LockedFileError when another process has it, NewerFileError when a newer Patchwork
 * wrote it, DamagedFileError when it is damaged or no such file, each in words that say what to do; else PlaceFileUnavailableError.
 */
export const openPlaceFile = async (options: OpenOptions): Promise<PlaceFile> => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: options,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    ...(options.isSmall && { resourceLimits: smallHeap }),
  })
  const waiting = new Map<number, Waiting>()
  let queue: Numbered[] = []
  let lastId = 0
  let ended: Error | undefined
  let closing: Promise<void> | undefined
  let opened: { resolve: () => void; reject: (error: Error) => void } | undefined

  const end = (error: Error) => {
    ended ??= error
    for (const one of waiting.values()) one.reject(ended)
    waiting.clear()
    opened?.reject(ended)
  }
  const settle = (id: number, answer: Answer) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (Array.isArray(answer)) one?.resolve({ outcome: 'done', results: answer })
    else if ('failure' in answer) one?.reject(toError(answer))
    else one?.resolve(answer)
  }
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'answers') for (const [index, id] of message.ids.entries()) settle(id, message.answers[index] as Answer)
    else if (message.kind === 'copied') waiting.get(message.id)?.onProgress?.(message.copied, message.total)
    else if (message.kind === 'opened') opened?.resolve()
    else if (message.kind === 'closed') end(new PlaceFileUnavailableError('it has been closed'))
    else end(toOpenError(options.path, message))
  })
  worker.once('error', (error) => end(new PlaceFileUnavailableError(error.message)))
  worker.once('exit', () => end(new PlaceFileUnavailableError('its worker has ended')))

  const send = (message: ToWorker) => worker.postMessage(message)
  const pack = openPacking()
  const flush = () => {
    const batch = queue
    queue = []
    if (batch.length > 0) send({ kind: 'run', ids: batch.map(({ id }) => id), packed: pack(batch.map(({ operation }) => operation)) })
  }
  const ask = (post: (id: number) => void, onProgress?: (copied: number, total: number) => void): Promise<OperationResult> =>
    new Promise((resolve, reject) => {
      if (ended || closing) return reject(ended ?? new PlaceFileUnavailableError('it has been closed'))
      if (waiting.size >= waitingMax) return reject(new PlaceFileUnavailableError(`${waitingMax} operations are waiting already`))
      lastId += 1
      waiting.set(lastId, { resolve, reject, ...(onProgress && { onProgress }) })
      post(lastId)
    })

  await new Promise<void>((resolve, reject) => {
    opened = { resolve, reject }
  }).catch(async (error) => {
    await worker.terminate()
    throw error
  })
  return {
    run: (operation) =>
      ask((id) => {
        // All calls of one turn cross to the worker as one message.
        if (queue.length === 0) queueMicrotask(flush)
        queue.push({ id, operation })
      }),
    backup: async (path, onProgress) => {
      await ask((id) => send({ kind: 'backup', id, path }), onProgress)
    },
    close: () => {
      closing ??= new Promise<void>((resolve) => {
        worker.once('exit', () => resolve())
        if (ended) return resolve()
        flush()
        send({ kind: 'close' })
      })
      return closing
    },
  }
}

const toError = ({ failure, message }: Failure): Error => {
  if (failure === 'full') return new PlaceFileFullError()
  return failure === 'unavailable' ? new PlaceFileUnavailableError(message) : new BadStatementError(message)
}

const toOpenError = (path: string, { reason, message }: OpenRefusal): Error => {
  if (reason === 'locked') return new LockedFileError(path)
  if (reason === 'newer') return new NewerFileError(path, message)
  if (reason === 'damaged') return new DamagedFileError(path, message)
  return new PlaceFileUnavailableError(message)
}
