export type * from './aggregate.ts'
export * from './errors.ts'
export type * from './invariant.ts'
export * from './ports.ts'
