import { chmodSync, constants, copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dataKeyFrom } from '@patchwork/encryption'
import type { Runtime } from '@patchwork/runtime'
import { placeFileIn } from '@patchwork/service-process'
import { BackupPoint, type CopyProgress, digestOf, keyMarkOf, pointFileOf, syncFolder, topicsOfWhole } from './backup.ts'

export type Restored = { restored: boolean; file: string; at: string; topics: Record<string, number> }

/** It cannot be restored, or not here. Nothing was changed. */
export class RestoreError extends Error {}

/**
 * Makes a place of a backup in a data directory that has none, after it was checked: its digest, every page and index, and that the key is the one
 * its personal data is sealed with. The place is there whole or not at all. `dryRun`: checks only. Throws RestoreError.
 */
export const restore = async (
  file: string,
  to: { dataDirectory: string; dataKeyFile: string; runtime: Runtime },
  { dryRun = false, onProgress = () => {} }: { dryRun?: boolean; onProgress?: (progress: CopyProgress) => void } = {},
): Promise<Restored> => {
  const placeFile = placeFileIn(to.dataDirectory)
  refuseUnlessEmpty(placeFile)
  const point = pointOf(file)
  refuseOtherKey(to, point)
  await expectWhole(file, point, onProgress)
  const { at, topics } = point
  if (dryRun) return { restored: false, file, at, topics }

  const unfinished = `${placeFile}.unfinished`
  try {
    mkdirSync(to.dataDirectory, { recursive: true, mode: 0o700 })
    rmSync(unfinished, { force: true })
    copyFileSync(file, unfinished, constants.COPYFILE_FICLONE)
    chmodSync(unfinished, 0o600)
    syncFolder(unfinished)
    // What was written is what was read, whatever the disk.
    await expectWhole(unfinished, point, onProgress)
    // Unlike a rename it replaces nothing: a place that was begun here meanwhile stays.
    linkSync(unfinished, placeFile)
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === undefined
      ? error
      : new RestoreError(`It cannot be written to ${to.dataDirectory}: ${(error as Error).message}`)
  } finally {
    if (existsSync(unfinished)) rmSync(unfinished)
  }
  syncFolder(to.dataDirectory)
  return { restored: true, file, at, topics }
}

const refuseUnlessEmpty = (placeFile: string): void => {
  const found = [placeFile, `${placeFile}-wal`].find((path) => existsSync(path))
  if (found !== undefined)
    throw new RestoreError(`${found} is there already, and a restore replaces nothing. Move it aside (with its -wal file), or choose another DATA_DIR.`)
}

const pointOf = (file: string): BackupPoint => {
  if (!existsSync(file)) throw new RestoreError(`There is no file ${file}.`)
  const pointFile = pointFileOf(file)
  if (!existsSync(pointFile)) throw new RestoreError(`${pointFile} is missing: it says what the backup holds, and is made with it. Put it beside the backup.`)
  const point = BackupPoint.safeParse(parsed(readFileSync(pointFile, 'utf8')))
  if (!point.success) throw new RestoreError(`${pointFile} cannot be read: it is damaged, or a newer Patchwork wrote it.`)
  return point.data
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// A start without the key would make a new one, and what is sealed with the old one could not be read.
const refuseOtherKey = ({ dataKeyFile, runtime }: { dataKeyFile: string; runtime: Runtime }, point: BackupPoint): void => {
  if (!existsSync(dataKeyFile))
    throw new RestoreError(
      `The data key is not at ${dataKeyFile}. It is kept apart from backups: put it there (mode 600), or set DATA_KEY_FILE to where it is.`,
    )
  if (keyMarkOf(dataKeyFrom(dataKeyFile, runtime), runtime) !== point.key)
    throw new RestoreError(
      `${dataKeyFile} is not the key that this backup is sealed with: its personal data could not be read. Set DATA_KEY_FILE to the right one.`,
    )
}

const expectWhole = async (path: string, point: BackupPoint, onProgress: (progress: CopyProgress) => void): Promise<void> => {
  const { bytes, sha256 } = await digestOf(path, onProgress)
  if (bytes !== point.bytes || sha256 !== point.sha256)
    throw new RestoreError(
      `${path} is not the backup that was made: its ${bytes === point.bytes ? 'contents differ' : `length is ${bytes} and not ${point.bytes} bytes`}. Take another copy of it.`,
    )
  const topics = await topicsOfWhole(path)
  const differs = Object.keys({ ...topics, ...point.topics }).find((topic) => topics[topic] !== point.topics[topic])
  if (differs !== undefined) throw new RestoreError(`${path} does not hold what is said beside it: the topic ${differs} ends elsewhere.`)
}
