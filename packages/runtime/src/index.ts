export type { Cancel, Runtime } from './runtime.ts'
export { abortAfter, calendarDay, instant, sleep } from './runtime.ts'
export { systemRuntime } from './systemRuntime.ts'
