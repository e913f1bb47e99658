import { EventEmitter } from 'node:events'
import { Writable } from 'node:stream'
import { systemRuntime } from '@patchwork/runtime'
import { run } from '../../commandLine.ts'
import type { OpenedPlace } from '../openPlace.ts'

/** What an operator is told by the command line of a place that runs. */
export const command = async ({ config }: OpenedPlace, ...args: string[]): Promise<string> => {
  let written = ''
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      written += String(chunk)
      done()
    },
  })
  await run(args, { environment: { DATA_DIR: config.dataDirectory }, runtime: systemRuntime, output: stream, errors: stream, signals: new EventEmitter() })
  return written
}
