import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { demonstrationPlaceFolder } from '../config.ts'
import { importPostcodes } from './importPostcodes.ts'
import { openCouncilArea } from './place.ts'
import { openPostcodeFile } from './postcodeFile.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-postcodes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let number = 0
const fileOf = (text: string | Buffer): string => {
  number += 1
  const path = join(folder, `${number}.csv`)
  writeFileSync(path, text)
  return path
}
const kept = join(folder, 'kept')
const directory = 'pcd,pcd2,pcds,dointr,doterm,oscty,lat,long,imd\n'
const row = (postcode: string, latitude: number | string, longitude: number | string) =>
  `"${postcode.replace(' ', '')}","${postcode}","${postcode}","198001","","E99999999",${latitude},${longitude},1\n`
const seconds = { now: 0 }
const opened = () => openPostcodeFile(kept, () => seconds.now)

test('the directory of the ONS, the NSPL and a plain list are read by the names of their columns', async () => {
  for (const text of [
    directory + row('M33 7ZF', 53.42, -2.32),
    '\ufeffpcd7,pcd8,pcds,lat,long\r\n"M337ZF","M33  7ZF","M33 7ZF",53.42,-2.32\r\n',
    'Postcode,lat,long\nm337zf,53.42,-2.32',
  ]) {
    expect(await importPostcodes(fileOf(text), { to: kept })).toMatchObject({ read: 1, known: 1, wrong: 0 })
    const postcodes = opened()
    expect(postcodes.locate('m33 7zf')).toEqual({ latitude: 53.42, longitude: -2.32 })
    expect(postcodes.locate('M33 7ZG')).toBeUndefined()
    postcodes.close()
  }
})

test('every postcode is found where the file says, in whatever order they stand there, and no other', async () => {
  const letter = fc.constantFrom(...'ABDEFGHJLN')
  const anyPostcode = fc
    .tuple(fc.constantFrom('M', 'WA', 'EC1A', 'B'), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 9 }), letter, letter)
    .map(([area, district, sector, one, other]) => `${area === 'EC1A' ? area : `${area}${district}`} ${sector}${one}${other}`)
  const place = fc.record({ latitude: fc.integer({ min: 49_000_000, max: 61_000_000 }), longitude: fc.integer({ min: -8_000_000, max: 2_000_000 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anyPostcode, place), { minLength: 1, maxLength: 60 }), anyPostcode, async (made, other) => {
      const text = directory + made.map(([postcode, { latitude, longitude }]) => row(postcode, latitude / 1e6, longitude / 1e6)).join('')
      const first = new Map(made.toReversed())
      const counts = await importPostcodes(fileOf(text), { to: kept })
      expect(counts).toMatchObject({ read: made.length, known: first.size, repeated: made.length - first.size })
      const postcodes = opened()
      for (const [postcode, { latitude, longitude }] of first)
        expect(postcodes.locate(postcode)).toEqual({ latitude: latitude / 1e6, longitude: longitude / 1e6 })
      if (!first.has(other)) expect(postcodes.locate(other)).toBeUndefined()
      for (const rubbish of ['', ' ', 'M', 'M33 7Z', '💥', 'A'.repeat(1_000)]) expect(postcodes.locate(rubbish)).toBeUndefined()
      postcodes.close()
    }),
    { numRuns: 60 },
  )
})

test('what the source puts nowhere is left out and counted', async () => {
  const text = directory + row('M33 7ZF', 53.42, -2.32) + row('M33 7ZG', 99.999999, 0) + row('M33 7ZH', 0, 0)
  expect(await importPostcodes(fileOf(text), { to: kept })).toMatchObject({ read: 3, known: 1, withoutPlace: 2 })
})

const sound = directory + row('M33 7ZF', 53.42, -2.32)
test.each<[string, string | Buffer, string, RegExp]>([
  ['packed', Buffer.from('PK\x03\x04rest'), 'packed', /Unpack it/],
  ['of other columns', 'name,lat,long\nx,1,2\n', 'missing-columns', /the postcode \(pcds/],
  ['empty', '', 'missing-columns', /names no column/],
  ['only column names', directory, 'no-postcodes', /no postcode/],
  ['cut off', `${sound}"M337ZG","M33 7ZG","M33 7`, 'cut-off', /middle of line 3/],
  ['rubbish in its lines', sound + row('hello', 53, -2), 'too-many-wrong', /line 3: no postcode/],
  ['places elsewhere', sound + row('M33 7ZG', -33, 151), 'too-many-wrong', /line 3: a place outside/],
  ['no numbers', sound + row('M33 7ZG', 'north', 'west'), 'too-many-wrong', /line 3: no latitude/],
  ['text in UTF-16', Buffer.from('\ufeffpcds,lat', 'utf16le'), 'not-utf-8', /UTF-16/],
  ['a line without an end', `${directory}${'x'.repeat(3_000_000)}`, 'line-without-end', /Line 2/],
])('a file that is %s is refused in words, and what was kept before stays', async (_, text, code, words) => {
  await importPostcodes(fileOf(sound), { to: kept })
  const before = readFileSync(kept)
  await expect(importPostcodes(fileOf(text), { to: kept })).rejects.toMatchObject({ code, message: expect.stringMatching(words) })
  expect(readFileSync(kept).equals(before)).toBe(true)
  expect(readdirSync(folder)).not.toContain('kept.new')
})
test('a file that is not there is refused, and reading only keeps nothing', async () => {
  await expect(importPostcodes(join(folder, 'nowhere.csv'), { to: kept })).rejects.toMatchObject({ code: 'no-such-file' })
  rmSync(kept, { force: true })
  expect(await importPostcodes(fileOf(sound))).toMatchObject({ known: 1 })
  expect(existsSync(kept)).toBe(false)
})

test('a place that runs knows the country from the moment it is there, its own postcodes before and after', async () => {
  rmSync(kept, { force: true })
  const area = openCouncilArea(demonstrationPlaceFolder, { postcodesFile: kept, now: () => seconds.now })
  expect(area.locate('EX1 1AA')).toBeUndefined()
  expect(area.locate('M33 7ZF')).toMatchObject({ wardName: 'Sale Central' })
  await importPostcodes(fileOf(directory + row('EX1 1AA', 50.72, -3.53)), { to: kept })
  seconds.now += 10_000
  expect(area.locate('EX1 1AA')).toEqual({ latitude: 50.72, longitude: -3.53 })
  expect(area.locate('M33 7ZF')).toMatchObject({ wardName: 'Sale Central' })
  await importPostcodes(fileOf(directory + row('EX1 1AB', 50.73, -3.54)), { to: kept })
  seconds.now += 10_000
  expect(area.locate('EX1 1AA')).toBeUndefined()
  expect(area.locate('EX1 1AB')).toEqual({ latitude: 50.73, longitude: -3.54 })
})
test('a kept file that is not whole is refused by its name', () => {
  writeFileSync(kept, 'PATCHWORK PCODE1half')
  expect(() => openCouncilArea(demonstrationPlaceFolder, { postcodesFile: kept, now: () => seconds.now })).toThrow(/Import the postcodes again/)
})
