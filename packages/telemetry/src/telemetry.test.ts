import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { stripVTControlCharacters } from 'node:util'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { createLogger } from './logger.ts'
import { currentTraceparent, inSpan, inTrace, startTracing } from './tracing.ts'

const exporter = new InMemorySpanExporter()
const tracing = startTracing([new SimpleSpanProcessor(exporter)])
afterAll(() => tracing.stop())
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('work goes on in the trace that came with it, and hands it on', async () => {
  const handedOn = await inTrace(traceparent, () => inSpan('referral.accept', { 'patchwork.aggregate.id': 'x' }, async () => currentTraceparent()))
  const [span] = exporter.getFinishedSpans().slice(-1)
  expect(span?.parentSpanContext?.spanId).toBe('b7ad6b7169203331')
  expect(handedOn).toBe(`00-0af7651916cd43dd8448eb211c80319c-${span?.spanContext().spanId}-01`)
})

test.each([undefined, '', 'nonsense'])('a trace that is missing or malformed (%j) begins anew', async (given) => {
  await inTrace(given, () => inSpan('begin', {}, async () => undefined))
  expect(exporter.getFinishedSpans().at(-1)?.parentSpanContext).toBeUndefined()
})

test('a failure marks its span by code, never by its words, and is passed on', async () => {
  const failing = inSpan('fail', {}, async () => Promise.reject(Object.assign(new Error('Margaret Hale'), { code: 'not-found' })))
  await expect(failing).rejects.toThrow('Margaret Hale')
  const span = exporter.getFinishedSpans().at(-1)
  expect(span?.status.message).toBe('not-found')
  expect(JSON.stringify([span?.status, span?.attributes, span?.events])).not.toContain('Margaret')
})

test('a log line is JSON with its service and the trace it belongs to', async () => {
  const lines: string[] = []
  const logger = createLogger({ service: 'referral', destination: { write: (line) => void lines.push(line) } })
  await inTrace(traceparent, () => inSpan('log', {}, async () => logger.info({ route: '/x' }, 'request')))
  expect(JSON.parse(lines[0] as string)).toMatchObject({ service: 'referral', msg: 'request', route: '/x', traceId: '0af7651916cd43dd8448eb211c80319c' })
})

const logging = (what: string, readable = false) => {
  const script = `import { createLogger } from '${new URL('./logger.ts', import.meta.url)}'; const logger = createLogger({ service: 'referral', readable: ${readable} }); ${what}`
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script]
  return spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, UV_THREADPOOL_SIZE: '1' } })
}
test('a line is written though no other follows', async () => {
  const child = logging(`logger.info('alone'); setInterval(() => undefined, 1_000)`)
  const [line] = await once(child.stdout, 'data')
  expect(JSON.parse(String(line))).toMatchObject({ msg: 'alone' })
  child.kill()
})
const ends = [
  ['by itself', ''],
  ['as it is told to', 'process.exit(3)'],
  ['by a failure that nobody expected', `setTimeout(() => { throw new Error('unforeseen') })`],
] as const
// The only thread for what is done aside is busy: a line handed to it would come too late.
const busy = `(await import('node:crypto')).pbkdf2('a', 'b', 400_000, 64, 'sha512', () => undefined)`
const manyLines = (end: string) => `${busy}; for (let line = 0; line < 300; line += 1) logger.info({ line }, 'one of many'); ${end}`
const numbers = Array.from({ length: 300 }, (_, line) => line)
test.each(ends)('every line is written of a process that ends %s', async (_how, end) => {
  const lines = (await text(logging(manyLines(end)).stdout)).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).line)).toEqual(numbers)
})
test.each(ends)('every line for a terminal is written of a process that ends %s', async (_how, end) => {
  const told = stripVTControlCharacters(await text(logging(manyLines(end), true).stdout))
  expect([...told.matchAll(/^\s+line: (\d+)$/gm)].map(([, line]) => Number(line))).toEqual(numbers)
})
