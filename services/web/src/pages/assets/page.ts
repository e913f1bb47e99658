import { AssetKind, Category, WardCode } from '@patchwork/events'
import { scaleQuantize } from 'd3-scale'
import { z } from 'zod'
import { type AssetInList, FoundAssets, Strengths } from '../../directory/asset.ts'
import { definePage, type Visit } from '../../http/page.ts'
import { drawWardMap } from '../../map/wardMap.ts'

const shownMax = 100
const textLengthMax = 200
const afterLengthMax = 2_000
const levels = [1, 2, 3, 4] as const

// An address that was mistyped by hand asks for what can be read of it, as on the page that finds help.
const asked = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined)
const AssetsQuery = z.object({
  text: asked(
    z
      .string()
      .trim()
      .transform((value) => value.slice(0, textLengthMax) || undefined),
  ),
  exactly: asked(z.literal('yes')),
  kind: asked(AssetKind),
  category: asked(Category),
  ward: asked(WardCode),
  after: asked(z.string().min(1).max(afterLengthMax)),
})
type AssetsQuery = z.output<typeof AssetsQuery>

/** The asset map: what is strong here, ward by ward and kind by kind, services beside it; a ward, a kind or words list what there is. */
export const assetsPage = definePage({
  name: 'assets',
  path: '/assets',
  for: 'anyone',
  load: async (visit) => {
    const { services, t, format } = visit
    const query = AssetsQuery.parse(visit.query)
    const isAsked = [query.text, query.kind, query.category, query.ward].some((part) => part !== undefined)
    const [strengths, boundaries, found] = await Promise.all([
      services.get('provider-directory', '/assets/by-ward', Strengths),
      visit.wards(),
      services.get('provider-directory', '/assets', FoundAssets, { query: { ...query, limit: isAsked ? shownMax : 1 } }),
    ])
    const ward = strengths.wards.find(({ wardCode }) => wardCode === query.ward)
    const { kind, text, exactly, category } = query
    return {
      query,
      isAsked,
      found,
      ward,
      groups: isAsked ? grouped(found.items, visit) : [],
      kinds: AssetKind.options,
      ...mapOf(strengths, boundaries, query, visit),
      rows: strengths.wards.map(({ wardCode, wardName, counts, services: served }) => ({
        wardName,
        href: addressOf({ ward: wardCode, kind }),
        cells: AssetKind.options.map((one) => ({ kind: one, count: counts[one] ?? 0, href: addressOf({ ward: wardCode, kind: one }) })),
        services: served,
        servicesHref: `/find?ward=${wardCode}`,
        isChosen: wardCode === query.ward,
      })),
      wholePlace: AssetKind.options.map((one) => ({ kind: one, count: strengths.wholePlace[one] ?? 0 })).filter(({ count }) => count > 0),
      choices: choicesOf(found.facets, query, strengths, visit),
      alsoInWords: found.also?.join(', '),
      exactly: addressOf({ text, kind, category, ward: query.ward, exactly: 'yes' }),
      alike: addressOf({ text, kind, category, ward: query.ward }),
      isExactly: exactly !== undefined,
      nextPage: found.after && addressOf({ ...query, after: found.after }),
      firstPage: query.after && addressOf({ ...query, after: undefined }),
      everywhere: query.ward && (text || kind || category) ? addressOf({ text, kind, category }) : undefined,
      addHref: addingHref(visit),
      foundInWords: t('assets.found', { count: found.total, number: format.number(found.total) }),
    }
  },
})

/** By kind, in the order of the kinds; each asset with what its line says beside its name. */
const grouped = (items: readonly AssetInList[], { t, format }: Visit) =>
  AssetKind.options.flatMap((kind) => {
    const ofKind = items.filter((one) => one.kind === kind).map((one) => ({ ...one, facts: factsOf(one, t, format) }))
    return ofKind.length === 0 ? [] : [{ kind, items: ofKind }]
  })

const factsOf = ({ kind, gift, calledName, terms, pence, deadlineOn, wardName, organisation }: AssetInList, t: Visit['t'], format: Visit['format']): string[] =>
  [
    kind === 'skill' ? (calledName ?? t('assets.askNetwork')) : organisation?.name,
    gift === undefined ? undefined : t([`assets.gift.${gift}`, 'assets.kind.skill']),
    terms === undefined ? undefined : t([`assets.terms.${terms}`, 'assets.kind.thing']),
    kind === 'money' ? (pence === undefined ? t('assets.amountUnknown') : format.pounds(pence)) : undefined,
    deadlineOn === undefined ? undefined : t('assets.until', { date: format.date(deadlineOn) }),
    wardName,
  ].filter((fact) => fact !== undefined)

/** Shaded by how much there is: of one kind where it was chosen, otherwise assets and services together. Each ward leads where its row of the table does. */
const mapOf = ({ wards }: Strengths, boundaries: Awaited<ReturnType<Visit['wards']>>, { kind, ward: chosen }: AssetsQuery, { t, format }: Visit) => {
  const valueOf = ({ counts, services }: Strengths['wards'][number]): number =>
    kind === undefined ? Object.values(counts).reduce((sum, count) => sum + count, services) : (counts[kind] ?? 0)
  const values = wards.map(valueOf)
  const scale = scaleQuantize<(typeof levels)[number]>([0, Math.max(1, ...values)], levels)
  const levelOf = (value: number) => (value === 0 ? '0' : String(scale(value)))
  const shades = new Map(wards.map((ward) => [ward.wardCode, { level: levelOf(valueOf(ward)), words: format.number(valueOf(ward)) }]))
  const links = new Map(wards.map(({ wardCode }) => [wardCode, { href: addressOf({ ward: wardCode, kind }), isChosen: wardCode === chosen }]))
  const legend = ['0', ...levels.map(String)].flatMap((level) => {
    const here = values.filter((value) => levelOf(value) === level)
    if (here.length === 0) return []
    const [from, to] = [format.number(Math.min(...here)), format.number(Math.max(...here))]
    return [{ level, words: from === to ? from : t('format.fromTo', { from, to }) }]
  })
  return { map: boundaries.length === 0 ? undefined : drawWardMap(boundaries, { pins: [], shades, links }), legend }
}

/** Choices that lead to something, each with how many; one that is chosen stands there to be taken back. */
const choicesOf = (facets: FoundAssets['facets'], query: AssetsQuery, { wards }: Strengths, { t, format }: Visit) => {
  const offered = (counts: Record<string, number> | undefined, chosen: string | undefined, values: readonly { value: string; text: string }[]) =>
    values
      .filter(({ value }) => value === chosen || (counts?.[value] ?? 0) > 0)
      .map(({ value, text }) => ({ value, text: t('find.withCount', { text, number: format.number(counts?.[value] ?? 0) }) }))
  return {
    kind: [
      { value: '', text: t('assets.anyKind') },
      ...offered(
        facets.kind,
        query.kind,
        AssetKind.options.map((value) => ({ value, text: t(`assets.kind.${value}`) })),
      ),
    ],
    category: [
      { value: '', text: t('find.anyKind') },
      ...offered(
        facets.category,
        query.category,
        Category.options.map((value) => ({ value, text: t(`category.${value}`) })),
      ),
    ],
    ward: [
      { value: '', text: t('assets.anyWard') },
      ...offered(
        facets.ward,
        query.ward,
        wards.map(({ wardCode, wardName }) => ({ value: wardCode, text: wardName })),
      ),
    ],
  }
}

/** Where whoever reads this can add something; somebody who has not signed in is asked to on the way. */
const addingHref = ({ person }: Visit): string | undefined => {
  const role = person?.role ?? 'resident'
  if (role === 'resident') return '/my/skills/new'
  return role === 'provider' || role === 'coordinator' ? '/provider/assets/new' : undefined
}

const addressOf = (query: Partial<AssetsQuery>): string => {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))
  return given.length === 0 ? '/assets' : `/assets?${new URLSearchParams(given)}`
}
