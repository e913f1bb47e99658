import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { type Outcome, openOperations } from './carryOut.ts'
import { openDatabase } from './openDatabase.ts'
import { openUnpacking } from './packing.ts'
import type { Answer, FromWorker, OpenOptions, Operation, ToWorker } from './placeFile.ts'
import { toFailure } from './sqliteErrors.ts'

/** With more operations in one transaction the first of them would wait for the last. */
const batchMax = 512
/** Copied at a time; a commit waits for no more than these. */
const pagesPerStep = 500

const port = parentPort as MessagePort
const say = (message: FromWorker) => port.postMessage(message)

/** Copies the file as it is at one moment; a copy that was cut short never has the final name. */
const copy = async (database: DatabaseSync, target: string, progress: (copied: number, total: number) => void): Promise<void> => {
  const unfinished = `${target}.unfinished`
  rmSync(unfinished, { force: true })
  try {
    // SQLite would make it as readable as the process's mask allows.
    closeSync(openSync(unfinished, 'wx', 0o600))
    await backup(database, unfinished, { rate: pagesPerStep, progress: ({ totalPages, remainingPages }) => progress(totalPages - remainingPages, totalPages) })
    sync(unfinished)
    renameSync(unfinished, target)
    sync(dirname(target))
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}
const sync = (path: string) => {
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

const toAnswer = (outcome: Outcome): Answer => ('outcome' in outcome && outcome.outcome === 'done' ? outcome.results : outcome)

const serve = (database: DatabaseSync) => {
  const carryOut = openOperations(database)
  const unpack = openUnpacking()
  let waiting: { id: number; operation: Operation }[] = []
  let backups: Promise<void> = Promise.resolve()
  let isClosing = false
  // A copy's first pages are read on another thread, and it fails where a transaction is open then. Later ones are only tried again.
  let isStartingCopy = false

  const workOn = () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchMax)
      waiting = waiting.slice(batchMax)
      const outcomes = carryOut(batch.map(({ operation }) => operation))
      say({ kind: 'answers', ids: batch.map(({ id }) => id), answers: outcomes.map(toAnswer) })
    }
  }
  const backUp = async ({ id, path }: { id: number; path: string }) => {
    const goOn = () => {
      isStartingCopy = false
      workOn()
    }
    isStartingCopy = true
    const progress = (copied: number, total: number) => {
      goOn()
      say({ kind: 'copied', id, copied, total })
    }
    const result: Outcome = await copy(database, path, progress).then(
      () => ({ outcome: 'done', results: [] }),
      (error) => ({ ...toFailure(error), failure: 'unavailable' }),
    )
    goOn()
    say({ kind: 'answers', ids: [id], answers: [toAnswer(result)] })
  }
  const take = (message: ToWorker) => {
    if (message.kind === 'run') {
      const operations = unpack(message.packed)
      for (const [index, id] of message.ids.entries()) waiting.push({ id, operation: operations[index] as Operation })
    } else if (message.kind === 'close') isClosing = true
    else backups = backups.then(() => backUp(message))
  }
  const close = () => {
    database.close()
    say({ kind: 'closed' })
    port.close()
  }
  port.on('message', (message: ToWorker) => {
    take(message)
    // Whatever has arrived meanwhile goes into the same commit.
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) take(next.message)
    if (!isStartingCopy) workOn()
    if (isClosing) void backups.then(close)
  })
}

const opened = openDatabase(workerData as OpenOptions)
if ('refusal' in opened) say({ kind: 'refused', ...opened.refusal })
else {
  serve(opened.database)
  say({ kind: 'opened' })
}
