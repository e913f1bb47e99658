import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { dataKeyFrom } from '@patchwork/encryption'
import { systemRuntime } from '@patchwork/runtime'
import { freePort } from '@patchwork/testing'
import { z } from 'zod'
import { runService } from './runService.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-service-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const begin = (args: string[], environment: Record<string, string>) => {
  const said = { output: '', errors: '' }
  const collect = (name: keyof typeof said) =>
    new PassThrough().setEncoding('utf8').on('data', (part: string) => {
      said[name] += part
    })
  const ended = runService(
    {
      name: 'example',
      about: 'nothing, for tests',
      environment: z.object({ BELLS: z.coerce.number().int().default(3).describe('how many bells hang here') }),
      start: () => Promise.reject(new Error('It never comes to this')),
    },
    {
      ...{ args, environment: { LOG_LEVEL: 'silent', ...environment }, runtime: systemRuntime, signals: new EventEmitter() },
      output: collect('output'),
      errors: collect('errors'),
      exit: () => undefined,
    },
  )
  return { ended, said }
}

test('what it reads of its own is told first, with its default', async () => {
  const { ended, said } = begin(['--help'], {})
  expect(await ended).toBe(0)
  expect(said.output).toMatch(/^Environment:\n {2}BELLS +how many bells hang here \(default: 3\)$/m)
})

test.each([
  ['an argument', ['--colour'], {}, '--colour'],
  ['a setting of its own', [], { BELLS: 'many' }, 'BELLS: '],
])('%s that is wrong is named, and it ends with 2', async (_what, args, environment, named) => {
  const { ended, said } = begin(args, environment)
  expect(await ended).toBe(2)
  expect(said.errors).toContain(named)
})

test('told to stop while its servers do not answer yet, it ends soon and says so', async () => {
  const dataKeyFile = join(folder, 'data.key')
  dataKeyFrom(dataKeyFile, systemRuntime)
  const port = String(await freePort())
  const servers = { KAFKA_BROKERS: '127.0.0.1:9', MONGODB_URI: 'mongodb://127.0.0.1:9/example' }
  const own = { TOPIC: 'patchwork.example.bell', HEARD_FILE: join(folder, 'heard') }
  const child = spawn(process.execPath, [fileURLToPath(new URL('./testing/bellService.ts', import.meta.url))], {
    env: { PATH: process.env.PATH, PUBLIC_URL: 'http://127.0.0.1', DATA_KEY_FILE: dataKeyFile, PORT: port, LOG_LEVEL: 'silent', ...servers, ...own },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    errors += part
  })
  const closed = once(child, 'close')
  const isAlive = () =>
    fetch(`http://127.0.0.1:${port}/livez`).then(
      ({ ok }) => ok,
      () => false,
    )
  for (let tries = 0; tries < 500 && !(await isAlive()); tries += 1) await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill('SIGTERM')
  expect((await closed)[0]).toBe(1)
  expect(errors).toContain('example: it did not stop within 2 s and was ended')
})
