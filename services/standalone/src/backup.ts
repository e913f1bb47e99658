import { createHash } from 'node:crypto'
import { closeSync, createReadStream, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createSealer } from '@patchwork/encryption'
import { topicEndsIn } from '@patchwork/event-log'
import { openPlaceFile, type PlaceFile } from '@patchwork/place-file'
import { instant, type Runtime } from '@patchwork/runtime'
import { z } from 'zod'

/** The form of what stands beside a backup; raised when an older Patchwork could not restore by it. */
const format = 1

/** What a backup says of itself, in a file beside it. Nothing in it is about a person. */
export const BackupPoint = z.object({
  format: z.literal(format),
  /** All that the place had answered before this instant is in the backup. */
  at: z.iso.datetime(),
  /** The last offset that the copy holds of each topic; a topic without events is not named. */
  topics: z.record(z.string(), z.int().nonnegative()),
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Tells the key that its personal data is sealed with from any other, and nothing of the key itself. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
})
export type BackupPoint = z.infer<typeof BackupPoint>
export type BackedUp = BackupPoint & { file: string; pointFile: string }

/** How far a backup or a restoring is, of what it does at the moment. */
export type CopyProgress = { doing: 'copying' | 'checking'; count: number; total: number; unit: 'pages' | 'bytes' }

/** The copy cannot be made, or is not whole; there is then no file of its name. */
export class BackupError extends Error {}

/** Why there is no backup of ours where a server holds a part of the place. */
export const notInOneFile =
  'This place keeps its documents in MongoDB or its events in Kafka: back them up with their own tools, both of the same moment. docs/operations.md, "Backup", says how.'

export const pointFileOf = (file: string): string => `${file}.json`
const underWay = new Set<string>()

/**
 * Copies a place's file to `file` while the place runs, checks the copy page by page, and writes what it holds beside it; only then does it have its
 * name. Both can be read by this user only. The data key is not in it. Throws BackupError where `file` is there already, or cannot be written or is
 * damaged; nothing is left then.
 */
export const backUp = async (
  from: { placeFile: PlaceFile; dataKey: Uint8Array; runtime: Runtime },
  file: string,
  onProgress: (progress: CopyProgress) => void = () => {},
): Promise<BackedUp> => {
  if (existsSync(file)) throw new BackupError(`${file} is there already. Choose another name, such as one with today's date: a backup never replaces another.`)
  if (!existsSync(dirname(file))) throw new BackupError(`There is no folder ${dirname(file)}. Make it, or choose another.`)
  if (underWay.has(file)) throw new BackupError(`${file} is being written by another backup.`)
  underWay.add(file)
  const unchecked = `${file}.unchecked`
  try {
    const at = instant(from.runtime)
    await from.placeFile
      .backup(unchecked, (count, total) => onProgress({ doing: 'copying', count, total, unit: 'pages' }))
      .catch((error: Error) => {
        throw new BackupError(`The backup cannot be written to ${file}: ${error.message}`)
      })
    const topics = await topicsOfWhole(unchecked)
    const { bytes, sha256 } = await digestOf(unchecked, onProgress)
    const point: BackupPoint = { format, at, topics, bytes, sha256, key: keyMarkOf(from.dataKey, from.runtime) }
    writeFileSync(pointFileOf(file), `${JSON.stringify(point, null, 2)}\n`, { mode: 0o600, flush: true })
    renameSync(unchecked, file)
    syncFolder(dirname(file))
    return { file, pointFile: pointFileOf(file), ...point }
  } finally {
    if (existsSync(unchecked)) rmSync(unchecked)
    underWay.delete(file)
  }
}

/** Where the topics of a copy end, after every page and index of it was checked. Throws BackupError. */
export const topicsOfWhole = async (path: string): Promise<Record<string, number>> => {
  const copy = await openPlaceFile({ path, isCopy: true, isSmall: true }).catch((error: Error) => {
    throw new BackupError(`The copy is not whole: ${error.message}`)
  })
  try {
    return await topicEndsIn(copy)
  } finally {
    await copy.close()
  }
}

/** The length and SHA-256 of a file, as `sha256sum` gives it. */
export const digestOf = async (path: string, onProgress: (progress: CopyProgress) => void): Promise<{ bytes: number; sha256: string }> => {
  const { size: total } = statSync(path)
  const hash = createHash('sha256')
  let count = 0
  for await (const part of createReadStream(path, { highWaterMark: readBytes })) {
    hash.update(part as Buffer)
    count += (part as Buffer).length
    onProgress({ doing: 'checking', count, total, unit: 'bytes' })
  }
  return { bytes: count, sha256: hash.digest('hex') }
}
const readBytes = 1_048_576

/** The same for the same key and no other. */
export const keyMarkOf = (dataKey: Uint8Array, runtime: Runtime): string => createSealer(dataKey, 'standalone', runtime).blindIndex('backup', 'key-mark')

/** Makes the names in a folder durable. */
export const syncFolder = (folder: string): void => {
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}
