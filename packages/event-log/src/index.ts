export { embeddedEventLog } from './embedded/embeddedEventLog.ts'
export * from './eventLog.ts'
export { kafkaEventLog } from './kafka/onFirstUse.ts'
