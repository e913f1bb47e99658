export type { IdentitySettings } from './config.ts'
export type { DemonstrationAccount, DemonstrationPerson } from './demonstration.ts'
export { type RunningIdentity, start } from './start.ts'
