import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Runtime } from '@patchwork/runtime'

/**
 * The place's 32-byte data key from `file`, made on first use with mode 600 (its folder with mode 700).
 * Throws when the file is readable by others or does not hold 64 hexadecimal digits. A repeat gives the same key.
 */
export const dataKeyFrom = (file: string, runtime: Pick<Runtime, 'randomBytes'>): Uint8Array => {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const handle = openSync(file, 'wx', 0o600)
    writeSync(handle, `${Buffer.from(runtime.randomBytes(32)).toString('hex')}\n`)
    fsyncSync(handle)
    closeSync(handle)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  if ((statSync(file).mode & 0o077) !== 0) throw new Error(`The data key ${file} can be read by others. Run: chmod 600 ${file}`)
  const text = readFileSync(file, 'utf8').trim()
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new Error(
      `The data key ${file} is damaged: it must hold 64 hexadecimal digits. Restore it from your backup; without it personal data cannot be read.`,
    )
  return Buffer.from(text, 'hex')
}
