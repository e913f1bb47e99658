export type { IdentitySettings } from './config.ts'
export { type DemonstrationAccount, type DemonstrationPerson, openDemonstrationAccounts } from './demonstration.ts'
export { type RunningIdentity, start } from './start.ts'
