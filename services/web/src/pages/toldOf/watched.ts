import { Category, Track, WardCode } from '@patchwork/events'
import { z } from 'zod'
import { type Answer, goTo, type Visit } from '../../http/page.ts'
import { addressOf, type FindQuery } from '../find/form.ts'
import { fundingCodes } from '../providing/offerForm.ts'

/** What is new is looked for by these. Open now and has room are left out: they change by the hour. */
export const Watched = z.object({
  text: z.string().optional(),
  exactly: z.literal('yes').optional(),
  near: z.string().optional(),
  within: z.int().optional(),
  category: Category.optional(),
  track: Track.optional(),
  cost: z.enum(['free', 'paid']).optional(),
  funding: z.enum(fundingCodes).optional(),
  ward: WardCode.optional(),
})
export type Watched = z.infer<typeof Watched>

const Begun = z.object({ searchWatchId: z.uuid() })

export const toWatched = ({ text, exactly, near, within, category, track, cost, funding, ward }: FindQuery): Watched => ({
  ...{ text, exactly, near, category, track, cost, funding, ward },
  ...(within === undefined ? {} : { within: Number(within) }),
})

/** The page on which that search is found. */
export const findAddressOf = ({ within, ...search }: Watched): string => addressOf({ ...search, ...(within === undefined ? {} : { within: String(within) }) })

/** Begins to tell the reader. Throws ServiceProblem. */
export const beginWatch = async ({ services }: Pick<Visit, 'services'>, search: Watched): Promise<Answer> => {
  await services.post('provider-directory', '/search-watches', search, Begun)
  return goTo('/told-of', { notice: 'toldOf.begun' })
}

/** What somebody who has not signed in wants to be told of: in their browser until they have, so that it stands in no address but that of the search. */
export const keepWanted = ({ kept }: Pick<Visit, 'kept'>, search: Watched | undefined): void => kept.keep('wanted', search ?? {})
export const wantedOf = ({ kept }: Pick<Visit, 'kept'>): Watched | undefined => {
  const wanted = kept.read('wanted', Watched)
  return wanted && Object.keys(wanted).length > 0 ? wanted : undefined
}

/** A search as a person reads it, its parts one after another. */
export const watchedInWords = (
  { text, near, within, category, track, cost, funding, ward }: Watched,
  { t, format }: Pick<Visit, 't' | 'format'>,
  wards: Awaited<ReturnType<Visit['wards']>>,
): string =>
  [
    text === undefined ? undefined : t('toldOf.text', { text }),
    category && t(`category.${category}`),
    track && t(`track.${track}`),
    near === undefined ? undefined : within === undefined ? t('toldOf.near', { near }) : t('toldOf.within', { near, distance: format.distance(within) }),
    ward && (wards.find(({ properties }) => properties.wardCode === ward)?.properties.name ?? ward),
    cost && t(`find.cost.${cost}`),
    funding && t(`find.funding.${funding}`),
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ')
