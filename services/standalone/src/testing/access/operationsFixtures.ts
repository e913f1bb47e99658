import type { Fixtures } from './fixture.ts'

const services = ['web', 'identity', 'people', 'provider-directory', 'referral', 'notification', 'personal-budget-pooling', 'commissioning']
const administrators = { may: { any: ['administrator'] }, prepare: async () => ({}) } as const

/** The same at every service: who looks after the place sees how it runs, and nobody else. */
export const operationsFixtures: Fixtures = Object.fromEntries(
  services.flatMap((service) => [
    [`GET /api/${service}/operations/status`, administrators],
    [`GET /api/${service}/operations/dead-letters`, administrators],
    [`POST /api/${service}/operations/replays`, { ...administrators, prepare: async () => ({ body: {} }) }],
    [`POST /api/${service}/operations/verifications`, administrators],
  ]),
)
