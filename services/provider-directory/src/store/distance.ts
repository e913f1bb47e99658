export type Point = { latitude: number; longitude: number }
/** A point as a direction from the middle of the earth: distances between such need no trigonometry but one arc. */
export type Direction = { x: number; y: number; z: number }

const earthRadiusMetres = 6_371_008.8
const radians = Math.PI / 180

export const directionOf = ({ latitude, longitude }: Point): Direction => {
  const up = latitude * radians
  const across = longitude * radians
  return { x: Math.cos(up) * Math.cos(across), y: Math.cos(up) * Math.sin(across), z: Math.sin(up) }
}

/** Metres along the ground (great circle on a sphere: within 0.5 %). */
export const metresBetween = (from: Direction, to: Direction): number => {
  const x = to.x - from.x
  const y = to.y - from.y
  const z = to.z - from.z
  return 2 * earthRadiusMetres * Math.asin(Math.min(1, Math.sqrt(x * x + y * y + z * z) / 2))
}

/** A box in degrees that holds everything within `metres` of a point, a little larger than needed. */
export const boxAround = ({ latitude, longitude }: Point, metres: number) => {
  const up = (metres / earthRadiusMetres / radians) * 1.01
  const widest = Math.min(89, Math.abs(latitude) + up)
  const across = up / Math.cos(widest * radians)
  return { south: latitude - up, north: latitude + up, west: longitude - across, east: longitude + across }
}
