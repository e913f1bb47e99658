// Lists of codes that several services and the pages know alike, each stated once. They are plain constants and this file imports nothing, so that also rules
// (`domain/`) may take them: by `@patchwork/events/codes`.

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

/** What is said of a building or of land that a community uses: of the place alone, not of what goes on there. */
export const placeAccessCodes = ['step-free', 'accessible-toilet', 'hearing-loop', 'accessible-parking', 'quiet-space'] as const
export type PlaceAccessCode = (typeof placeAccessCodes)[number]

export const ageMax = 120
/** Ages to look for, as people group themselves: each from one year to another, both included. */
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
