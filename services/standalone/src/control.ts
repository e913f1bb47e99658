import { createHash } from 'node:crypto'
import { chmodSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { Operation, type OperationProgress, operate, UnknownNameError } from './operations.ts'
import type { Place } from './place.ts'

// A socket's path may have about 100 characters; past that it goes to the folder for temporary files, under a name made from the long one.
const socketPathMax = 100

type Line = { progress: OperationProgress } | { result: unknown } | { error: string; isUnknownName: boolean }

/** Where the running place of a data directory listens for its operator. */
export const socketPath = (dataDirectory: string): string => {
  const path = join(dataDirectory, 'patchwork.sock')
  return path.length <= socketPathMax ? path : join(tmpdir(), `patchwork-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 16)}.sock`)
}

/** Listens for operations on a socket that only the same user of this machine can open. The place's file is locked, so a socket that lies there is a dead one's. */
export const listenForOperations = async (place: Place, dataDirectory: string): Promise<{ close: () => Promise<void> }> => {
  const path = socketPath(dataDirectory)
  rmSync(path, { force: true })
  const server = createServer(async (incoming, response) => {
    // A line for each step of the way, then one with the answer.
    const tell = (line: Line): void => void response.write(`${JSON.stringify(line)}\n`)
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    await text(incoming)
      .then((body) => operate(place, Operation.parse(JSON.parse(body)), (progress) => tell({ progress })))
      .then(
        (result) => tell({ result: result ?? null }),
        (error) => tell({ error: String(error?.message ?? error), isUnknownName: error instanceof UnknownNameError }),
      )
    response.end()
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  chmodSync(path, 0o600)
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Asks the running place of a data directory; undefined when none runs. Throws UnknownNameError, or Error with the place's words. */
export const askRunningPlace = (
  dataDirectory: string,
  operation: Operation,
  onProgress?: (progress: OperationProgress) => void,
): Promise<{ result: unknown } | undefined> =>
  new Promise((resolve, reject) => {
    const asking = request({ socketPath: socketPath(dataDirectory), method: 'POST', path: '/' }, async (response) => {
      try {
        for await (const words of createInterface(response)) {
          const line = JSON.parse(words) as Line
          if ('progress' in line) onProgress?.(line.progress)
          else if ('result' in line) resolve({ result: line.result })
          else reject(line.isUnknownName ? new UnknownNameError(line.error) : new Error(line.error))
        }
        reject(new Error('The place stopped before it had answered.'))
      } catch (error) {
        reject(error)
      }
    })
    asking.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? resolve(undefined) : reject(error)))
    asking.end(JSON.stringify(operation))
  })
