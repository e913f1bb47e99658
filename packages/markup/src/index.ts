export { safeMarkup } from './safeMarkup.ts'
