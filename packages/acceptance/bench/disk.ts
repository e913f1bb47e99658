import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { percentile } from './figure.ts'

const writes = 200
const pageBytes = 4_096

/** What one durable write of a page costs here, in milliseconds: 200 appends of 4 KiB, each followed by fsync. The file is removed. */
export const measureFsync = (directory: string): { p50Ms: number; p99Ms: number } => {
  const path = join(directory, 'fsync')
  const file = openSync(path, 'w')
  const page = Buffer.alloc(pageBytes, 1)
  const took: number[] = []
  for (let number = 0; number < writes; number += 1) {
    writeSync(file, page)
    const from = performance.now()
    fsyncSync(file)
    took.push(performance.now() - from)
  }
  closeSync(file)
  rmSync(path)
  return { p50Ms: percentile(took, 0.5), p99Ms: percentile(took, 0.99) }
}
