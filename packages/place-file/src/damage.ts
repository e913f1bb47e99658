import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'

// The forms of SQLite's two files, https://sqlite.org/fileformat.html. The write-ahead file has a header, then a frame for each page that was written.
const headerBytes = 32
const frameHeaderBytes = 24
const magicMin = 0x377f0682
const smallestPage = 512
const format = 'SQLite format 3\0'
/** The page that holds this byte is never written. */
const lockByte = 0x40000000

type File = { size: number; read: (position: number, length: number) => Buffer | undefined }
/** What a write-ahead file holds: where the newest of each page stands and how many pages there are, by its last commit; where it is damaged. */
type Ahead = { pageBytes: number; pages: Map<number, number>; pageCount: number | undefined; damagedAt: number | undefined }

/**
 * Looks for damage that SQLite passes over, and says in words what it found. A page that is not in the file is read as empty, or fails only where
 * somebody reads it. A write-ahead file is read up to the first frame that is not right, and all after it taken for the rest of a write that was cut:
 * such a write ends the file, so where a later commit follows, the disk had confirmed what is damaged. (The last commit alone cannot be told from a
 * write that was cut.) Changes nothing; reads the write-ahead file once, a frame at a time.
 */
export const damageOf = (path: string): string | undefined =>
  withFile(path, (file) =>
    existsSync(`${path}-wal`) ? withFile(`${path}-wal`, (wal) => damageOfBoth(file, wal, path)) : missingInWords(path, missingPage(file)),
  )

const damageOfBoth = (file: File, wal: File, path: string): string | undefined => {
  const ahead = wal.size > headerBytes ? readAhead(wal) : undefined
  if (ahead?.damagedAt !== undefined)
    return `${path}-wal, which holds its latest changes, is damaged from byte ${ahead.damagedAt} on, and changes that were answered lie behind that. To go on without them, keep a copy of both, cut it there (truncate -s ${ahead.damagedAt} ${path}-wal) and see what patchwork verify says`
  // SQLite takes it for a new place, and removes the changes.
  if (file.size < smallestPage && ahead?.pageCount !== undefined) return `it was cut to ${file.size} bytes, and ${path}-wal holds changes of what was in it`
  return missingInWords(path, missingPage(file, ahead && { ahead, wal }))
}

const missingInWords = (path: string, page: number | undefined): string | undefined =>
  page === undefined ? undefined : `${path} was cut: its page ${page} and what follows is missing`

const withFile = <Result>(path: string, look: (file: File) => Result): Result => {
  const descriptor = openSync(path, 'r')
  try {
    const read = (position: number, length: number) => {
      const bytes = Buffer.allocUnsafe(length)
      return readSync(descriptor, bytes, 0, length, position) === length ? bytes : undefined
    }
    return look({ size: fstatSync(descriptor).size, read })
  } finally {
    closeSync(descriptor)
  }
}

const readAhead = (wal: File): Ahead => {
  const header = wal.read(0, headerBytes) as Buffer
  const pageBytes = header.readUInt32BE(8)
  const ahead: Ahead = { pageBytes, pages: new Map(), pageCount: undefined, damagedAt: undefined }
  const isPageSize = pageBytes >= smallestPage && pageBytes <= 65_536 && (pageBytes & (pageBytes - 1)) === 0
  const magic = header.readUInt32BE(0)
  const isBigEndian = (magic & 1) === 1
  const sums = isPageSize && (magic & ~1) === magicMin ? summed([0, 0], header, 0, 24, isBigEndian) : undefined
  // SQLite writes and syncs it before the first frame, so a header that is not right was right once.
  if (!sums || sums[0] !== header.readUInt32BE(24) || sums[1] !== header.readUInt32BE(28)) return { ...ahead, damagedAt: 0 }
  const salts = header.subarray(16, 24)
  const frameBytes = frameHeaderBytes + pageBytes
  let before = sums
  let wrongAt: number | undefined
  let isCommitBehind = false
  let uncommitted: [number, number][] = []
  for (let position = headerBytes; ; position += frameBytes) {
    const frame = wal.read(position, frameBytes)
    if (!frame) return ahead
    const pageCount = frame.readUInt32BE(4)
    // What stands here of the time before the file was begun anew has other salts.
    const isOfThisFile = frame.subarray(8, 16).equals(salts)
    const own: Sums = wrongAt === undefined ? summed(summed(before, frame, 0, 8, isBigEndian), frame, frameHeaderBytes, frameBytes, isBigEndian) : [0, 0]
    if (wrongAt === undefined && isOfThisFile && own[0] === frame.readUInt32BE(16) && own[1] === frame.readUInt32BE(20)) {
      before = own
      uncommitted.push([frame.readUInt32BE(0), position + frameHeaderBytes])
      if (pageCount === 0) continue
      for (const [page, at] of uncommitted) ahead.pages.set(page, at)
      uncommitted = []
      ahead.pageCount = pageCount
      continue
    }
    wrongAt ??= position
    if (!isOfThisFile) continue
    if (isCommitBehind) return { ...ahead, damagedAt: wrongAt }
    isCommitBehind = pageCount !== 0
  }
}

type Sums = readonly [number, number]

const summed = (from: Sums, bytes: Buffer, start: number, end: number, isBigEndian: boolean): Sums => {
  let [one, other] = from
  for (let at = start; at < end; at += 8) {
    one = (one + (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + other) >>> 0
    other = (other + (isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + one) >>> 0
  }
  return [one, other]
}

/** The first page that is in neither file, and is not a free one, which SQLite need not have written. Undefined also for what is no database. */
const missingPage = (file: File, newer?: { ahead: Ahead; wal: File }): number | undefined => {
  const header = file.read(0, 100)
  if (!header || header.toString('latin1', 0, 16) !== format) return undefined
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
  if (pageBytes < smallestPage) return undefined
  // The count in the file's own header holds only where these two agree.
  const ownCount = header.readUInt32BE(24) === header.readUInt32BE(92) ? header.readUInt32BE(28) : 0
  const pages = newer?.ahead.pages ?? new Map<number, number>()
  const pageCount = newer?.ahead.pageCount ?? ownCount
  const inFile = Math.floor(file.size / pageBytes)
  const missing: number[] = []
  for (let page = inFile + 1; page <= pageCount; page += 1) if (!pages.has(page) && page !== lockByte / pageBytes + 1) missing.push(page)
  if (missing.length === 0) return undefined
  const free = freePages((page) => {
    const at = pages.get(page)
    return at === undefined ? file.read((page - 1) * pageBytes, pageBytes) : newer?.wal.read(at, pageBytes)
  }, pageCount)
  return missing.find((page) => !free.has(page))
}

const freePages = (pageAt: (page: number) => Buffer | undefined, pageCount: number): Set<number> => {
  const free = new Set<number>()
  const trunks = new Set<number>()
  for (let trunk = pageAt(1)?.readUInt32BE(32) ?? 0; trunk !== 0 && trunk <= pageCount && !trunks.has(trunk); ) {
    trunks.add(trunk)
    const list = pageAt(trunk)
    if (!list) return free
    const leaves = Math.min(list.readUInt32BE(4), list.length / 4 - 2)
    for (let leaf = 0; leaf < leaves; leaf += 1) free.add(list.readUInt32BE(8 + leaf * 4))
    trunk = list.readUInt32BE(0)
  }
  return free
}
