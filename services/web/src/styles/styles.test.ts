import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { compileStyles } from '../../scripts/compileStyles.ts'

const css = readFileSync(join(import.meta.dirname, '../assets/patchwork.css'), 'utf8')
const bytesMax = 14_000

test('the style sheet kept here is what its source gives: run `npm run styles -w @patchwork/web`', () => {
  expect(css === compileStyles()).toBe(true)
})

test(`the style sheet is at most ${bytesMax} bytes on the wire`, () => {
  expect(brotliCompressSync(css).length).toBeLessThanOrEqual(bytesMax)
})

test('nothing of what is GOV.UK’s own is in it', () => {
  expect(css).not.toMatch(/GDS Transport|crown/i)
})

const palette = Object.fromEntries(
  [...readFileSync(join(import.meta.dirname, '_palette.scss'), 'utf8').matchAll(/^\$([\w-]+): (#[0-9a-f]{6});$/gm)].map(([, name, colour]) => [name, colour]),
)

const luminance = (colour: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const contrast = (one: string, other: string): number => {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const words: [string, string[]][] = [
  ['ink', ['paper', 'white', 'linen', 'marigold-pale', 'clay-pale', 'lagoon-pale', 'sage-pale', 'focus']],
  ['soft-ink', ['paper', 'white', 'linen', 'clay-pale']],
  ['lagoon', ['paper', 'white', 'linen', 'lagoon-pale']],
  ['lagoon-deep', ['paper', 'white', 'linen']],
  ['plum', ['paper', 'white', 'linen', 'plum-pale']],
  ['berry', ['paper', 'white']],
  ['leaf', ['paper', 'sage-pale']],
  ['white', ['lagoon', 'plum', 'clay', 'berry', 'leaf']],
]
const marks: [string, string[]][] = [
  ['thread', ['white', 'paper']],
  ['plum', ['white', 'linen']],
  ['clay', ['white', 'linen']],
]

describe('colours', () => {
  test.each(words.flatMap(([on, grounds]) => grounds.map((ground) => [on, ground] as const)))(
    'words in %s on %s have a contrast of 4.5 or more',
    (on, ground) => {
      expect(contrast(palette[on]!, palette[ground]!)).toBeGreaterThanOrEqual(4.5)
    },
  )
  test.each(marks.flatMap(([on, grounds]) => grounds.map((ground) => [on, ground] as const)))('marks and edges in %s on %s have 3 or more', (on, ground) => {
    expect(contrast(palette[on]!, palette[ground]!)).toBeGreaterThanOrEqual(3)
  })
})
