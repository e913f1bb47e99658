import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const house = mkdtempSync(join(tmpdir(), 'patchwork-house-'))
for (const part of ['biome.json', 'lint']) cpSync(join(root, part), join(house, part), { recursive: true })
afterAll(() => rmSync(house, { recursive: true }))

// Lints a file as if it stood at `path` in the project, in a copy that has nothing but the rules.
const lint = (path: string, source: string): string => {
  mkdirSync(dirname(join(house, path)), { recursive: true })
  writeFileSync(join(house, path), source)
  const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/biome'), ['lint', path], { cwd: house, encoding: 'utf8' })
  rmSync(join(house, path))
  return `${stdout}${stderr}`
}

describe('the house keeps its rules', () => {
  test.each([
    [
      'a rule that reaches for HTTP',
      'services/referral/src/domain/probe.ts',
      `import { createApp } from '@patchwork/http'\nexport const probe = createApp\n`,
      'domain/ imports nothing',
    ],
    [
      'a rule that reaches for its own store',
      'services/referral/src/domain/probe.ts',
      `import { x } from '../store/x.ts'\nexport const probe = x\n`,
      'domain/ imports nothing',
    ],
    [
      'a rule that reaches for the machine',
      'services/referral/src/domain/probe.ts',
      `import { readFileSync } from 'node:fs'\nexport const probe = readFileSync\n`,
      'domain/ imports nothing',
    ],
    [
      'a service that imports a service',
      'services/referral/src/probe.ts',
      `import { start } from '@patchwork/people'\nexport const probe = start\n`,
      'never imports a service',
    ],
    [
      'a service that reaches into a service',
      'services/web/src/probe.ts',
      `import { x } from '../../people/src/app.ts'\nexport const probe = x\n`,
      'never imports a service',
    ],
    [
      'a package that knows a service',
      'packages/http/src/probe.ts',
      `import { start } from '@patchwork/people'\nexport const probe = start\n`,
      'Packages know no service',
    ],
    ['a hidden clock', 'services/referral/src/probe.ts', 'export const probe = Date.now()\n', 'handed in as a Runtime'],
    ['a hidden date', 'services/referral/src/domain/probe.ts', 'export const probe = new Date()\n', 'handed in as a Runtime'],
    ['hidden chance', 'packages/aggregate/src/probe.ts', 'export const probe = Math.random()\n', 'handed in as a Runtime'],
    ['a hidden id', 'services/web/src/probe.ts', `import { randomUUID } from 'node:crypto'\nexport const probe = randomUUID()\n`, 'handed in as a Runtime'],
    ['a hidden timer', 'services/web/src/probe.ts', 'setTimeout(() => undefined, 5)\n', 'handed in as a Runtime'],
  ])('%s is refused by lint', (_what, path, source, words) => {
    expect(lint(path, source)).toContain(words)
  })

  test('what the rules allow passes', () => {
    expect(
      lint(
        'services/referral/src/domain/probe.ts',
        `import type { DomainEvent } from '@patchwork/events'\nimport { x } from './x.ts'\nexport const probe = (at: DomainEvent<never>) => [x, new Date(5), at]\n`,
      ),
    ).not.toContain('×')
  })
})
