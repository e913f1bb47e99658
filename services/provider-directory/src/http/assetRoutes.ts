import type { Caller } from '@patchwork/access'
import { idFor } from '@patchwork/aggregate'
import { AssetKind, Category, WardCode } from '@patchwork/events'
import { defineRoute, IdParams, ListQuery, NotFoundError } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { assetsPerOrganisationMax, describeAsset, hideAsset, listAsset, removeAsset, showAsset, skillsPerPersonMax } from '../domain/asset.ts'
import { RefusedError } from '../domain/refusals.ts'
import type { CouncilArea } from '../place/place.ts'
import type { AssetIndex, AssetSearch } from '../store/assetIndex.ts'
import type { Directory } from '../store/directory.ts'
import { toPublicOrganisation } from '../store/publicOffer.ts'
import type { SearchIndex } from '../store/searchIndex.ts'
import type { SkillReadings } from '../store/skillReadings.ts'
import type { Taxonomies } from '../taxonomy/taxonomies.ts'
import { AssetBody, AssetView, FoundAssets, OwnAssetSummary, SkillBody, SkillShareBody, StrengthsByWard } from './assetSchemas.ts'
import { toAssetSummary, toAssetView, toAssetWords, toOwnSummary, toSkillWords } from './assetViews.ts'
import { isMember, mustBeOpen } from './membership.ts'
import { asked, textLengthMax } from './searchRoutes.ts'

const AssetId = z.object({ assetId: z.uuid() })
const describedForPeople = ['unknown-ward', 'called-name-missing', 'reach-missing', 'ward-missing'] as const
const describedForAll = ['unknown-ward', 'invalid-postcode', 'ward-missing'] as const
const standing = ['listed', 'hidden'] as const

const FindQuery = ListQuery.extend({
  text: asked(z.string().max(textLengthMax, { error: `Use ${textLengthMax} characters or fewer.` })),
  exactly: asked(z.literal('yes')),
  kind: asked(AssetKind),
  category: asked(Category),
  ward: asked(WardCode),
  limit: z.preprocess((value) => (value === '' ? undefined : value), ListQuery.shape.limit),
  after: asked(z.string().max(2_000)),
})

export type AssetDependencies = {
  directory: Directory
  index: SearchIndex
  assetIndex: AssetIndex
  skillReadings: SkillReadings
  councilArea: CouncilArea
  taxonomies: Taxonomies
  runtime: Runtime
}

/** What people, groups and places have beside services. Those with a word where others have an id come first. */
export const assetRoutes = (dependencies: AssetDependencies) => [
  ...findingRoutes(dependencies),
  ...organisationsRoutes(dependencies),
  ...skillRoutes(dependencies),
  ...shownRoutes(dependencies),
]

const findingRoutes = ({ directory, index, assetIndex, councilArea, taxonomies, runtime }: AssetDependencies) => [
  defineRoute({
    method: 'get',
    path: '/assets',
    policy: 'directory.find',
    summary:
      'Finds what people share, groups, buildings, land, money and things by words, kind and ward, with the same help with words as the search of offers. Each count leads to something.',
    query: FindQuery,
    answer: FoundAssets,
    rateLimit: { count: 600, perSeconds: 60 },
    handle: async ({ query }) => {
      const { hits, ...found } = assetIndex.search(toSearch(query))
      return { body: { ...found, items: hits.map((asset) => toAssetSummary(asset, councilArea)) } }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/assets/by-ward',
    policy: 'directory.find',
    summary: 'What is strong here: how many of each kind, and how many services, each ward of the place has.',
    answer: StrengthsByWard,
    handle: async () => {
      const strengths = new Map(assetIndex.byWard().map(({ wardCode, counts }) => [wardCode, counts]))
      const services = index.search({ limit: 1 }, runtime.now()).facets.ward
      const none = Object.fromEntries(AssetKind.options.map((kind) => [kind, 0])) as Record<AssetKind, number>
      const wards = councilArea.wards.list.map(({ wardCode, name }) => ({
        wardCode,
        wardName: name,
        counts: strengths.get(wardCode) ?? none,
        services: services[wardCode] ?? 0,
      }))
      return { body: { wards, wholePlace: strengths.get(undefined) ?? none } }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/assets/:id',
    policy: 'asset.read',
    summary: 'One of them. One that is hidden is shown to whose it is only, and so is how to reach whoever shares a skill.',
    params: IdParams,
    answer: AssetView,
    problems: ['not-found'],
    handle: async ({ params, caller }) => {
      const asset = await directory.assets.get(params.id)
      if (!asset || asset.state.status === 'none' || asset.state.status === 'removed') throw new NotFoundError()
      const isYours = await isTheirs(directory, params.id, caller)
      if (asset.state.status === 'hidden' && !isYours) throw new NotFoundError()
      const organisation = await nameOf(directory, asset.state.organisationId)
      const view = toAssetView(asset, { organisation, isYours, councilArea, taxonomies })
      if (!view) throw new NotFoundError()
      return { body: view, sequence: asset.sequence }
    },
  }),
]

const organisationsRoutes = ({ directory, councilArea }: AssetDependencies) => [
  defineRoute({
    method: 'get',
    path: '/organisations/:id/assets',
    policy: 'organisation.read',
    summary: 'What an organisation speaks for, by pages; its members see what is hidden too.',
    params: IdParams,
    query: ListQuery,
    answer: z.object({ items: z.array(OwnAssetSummary), after: z.string().optional() }),
    handle: async ({ params, caller, query: { limit, after: from } }) => {
      const isYours = await isMember(directory, params.id, caller)
      const { aggregates, after } = await directory.assets.find({
        where: { organisationId: { equals: params.id }, status: { in: isYours ? [...standing] : ['listed'] } },
        limit,
        ...(from === undefined ? {} : { after: from }),
      })
      const organisation = await nameOf(directory, params.id)
      const items = aggregates.flatMap((asset) => toOwnSummary(asset, { organisation, councilArea }) ?? [])
      return { body: { items, ...(after === undefined ? {} : { after }) } }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/assets',
    policy: 'asset.list',
    summary: 'Adds a group, a building, land, money or a thing that an organisation speaks for; everyone can find it.',
    body: AssetBody,
    answer: AssetId,
    status: 201,
    problems: ['organisation-not-found', 'organisation-closed', 'too-many-assets', ...describedForAll],
    own: ({ body, caller }) => isMember(directory, body.organisationId, caller),
    handle: async ({ body, command }) => {
      const { organisationId, category } = body
      await mustBeOpen(directory, organisationId, '/organisationId')
      const count = await directory.assets.count({ organisationId: { equals: organisationId }, status: { in: [...standing] } })
      const assetId = idFor(command.key)
      const words = toAssetWords(body, councilArea)
      const { sequence } = await directory.assets.update(assetId, command, (current) => {
        if (count >= assetsPerOrganisationMax) throw new RefusedError('too-many-assets')
        return listAsset(current, { assetId, category, words, holder: { organisationId }, at: command.at })
      })
      return { status: 201, body: { assetId }, sequence, headers: { Location: `/api/provider-directory/assets/${assetId}` } }
    },
  }),
  defineRoute({
    method: 'put',
    path: '/assets/:id',
    policy: 'asset.describe',
    summary: 'Says anew what it is; it stays of its kind and with its organisation.',
    params: IdParams,
    body: AssetBody,
    answer: AssetId,
    problems: ['not-found', 'asset-not-found', 'stale', 'kind-of-asset-fixed', 'organisation-of-asset-fixed', ...describedForAll],
    own: ({ params, caller }) => isTheirs(directory, params.id, caller),
    handle: async ({ params, body, command }) => {
      const words = toAssetWords(body, councilArea)
      const { sequence } = await directory.assets.update(params.id, command, (current) =>
        describeAsset(current, { assetId: params.id, category: body.category, words, organisationId: body.organisationId, at: command.at }),
      )
      return { body: { assetId: params.id }, sequence }
    },
  }),
]

const skillRoutes = ({ directory, skillReadings, councilArea }: AssetDependencies) => [
  defineRoute({
    method: 'get',
    path: '/skills/mine',
    policy: 'skill.mine',
    summary: 'The skills that the caller shares, hidden ones too.',
    answer: z.object({ items: z.array(OwnAssetSummary) }),
    own: 'by-caller',
    handle: async ({ caller }) => {
      const { personId } = mustBePerson(caller)
      const { aggregates } = await directory.assets.find({
        where: { personId: { equals: personId }, status: { in: [...standing] } },
        limit: skillsPerPersonMax,
      })
      return { body: { items: aggregates.flatMap((asset) => toOwnSummary(asset, { organisation: undefined, councilArea }) ?? []) } }
    },
  }),
  defineRoute({
    method: 'post',
    path: '/skills',
    policy: 'skill.share',
    summary: 'A person shares a skill of their own: shown as they choose, with its ward and never with an address.',
    body: SkillShareBody,
    answer: AssetId,
    status: 201,
    problems: ['too-many-skills', ...describedForPeople],
    handle: async ({ body: { isAdult: _said, ...body }, caller, command }) => {
      const { personId } = mustBePerson(caller)
      const count = await directory.assets.count({ personId: { equals: personId }, status: { in: [...standing] } })
      const assetId = idFor(command.key)
      const words = toSkillWords(body, councilArea)
      const { sequence } = await directory.assets.update(assetId, command, (current) => {
        if (count >= skillsPerPersonMax) throw new RefusedError('too-many-skills')
        return listAsset(current, { assetId, category: body.category, words, holder: { personId }, at: command.at })
      })
      return { status: 201, body: { assetId }, sequence, headers: { Location: `/api/provider-directory/assets/${assetId}` } }
    },
  }),
  defineRoute({
    method: 'put',
    path: '/skills/:id',
    policy: 'skill.describe',
    summary: 'Says anew what one shares, and how one is shown.',
    params: IdParams,
    body: SkillBody,
    answer: AssetId,
    problems: ['not-found', 'asset-not-found', 'stale', ...describedForPeople],
    own: ({ params, caller }) => isTheirs(directory, params.id, caller),
    handle: async ({ params, body, command }) => {
      const words = toSkillWords(body, councilArea)
      const { sequence } = await directory.assets.update(params.id, command, (current) =>
        describeAsset(current, { assetId: params.id, category: body.category, words, at: command.at }),
      )
      return { body: { assetId: params.id }, sequence }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/skills/:id/sharer',
    policy: 'skill.read-sharer',
    summary: 'How whoever shares a skill is reached, for those who introduce people to each other; each reading is logged and that person sees it.',
    params: IdParams,
    answer: z.object({ assetId: z.uuid(), calledName: z.string().optional(), email: z.string().optional(), phone: z.string().optional() }),
    problems: ['not-found'],
    handle: async ({ params, caller }) => {
      const { personId, role } = mustBePerson(caller)
      const asset = await directory.assets.get(params.id)
      const sharerId = asset?.state.status === 'listed' ? asset.state.personId : undefined
      const words = asset?.details?.words
      if (sharerId === undefined || words?.kind !== 'skill') throw new NotFoundError()
      await skillReadings.append({ sharerId, assetId: params.id, personId, role })
      const { calledName, reach } = words
      return { body: { assetId: params.id, calledName, ...reach } }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/skills/readings',
    policy: 'skill.read-log',
    summary: 'Who read how one is reached for what one shares, and when, newest first.',
    query: ListQuery,
    answer: z.object({
      items: z.array(z.object({ assetId: z.uuid(), at: z.string(), personId: z.uuid(), role: z.string() })),
      after: z.string().optional(),
    }),
    own: 'by-caller',
    handle: async ({ caller, query }) => {
      const { items, after } = await skillReadings.ofSharer(mustBePerson(caller).personId, query)
      return {
        body: { items: items.map(({ assetId, at, personId, role }) => ({ assetId, at, personId, role })), ...(after === undefined ? {} : { after }) },
      }
    },
  }),
]

const shownRoutes = ({ directory }: AssetDependencies) => {
  const { assets } = directory
  const steps = { params: IdParams, answer: AssetId, problems: ['not-found', 'asset-not-found'] } as const
  return [
    defineRoute({
      method: 'post',
      path: '/assets/:id/hiding',
      policy: 'asset.hide',
      summary: 'Shows it to nobody else for now. The council may hide any.',
      ...steps,
      own: ({ params, caller }) => isTheirs(directory, params.id, caller),
      handle: async ({ params, command }) => {
        const { sequence } = await assets.update(params.id, command, (current) => hideAsset(current, { assetId: params.id, at: command.at }))
        return { body: { assetId: params.id }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/assets/:id/showing',
      policy: 'asset.show',
      summary: 'Lets everyone find again what was hidden.',
      ...steps,
      problems: [...steps.problems, 'organisation-closed'],
      own: ({ params, caller }) => isTheirs(directory, params.id, caller),
      handle: async ({ params, command }) => {
        const state = (await assets.get(params.id))?.state
        if (state?.status === 'hidden' && state.organisationId !== undefined) await mustBeOpen(directory, state.organisationId, '')
        const { sequence } = await assets.update(params.id, command, (current) => showAsset(current, { assetId: params.id, at: command.at }))
        return { body: { assetId: params.id }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/assets/:id/removal',
      policy: 'asset.remove',
      summary: 'Takes it out and forgets all that was said of it. The council may take out any.',
      ...steps,
      own: ({ params, caller }) => isTheirs(directory, params.id, caller),
      handle: async ({ params, command }) => {
        const { sequence } = await assets.update(params.id, command, (current) => removeAsset(current, { assetId: params.id, at: command.at }))
        return { body: { assetId: params.id }, sequence }
      },
    }),
  ]
}

/** Whether a skill is the caller's own, or anything else is spoken for by an organisation that they are a member of. */
const isTheirs = async (directory: Directory, assetId: string, caller: Caller): Promise<boolean> => {
  if (caller.kind !== 'person') return false
  const asset = await directory.assets.get(assetId)
  if (!asset || asset.state.status === 'none') return false
  const { personId, organisationId } = asset.state
  return organisationId === undefined ? personId === caller.personId : isMember(directory, organisationId, caller)
}

const nameOf = async ({ organisations }: Directory, organisationId: string | undefined) => {
  const organisation = organisationId === undefined ? undefined : await organisations.get(organisationId)
  const name = organisation && toPublicOrganisation(organisation)?.name
  return organisationId === undefined || name === undefined ? undefined : { organisationId, name }
}

const mustBePerson = (caller: Caller) => {
  if (caller.kind !== 'person') throw new NotFoundError()
  return caller
}

const toSearch = ({ text, exactly, kind, category, ward, limit, after }: z.output<typeof FindQuery>): AssetSearch => ({
  limit,
  ...(text === undefined ? {} : { text }),
  ...(exactly === undefined ? {} : { exactly: true as const }),
  ...(kind === undefined ? {} : { kind }),
  ...(category === undefined ? {} : { category }),
  ...(ward === undefined ? {} : { wardCode: ward }),
  ...(after === undefined ? {} : { after }),
})
