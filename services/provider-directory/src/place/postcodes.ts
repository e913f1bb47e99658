import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Postcode } from '@patchwork/http'

type Point = { latitude: number; longitude: number }
export type Postcodes = {
  /** Where the middle of a postcode lies; undefined when these files do not know it. Spaces and letter case do not matter. Some microseconds. */
  locate(postcode: string): Point | undefined
}
export type PostcodesOfArea = Postcodes & {
  /** The postcodes of a district, the half before the space (`M33`), by where they lie; none where these files have none. Some milliseconds. */
  ofDistrict(district: string): Point[]
}

const lineBreak = 0x0a
const comma = 0x2c

/**
 * The centroids of a gzipped file of `postcode,latitude,longitude` lines sorted by bytes, postcodes without their space. The file is unpacked at the
 * first question, about 2 MB for 86,000 postcodes, and searched as it stands.
 */
export const openPostcodes = (file: string): PostcodesOfArea => {
  let text: Buffer | undefined
  const unpacked = (): Buffer => {
    text ??= gunzipSync(readFileSync(file))
    return text
  }
  return {
    locate: (postcode) => {
      const key = Buffer.from(compactPostcode(postcode))
      if (key.length === 0) return undefined
      const line = findLine(unpacked(), key)
      return line === undefined ? undefined : pointOf(line)
    },
    ofDistrict: (district) => {
      const compact = compactPostcode(district)
      if (!isDistrict.test(compact)) return []
      const found: Point[] = []
      // Its lines stand together, with those of longer districts among them: M3 and M33.
      for (let at = startOf(unpacked(), Buffer.from(compact)); at < unpacked().length; ) {
        const end = unpacked().indexOf(lineBreak, at)
        const line = unpacked().toString('latin1', at, end < 0 ? undefined : end)
        if (!line.startsWith(compact)) break
        if (line.indexOf(',') === compact.length + inwardLength) found.push(pointOf(line))
        if (end < 0) break
        at = end + 1
      }
      return found
    },
  }
}

/** A digit and two letters. */
const inwardLength = 3
const isDistrict = /^[A-Z]{1,2}\d[A-Z\d]?$/

const pointOf = (line: string): Point => {
  const [, latitude, longitude] = line.split(',')
  return { latitude: Number(latitude), longitude: Number(longitude) }
}

/** Where the first line stands whose postcode is not before `key`. */
const startOf = (text: Buffer, key: Buffer): number => {
  let low = 0
  let high = text.length
  while (low < high) {
    const start = Math.max(low, text.lastIndexOf(lineBreak, Math.max(0, ((low + high) >> 1) - 1)) + 1)
    if (Buffer.compare(text.subarray(start, text.indexOf(comma, start)), key) < 0) low = text.indexOf(lineBreak, start) + 1 || text.length
    else high = start
  }
  return low
}

const findLine = (text: Buffer, key: Buffer): string | undefined => {
  const start = startOf(text, key)
  const end = text.indexOf(comma, start)
  if (start >= text.length || !text.subarray(start, end).equals(key)) return undefined
  const lineEnd = text.indexOf(lineBreak, end)
  return text.toString('latin1', start, lineEnd < 0 ? undefined : lineEnd)
}

/** A postcode without white space, in capitals. */
export const compactPostcode = (postcode: string): string => postcode.replaceAll(/\s+/g, '').toUpperCase()

/** The postcode as it is written, `M33 7ZF`; undefined when there can be none such. Whether there is such a place is another question. */
export const writtenPostcode = (postcode: string): string | undefined => Postcode.safeParse(postcode).data
