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
  /** Where it strikes. */
  points: readonly string[]
  /** Those of them that so many strikes come to, by the chance of the round; all when absent. One at which it never struck is a failure: it would show nothing. */
  pointsOf?(count: number): readonly string[]
}

/**
 * Something that is broken on purpose. Those that run in one process of all (`embedded`) share one open place, and so do those in one process of each
 * service (`distributed`), unless one has failed there; one that runs `alone` sees to everything itself.
 */
export type Fault =
  | (About & { on: 'embedded'; strike(scene: PlaceScene): Promise<void> })
  | (About & { on: 'distributed'; strike(scene: DistributedScene): Promise<void> })
  | (About & { on: 'alone'; strike(scene: Scene): Promise<void> })

/** What struck so far, by point. */
export type Tally = {
  /** Throws for a point that the fault does not name. */
  struck(point: string): void
  /** The points at which it never struck. */
  missed(): string[]
  /** The line that tells of a fault: what struck where, how often, what was measured, and the first thing that did not hold. */
  line(words: readonly string[], violation?: string): string
}

export const openTally = ({ name, on, unit, points }: Pick<Fault, 'name' | 'on' | 'unit' | 'points'>): Tally => {
  const counts = new Map(points.map((point) => [point, 0]))
  return {
    struck: (point) => {
      const before = counts.get(point)
      if (before === undefined) throw new Error(`${name}, ${on} does not name the point ${point}`)
      counts.set(point, before + 1)
    },
    missed: () => points.filter((point) => counts.get(point) === 0),
    line: (words, violation) => {
      const times = [...counts.values()].reduce((sum, count) => sum + count, 0)
      const each = [...counts].map(([point, count]) => `${point} ${count}`).join(', ')
      const where = counts.size > 1 ? ` over ${counts.size} points (${each})` : ''
      const end = violation === undefined ? '0 violations' : `VIOLATION: ${violation}`
      return [`${name}, ${on}: ${times.toLocaleString('en-GB')} ${unit}${where}`, ...words, end].join(', ')
    },
  }
}
