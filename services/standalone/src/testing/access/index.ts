import { assetFixtures } from './assetFixtures.ts'
import { commissioningFixtures } from './commissioningFixtures.ts'
import { directoryFixtures } from './directoryFixtures.ts'
import { duplicateFixtures } from './duplicateFixtures.ts'
import type { Fixtures } from './fixture.ts'
import { identityFixtures } from './identityFixtures.ts'
import { importFixtures } from './importFixtures.ts'
import { notificationFixtures } from './notificationFixtures.ts'
import { offerDuplicateFixtures } from './offerDuplicateFixtures.ts'
import { operationsFixtures } from './operationsFixtures.ts'
import { peopleFixtures } from './peopleFixtures.ts'
import { poolingFixtures } from './poolingFixtures.ts'
import { referralFixtures } from './referralFixtures.ts'

/** How each route of each service is tried. A new service adds its own file here; a route without a fixture fails the test with its name. */
export const fixtures: Fixtures = {
  ...commissioningFixtures,
  ...directoryFixtures,
  ...assetFixtures,
  ...duplicateFixtures,
  ...identityFixtures,
  ...importFixtures,
  ...notificationFixtures,
  ...offerDuplicateFixtures,
  ...operationsFixtures,
  ...peopleFixtures,
  ...poolingFixtures,
  ...referralFixtures,
}
