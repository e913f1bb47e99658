import type { KafkaSecurity } from '@patchwork/event-log'
import type { ServiceSettings } from '@patchwork/http'
import type { TelemetrySettings } from '@patchwork/telemetry'
import { z } from 'zod'
import { Address, brokersFrom, ConfigurationError, type EndAt, endAtFrom, Port, processVariables } from './environment.ts'
import { kafkaSecurityFrom, kafkaSecurityVariables } from './kafkaSecurity.ts'
import { telemetryFrom, telemetryVariables } from './telemetryVariables.ts'

/** The services that others ask over HTTP, by name. */
export const askedServices = ['provider-directory', 'referral', 'people', 'notification', 'identity', 'personal-budget-pooling', 'commissioning'] as const
export type AskedService = (typeof askedServices)[number]

/**
 * Base address of each service's API, where all are reached at one address (`origin`) but for those that have one of their own. The pages are among
 * them: they too say how they are.
 */
export const serviceUrlsAt = (origin: string, own: Readonly<Partial<Record<AskedService, string | undefined>>> = {}): Record<AskedService | 'web', string> =>
  Object.fromEntries([...askedServices, 'web' as const].map((name) => [name, `${own[name as AskedService] ?? origin}/api/${name}`])) as Record<
    AskedService | 'web',
    string
  >

type VariableOf<Name extends string> = Name extends `${infer First}-${infer Rest}` ? `${Uppercase<First>}_${VariableOf<Rest>}` : Uppercase<Name>
const variableOf = (name: AskedService): `${VariableOf<AskedService>}_URL` =>
  `${name.toUpperCase().replaceAll('-', '_')}_URL` as `${VariableOf<AskedService>}_URL`

const ownAddresses = Object.fromEntries(
  askedServices.map((name) => [variableOf(name), Address.optional().describe(`where the ${name} service is reached, when not at SERVICES_URL`)]),
) as unknown as Record<`${VariableOf<AskedService>}_URL`, z.ZodOptional<typeof Address>>

/** What every service reads from its environment when it runs in a process of its own, on MongoDB and Kafka. */
export const ServiceEnvironment = z.object({
  HOST: processVariables.HOST,
  PORT: Port.default(0).describe('the port it listens on; 0 is any that is free'),
  PUBLIC_URL: Address.describe('where people reach the place'),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'does not begin with mongodb:// or mongodb+srv://')
    .describe('the MongoDB server and database that hold its documents'),
  KAFKA_BROKERS: z
    .string()
    .regex(/^[^\s,:]+:\d+(\s*,\s*[^\s,:]+:\d+)*$/, 'is not host:port, or several with commas between them')
    .describe('the Kafka brokers, host:port, with commas between them'),
  KAFKA_SESSION_MS: processVariables.KAFKA_SESSION_MS,
  ...kafkaSecurityVariables,
  DATA_KEY_FILE: z.string().min(1).describe('the file with the place’s data key (a whole path), the same for all its services; it must be there'),
  SERVICES_URL: Address.optional().describe('one address where all services are reached from here; PUBLIC_URL when unset'),
  ...ownAddresses,
  OIDC_ISSUER: Address.optional().describe('another OpenID Connect issuer to trust, with OIDC_JWKS_URL; Patchwork’s own at PUBLIC_URL/identity when unset'),
  OIDC_JWKS_URL: Address.optional().describe('where that issuer’s keys are read'),
  LOG_LEVEL: processVariables.LOG_LEVEL,
  ...telemetryVariables,
  PATCHWORK_END_AT: processVariables.PATCHWORK_END_AT,
})

/** What a process needs beside what its service is told. */
export type ProcessSettings = {
  host: string
  port: number
  mongodbUri: string
  kafkaBrokers: string[]
  kafkaSessionMs: number | undefined
  kafkaSecurity: KafkaSecurity | undefined
  dataKeyFile: string
  logLevel: string
  telemetry: TelemetrySettings
  endAt: EndAt | undefined
}

/** Where a service finds the others and what its process needs. Throws ConfigurationError for settings that do not go together. */
export const settingsFrom = (variables: z.output<typeof ServiceEnvironment>): { process: ProcessSettings; service: ServiceSettings } => {
  const { PUBLIC_URL: publicUrl, SERVICES_URL: origin = publicUrl, OIDC_ISSUER: issuer, OIDC_JWKS_URL: jwksUrl } = variables
  if ((issuer === undefined) !== (jwksUrl === undefined))
    throw new ConfigurationError('OIDC_ISSUER and OIDC_JWKS_URL belong together: set both for another issuer, or neither.')
  return {
    process: {
      host: variables.HOST,
      port: variables.PORT,
      mongodbUri: variables.MONGODB_URI,
      kafkaBrokers: brokersFrom(variables.KAFKA_BROKERS),
      kafkaSessionMs: variables.KAFKA_SESSION_MS,
      kafkaSecurity: kafkaSecurityFrom(variables),
      dataKeyFile: variables.DATA_KEY_FILE,
      logLevel: variables.LOG_LEVEL,
      telemetry: telemetryFrom(variables),
      endAt: endAtFrom(variables.PATCHWORK_END_AT),
    },
    service: {
      publicUrl,
      issuer: issuer ?? `${publicUrl}/identity`,
      jwksUrl: jwksUrl ?? `${variables.IDENTITY_URL ?? origin}/identity/jwks`,
      serviceUrls: serviceUrlsAt(origin, Object.fromEntries(askedServices.map((name) => [name, variables[variableOf(name)]]))),
    },
  }
}
