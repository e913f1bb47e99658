import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { firstThatStarts } from './firstThatStarts.ts'

/** Runs kcat with these arguments and this input; gives what it printed. Throws with its words when it fails. */
export type Kcat = (args: readonly string[], input?: string) => Promise<string>

/**
 * Another client of Kafka, written by other people: kcat, on librdkafka, from the PATH. Where it is not there it says so on standard error, with a
 * count, and gives undefined; with REQUIRE_REAL_SERVERS=1 it throws instead.
 */
export const kcatForTests = (environment: NodeJS.ProcessEnv = process.env): Promise<Kcat | undefined> =>
  firstThatStarts('kcat', { 'on the PATH': started }, { mendedBy: 'install it, as Debian’s package kcat', environment })

const started = async (): Promise<Kcat> => {
  await run(['-V'])
  return run
}

const run: Kcat = async (args, input = '') => {
  const child = spawn('kcat', args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const said = { output: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    said.output += part
  })
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said.errors += part
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`kcat ended with ${code}: ${said.errors.trim()}`)
  return said.output
}
