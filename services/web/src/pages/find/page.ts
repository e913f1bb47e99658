import { accessCodes, ageGroupCodes, Category, Track, UnmetReason } from '@patchwork/events'
import { z } from 'zod'
import { FoundAssets } from '../../directory/asset.ts'
import { formInWords, formKinds } from '../../directory/form.ts'
import { capacityInWords, OfferInList, priceInWords } from '../../directory/offer.ts'
import { languagesInOrder } from '../../directory/suiting.ts'
import { definePage, goTo, type Visit } from '../../http/page.ts'
import { drawWardMap, type Pin } from '../../map/wardMap.ts'
import { ServiceProblem } from '../../serviceCalls.ts'
import { fundingCodes } from '../providing/offerForm.ts'
import { savedOf } from '../saved/kept.ts'
import { beginWatch, keepWanted, toWatched } from '../toldOf/watched.ts'
import { addressOf, distances, FindForm, FindQuery } from './form.ts'

const perPage = 20
const shownMax = 40
const strongTimeoutMs = 2_000

const Counts = z.record(z.string(), z.number()).catch({})
const Found = z.object({
  items: z.array(OfferInList),
  total: z.int(),
  after: z.string().optional(),
  near: z
    .object({
      known: z.boolean(),
      name: z.string().optional(),
      latitude: z.number().optional(),
      longitude: z.number().optional(),
      wardName: z.string().optional(),
    })
    .optional()
    .catch(undefined),
  words: z.string().optional().catch(undefined),
  corrected: z.string().optional().catch(undefined),
  also: z.array(z.string()).optional().catch(undefined),
  wider: z
    .array(z.object({ without: z.string(), total: z.int() }))
    .optional()
    .catch(undefined),
  facets: z
    .object({
      ...{ category: Counts, track: Counts, cost: Counts, open: Counts, capacity: Counts, ward: Counts, funding: Counts },
      ...{ form: Counts, language: Counts, age: Counts, access: Counts },
    })
    .partial()
    .catch({}),
})
type Found = z.infer<typeof Found>
type Facets = Found['facets']

/** Finding help: words, place and filters in the address; a list and a map of the wards. */
export const findPage = definePage({
  name: 'find',
  path: '/find',
  for: 'anyone',
  load: async (visit) => {
    const { t, format } = visit
    // A browser sends each box that is ticked by itself.
    const ticked = [visit.raw.request.query.access].flat().join(',')
    const query = FindQuery.parse({ ...visit.query, access: ticked })
    const [found, wards, strong] = await Promise.all([search(visit, query), visit.wards(), strongHere(visit, query)])
    const near = found.near?.known ? pointOf(found.near) : undefined
    const items = found.items.map((offer, index) => ({
      ...offer,
      number: index + 1,
      priceInWords: priceInWords(offer.price, t, format),
      capacityInWords: capacityInWords(offer.capacity, t),
      formInWords: formInWords(offer.form, t, format),
    }))
    const map = drawWardMap(wards, { pins: items.flatMap(pinOf), near })
    return {
      query,
      found,
      items,
      map,
      choices: choicesOf(found.facets, query, wards, visit),
      isPlaceUnknown: found.near?.known === false,
      unreadableWithin: query.within === undefined ? unreadable(visit.query.within) : undefined,
      strong,
      hasSaved: savedOf(visit).length > 0,
      isFiltered: filters.find((name) => name !== 'within' && query[name] !== undefined),
      alsoInWords: found.also?.join(', '),
      exactly: addressOf({ ...query, exactly: 'yes', after: undefined }),
      alike: addressOf({ ...query, exactly: undefined, after: undefined }),
      nextPage: found.after && addressOf({ ...query, after: found.after }),
      firstPage: query.after && addressOf({ ...query, after: undefined }),
      ways: (found.wider ?? []).flatMap((way) => wayOf(way, query, visit)),
      wider: addressOf({ text: query.text, near: query.near }),
      everything: addressOf({}),
      isAboutSomething: isAboutSomething(query),
      leavesOutRoom: query.open !== undefined || query.capacity !== undefined,
      thisSearch: addressOf({ ...query, after: undefined }),
      reasons: UnmetReason.options.map((value) => ({ value, text: t(`find.reason.${value}`) })),
    }
  },
  form: FindForm,
  save: async ({ does, reason }, visit) => {
    const { services, person } = visit
    const query = FindQuery.parse(visit.query)
    const { category, ward, near } = query
    if (does === 'be-told') {
      if (person) return beginWatch(visit, toWatched(query))
      keepWanted(visit, toWatched(query))
      return goTo('/sign-in?next=/told-of')
    }
    if (isAboutSomething(query)) await services.post('provider-directory', '/searches/none-acceptable', { category, ward, near, reason })
    return goTo(addressOf({ ...query, after: undefined }), { notice: 'find.noneAcceptableNoted' })
  },
})

/** A search for nothing in particular tells of no need. */
const isAboutSomething = ({ text, near, category, track, ward }: FindQuery): boolean => [text, near, category, track, ward].some((part) => part !== undefined)

/** How much that is no service has these words, is of this kind of help and in this ward, and where it is shown. What is found is worth more than this: it does not wait. */
const strongHere = async ({ services, t, format }: Visit, { text, exactly, category, ward }: FindQuery) => {
  const query = { text, exactly, category, ward, limit: 1 }
  const found = await services.get('provider-directory', '/assets', FoundAssets, { query, timeoutMs: strongTimeoutMs }).catch(() => undefined)
  if (!found || found.total === 0) return undefined
  const given = Object.entries({ text, exactly, category, ward }).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))
  const href = given.length === 0 ? '/assets' : `/assets?${new URLSearchParams(given)}`
  return { href, words: t('find.strong', { count: found.total, number: format.number(found.total) }) }
}

/** A place that the directory cannot read is a place unknown, and no error. */
const search = async ({ services }: Visit, query: FindQuery): Promise<Found> => {
  const ask = (asked: FindQuery) => services.get('provider-directory', '/offers', Found, { query: { ...asked, limit: perPage } })
  try {
    return await ask(query)
  } catch (error) {
    const isAboutPlace = error instanceof ServiceProblem && error.status < 500 && error.fields.some(({ pointer }) => pointer === '/near')
    if (!isAboutPlace) throw error
    return { ...(await ask({ ...query, near: undefined, within: undefined })), near: { known: false } }
  }
}

/** What was written where a distance belongs, as much of it as a page shows. */
const unreadable = (within: string | undefined): string | undefined => within?.trim().slice(0, shownMax) || undefined

const pointOf = ({ latitude, longitude }: { latitude?: number | undefined; longitude?: number | undefined }) =>
  latitude === undefined || longitude === undefined ? undefined : { latitude, longitude }

const pinOf = ({ number, name, place }: { number: number; name: string; place?: OfferInList['place'] }): Pin[] => {
  const point = place && pointOf(place)
  return point ? [{ ...point, number, name }] : []
}

type Choice = { value: string; text: string }

/**
 * What the filters offer: each with how many it would leave, where the directory says. What would leave nothing is not offered, unless it is chosen already:
 * then it has to stand there to be taken back.
 */
const choicesOf = (facets: Facets, query: FindQuery, wards: Awaited<ReturnType<Visit['wards']>>, { t, format, language }: Visit) => {
  const withCount = (counts: Record<string, number> | undefined, value: string, text: string): Choice => {
    const count = counts?.[value]
    return { value, text: count === undefined ? text : t('find.withCount', { text, number: format.number(count) }) }
  }
  const any = (text: string): Choice => ({ value: '', text })
  const wardNames = wards.map(({ properties }) => properties).sort((one, other) => one.name.localeCompare(other.name, language))
  const isWorthwhile = (counts: Record<string, number> | undefined, value: string, chosen: string | undefined) =>
    counts === undefined || value === chosen || (counts[value] ?? 0) > 0
  const offered = (
    name: 'category' | 'track' | 'cost' | 'ward' | 'funding' | 'form' | 'age',
    values: readonly string[],
    wordsOf: (value: string) => string,
  ): Choice[] => values.filter((value) => isWorthwhile(facets[name], value, query[name])).map((value) => withCount(facets[name], value, wordsOf(value)))
  const ticked = (name: 'open' | 'capacity', value: string, words: string) => {
    const counts = facets[name] && { [value]: 0, ...facets[name] }
    return { text: withCount(counts, value, words).text, isIdle: !isWorthwhile(counts, value, query[name]) }
  }
  return {
    within: [any(t('find.anyDistance')), ...distancesWith(query.within).map((value) => ({ value, text: distanceInWords(value, t, format) }))],
    category: [any(t('find.anyKind')), ...offered('category', Category.options, (value) => t(`category.${value}`))],
    track: [any(t('find.anyTrack')), ...offered('track', Track.options, (value) => t(`track.${value}`))],
    cost: [any(t('find.anyCost')), ...offered('cost', ['free', 'paid'], (value) => t(`find.cost.${value}`))],
    ward: [
      any(t('find.anyWard')),
      ...offered(
        'ward',
        wardNames.map(({ wardCode }) => wardCode),
        (value) => wardNames.find(({ wardCode }) => wardCode === value)?.name ?? value,
      ),
    ],
    funding: [any(t('find.anyFunding')), ...offered('funding', fundingCodes, (value) => t(`find.funding.${value}`))],
    form: [any(t('find.anyForm')), ...offered('form', formKinds, (value) => t(`form.kind.${value}`))],
    age: [any(t('find.anyAge')), ...offered('age', ageGroupCodes, (value) => t(`ageGroup.${value}`))],
    language: [
      any(t('find.anyLanguage')),
      ...languagesInOrder([...Object.keys(facets.language ?? {}), ...(query.language === undefined ? [] : [query.language])], language)
        .filter(({ code }) => isWorthwhile(facets.language, code, query.language))
        .map(({ code, name }) => withCount({ [code]: 0, ...facets.language }, code, name)),
    ],
    // All that are ticked are asked for together.
    access: accessCodes
      .map((code) => ({ ...withCount(facets.access, code, t(`access.${code}`)), isChosen: query.access?.split(',').includes(code) ?? false }))
      .filter(({ value, isChosen }) => isChosen || (facets.access?.[value] ?? 0) > 0),
    // These stand at any hour, so that everyone can learn that they are there; while there is nothing they cannot be chosen.
    open: ticked('open', 'now', t('find.openNow')),
    capacity: ticked('capacity', 'open', t('find.hasRoom')),
  }
}

/** The distances to choose from, with the one that was asked for in its place among them. */
const distancesWith = (within: string | undefined): string[] =>
  [...new Set<string>([...distances, ...(within === undefined ? [] : [within])])].sort((one, other) => Number(one) - Number(other))

const distanceInWords = (metres: string, t: Visit['t'], format: Visit['format']): string =>
  (distances as readonly string[]).includes(metres) ? t(`find.within.${metres}`) : t('find.withinMetres', { number: format.number(Number(metres)) })

const filters = ['within', 'category', 'track', 'cost', 'funding', 'open', 'capacity', 'ward', 'form', 'language', 'age', 'access'] as const

/** One way of looking wider that the directory knows to find something. */
const wayOf = ({ without, total }: { without: string; total: number }, query: FindQuery, { t, format }: Visit): { href: string; text: string }[] => {
  const number = format.number(total)
  const { text, near, exactly } = query
  if (without === 'all') return [{ href: addressOf({ text, near, exactly }), text: t('find.without.all', { number }) }]
  const name = filters.find((filter) => filter === without)
  return name === undefined ? [] : [{ href: addressOf({ ...query, [name]: undefined, after: undefined }), text: t(`find.without.${name}`, { number }) }]
}
