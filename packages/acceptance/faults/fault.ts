import type { StartedPlace } from '../src/startedPlace.ts'
import type { DistributedPlace } from './distributedPlace.ts'
import type { Load } from './load.ts'

/** What a fault is told and tells while it runs. */
export type Scene = {
  /** How many times it is to strike. */
  count: number
  /** One more time it struck, at one of its points. */
  struck(point: string): void
  /** Something that was measured, for the fault's line. */
  say(words: string): void
}

/** A scene in an open place, with the loop and the pool running in it. They are stopped, and everything is looked through, after the fault. */
export type PlaceScene = Scene & { place: StartedPlace; load: Load }
export type DistributedScene = PlaceScene & { around: DistributedPlace }

type About = {
  /** What its line begins with, and what a pattern finds. */
  name: string
  /** What a place withstands, as a sentence. */
  title: string
  /** What is counted: `kills`. */
  unit: string
  counts: { ci: number; full: number }
  /** Where it strikes. One at which it never struck is a failure: it would show nothing. */
  points: readonly string[]
}

/**
 * Something that is broken on purpose. Those that run in one process of all (`embedded`) share one open place, and so do those in one process of each
 * service (`distributed`), unless one has failed there; one that runs `alone` sees to everything itself.
 */
export type Fault =
  | (About & { on: 'embedded'; strike(scene: PlaceScene): Promise<void> })
  | (About & { on: 'distributed'; strike(scene: DistributedScene): Promise<void> })
  | (About & { on: 'alone'; strike(scene: Scene): Promise<void> })

/** The line that tells of a fault: what struck where, how often, and what was measured. */
export const lineOf = ({ name, on, unit }: Fault, struck: ReadonlyMap<string, number>, words: readonly string[], violation?: string): string => {
  const times = [...struck.values()].reduce((sum, count) => sum + count, 0)
  const points = [...struck].map(([point, count]) => `${point} ${count}`).join(', ')
  const where = struck.size > 1 ? ` over ${struck.size} points (${points})` : ''
  const end = violation === undefined ? '0 violations' : `VIOLATION: ${violation}`
  return [`${name}, ${on}: ${times.toLocaleString('en-GB')} ${unit}${where}`, ...words, end].join(', ')
}
