import type { AnyPage } from '../http/page.ts'
import { navigatorPage } from './navigator/page.ts'
import { navigatorChoosePersonPage } from './navigatorChoosePerson/page.ts'
import { navigatorInvitationPage } from './navigatorInvitation/page.ts'
import { navigatorNewPersonPage } from './navigatorNewPerson/page.ts'
import { navigatorPersonPage } from './navigatorPerson/page.ts'
import { navigatorReferPage } from './navigatorRefer/page.ts'
import { navigatorReferNeedPage } from './navigatorReferNeed/page.ts'
import { navigatorReferralPage } from './navigatorReferral/page.ts'
import { navigatorNewNeedPage } from './newNeed/page.ts'
import { navigatorConclusionPage } from './referralConclusion/page.ts'
import { navigatorConsentPage } from './referralConsent/page.ts'
import { navigatorOutcomePage } from './referralOutcome/page.ts'

/** The pages of a navigator. `new` is tried before an id. */
export const navigatorPages: readonly AnyPage[] = [
  navigatorPage,
  navigatorNewPersonPage,
  navigatorPersonPage,
  navigatorInvitationPage,
  navigatorChoosePersonPage,
  navigatorNewNeedPage,
  navigatorReferPage,
  navigatorReferNeedPage,
  navigatorReferralPage,
  navigatorOutcomePage,
  navigatorConsentPage,
  navigatorConclusionPage,
]
