import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Postcode } from '@patchwork/http'

export type Postcodes = {
  /** Where the middle of a postcode lies; undefined when these files do not know it. Spaces and letter case do not matter. Some microseconds. */
  locate(postcode: string): { latitude: number; longitude: number } | undefined
}

const lineBreak = 0x0a
const comma = 0x2c

/**
 * The centroids of a gzipped file of `postcode,latitude,longitude` lines sorted by bytes, postcodes without their space. The file is unpacked at the
 * first question, about 2 MB for 86,000 postcodes, and searched as it stands.
 */
export const openPostcodes = (file: string): Postcodes => {
  let text: Buffer | undefined
  return {
    locate: (postcode) => {
      const key = Buffer.from(compactPostcode(postcode))
      if (key.length === 0) return undefined
      text ??= gunzipSync(readFileSync(file))
      const line = findLine(text, key)
      if (line === undefined) return undefined
      const [, latitude, longitude] = line.split(',')
      return { latitude: Number(latitude), longitude: Number(longitude) }
    },
  }
}

const findLine = (text: Buffer, key: Buffer): string | undefined => {
  let low = 0
  let high = text.length
  while (low < high) {
    // The line that the middle falls in.
    const start = text.lastIndexOf(lineBreak, Math.max(0, ((low + high) >> 1) - 1)) + 1
    const lineStart = Math.max(start, low)
    const end = text.indexOf(lineBreak, lineStart)
    const order = Buffer.compare(text.subarray(lineStart, text.indexOf(comma, lineStart)), key)
    if (order === 0) return text.toString('latin1', lineStart, end)
    if (order < 0) low = end + 1
    else high = lineStart
  }
  return undefined
}

/** A postcode without white space, in capitals. */
export const compactPostcode = (postcode: string): string => postcode.replaceAll(/\s+/g, '').toUpperCase()

/** The postcode as it is written, `M33 7ZF`; undefined when there can be none such. Whether there is such a place is another question. */
export const writtenPostcode = (postcode: string): string | undefined => Postcode.safeParse(postcode).data
