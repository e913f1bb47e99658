export { inRequests } from './inRequests.ts'
export type { Cancel, Repeated, Runtime } from './runtime.ts'
export { abortAfter, calendarDay, instant, repeatedly, sleep } from './runtime.ts'
export { systemRuntime } from './systemRuntime.ts'
