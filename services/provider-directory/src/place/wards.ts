import { readFileSync } from 'node:fs'
import { z } from 'zod'

const Ring = z.array(z.tuple([z.number(), z.number()])).min(4)
const Feature = z.object({
  type: z.literal('Feature'),
  properties: z.object({ wardCode: z.string(), name: z.string() }),
  geometry: z.discriminatedUnion('type', [
    z.object({ type: z.literal('Polygon'), coordinates: z.array(Ring).min(1) }),
    z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(Ring).min(1)).min(1) }),
  ]),
})
export const WardBoundaries = z.object({ type: z.literal('FeatureCollection'), features: z.array(Feature).max(2_000) })
export type WardBoundaries = z.infer<typeof WardBoundaries>

export type Ward = { wardCode: string; name: string }
type Polygon = [number, number][][]

export type Wards = {
  /** Every ward, by name. */
  list: readonly Ward[]
  boundaries: WardBoundaries
  nameOf(wardCode: string): string | undefined
  /** The middle of a ward's area; of one in several pieces, that of the largest. */
  middleOf(wardCode: string): { latitude: number; longitude: number } | undefined
  /** The ward a point lies in; undefined outside all. Some microseconds. */
  at(latitude: number, longitude: number): Ward | undefined
}

/** The wards of a GeoJSON file. Throws ZodError when it is not one. */
export const openWards = (file: string): Wards => {
  const boundaries = WardBoundaries.parse(JSON.parse(readFileSync(file, 'utf8')))
  const shapes = boundaries.features.map(({ properties, geometry }) => {
    const polygons: Polygon[] = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
    return { ward: properties, polygons, box: boxOf(polygons) }
  })
  const list = shapes.map(({ ward }) => ward).sort((a, b) => a.name.localeCompare(b.name, 'en-GB'))
  const names = new Map(list.map(({ wardCode, name }) => [wardCode, name]))
  const middles = new Map(shapes.map(({ ward, polygons }) => [ward.wardCode, middleOf(polygons)]))
  return {
    list,
    boundaries,
    nameOf: (wardCode) => names.get(wardCode),
    middleOf: (wardCode) => middles.get(wardCode),
    at: (latitude, longitude) =>
      shapes.find(
        ({ box, polygons }) =>
          longitude >= box.west && longitude <= box.east && latitude >= box.south && latitude <= box.north && isInAny(polygons, longitude, latitude),
      )?.ward,
  }
}

/** The centroid of the largest outer ring, over a plane: a ward is too small for the earth's curve to matter. */
const middleOf = (polygons: readonly Polygon[]): { latitude: number; longitude: number } => {
  const rings = polygons.flatMap(([outer]) => (outer ? [centroidOf(outer)] : []))
  const { x, y } = rings.reduce((largest, ring) => (ring.area > largest.area ? ring : largest))
  return { latitude: y, longitude: x }
}

const centroidOf = (ring: readonly [number, number][]): { x: number; y: number; area: number } => {
  const [[x0, y0]] = ring as [[number, number]]
  let [doubled, x, y] = [0, 0, 0]
  // Measured from a corner of its own, or what counts is lost among the digits before it.
  for (let at = 1; at < ring.length; at += 1) {
    const [x1, y1] = [ring[at - 1]![0] - x0, ring[at - 1]![1] - y0]
    const [x2, y2] = [ring[at]![0] - x0, ring[at]![1] - y0]
    const cross = x1 * y2 - x2 * y1
    doubled += cross
    x += (x1 + x2) * cross
    y += (y1 + y2) * cross
  }
  return doubled === 0 ? { x: x0, y: y0, area: 0 } : { x: x0 + x / (3 * doubled), y: y0 + y / (3 * doubled), area: Math.abs(doubled) / 2 }
}

const boxOf = (polygons: readonly Polygon[]) => {
  const points = polygons.flatMap(([outer = []]) => outer)
  const across = points.map(([x]) => x)
  const up = points.map(([, y]) => y)
  return { west: Math.min(...across), east: Math.max(...across), south: Math.min(...up), north: Math.max(...up) }
}

const isInAny = (polygons: readonly Polygon[], x: number, y: number): boolean =>
  polygons.some(([outer, ...holes]) => outer !== undefined && isInRing(outer, x, y) && !holes.some((hole) => isInRing(hole, x, y)))

// A ray to the east crosses the ring an odd number of times when the point is inside.
const isInRing = (ring: readonly [number, number][], x: number, y: number): boolean => {
  let inside = false
  for (let at = 0, before = ring.length - 1; at < ring.length; before = at, at += 1) {
    const [x1, y1] = ring[at]!
    const [x2, y2] = ring[before]!
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside
  }
  return inside
}
