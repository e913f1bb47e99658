import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemRuntime } from '@patchwork/runtime'
import fc from 'fast-check'
import { dataKeyFrom } from './dataKeyFile.ts'
import { createSealer, UnsealableError } from './sealer.ts'

const key = new Uint8Array(32).fill(1)
const sealer = createSealer(key, 'people', systemRuntime)

/** With another character in place of the last but three, which stands for six bits whatever the length. */
const changed = (sealed: string) => `${sealed.slice(0, -4)}${sealed.at(-4) === 'A' ? 'B' : 'A'}${sealed.slice(-3)}`

describe('sealed data', () => {
  test('opens to what was sealed', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(sealer.open(sealer.seal(value, 'here'), 'here')).toEqual(JSON.parse(JSON.stringify(value)))))
  })
  test('shows nothing of its content and looks different each time', () => {
    const [one, other] = [sealer.seal('Margaret', 'here'), sealer.seal('Margaret', 'here')]
    expect(one).not.toContain('Margaret')
    expect(one).not.toBe(other)
  })
  test.each([
    ['for another record', sealer.seal('x', 'there'), sealer],
    ['by another service', sealer.seal('x', 'here'), createSealer(key, 'referral', systemRuntime)],
    ['in another place', sealer.seal('x', 'here'), createSealer(new Uint8Array(32).fill(2), 'people', systemRuntime)],
    ['and changed', changed(sealer.seal('x', 'here')), sealer],
    ['and cut', sealer.seal('x', 'here').slice(0, 20), sealer],
    ['never', 'plain', sealer],
  ])('sealed %s does not open', (_where, sealed, opener) => expect(() => opener.open(sealed, 'here')).toThrow(UnsealableError))
  test('an index finds the same value again, for one purpose, and cannot be read back', () => {
    expect(sealer.blindIndex('a@b.c', 'login')).toBe(sealer.blindIndex('a@b.c', 'login'))
    expect(sealer.blindIndex('a@b.c', 'login')).not.toBe(sealer.blindIndex('a@b.c', 'other'))
  })
})

describe('the data key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-key-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  test('is made on first use for its owner only, and is the same ever after', () => {
    const file = join(folder, 'keys', 'data.key')
    const made = dataKeyFrom(file, systemRuntime)
    expect({ length: made.length, mode: statSync(file).mode & 0o777 }).toEqual({ length: 32, mode: 0o600 })
    expect(dataKeyFrom(file, systemRuntime)).toEqual(made)
  })
  test('that others can read is refused', () => {
    const file = join(folder, 'open.key')
    writeFileSync(file, `${'ab'.repeat(32)}\n`, { mode: 0o644 })
    expect(() => dataKeyFrom(file, systemRuntime)).toThrow('chmod 600')
  })
  test('that is damaged is refused and left as it is', () => {
    const file = join(folder, 'damaged.key')
    writeFileSync(file, 'oops', { mode: 0o600 })
    expect(() => dataKeyFrom(file, systemRuntime)).toThrow('damaged')
    expect(readFileSync(file, 'utf8')).toBe('oops')
  })
})
