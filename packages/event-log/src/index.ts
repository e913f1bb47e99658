export { embeddedEventLog } from './embedded/embeddedEventLog.ts'
export { topicEndsIn } from './embedded/logFile.ts'
export * from './eventLog.ts'
export { kafkaEventLog } from './kafka/onFirstUse.ts'
