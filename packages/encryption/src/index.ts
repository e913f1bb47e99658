export { dataKeyFrom } from './dataKeyFile.ts'
export { createSealer, type Sealer, UnsealableError } from './sealer.ts'
