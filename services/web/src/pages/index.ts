import type { AnyPage } from '../http/page.ts'
import { accessibilityPage } from './accessibility/page.ts'
import { accountReadyPage } from './accountReady/page.ts'
import { checkYourMailPage } from './checkYourMail/page.ts'
import { dataSourcesPage } from './dataSources/page.ts'
import { findPage } from './find/page.ts'
import { forgottenPasswordPage } from './forgottenPassword/page.ts'
import { helpNowPage } from './helpNow/page.ts'
import { homePage } from './home/page.ts'
import { messagesPage } from './messages/page.ts'
import { myPage } from './my/page.ts'
import { myDetailsPage } from './myDetails/page.ts'
import { myNewReferralPage } from './myNewReferral/page.ts'
import { myReferralPage } from './myReferral/page.ts'
import { myWhoSawPage } from './myWhoSaw/page.ts'
import { newPasswordPage } from './newPassword/page.ts'
import { offerPage } from './offer/page.ts'
import { organisationPage } from './organisation/page.ts'
import { privacyPage } from './privacy/page.ts'
import { setUpPage } from './setUp/page.ts'
import { signedOutPage } from './signedOut/page.ts'
import { signUpPage } from './signUp/page.ts'
import { takeUpInvitationPage } from './takeUpInvitation/page.ts'
import { verifyEmailPage } from './verifyEmail/page.ts'

/** Every page, in the order in which paths are tried. */
export const pages: readonly AnyPage[] = [
  homePage,
  findPage,
  signedOutPage,
  accessibilityPage,
  accountReadyPage,
  checkYourMailPage,
  dataSourcesPage,
  forgottenPasswordPage,
  helpNowPage,
  messagesPage,
  myPage,
  myDetailsPage,
  myNewReferralPage,
  myReferralPage,
  myWhoSawPage,
  newPasswordPage,
  offerPage,
  organisationPage,
  privacyPage,
  setUpPage,
  signUpPage,
  takeUpInvitationPage,
  verifyEmailPage,
]
