import type { AnyPage } from '../http/page.ts'
import { accessibilityPage } from './accessibility/page.ts'
import { accountReadyPage } from './accountReady/page.ts'
import { administratorPage } from './administrator/page.ts'
import { administratorAccountPage } from './administratorAccount/page.ts'
import { administratorAccountsPage } from './administratorAccounts/page.ts'
import { administratorCheckPage } from './administratorCheck/page.ts'
import { administratorChecksPage } from './administratorChecks/page.ts'
import { administratorDeliveriesPage } from './administratorDeliveries/page.ts'
import { administratorDuplicatePage } from './administratorDuplicate/page.ts'
import { administratorDuplicatesPage } from './administratorDuplicates/page.ts'
import { administratorFeedsPage } from './administratorFeeds/page.ts'
import { administratorImportPage } from './administratorImport/page.ts'
import { administratorImportColumnsPage } from './administratorImportColumns/page.ts'
import { administratorImportFilePage } from './administratorImportFile/page.ts'
import { administratorImportChoicePage, administratorImportKindsPage } from './administratorImportKinds/page.ts'
import { administratorImportRecordPage } from './administratorImportRecord/page.ts'
import { administratorImportsPage } from './administratorImports/page.ts'
import { administratorMailPage } from './administratorMail/page.ts'
import { administratorNewAccountPage } from './administratorNewAccount/page.ts'
import { administratorOffersPage } from './administratorOffers/page.ts'
import { administratorTaxonomiesPage } from './administratorTaxonomies/page.ts'
import { administratorTaxonomyPage } from './administratorTaxonomy/page.ts'
import { assetPage } from './asset/page.ts'
import { assetReachPage } from './assetReach/page.ts'
import { assetsPage } from './assets/page.ts'
import { checkYourMailPage } from './checkYourMail/page.ts'
import { comparePage } from './compare/page.ts'
import {
  administratorAssurancePage,
  administratorClosingPage,
  administratorDuplicateSteps,
  administratorFeedStopPage,
  administratorImportSteps,
  administratorPasswordLinkPage,
  administratorVouchingPage,
  offerDuplicateSteps,
} from './confirm/administratorPages.ts'
import { assetHidingPage, assetRemovalPage, assetShowingPage } from './confirm/assetPages.ts'
import {
  providerAcceptancePage,
  providerAssurancePage,
  providerCheckRemovalPage,
  providerClosingPage,
  providerDraftDiscardingPage,
  providerDraftPublicationPage,
  providerHandOverPage,
  providerJoiningCodePage,
  providerLeavingPage,
  providerPublicationPage,
  providerRenewalPage,
  providerWithdrawalPage,
} from './confirm/providerPages.ts'
import { contractPage } from './contract/page.ts'
import { contractNewPage } from './contractNew/page.ts'
import { contractQuartersPage } from './contractQuarters/page.ts'
import { contractReturnPage } from './contractReturn/page.ts'
import { contractsPage } from './contracts/page.ts'
import { contractVaryPage } from './contractVary/page.ts'
import { dashboardPage, figureCsvPage } from './dashboard/page.ts'
import { dashboardEventsPage } from './dashboardEvents/page.ts'
import { dataSourcesPage } from './dataSources/page.ts'
import { findPage } from './find/page.ts'
import { forgottenPasswordPage } from './forgottenPassword/page.ts'
import { grantsCsvPage, grantsPage } from './grants/page.ts'
import { helpNowPage } from './helpNow/page.ts'
import { homePage } from './home/page.ts'
import { messagesPage } from './messages/page.ts'
import { navigatorPages } from './navigatorPages.ts'
import { newPasswordPage } from './newPassword/page.ts'
import { offerPage } from './offer/page.ts'
import { offerDuplicatePage } from './offerDuplicate/page.ts'
import { offerDuplicatesPage } from './offerDuplicates/page.ts'
import { operationsPages } from './operations/page.ts'
import { organisationPage } from './organisation/page.ts'
import { organisationInvitationPage } from './organisationInvitation/page.ts'
import { poolingPages } from './poolingPages.ts'
import { privacyPage } from './privacy/page.ts'
import { providerPage } from './provider/page.ts'
import { providerEditAssetPage, providerNewAssetPage } from './providerAsset/page.ts'
import { providerAssetsPage } from './providerAssets/page.ts'
import { providerChecksPage } from './providerChecks/page.ts'
import { providerConclusionPage } from './providerConclusion/page.ts'
import { providerDeclinePage } from './providerDecline/page.ts'
import { providerEditOfferPage, providerNewOfferPage } from './providerDescribeOffer/page.ts'
import { providerDescriptionPage } from './providerDescription/page.ts'
import { providerInvitationSteps, providerInvitationsPage } from './providerInvitations/page.ts'
import { providerJoinPage } from './providerJoin/page.ts'
import { providerListingPage } from './providerListing/page.ts'
import { providerNewOrganisationPage } from './providerNewOrganisation/page.ts'
import { providerOfferPage } from './providerOffer/page.ts'
import { providerOutcomePage } from './providerOutcome/page.ts'
import { providerReferralPage } from './providerReferral/page.ts'
import { residentPages } from './residentPages.ts'
import { savedPage } from './saved/page.ts'
import { setUpPage } from './setUp/page.ts'
import { signedOutPage } from './signedOut/page.ts'
import { signUpPage } from './signUp/page.ts'
import { takeUpInvitationPage } from './takeUpInvitation/page.ts'
import { toldOfPage, toldOfSearchPage, toldOfSteps } from './toldOf/page.ts'
import { verifyEmailPage } from './verifyEmail/page.ts'

/** Every page, in the order in which paths are tried. */
export const pages: readonly AnyPage[] = [
  homePage,
  findPage,
  comparePage,
  savedPage,
  toldOfPage,
  toldOfSearchPage,
  ...toldOfSteps,
  signedOutPage,
  accessibilityPage,
  accountReadyPage,
  assetsPage,
  assetPage,
  assetReachPage,
  assetHidingPage,
  assetShowingPage,
  assetRemovalPage,
  checkYourMailPage,
  dataSourcesPage,
  forgottenPasswordPage,
  helpNowPage,
  messagesPage,
  newPasswordPage,
  offerPage,
  ...operationsPages,
  organisationInvitationPage,
  organisationPage,
  privacyPage,
  setUpPage,
  signUpPage,
  takeUpInvitationPage,
  verifyEmailPage,
  providerPage,
  providerListingPage,
  providerNewOrganisationPage,
  providerDescriptionPage,
  providerChecksPage,
  providerCheckRemovalPage,
  providerInvitationsPage,
  ...providerInvitationSteps,
  providerJoinPage,
  providerJoiningCodePage,
  providerAssetsPage,
  providerNewAssetPage,
  providerEditAssetPage,
  providerHandOverPage,
  providerLeavingPage,
  providerClosingPage,
  providerNewOfferPage,
  providerEditOfferPage,
  providerPublicationPage,
  providerDraftPublicationPage,
  providerDraftDiscardingPage,
  providerAssurancePage,
  providerRenewalPage,
  providerWithdrawalPage,
  providerOfferPage,
  providerAcceptancePage,
  providerDeclinePage,
  providerOutcomePage,
  providerConclusionPage,
  providerReferralPage,
  administratorPage,
  administratorAccountsPage,
  administratorNewAccountPage,
  administratorAccountPage,
  administratorVouchingPage,
  administratorPasswordLinkPage,
  administratorClosingPage,
  administratorChecksPage,
  administratorOffersPage,
  administratorAssurancePage,
  administratorCheckPage,
  administratorMailPage,
  administratorDeliveriesPage,
  administratorImportsPage,
  // Before the page of one import, which has an id where these have a word.
  administratorImportFilePage,
  administratorImportColumnsPage,
  administratorImportPage,
  ...administratorImportSteps,
  administratorImportKindsPage,
  administratorImportChoicePage,
  administratorImportRecordPage,
  administratorFeedsPage,
  administratorFeedStopPage,
  administratorDuplicatesPage,
  administratorDuplicatePage,
  ...administratorDuplicateSteps,
  offerDuplicatesPage,
  offerDuplicatePage,
  ...offerDuplicateSteps,
  administratorTaxonomiesPage,
  administratorTaxonomyPage,
  dashboardPage,
  figureCsvPage,
  dashboardEventsPage,
  contractsPage,
  contractNewPage,
  contractPage,
  contractVaryPage,
  contractReturnPage,
  contractQuartersPage,
  grantsPage,
  grantsCsvPage,
  ...residentPages,
  ...navigatorPages,
  ...poolingPages,
]
