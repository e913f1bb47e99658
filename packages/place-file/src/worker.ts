import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { openOperations } from './carryOut.ts'
import { openDatabase } from './openDatabase.ts'
import type { FromWorker, Numbered, OpenOptions, ToWorker } from './placeFile.ts'
import { toFailure } from './sqliteErrors.ts'

/** With more operations in one transaction the first of them would wait for the last. */
const batchMax = 512

const port = parentPort as MessagePort
const say = (message: FromWorker) => port.postMessage(message)

/** Copies the file as it is at one moment; a copy that was cut short never has the final name. */
const copy = async (database: DatabaseSync, target: string): Promise<void> => {
  const unfinished = `${target}.unfinished`
  rmSync(unfinished, { force: true })
  await backup(database, unfinished)
  sync(unfinished)
  renameSync(unfinished, target)
  sync(dirname(target))
}
const sync = (path: string) => {
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

const serve = (database: DatabaseSync) => {
  const carryOut = openOperations(database)
  let waiting: Numbered[] = []
  let backups: Promise<void> = Promise.resolve()
  let isClosing = false

  const take = (message: ToWorker) => {
    if (message.kind === 'run') waiting.push(...message.batch)
    else if (message.kind === 'close') isClosing = true
    else {
      const { id, path } = message
      backups = backups
        .then(() => copy(database, path))
        .then(
          () => say({ kind: 'answers', answers: [{ id, result: { outcome: 'done', results: [] } }] }),
          (error) => say({ kind: 'answers', answers: [{ id, result: { ...toFailure(error), failure: 'unavailable' } }] }),
        )
    }
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
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchMax)
      waiting = waiting.slice(batchMax)
      const outcomes = carryOut(batch.map(({ operation }) => operation))
      say({ kind: 'answers', answers: batch.map(({ id }, index) => ({ id, result: outcomes[index]! })) })
    }
    if (isClosing) void backups.then(close)
  })
}

const opened = openDatabase(workerData as OpenOptions)
if ('refusal' in opened) say({ kind: 'refused', ...opened.refusal })
else {
  serve(opened.database)
  say({ kind: 'opened' })
}
