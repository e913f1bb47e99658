import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'

const Environment = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  DATA_DIR: z.string().min(1).default('./data'),
  DATA_KEY_FILE: z.string().min(1).optional(),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z.string().min(3).max(200).optional(),
  MONGODB_URI: z.string().min(1).optional(),
  KAFKA_BROKERS: z.string().min(1).optional(),
  KAFKA_SESSION_MS: z.coerce.number().int().min(1_000).max(300_000).optional(),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('warn'),
  /** For fault tests: `<step>[@<group>]:<count>` ends this process at once when that step of the write path (of that consumer) comes for the count-th time. */
  PATCHWORK_END_AT: z
    .string()
    .regex(/^[a-z-]+(@[a-z-]+)?:[1-9]\d*$/)
    .optional(),
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
  logLevel: string
  endAt: { point: string; count: number } | undefined
}

/** Thrown with one line per variable that is wrong; the command ends with exit code 2. */
export class ConfigurationError extends Error {}

/** Reads the environment. The key lies beside the data directory, never in it, unless DATA_KEY_FILE says where. Throws ConfigurationError. */
export const readConfig = (environment: NodeJS.ProcessEnv): PlaceConfig => {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(present)
  if (!parsed.success) throw new ConfigurationError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'))
  const variables = parsed.data
  const dataDirectory = resolve(variables.DATA_DIR)
  const dataKeyFile = resolve(variables.DATA_KEY_FILE ?? `${dataDirectory}.key`)
  if (dirname(dataKeyFile).concat('/').startsWith(join(dataDirectory, '/')))
    throw new ConfigurationError('DATA_KEY_FILE: keep the key outside the data directory, or whoever copies the data has the key too.')
  const [point, count] = variables.PATCHWORK_END_AT?.split(':') ?? []
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
    kafkaBrokers: variables.KAFKA_BROKERS?.split(',').map((broker) => broker.trim()),
    kafkaSessionMs: variables.KAFKA_SESSION_MS,
    logLevel: variables.LOG_LEVEL,
    endAt: point === undefined ? undefined : { point, count: Number(count) },
  }
}
