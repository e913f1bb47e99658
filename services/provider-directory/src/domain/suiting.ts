import { RefusedError } from './refusals.ts'

// Whom an offer suits: plain facts of access, and ages. Who it is for stays in words beside them.

/**
 * What people look for before they go somewhere: plain facts that are true or not said, after the symbols of AccessAble's guides and the Accessible
 * Information Standard. `companions`: who helps you may come along without paying.
 */
export const accessCodes = [
  'step-free',
  'lift',
  'accessible-toilet',
  'changing-places',
  'blue-badge-parking',
  'hearing-loop',
  'sign-language',
  'quiet-space',
  'large-print',
  'easy-read',
  'assistance-dogs',
  'companions',
] as const
export type AccessCode = (typeof accessCodes)[number]

/** Whole years of age, both included; one that is not said is no bound. */
export type Ages = { from?: number; to?: number }
export const ageMax = 120

/** Throws RefusedError `ages-turned-round`. */
export const checkAges = ({ from = 0, to = ageMax }: Ages): void => {
  if (from > to) throw new RefusedError('ages-turned-round', '/ages/to')
}

/** Ages to look for, as people group themselves: each from one year to another. */
export const ageGroups = {
  'under-5': [0, 4],
  '5-to-10': [5, 10],
  '11-to-15': [11, 15],
  '16-to-17': [16, 17],
  '18-to-24': [18, 24],
  '25-to-49': [25, 49],
  '50-to-64': [50, 64],
  '65-to-79': [65, 79],
  '80-and-over': [80, ageMax],
} as const satisfies Record<string, readonly [number, number]>
export type AgeGroup = keyof typeof ageGroups
export const ageGroupCodes = Object.keys(ageGroups) as AgeGroup[]

/** Whether somebody of the group can be of an age that an offer is for. One that names no ages turns nobody away. */
export const isOpenTo = (group: AgeGroup, { from = 0, to = ageMax }: Ages = {}): boolean => from <= ageGroups[group][1] && to >= ageGroups[group][0]
