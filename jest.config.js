// One configuration for every workspace; each calls it with its own --rootDir.
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }] },
  testMatch: ['<rootDir>/src/**/*.test.ts'],
  // Longer than any wait within a test, which then says what it waited for.
  testTimeout: 300_000,
  maxWorkers: 2,
}
