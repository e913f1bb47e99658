import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const biome = join(root, 'node_modules/.bin/biome')
// A copy that has nothing but the rules.
const house = mkdtempSync(join(tmpdir(), 'patchwork-house-'))
for (const part of ['biome.json', 'lint']) cpSync(join(root, part), join(house, part), { recursive: true })
afterAll(() => rmSync(house, { recursive: true }))

/** A file of one line for each probe; gives the lines that lint refuses with these words. */
const refusedLines = (path: string, lines: readonly string[], words: string): string[] => {
  mkdirSync(dirname(join(house, path)), { recursive: true })
  writeFileSync(join(house, path), `${lines.join('\n')}\n`)
  const { stdout } = spawnSync(biome, ['lint', '--reporter=github', '--max-diagnostics=none', path], { cwd: house, encoding: 'utf8' })
  rmSync(join(house, path))
  const refused = [...stdout.matchAll(/,line=(\d+),.*?::(.*)/g)].filter(([, , message]) => message?.includes(words)).map(([, line]) => Number(line))
  return lines.filter((_, at) => refused.includes(at + 1))
}

describe('time, chance, timers and the network are handed in', () => {
  const words = 'handed in as a Runtime'
  const reached = [
    'export const a1 = Date.now()',
    'export const a2 = new Date()',
    'export const a3 = new Date',
    'export const a4 = [1].map(Date.now)',
    'export const { now } = Date',
    'export const a6 = Date()',
    'export const a7 = new Date(Date.now())',
    "export const a8 = Date['now']()",
    'export const a9 = performance.now()',
    'export const a10 = process.hrtime()',
    'export const a11 = Math.random()',
    'export const { random } = Math',
    'export const a13 = [1].map(Math.random)',
    'export const a14 = setTimeout(() => undefined, 5)',
    'export const a15 = setInterval(() => undefined, 5)',
    'export const a16 = setImmediate(() => undefined)',
    'export const a17 = setTimeout',
    'export const a18 = globalThis.setTimeout(() => undefined, 5)',
    'export const a19 = globalThis.crypto.randomUUID()',
    'export const a20 = crypto.randomUUID()',
    'export const a21 = crypto.getRandomValues(new Uint8Array(1))',
    "export const a22 = fetch('http://127.0.0.1')",
    'export const a23 = AbortSignal.timeout(5)',
    'export const { timeout } = AbortSignal',
    "import { randomUUID } from 'node:crypto'",
    "import { createHash, randomUUID as id } from 'node:crypto'",
    "import { randomBytes } from 'crypto'",
    "import { randomInt } from 'node:crypto'",
    "import { getRandomValues } from 'node:crypto'",
    "import { webcrypto } from 'node:crypto'",
    "import * as all from 'node:crypto'",
    "import whole from 'node:crypto'",
    "import { setTimeout as wait } from 'node:timers/promises'",
    "import { setTimeout as later } from 'timers'",
    "import { performance as clock } from 'node:perf_hooks'",
    "export const a36 = await import('node:timers/promises')",
  ]
  test.each([
    'services/referral/src/domain/probe.ts',
    'services/web/src/probe.ts',
    'packages/event-log/src/kafka/probe.ts',
    'packages/place-file/src/probe.ts',
  ])('each way to reach for them is refused in %s', (path) => expect(refusedLines(path, reached, words)).toEqual(reached))
  const allowed = [
    "import { createHash, timingSafeEqual } from 'node:crypto'",
    "import { sleep } from '@patchwork/runtime'",
    'export const b1 = new Date(5)',
    'export const b2 = new Date(runtime.now()).toISOString()',
    "export const b3 = Date.parse('2026-01-01T00:00:00Z')",
    'export const b4 = new Date(Date.UTC(2026, 1, 1))',
    'export const b5 = Math.max(1, 2)',
    'export const b6 = runtime.fetch(url)',
    'export const b7 = runtime.randomBytes(3)',
    'export const b8 = (at: Date) => at.getTime()',
    'export const b9 = AbortSignal.any([])',
  ]
  test('what only reckons with them passes', () => expect(refusedLines('services/web/src/probe.ts', allowed, words)).toEqual([]))
  test.each(['packages/runtime/src/systemRuntime.ts', 'services/standalone/src/main.ts', 'services/web/src/probe.test.ts'])('%s may reach for them', (path) =>
    expect(refusedLines(path, reached, words)).toEqual([]),
  )
  // An exemption is for one file of one package: a file of the same name elsewhere has none.
  test.each([
    'services/referral/src/embedded/probe.ts',
    'services/people/src/main.ts',
    'packages/http/src/conformance.ts',
    'services/web/src/systemRuntime.ts',
  ])('%s may not', (path) => expect(refusedLines(path, reached, words)).toEqual(reached))
})

describe('imports point one way', () => {
  test.each<[string, string, string, string[], string[]]>([
    [
      'a rule',
      'services/referral/src/domain/probe.ts',
      'domain/ imports nothing',
      [
        "import { createApp } from '@patchwork/http'",
        "import { x1 } from '../store/x.ts'",
        "import type { x2 } from '../store/x.ts'",
        "import { readFileSync } from 'node:fs'",
        "import { z } from 'zod'",
        "import express from 'express'",
        "import { ReferralSent } from '@patchwork/events'",
        "export { x3 } from '../http/x.ts'",
        "export * from '@patchwork/events'",
        "export type { Category } from '@patchwork/events'",
      ],
      ["import type { DomainEvent } from '@patchwork/events'", "import { x4 } from './x.ts'"],
    ],
    [
      'a store',
      'services/referral/src/store/probe.ts',
      'the door out',
      ["import { x1 } from '../http/x.ts'", "import type { x2 } from '../consumers/x.ts'"],
      ["import { x3 } from '../domain/x.ts'", "import { x4 } from './x.ts'", "import { openReadModel } from '@patchwork/aggregate'"],
    ],
    [
      'a route',
      'services/referral/src/http/probe.ts',
      'two doors in',
      ["import { x1 } from '../consumers/x.ts'"],
      ["import { x2 } from '../store/x.ts'", "import { x3 } from '../domain/x.ts'"],
    ],
    [
      'a reaction',
      'services/referral/src/consumers/probe.ts',
      'two doors in',
      ["import { x1 } from '../http/x.ts'"],
      ["import { x2 } from '../store/x.ts'", "import { x3 } from '../domain/x.ts'"],
    ],
    [
      'the contract',
      'packages/events/src/probe.ts',
      'imports no other package',
      ["import { sleep } from '@patchwork/runtime'", "import type { Logger } from '@patchwork/telemetry'"],
      ["import { z } from 'zod'", "import { x1 } from './x.ts'"],
    ],
    [
      'a package',
      'packages/http/src/probe.ts',
      'Packages know no service',
      ["import { start } from '@patchwork/people'", "import { start as s } from '@patchwork/a-service-to-come'"],
      ["import { sleep } from '@patchwork/runtime'"],
    ],
    [
      'a service',
      'services/referral/src/probe.ts',
      'never imports a service',
      ["import { start } from '@patchwork/people'", "import { startPlace } from '@patchwork/standalone'", "import { s } from '@patchwork/a-service-to-come'"],
      ["import { createApp } from '@patchwork/http'"],
    ],
    [
      'whoever starts them',
      'services/standalone/src/probe.ts',
      'reaches into its folders',
      [
        "import { x1 } from '../../people/src/index.ts'",
        "import { x2 } from '@patchwork/people/src/app.ts'",
        "import { x3 } from '../../../packages/http/src/app.ts'",
      ],
      ["import { start } from '@patchwork/people'"],
    ],
    ['a route', 'services/referral/src/http/probe.ts', 'at the top of the file', ["export const x1 = await import('../consumers/x.ts')"], []],
  ])('%s (%s) where "%s"', (_what, path, words, refused, allowed) => {
    expect(refusedLines(path, [...refused, ...allowed], words)).toEqual(refused)
  })
})
