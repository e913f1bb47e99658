import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs'

/** Kafka's client by itself, with a producer that is connected and set as the driver sets its own: durable, idempotent, one send at a time. */
export const openRawKafka = async (brokers: readonly string[]): Promise<{ kafka: Kafka; producer: Producer }> => {
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'bench-raw', logLevel: logLevel.NOTHING })
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  })
  await producer.connect()
  return { kafka, producer }
}
