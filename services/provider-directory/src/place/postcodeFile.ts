import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Postcodes } from './postcodes.ts'

// What `patchwork import postcodes` writes: a mark, then one record of 16 bytes for each postcode, in the order of their keys. A lookup reads some twenty
// of them from the file; nothing of it is held in memory, so that the whole country costs a process nothing.

const mark = Buffer.from('PATCHWORK PCODE1')
export const recordBytes = 16
const scale = 1e6
const lengthMax = 7
const letters = ' 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const lookAgainMs = 5_000

/** A number for a postcode without its space; they are in the same order as the postcodes. Undefined for what has other signs, or too many. */
export const keyOf = (compact: string): number | undefined => {
  if (compact.length === 0 || compact.length > lengthMax) return undefined
  let key = 0
  for (let at = 0; at < lengthMax; at += 1) {
    const letter = at < compact.length ? letters.indexOf(compact[at]!) : 0
    if (letter < 0 || (at < compact.length && letter === 0)) return undefined
    key = key * letters.length + letter
  }
  return key
}

/** One postcode with the middle of it in millionths of a degree. */
export type PostcodeRecord = { key: number; latitude: number; longitude: number }
export const inMillionths = (degrees: number): number => Math.round(degrees * scale)

/** Writes records, which must come in the order of their keys, and makes sure that they lie on the disk. Throws what the disk throws. */
export const writePostcodeFile = async (path: string, records: Iterable<PostcodeRecord>): Promise<void> => {
  const file = await open(path, 'w')
  try {
    await file.write(mark)
    const recordsAtOnce = 16_384
    const part = Buffer.alloc(recordsAtOnce * recordBytes)
    let filled = 0
    for (const { key, latitude, longitude } of records) {
      part.writeDoubleBE(key, filled)
      part.writeInt32BE(latitude, filled + 8)
      part.writeInt32BE(longitude, filled + 12)
      filled += recordBytes
      if (filled < part.length) continue
      await file.write(part, 0, filled)
      filled = 0
    }
    await file.write(part, 0, filled)
    await file.sync()
  } finally {
    await file.close()
  }
}

type Opened = { descriptor: number; count: number; inode: number }

/**
 * The postcodes of such a file. It may come, be replaced or go while the process runs: looked at again every 5 s. Some microseconds each. Where there is no
 * file, nothing is known by it; one that is not whole is refused when it is opened, in words.
 */
export const openPostcodeFile = (path: string, now: () => number): Postcodes & { close(): void } => {
  let opened: Opened | undefined
  let lookedAt = Number.NEGATIVE_INFINITY
  const record = Buffer.alloc(recordBytes)

  const close = (): void => {
    if (opened) closeSync(opened.descriptor)
    opened = undefined
  }
  const lookAgain = (): void => {
    if (now() - lookedAt < lookAgainMs) return
    lookedAt = now()
    const inode = statSync(path, { throwIfNoEntry: false })?.ino
    if (inode === opened?.inode) return
    close()
    if (inode !== undefined) opened = openWhole(path)
  }
  lookAgain()
  const read = ({ descriptor }: Opened, at: number): void => {
    readSync(descriptor, record, 0, recordBytes, mark.length + at * recordBytes)
  }
  return {
    close,
    locate: (postcode) => {
      const key = keyOf(postcode.replaceAll(/\s+/g, '').toUpperCase())
      if (key === undefined) return undefined
      lookAgain()
      if (!opened) return undefined
      let [low, high] = [0, opened.count]
      while (low < high) {
        const middle = (low + high) >> 1
        read(opened, middle)
        const found = record.readDoubleBE(0)
        if (found === key) return { latitude: record.readInt32BE(8) / scale, longitude: record.readInt32BE(12) / scale }
        if (found < key) low = middle + 1
        else high = middle
      }
      return undefined
    },
  }
}

const openWhole = (path: string): Opened => {
  const descriptor = openSync(path, 'r')
  const { size, ino: inode } = fstatSync(descriptor)
  const start = Buffer.alloc(mark.length)
  readSync(descriptor, start, 0, mark.length, 0)
  if (start.equals(mark) && (size - mark.length) % recordBytes === 0) return { descriptor, inode, count: (size - mark.length) / recordBytes }
  closeSync(descriptor)
  throw new Error(`${path} is not what "patchwork import postcodes" writes, or not all of it. Import the postcodes again, or remove the file.`)
}
