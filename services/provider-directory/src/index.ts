import { deadlines, type Ports } from '@patchwork/aggregate'
import { createSealer } from '@patchwork/encryption'
import { createAuthenticator, type RunningService, type ServiceSettings, shownConsumer } from '@patchwork/http'
import { createDirectoryApp } from './app.ts'
import {
  capacityCheckMsByDefault,
  type DirectorySettings,
  demonstrationPlaceFolder,
  feedCheckMsByDefault,
  newOffersCheckMsByDefault,
  viewsWriteMsByDefault,
} from './config.ts'
import { syncAssets } from './consumers/assetSync.ts'
import { closedAccountsGroup, hideSkillsOfClosedAccounts } from './consumers/closedAccounts.ts'
import { closedOrganisationsGroup, closeOrganisations } from './consumers/closedOrganisations.ts'
import { duplicatesGroup, findDuplicates } from './consumers/duplicates.ts'
import { newOffersGroup, openNewOffers } from './consumers/newOffers.ts'
import { syncSearch } from './consumers/searchSync.ts'
import { endInvitationsOver } from './domain/invitation.ts'
import type { TraitKind } from './domain/likeness.ts'
import { expireCapacity, stepDown } from './domain/offer.ts'
import type { OfferTraitKind } from './domain/offerLikeness.ts'
import { endWatchOver, tellOfMatches } from './domain/searchWatch.ts'
import { createJoiningCodes } from './http/joiningCode.ts'
import { type Feeds, openFeeds } from './import/feeds.ts'
import { type Imports, importsOf } from './import/openImports.ts'
import { directoryInvariants } from './invariants.ts'
import { type LoadedOpenData, type LoadOpenDataOptions, loadOpenData } from './openData/loadOpenData.ts'
import { createOpenReferralApp, openReferralPath } from './openReferral/app.ts'
import { openCouncilArea } from './place/place.ts'
import { createAssetIndex } from './store/assetIndex.ts'
import { openDirectory, service } from './store/directory.ts'
import { openImportFiles } from './store/importFiles.ts'
import { openImportStore } from './store/importStore.ts'
import { openInvitedAddresses } from './store/invitedAddresses.ts'
import { openLikenesses } from './store/likeness.ts'
import { openOfferViews } from './store/offerViews.ts'
import { olderOffersJoin } from './store/olderOffers.ts'
import { openReadings } from './store/readings.ts'
import { createSearchIndex } from './store/searchIndex.ts'
import { openSkillReadings } from './store/skillReadings.ts'
import { openUnmetNeed } from './store/unmetNeed.ts'
import { openTaxonomies } from './taxonomy/taxonomies.ts'

export type { DirectorySettings } from './config.ts'
export { FeedError } from './import/feedRecord.ts'
export type { FeedSummary } from './import/feeds.ts'
export type { ImportProgress, ImportRequest } from './import/imports.ts'
export { type ImportSummary, type Imports, openImports } from './import/openImports.ts'
export type { ProblemCode, Report } from './import/problems.ts'
export { problemCodes } from './import/problems.ts'
export { type CsvField, type CsvMapping, csvFields } from './import/readCsv.ts'
export type { LoadedOpenData, LoadOpenDataOptions } from './openData/loadOpenData.ts'
export { type OpenData, openOpenData } from './openData/openOpenData.ts'
export { ExportError, exportTabular, type TabularExport } from './openReferral/exportTabular.ts'
export { type ImportedPostcodes, importPostcodes, PostcodesRefusedError } from './place/importPostcodes.ts'
export { type ImportedTaxonomy, importTaxonomy } from './taxonomy/importTaxonomy.ts'
export { TaxonomyRefusedError } from './taxonomy/refused.ts'
export { type TermLanguage, termLanguages } from './taxonomy/taxonomy.ts'

export type RunningDirectory = RunningService & {
  /** Feeds of other systems. */
  imports: Imports
  /** Those of them that are looked at on a schedule. */
  feeds: Feeds
  /** Puts the open data of the place into the directory. A repeat, or one after a cut-off load, adds only what is missing. Rejects when stopped. */
  loadOpenData(options?: LoadOpenDataOptions): Promise<LoadedOpenData>
}

/**
 * Starts the directory: organisations and offers, their search, the open feed, and the statements of room that end by themselves.
 * Throws when the place's folder or the stores cannot be opened.
 */
export const start = async (ports: Ports, settings: ServiceSettings & DirectorySettings): Promise<RunningDirectory> => {
  const { runtime, logger, dataKey, documents, log } = ports
  const councilArea = openCouncilArea(settings.placeFolder ?? demonstrationPlaceFolder, { postcodesFile: settings.postcodesFile, now: runtime.now })
  const taxonomies = openTaxonomies(settings.taxonomiesFolder, runtime.now)
  const [directory, readings, invitationReadings, skillReadings, importStore, importFiles, likenesses, offerLikenesses] = await Promise.all([
    openDirectory(ports),
    openReadings(ports, 'credential-readings'),
    openReadings(ports, 'invitation-readings'),
    openSkillReadings(ports),
    openImportStore(ports),
    openImportFiles(ports),
    openLikenesses<TraitKind>('organisation', ports),
    openLikenesses<OfferTraitKind>('offer', ports),
  ])
  const instance = settings.instance ?? runtime.uuid()
  const imports = importsOf({ store: importStore, files: importFiles, directory, councilArea, taxonomies }, ports, instance)
  const feeds = openFeeds({ store: importStore, work: imports, ports, instance, everyMs: settings.feedCheckMs ?? feedCheckMsByDefault })
  const index = createSearchIndex(runtime)
  const unmetNeed = openUnmetNeed({ searches: directory.searches, runtime, logger })
  const offerViews = await openOfferViews(ports, { everyMs: settings.viewsWriteMs ?? viewsWriteMsByDefault })
  const group = `${service}-search-${instance}`
  const search = await syncSearch({ index, directory, group }, ports)
  const assetIndex = createAssetIndex({ nameOfWard: councilArea.wards.nameOf })
  const assetGroup = `${service}-assets-${instance}`
  const assetMap = await syncAssets({ index: assetIndex, directory, group: assetGroup }, ports)
  const duplicates = await findDuplicates({ directory, likenesses, offerLikenesses, days: councilArea.assuranceDays }, ports)
  const closed = await closeOrganisations(directory, ports)
  const closedAccounts = await hideSkillsOfClosedAccounts(directory, ports)
  const due = { everyMs: settings.capacityCheckMs ?? capacityCheckMsByDefault, ports }
  const capacity = deadlines({
    ...due,
    aggregates: directory.offers,
    field: 'capacityExpiresAt',
    name: 'offer-capacity',
    decide: (offer, at) => expireCapacity(offer, { offerId: offer.id, at }),
  })

  const assurance = deadlines({
    ...due,
    aggregates: directory.offers,
    field: 'assuranceNextAt',
    name: 'offer-assurance',
    decide: (offer, at) => stepDown(offer, { offerId: offer.id, at, days: councilArea.assuranceDays }),
  })

  const telling = deadlines({
    ...due,
    aggregates: directory.watches,
    field: 'tellAt',
    name: 'search-watch-telling',
    decide: (watch, at) => tellOfMatches(watch, { searchWatchId: watch.id, at }),
  })
  const ending = deadlines({
    ...due,
    aggregates: directory.watches,
    field: 'endsAt',
    name: 'search-watch-ending',
    decide: (watch, at) => endWatchOver(watch, { searchWatchId: watch.id, at }),
  })
  const invitations = deadlines({
    ...due,
    aggregates: directory.organisations,
    field: 'invitationEndsAt',
    name: 'organisation-invitation',
    decide: (organisation, at) => endInvitationsOver(organisation, { organisationId: organisation.id, at }),
  })
  const newOffers = await openNewOffers({ directory, councilArea, everyMs: settings.newOffersCheckMs ?? newOffersCheckMsByDefault }, ports)
  const older = olderOffersJoin({ offers: directory.offers, days: councilArea.assuranceDays }, ports)

  const sealer = createSealer(dataKey, service, runtime)
  const invitedAddresses = await openInvitedAddresses({ documents, sealer, runtime })

  const ready = async (): Promise<void> => {
    await Promise.all([documents.ping(), log.ping()])
  }
  const authenticate = createAuthenticator({ service, issuer: settings.issuer, jwksUrl: settings.jwksUrl, dataKey, runtime })
  const appOptions = { authenticate, runtime, logger, ready }
  // What a stop or a crash cut off goes on beside everything else.
  void imports.resume()
  const sweeping = importFiles.sweeping()
  const stopping = new AbortController()
  let stopped: Promise<void> | undefined
  return {
    name: service,
    mounts: [
      {
        path: `/api/${service}`,
        app: createDirectoryApp(appOptions, {
          directory,
          readings,
          invitationReadings,
          invitedAddresses,
          sealer,
          publicUrl: settings.publicUrl,
          index,
          assetIndex,
          skillReadings,
          councilArea,
          joiningCodes: createJoiningCodes(dataKey),
          unmetNeed,
          offerViews,
          imports,
          feeds,
          taxonomies,
          runtime,
        }),
      },
      { path: openReferralPath, app: createOpenReferralApp(appOptions, { index, councilArea, taxonomies, publicUrl: settings.publicUrl }) },
    ],
    ready,
    stop: () => {
      stopping.abort()
      stopped ??= (async () => {
        const looked = feeds.stop()
        await imports.stop()
        await looked
        await sweeping.stop()
        await Promise.all([capacity.stop(), assurance.stop(), older.stop(), telling.stop(), ending.stop(), invitations.stop(), newOffers.stop()])
        await Promise.all([search.stop(), assetMap.stop(), duplicates.stop(), closed.stop(), closedAccounts.stop()])
        await Promise.all([unmetNeed.settled(), offerViews.stop()])
        await Promise.all([
          directory.offers.stop(),
          directory.organisations.stop(),
          directory.credentials.stop(),
          directory.assets.stop(),
          directory.matches.stop(),
          directory.searches.stop(),
          directory.watches.stop(),
          importStore.imports.stop(),
          importStore.feeds.stop(),
        ])
        index.close()
        assetIndex.close()
      })()
      return stopped
    },
    invariants: [
      ...directoryInvariants(directory, { index, assetIndex, closed }),
      ...duplicates.invariants,
      ...closed.invariants,
      ...closedAccounts.invariants,
      ...newOffers.consumer.invariants,
      ...importStore.imports.invariants,
      ...importStore.feeds.invariants,
    ],
    consumers: [
      ...[
        { group, sync: search },
        { group: assetGroup, sync: assetMap },
      ].map(({ group: name, sync }) => ({
        group: name,
        caughtUp: sync.caughtUp,
        behind: sync.behind,
        countParked: async () => 0,
        // An event only says what to read anew: one that cannot be served yet waits in the log, and nothing is ever parked.
        parked: async () => [],
        replay: async () => ({ replayed: 0, stillParked: 0 }),
      })),
      shownConsumer(duplicatesGroup, () => duplicates),
      shownConsumer(closedOrganisationsGroup, () => closed),
      shownConsumer(closedAccountsGroup, () => closedAccounts),
      shownConsumer(newOffersGroup, () => newOffers.consumer),
    ],
    readModels: [
      { name: 'search', sync: search, shown: index },
      { name: 'assets', sync: assetMap, shown: assetIndex },
    ].map(({ name, sync, shown }) => ({
      name,
      rebuild: async () => {
        await sync.rebuild()
      },
      digest: async () => shown.digest(),
    })),
    imports,
    feeds,
    loadOpenData: ({ onProgress, signal } = {}) =>
      loadOpenData(
        { directory, councilArea, runtime },
        { ...(onProgress ? { onProgress } : {}), signal: signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal },
      ),
  }
}
