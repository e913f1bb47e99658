import { ownAsset, type WholeAsset } from '../../directory/asset.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path, ServiceProblem } from '../../serviceCalls.ts'
import { openOrganisations, providing } from '../providing/own.ts'
import { assetBodyOf, assetKinds, EditAssetForm, fillAsset, NewAssetForm } from '../sharing/assetForm.ts'
import { choicesFor } from '../sharing/choices.ts'

const kindIn = (kind: string | undefined) => assetKinds.find((one) => one === kind)

/** Adds what an organisation speaks for: first of which kind, then what is proper to that kind. */
export const providerNewAssetPage = definePage({
  name: 'providerAsset',
  path: '/provider/assets/new',
  for: providing,
  load: async (visit) => {
    const organisations = await openOrganisations(visit.services)
    if (organisations.length === 0) return goTo('/provider/organisation/new')
    return { isNew: true, organisations, kinds: assetKinds, kind: kindIn(visit.query.kind), ...(await choicesFor(visit)) }
  },
  form: NewAssetForm,
  fill: ({ organisations, kind }: { organisations: { organisationId: string }[]; kind: string | undefined }) => ({
    organisationId: organisations[0]?.organisationId,
    kind,
  }),
  save: async ({ organisationId, ...described }, { services }) => {
    await services.post('provider-directory', '/assets', { organisationId, ...assetBodyOf(described) })
    return goTo('/provider/assets', { notice: 'providerAsset.added' })
  },
})

/** Says anew what it is. It stays of its kind and with its organisation. */
export const providerEditAssetPage = definePage({
  name: 'providerAsset',
  path: '/provider/assets/:assetId/edit',
  for: providing,
  load: async (visit) => {
    const { record, version } = await ownAsset(visit.services, visit.params.assetId!)
    return { isNew: false, version, record, kind: record.kind, ...(await choicesFor(visit)) }
  },
  form: EditAssetForm,
  fill: ({ record, version }: { record: WholeAsset; version: string }) => fillAsset(record, version),
  save: async ({ version, ...described }, { services, params }) => {
    const { record } = await ownAsset(services, params.assetId!)
    if (!record.organisation) throw new ServiceProblem('provider-directory', 404, 'not-found')
    const { organisationId } = record.organisation
    await services.put('provider-directory', path`/assets/${params.assetId!}`, { organisationId, ...assetBodyOf(described) }, { ifMatch: version })
    return goTo('/provider/assets', { notice: 'shell.saved' })
  },
})
