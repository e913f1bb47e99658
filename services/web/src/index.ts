export type { WebSettings } from './config.ts'
export { start } from './start.ts'
