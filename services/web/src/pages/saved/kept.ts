import { z } from 'zod'
import type { Visit } from '../../http/page.ts'

/** Offers that one browser keeps. */
export const savedMax = 20
const Saved = z.array(z.uuid()).max(savedMax)

/** The offers that this visitor has saved, the newest first. */
export const savedOf = ({ kept }: Pick<Visit, 'kept'>): string[] => kept.read('saved', Saved) ?? []

/** Saves an offer, or takes it out again; past the limit the oldest goes. */
export const keepSaved = (visit: Pick<Visit, 'kept'>, offerIds: readonly string[], does: 'save' | 'remove'): void => {
  const others = savedOf(visit).filter((one) => !offerIds.includes(one))
  visit.kept.keep('saved', does === 'save' ? [...offerIds, ...others].slice(0, savedMax) : others)
}
