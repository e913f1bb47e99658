export { type AttributeName, attributeNames } from './attributes.ts'
export { createLogger, type Logger } from './logger.ts'
export { currentTraceparent, inSpan, inTrace, startTracing } from './tracing.ts'
