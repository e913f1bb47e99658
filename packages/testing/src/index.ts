export { startTestIssuer, type TestIssuer, type TestRole } from './testIssuer.ts'
