import { wards as collection } from '../testExamples.ts'
import type { Ward } from './boundaries.ts'
import { drawWardMap } from './wardMap.ts'

const wards = collection.features as Ward[]
const sale = { latitude: 53.425, longitude: -2.325 }
const pin = (number: number, latitude: number, longitude: number) => ({ number, name: `Pin ${number}`, latitude, longitude })

test('without boundaries there is no map', () => expect(drawWardMap([], { pins: [] })).toBeUndefined())

test('without pins every ward is in the picture', () => {
  const map = drawWardMap(wards, { pins: [] })!
  expect(map.wards.map(({ name }) => name)).toEqual(['Sale Central', 'Ashton upon Mersey', 'Altrincham'])
  for (const { d } of map.wards) expect(d).toMatch(/^M[\d. L-]+Z$/)
})

test('north is up and east is right', () => {
  const { pins } = drawWardMap(wards, { pins: [pin(1, 53.43, -2.34), pin(2, 53.42, -2.33)] })!
  expect(pins[0]!.y).toBeLessThan(pins[1]!.y)
  expect(pins[0]!.x).toBeLessThan(pins[1]!.x)
})

test('the picture is drawn around the pins and the place asked about', () => {
  const map = drawWardMap(wards, { pins: [pin(1, 53.43, -2.34)], near: sale })!
  for (const { x, y } of [...map.pins, map.near!]) {
    expect(x).toBeGreaterThan(0)
    expect(x).toBeLessThan(map.width)
    expect(y).toBeGreaterThan(0)
    expect(y).toBeLessThan(map.height)
  }
})

test('a pin far outside the place does not shrink it: that pin is left to the list', () => {
  const near = drawWardMap(wards, { pins: [pin(1, 53.43, -2.34)] })!
  const far = drawWardMap(wards, { pins: [pin(1, 53.43, -2.34), pin(2, 50.7, -3.5)] })!
  expect(far.pins.map(({ number }) => number)).toEqual([1])
  expect(far.wards).toEqual(near.wards)
})

test('pins in one place stand beside each other', () => {
  const { pins } = drawWardMap(wards, { pins: [pin(1, 53.43, -2.34), pin(2, 53.43, -2.34)] })!
  expect(pins[1]!.x - pins[0]!.x).toBeGreaterThanOrEqual(10)
})

test('the wards that something is for stand out', () => {
  const map = drawWardMap(wards, { pins: [], servedWardCodes: ['E05015240'] })!
  expect(map.wards.filter(({ isServed }) => isServed).map(({ name }) => name)).toEqual(['Ashton upon Mersey'])
})
