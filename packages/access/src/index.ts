export { type Caller, levelFor, roles } from './caller.ts'
export { type Level, type Policy, type PolicyName, policies } from './policies.ts'
