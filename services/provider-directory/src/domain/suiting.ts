import { type AgeGroup, ageGroups, ageMax } from '@patchwork/events/codes'
import { RefusedError } from './refusals.ts'

// Whom an offer suits by age. Plain facts of access are codes, and who it is for stays in words beside them.

/** Whole years of age, both included; one that is not said is no bound. */
export type Ages = { from?: number; to?: number }

/** Throws RefusedError `ages-turned-round`. */
export const checkAges = ({ from = 0, to = ageMax }: Ages): void => {
  if (from > to) throw new RefusedError('ages-turned-round', '/ages/to')
}

/** Whether somebody of the group can be of an age that an offer is for. One that names no ages turns nobody away. */
export const isOpenTo = (group: AgeGroup, { from = 0, to = ageMax }: Ages = {}): boolean => from <= ageGroups[group][1] && to >= ageGroups[group][0]
