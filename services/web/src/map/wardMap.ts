import { type GeoPermissibleObjects, geoMercator, geoPath } from 'd3-geo'
import type { Ward } from './boundaries.ts'

export type Point = { latitude: number; longitude: number }
export type Pin = Point & { number: number; name: string }

/** How dark a ward is drawn, and its value as it is written there: a shade alone says nothing. */
export type Shade = { level: string; words: string }

/** Where a ward leads, and whether it is the one that was chosen. */
export type WardLink = { href: string; isChosen: boolean }

/** A map as lines and points of a drawing `width` by `height`, for shell/map.njk. */
export type WardMap = {
  width: number
  height: number
  wards: { name: string; d: string; isServed: boolean; label?: { x: number; y: number }; shade?: Shade; link?: WardLink }[]
  pins: { x: number; y: number; number: number; name: string }[]
  near?: { x: number; y: number }
}

const width = 400
const height = 440
const edge = 28
/** Nothing is drawn larger than this much of the country: about two miles across. */
const spanDegreesMin = 0.03
/** Points of a boundary closer than this tell nothing. */
const detail = 0.8
const letterWidth = 6.4
const labelHeight = 14
const pinStep = 15

type MapContent = {
  pins: readonly Pin[]
  near?: Point | undefined
  servedWardCodes?: readonly string[]
  /** By ward code. With them each ward is labelled with its value. */
  shades?: ReadonlyMap<string, Shade>
  /** By ward code. */
  links?: ReadonlyMap<string, WardLink>
}

/**
 * Draws the wards around the pins, or around the served wards, or all of them. Undefined without boundaries. North is up; wards and pins out of the
 * picture are left out.
 */
export const drawWardMap = (wards: readonly Ward[], { pins, near, servedWardCodes = [], shades, links }: MapContent): WardMap | undefined => {
  if (wards.length === 0) return undefined
  const projection = geoMercator().fitExtent(
    [
      [edge, edge],
      [width - edge, height - edge],
    ],
    focus(wards, near ? [...pins, near] : pins, servedWardCodes),
  )
  const at = ({ longitude, latitude }: Point): { x: number; y: number } => {
    const [x = 0, y = 0] = projection([longitude, latitude]) ?? []
    return { x: round(x), y: round(y) }
  }
  const path = geoPath(projection)
  const shown = wards.flatMap((ward) => {
    const feature = asFeature(ward)
    const [[west, north], [east, south]] = path.bounds(feature)
    if (east < 0 || south < 0 || west > width || north > height) return []
    const shade = shades?.get(ward.properties.wardCode)
    const link = links?.get(ward.properties.wardCode)
    return [
      {
        name: ward.properties.name,
        d: outline(ward, projection),
        isServed: servedWardCodes.includes(ward.properties.wardCode),
        ...labelFor(shades === undefined ? ward.properties.name : (shade?.words ?? ''), path, feature),
        ...(shade === undefined ? {} : { shade }),
        ...(link === undefined ? {} : { link }),
      },
    ]
  })
  const isInside = ({ x, y }: { x: number; y: number }) => x >= 0 && x <= width && y >= 0 && y <= height
  const drawn = pins.map((pin) => ({ ...at(pin), number: pin.number, name: pin.name })).filter(isInside)
  const nearDrawn = near && at(near)
  return { width, height, wards: shown, pins: apart(drawn), ...(nearDrawn && isInside(nearDrawn) ? { near: nearDrawn } : {}) }
}

const asFeature = ({ geometry }: Ward): GeoPermissibleObjects => ({ type: 'Feature', properties: null, geometry: geometry as never })

/** What the picture is to hold. Corners as points: d3 takes a polygon's inside by its winding, and files differ in theirs. */
const focus = (wards: readonly Ward[], asked: readonly Point[], servedWardCodes: readonly string[]): GeoPermissibleObjects => {
  const points = asked.filter(isNear(wards))
  const served = wards.filter(({ properties }) => servedWardCodes.includes(properties.wardCode))
  const around = points.length > 0 ? [] : served.length > 0 ? served : wards
  const corners = [...points.map(({ longitude, latitude }) => [longitude, latitude] as const), ...around.flatMap(positionsOf)]
  const longitudes = corners.map(([longitude]) => longitude)
  const latitudes = corners.map(([, latitude]) => latitude)
  const [west, east] = widened(Math.min(...longitudes), Math.max(...longitudes), spanDegreesMin * 1.6)
  const [south, north] = widened(Math.min(...latitudes), Math.max(...latitudes), spanDegreesMin)
  return {
    type: 'MultiPoint',
    coordinates: [
      [west, south],
      [east, north],
    ],
  }
}

/** Whether a point lies in the place or not far outside: one pin at the other end of the country must not shrink it to a dot. */
const isNear = (wards: readonly Ward[]) => {
  const corners = wards.flatMap(positionsOf)
  const [west, east] = spread(corners.map(([longitude]) => longitude))
  const [south, north] = spread(corners.map(([, latitude]) => latitude))
  return ({ longitude, latitude }: Point) => longitude >= west && longitude <= east && latitude >= south && latitude <= north
}

/** From the least to the greatest and an eighth more on both sides. */
const spread = (values: readonly number[]): [number, number] => {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  return [low - (high - low) / 8, high + (high - low) / 8]
}

const widened = (low: number, high: number, least: number): [number, number] => {
  const more = Math.max(0, least - (high - low)) / 2
  return [low - more, high + more]
}

const positionsOf = ({ geometry }: Ward) => (geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()).flat()

const outline = ({ geometry }: Ward, projection: (position: [number, number]) => [number, number] | null): string => {
  const rings = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()
  return rings
    .map((ring) => {
      const points: [number, number][] = []
      for (const [longitude, latitude] of ring) {
        const [x, y] = projection([longitude, latitude])!
        const before = points.at(-1)
        if (!before || Math.hypot(x - before[0], y - before[1]) >= detail) points.push([x, y])
      }
      return points.length < 3 ? '' : `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join('L')}Z`
    })
    .join('')
}

/** Where words stand in a ward, if they fit inside. */
const labelFor = (words: string, path: ReturnType<typeof geoPath>, feature: GeoPermissibleObjects): { label?: { x: number; y: number } } => {
  const [[west, north], [east, south]] = path.bounds(feature)
  const [x, y] = path.centroid(feature)
  const half = (words.length * letterWidth) / 2
  const fits =
    words !== '' &&
    east - west > half * 2 &&
    south - north > labelHeight * 2 &&
    x - half > 4 &&
    x + half < width - 4 &&
    y > labelHeight &&
    y < height - labelHeight
  return fits ? { label: { x: round(x), y: round(y) } } : {}
}

/** Pins in one place stand beside each other. */
const apart = <Drawn extends { x: number; y: number }>(pins: readonly Drawn[]): Drawn[] => {
  const taken = new Map<string, number>()
  return pins.map((pin) => {
    const spot = `${Math.round(pin.x / 6)} ${Math.round(pin.y / 6)}`
    const before = taken.get(spot) ?? 0
    taken.set(spot, before + 1)
    return { ...pin, x: round(pin.x + before * pinStep) }
  })
}

const round = (value: number): number => Math.round(value * 10) / 10
