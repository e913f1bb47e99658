export { firstThatStarts } from './firstThatStarts.ts'
export { type KafkaForTests, kafkaForTests } from './kafka.ts'
export { type MongoForTests, mongoForTests } from './mongo.ts'
export { startTestIssuer, type TestIssuer, type TestRole } from './testIssuer.ts'
