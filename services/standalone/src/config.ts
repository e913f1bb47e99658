import { dirname, join, resolve } from 'node:path'
import type { KafkaSecurity } from '@patchwork/event-log'
import {
  brokersFrom,
  ConfigurationError,
  type EndAt,
  endAtFrom,
  kafkaSecurityFrom,
  kafkaSecurityVariables,
  Port,
  processVariables,
  readEnvironment,
  telemetryFrom,
  telemetryVariables,
} from '@patchwork/service-process'
import type { TelemetrySettings } from '@patchwork/telemetry'
import { z } from 'zod'

/** What the whole place in one process reads from its environment. */
export const Environment = z.object({
  HOST: processVariables.HOST,
  PORT: Port.default(3000).describe('the port it listens on'),
  DATA_DIR: z.string().min(1).default('./data').describe('where its data lies'),
  DATA_KEY_FILE: z.string().min(1).optional().describe('the key that personal data is encrypted with, outside DATA_DIR; <DATA_DIR>.key when unset'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where people reach the place, when a proxy stands before it'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('the mail server, smtp://user:password@host:port'),
  MAIL_FROM: z.string().min(3).max(200).optional().describe('the sender’s address, with SMTP_URL'),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('another OpenID Connect issuer to trust'),
  OIDC_JWKS_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where that issuer’s keys are'),
  MONGODB_URI: z.string().min(1).optional().describe('keep documents in MongoDB'),
  KAFKA_BROKERS: z.string().min(1).optional().describe('keep events in Kafka, host:port, with commas between several'),
  KAFKA_SESSION_MS: processVariables.KAFKA_SESSION_MS,
  ...kafkaSecurityVariables,
  LOG_LEVEL: processVariables.LOG_LEVEL,
  ...telemetryVariables,
  PATCHWORK_END_AT: processVariables.PATCHWORK_END_AT,
})

/** Everything the whole place reads from its environment, checked once. */
export type PlaceConfig = {
  host: string
  port: number
  dataDirectory: string
  dataKeyFile: string
  publicUrl: string | undefined
  issuer: string | undefined
  jwksUrl: string | undefined
  smtpUrl: string | undefined
  mailFrom: string | undefined
  mongodbUri: string | undefined
  kafkaBrokers: string[] | undefined
  kafkaSessionMs: number | undefined
  kafkaSecurity: KafkaSecurity | undefined
  logLevel: string
  telemetry: TelemetrySettings
  endAt: EndAt | undefined
}

/** Reads the environment. The key lies beside the data directory, never in it, unless DATA_KEY_FILE says where. Throws ConfigurationError. */
export const readConfig = (environment: NodeJS.ProcessEnv): PlaceConfig => {
  const variables = readEnvironment(Environment, environment)
  const dataDirectory = resolve(variables.DATA_DIR)
  const dataKeyFile = resolve(variables.DATA_KEY_FILE ?? `${dataDirectory}.key`)
  if (dirname(dataKeyFile).concat('/').startsWith(join(dataDirectory, '/')))
    throw new ConfigurationError('DATA_KEY_FILE: keep the key outside the data directory, or whoever copies the data has the key too.')
  return {
    host: variables.HOST,
    port: variables.PORT,
    dataDirectory,
    dataKeyFile,
    publicUrl: variables.PUBLIC_URL?.replace(/\/$/, ''),
    issuer: variables.OIDC_ISSUER,
    jwksUrl: variables.OIDC_JWKS_URL,
    smtpUrl: variables.SMTP_URL,
    mailFrom: variables.MAIL_FROM,
    mongodbUri: variables.MONGODB_URI,
    kafkaBrokers: variables.KAFKA_BROKERS === undefined ? undefined : brokersFrom(variables.KAFKA_BROKERS),
    kafkaSessionMs: variables.KAFKA_SESSION_MS,
    kafkaSecurity: kafkaSecurityFrom(variables),
    logLevel: variables.LOG_LEVEL,
    telemetry: telemetryFrom(variables),
    endAt: endAtFrom(variables.PATCHWORK_END_AT),
  }
}
