/** After how many days without an assurance an offer is asked about, then stands last, then is hidden: the council's to say, each longer than the one before. */
export type AssuranceDays = { askAfter: number; downrankAfter: number; hideAfter: number }

export const assuranceDaysByDefault: AssuranceDays = { askAfter: 180, downrankAfter: 210, hideAfter: 270 }

/** Who said that an offer is still right, and when; and how far down the ladder it is that nobody has said so. */
export type Assurance = {
  standing: 'fresh' | 'asked' | 'downranked' | 'hidden'
  /** When the next step is due; absent where none is. */
  nextAt?: string
  assuredAt?: string
  assuredBy?: string
  /** On whose behalf. */
  assurer?: Assurer
}
export type Assurer = 'provider' | 'council'

const dayMs = 24 * 3_600_000
const laterBy = (at: string, days: number): string => new Date(Date.parse(at) + days * dayMs).toISOString()

export const askAt = (at: string, { askAfter }: AssuranceDays): string => laterBy(at, askAfter)

/** Steps are counted from the one before as it happened: after an outage there is as much time to answer as ever. */
export const downrankAt = (at: string, { askAfter, downrankAfter }: AssuranceDays): string => laterBy(at, downrankAfter - askAfter)
export const hideAt = (at: string, { downrankAfter, hideAfter }: AssuranceDays): string => laterBy(at, hideAfter - downrankAfter)
