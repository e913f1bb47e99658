import { createHash } from 'node:crypto'

const seed = process.env.FAULTS_SEED ?? String(Date.now())

/** A whole number from `min` up to below `max` for one occasion: the same for the same FAULTS_SEED, which is printed at the start of a round. */
export const chance = (occasion: string, min: number, max: number): number =>
  min + (createHash('sha256').update(`${seed}:${occasion}`).digest().readUInt32BE() % (max - min))

export const chanceInWords = `chance from FAULTS_SEED=${seed}`
