import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { openCouncilArea } from './place.ts'
import { writtenPostcode } from './postcodes.ts'

const folder = join(import.meta.dirname, '../../data/trafford')
const area = openCouncilArea(folder)

test('every postcode of the file is found where the file says', () => {
  const lines = gunzipSync(readFileSync(join(folder, 'postcodes.csv.gz')))
    .toString('latin1')
    .trim()
    .split('\n')
  for (const line of lines) {
    const [postcode, latitude, longitude] = line.split(',')
    const found = area.locate(postcode!)
    if (found?.latitude !== Number(latitude) || found.longitude !== Number(longitude)) throw new Error(`${postcode} is not found where the file says`)
  }
  expect(lines.length).toBeGreaterThan(85_000)
})

test('a postcode is found however it is typed, with its ward', () => {
  for (const typed of ['M33 7ZF', 'm337zf', ' M33  7zf ']) expect(area.locate(typed)).toMatchObject({ wardName: 'Sale Central', wardCode: 'E05015254' })
})

test('a postcode outside the files is a place this directory does not know', () => {
  for (const unknown of ['EX1 1AA', 'M99 9ZZ', 'ZZ99 9ZZ', 'M33', '', 'M33 7Z', '💥', "'; drop table offers; --", 'A'.repeat(10_000)])
    expect(area.locate(unknown)).toBeUndefined()
})

test('a postcode in the files but outside the council is known without a ward', () => {
  const found = area.locate('M1 1AA')
  expect(found).toMatchObject({ latitude: 53.48737, longitude: -2.22719 })
  expect(found).not.toHaveProperty('wardCode')
})

test('a place that ended, which the source puts at 0°, 0°, is unknown', () => {
  expect(area.locate('M11 0AB')).toBeUndefined()
})

test('each ward holds the middle of the places known to lie in it', () => {
  expect(area.wards.list).toHaveLength(21)
  expect(area.withWard({ latitude: 53.38705, longitude: -2.35216 }).wardName).toBe('Altrincham')
  expect(area.withWard({ latitude: 53.41768, longitude: -2.42543 }).wardName).toBe('Bucklow-St Martins')
  expect(area.withWard({ latitude: 51.5, longitude: -0.1 })).toEqual({ latitude: 51.5, longitude: -0.1 })
})

test('a postcode is written in capitals with its space', () => {
  expect(writtenPostcode('wa141ah')).toBe('WA14 1AH')
  expect(writtenPostcode('W1A 1AA')).toBe('W1A 1AA')
  expect(writtenPostcode('not one')).toBeUndefined()
})

test('whoever worries about an adult, and whoever worries about a child, is told whom to tell by day', () => {
  const { lines } = area.about.safeguarding
  const forWorries = (who: RegExp) => lines.filter(({ when }) => who.test(when) && when.includes('in the day'))
  expect(forWorries(/child/)).toEqual([expect.objectContaining({ phone: '0161 912 5125' })])
  expect(forWorries(/adult/)).toEqual([
    expect.objectContaining({ who: 'Trafford Council, adult social care', url: expect.stringContaining('Safeguarding-Adults') }),
  ])
  for (const { when } of lines) expect(when).not.toBe('')
})

test('a postcode of a district that the files do not have cannot be; one of a district that they have can be new', () => {
  const districts = new Set(
    gunzipSync(readFileSync(join(folder, 'postcodes.csv.gz')))
      .toString('latin1')
      .trim()
      .split('\n')
      .map((line) => line.slice(0, line.indexOf(',') - 3)),
  )
  const thinkable = ['M', 'WA'].flatMap((postcodeArea) => Array.from({ length: 100 }, (_, number) => `${postcodeArea}${number}`))
  expect(thinkable.filter((district) => writtenPostcode(`${district} 0AA`) !== undefined)).toEqual(thinkable.filter((district) => districts.has(district)))
  expect([writtenPostcode('M33 0AA'), area.locate('M33 0AA')]).toEqual(['M33 0AA', undefined])
})

describe('D1 where somebody says that they are', () => {
  const wardsOf = (words: string) => area.whereabouts(words)?.wardCodes?.map((wardCode) => area.wards.nameOf(wardCode))

  test('a postcode is found as ever, also in an address', () => {
    expect(area.whereabouts('m337zf')).toEqual(area.locate('M33 7ZF'))
    expect(area.whereabouts('Sale Waterside, Sale M33 7ZF')).toEqual(area.locate('M33 7ZF'))
    expect(area.whereabouts('from WA14 1AH to M33 7ZF')).toEqual(area.locate('M33 7ZF'))
  })
  test('the first half of a postcode is the middle of its postcodes, and reaches into their wards', () => {
    const found = area.whereabouts('m33')
    expect(found).toMatchObject({ name: 'M33' })
    expect(wardsOf('m33')).toEqual(expect.arrayContaining(['Sale Central', 'Sale Moor', 'Ashton upon Mersey']))
    expect(wardsOf('m33')).not.toContain('Altrincham')
    expect(area.withWard(found!).wardName).toMatch(/Sale|Brooklands|Manor|Ashton/)
    expect(area.whereabouts('M3')?.latitude).not.toBe(found?.latitude)
    expect(area.whereabouts('M34')).toMatchObject({ name: 'M34', wardCodes: [] })
    for (const none of ['EX1', 'ZZ9', 'M', '33', 'M33 7']) expect(area.whereabouts(none)).toBeUndefined()
  })
  test('a town is found by its name, however it is written, in all its wards', () => {
    for (const typed of ['Sale', ' sale ', 'SALE', 'Sale, Greater Manchester', 'Cross Street, Sale'])
      expect(area.whereabouts(typed)).toMatchObject({ name: 'Sale' })
    expect(wardsOf('Sale')).toEqual(['Sale Central', 'Sale Moor'])
    expect(area.whereabouts('Sale')).toMatchObject({ latitude: area.locate('M33 7ZF')!.latitude })
    expect(area.whereabouts('Sale')).not.toHaveProperty('wardCode')
    expect(wardsOf('Timperley')).toEqual(['Hale Barns & Timperley South', 'Timperley Central', 'Timperley North'])
    expect(area.whereabouts('Partington')).toMatchObject({ wardName: 'Bucklow-St Martins' })
  })
  test('a ward is found by its name, by each of the places that it is called after, and by how its name begins', () => {
    expect(area.whereabouts('ashton-upon-mersey')).toMatchObject({ name: 'Ashton upon Mersey', wardName: 'Ashton upon Mersey' })
    expect(area.whereabouts('Ashton')).toMatchObject({ name: 'Ashton upon Mersey' })
    expect(area.whereabouts('Humphrey Park')).toMatchObject({ name: 'Humphrey Park', wardName: 'Stretford & Humphrey Park' })
    expect(area.whereabouts('Bucklow Saint Martins')).toMatchObject({ wardName: 'Bucklow-St Martins' })
    expect(wardsOf('Hale')).toEqual(['Hale', 'Hale Barns & Timperley South'])
    expect(wardsOf('Hale Barns')).toEqual(['Hale Barns & Timperley South'])
    for (const { wardCode, name } of area.wards.list) {
      const found = area.whereabouts(name)
      expect({ name, wardCodes: found?.wardCodes }).toEqual({ name, wardCodes: expect.arrayContaining([wardCode]) })
      if (found?.wardCode === wardCode) expect({ name, holdsIt: area.withWard(found).wardCode }).toEqual({ name, holdsIt: wardCode })
    }
  })
  test('a slip of the finger is forgiven, and what nothing is called stays unknown', () => {
    expect(area.whereabouts('Altringham')).toMatchObject({ name: 'Altrincham' })
    expect(area.whereabouts('urmstom')).toMatchObject({ name: 'Urmston' })
    for (const unknown of ['Exeter', 'Sa', 'up', '', ',', ', ,', '💥', 'A'.repeat(10_000), 'a,'.repeat(5_000), '__proto__'])
      expect(area.whereabouts(unknown)).toBeUndefined()
  })
  test('whatever is typed never fails', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (words) => typeof area.whereabouts(words) !== 'string'))
  })
  test('a town whose postcode nobody knows is refused when the place is opened', () => {
    const broken = mkdtempSync(join(tmpdir(), 'patchwork-towns-'))
    try {
      for (const file of ['wards.geojson', 'postcodes.csv.gz']) copyFileSync(join(folder, file), join(broken, file))
      writeFileSync(join(broken, 'place.json'), JSON.stringify({ ...area.about, towns: [{ name: 'Elsewhere', postcode: 'EX1 1AA' }] }))
      expect(() => openCouncilArea(broken)).toThrow('the postcode of Elsewhere, EX1 1AA, is not one that this place knows')
    } finally {
      rmSync(broken, { recursive: true })
    }
  })
})
