import { ownAsset, WholeAsset } from '../../directory/asset.ts'
import { definePage, goTo, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'

const holding = ['resident', 'provider', 'coordinator'] as const

/** Shows an asset to nobody else for now: one's own, or for the council any. */
export const assetHidingPage = definePage({
  name: 'confirm',
  path: '/assets/:assetId/hiding',
  for: [...holding, 'administrator'],
  load: (visit) => about('asset-hiding', visit),
  save: async (_values, { services, params, person }) => {
    await services.post('provider-directory', path`/assets/${params.assetId!}/hiding`, {})
    return goTo(listOf(person), { notice: 'confirm.assetHidden' })
  },
})

/** Lets everyone find again what was hidden. */
export const assetShowingPage = definePage({
  name: 'confirm',
  path: '/assets/:assetId/showing',
  for: holding,
  load: (visit) => about('asset-showing', visit),
  save: async (_values, { services, params, person }) => {
    await services.post('provider-directory', path`/assets/${params.assetId!}/showing`, {})
    return goTo(listOf(person), { notice: 'confirm.assetShown' })
  },
})

/** Takes an asset out; what was said of it is forgotten. */
export const assetRemovalPage = definePage({
  name: 'confirm',
  path: '/assets/:assetId/removal',
  for: [...holding, 'administrator'],
  load: (visit) => about('asset-removal', visit),
  save: async (_values, { services, params, person }) => {
    await services.post('provider-directory', path`/assets/${params.assetId!}/removal`, {})
    return goTo(listOf(person), { notice: 'confirm.assetRemoved' })
  },
})

const listOf = ({ role }: SignedInVisit['person']): string => (role === 'resident' ? '/my/skills' : role === 'administrator' ? '/assets' : '/provider/assets')

/** What is asked about: one's own; the council reads what everyone reads. */
const about = async (question: string, { services, params, person }: SignedInVisit) => {
  const assetId = params.assetId!
  const asset =
    person.role === 'administrator'
      ? await services.get('provider-directory', path`/assets/${assetId}`, WholeAsset)
      : (await ownAsset(services, assetId)).record
  return { question, about: asset.name, back: listOf(person) }
}
