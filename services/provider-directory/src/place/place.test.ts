import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { openCouncilArea } from './place.ts'
import { writtenPostcode } from './postcodes.ts'

const folder = join(import.meta.dirname, '../../data/trafford')
const area = openCouncilArea(folder)

test('every postcode of the file is found where the file says, in less than a millisecond each', () => {
  const lines = gunzipSync(readFileSync(join(folder, 'postcodes.csv.gz')))
    .toString('latin1')
    .trim()
    .split('\n')
  const startedAt = performance.now()
  for (const line of lines) {
    const [postcode, latitude, longitude] = line.split(',')
    const found = area.locate(postcode!)
    if (found?.latitude !== Number(latitude) || found.longitude !== Number(longitude)) throw new Error(`${postcode} is not found where the file says`)
  }
  expect((performance.now() - startedAt) / lines.length).toBeLessThan(1)
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
