import type { Sealer } from '@patchwork/encryption'
import { type AppOptions, createApp } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { assetRoutes } from './http/assetRoutes.ts'
import { credentialRoutes } from './http/credentialRoutes.ts'
import { duplicateRoutes } from './http/duplicateRoutes.ts'
import { feedRoutes } from './http/feedRoutes.ts'
import { importRoutes } from './http/importRoutes.ts'
import { invitationRoutes } from './http/invitationRoutes.ts'
import type { JoiningCodes } from './http/joiningCode.ts'
import { listingRoutes } from './http/listingRoutes.ts'
import { offerDuplicateRoutes } from './http/offerDuplicateRoutes.ts'
import { offerRoutes } from './http/offerRoutes.ts'
import { openFeedRoutes } from './http/openFeedRoutes.ts'
import { organisationRoutes } from './http/organisationRoutes.ts'
import { placeRoutes } from './http/placeRoutes.ts'
import { searchRoutes } from './http/searchRoutes.ts'
import { searchWatchRoutes } from './http/searchWatchRoutes.ts'
import { taxonomyRoutes } from './http/taxonomyRoutes.ts'
import type { Feeds } from './import/feeds.ts'
import type { Imports } from './import/openImports.ts'
import type { CouncilArea } from './place/place.ts'
import type { AssetIndex } from './store/assetIndex.ts'
import { type Directory, service } from './store/directory.ts'
import type { InvitedAddresses } from './store/invitedAddresses.ts'
import type { OfferViews } from './store/offerViews.ts'
import type { Readings } from './store/readings.ts'
import type { SearchIndex } from './store/searchIndex.ts'
import type { SkillReadings } from './store/skillReadings.ts'
import type { UnmetNeed } from './store/unmetNeed.ts'
import type { Taxonomies } from './taxonomy/taxonomies.ts'

export type Dependencies = {
  directory: Directory
  readings: Readings
  invitationReadings: Readings
  invitedAddresses: InvitedAddresses
  sealer: Sealer
  publicUrl: string
  index: SearchIndex
  assetIndex: AssetIndex
  skillReadings: SkillReadings
  councilArea: CouncilArea
  joiningCodes: JoiningCodes
  unmetNeed: UnmetNeed
  offerViews: OfferViews
  imports: Imports
  feeds: Feeds
  taxonomies: Taxonomies
  runtime: Runtime
}

/** Every route of the directory. Those with a word where others have an id come first. */
export const routesOf = (dependencies: Dependencies) => [
  ...searchRoutes(dependencies),
  ...searchWatchRoutes(dependencies),
  ...offerRoutes(dependencies),
  ...organisationRoutes(dependencies),
  ...invitationRoutes(dependencies),
  ...listingRoutes(dependencies),
  ...credentialRoutes(dependencies),
  ...assetRoutes(dependencies),
  ...duplicateRoutes(dependencies),
  ...offerDuplicateRoutes(dependencies),
  ...placeRoutes(dependencies),
  ...feedRoutes(dependencies),
  ...importRoutes(dependencies),
  ...openFeedRoutes(dependencies),
  ...taxonomyRoutes(dependencies),
]

export const createDirectoryApp = (options: Omit<AppOptions, 'service' | 'routes'>, dependencies: Dependencies) =>
  createApp({ ...options, service, routes: routesOf(dependencies) })
