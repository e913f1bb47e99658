export type { Cancel, Runtime } from './runtime.ts'
export { calendarDay, instant, sleep } from './runtime.ts'
export { systemRuntime } from './systemRuntime.ts'
