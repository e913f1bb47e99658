export type { WebSettings } from './config.ts'
export { pages } from './pages/index.ts'
export { start } from './start.ts'
