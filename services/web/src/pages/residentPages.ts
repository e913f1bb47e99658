import type { AnyPage } from '../http/page.ts'
import { myPage } from './my/page.ts'
import { myDetailsPage } from './myDetails/page.ts'
import { myNewReferralPage } from './myNewReferral/page.ts'
import { myReferNeedPage } from './myReferNeed/page.ts'
import { myReferralPage } from './myReferral/page.ts'
import { myEditSkillPage, myNewSkillPage } from './mySkill/page.ts'
import { mySkillsPage } from './mySkills/page.ts'
import { myWhoSawPage } from './myWhoSaw/page.ts'
import { myNewNeedPage } from './newNeed/page.ts'
import { myConclusionPage } from './referralConclusion/page.ts'
import { myConsentPage } from './referralConsent/page.ts'
import { myOutcomePage } from './referralOutcome/page.ts'

/** The pages of a resident. `new` is tried before an id. */
export const residentPages: readonly AnyPage[] = [
  myPage,
  myDetailsPage,
  myWhoSawPage,
  mySkillsPage,
  myNewSkillPage,
  myEditSkillPage,
  myNewNeedPage,
  myReferNeedPage,
  myNewReferralPage,
  myReferralPage,
  myOutcomePage,
  myConsentPage,
  myConclusionPage,
]
