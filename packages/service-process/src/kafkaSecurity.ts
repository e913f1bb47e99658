import { readFileSync } from 'node:fs'
import type { KafkaSecurity } from '@patchwork/event-log'
import { z } from 'zod'
import { ConfigurationError } from './environment.ts'

const file = (what: string) => z.string().min(1).optional().describe(`the file with ${what}`)
const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

/** How Kafka is spoken to, for every process that does. Secrets are read from files, as an environment is shown in too many places. */
export const kafkaSecurityVariables = {
  KAFKA_SECURITY_PROTOCOL: z
    .enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])
    .default('PLAINTEXT')
    .describe('how Kafka is spoken to: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL'),
  KAFKA_SSL_CA_FILE: file('the certificates (PEM) of the authorities that may vouch for Kafka; those that Node.js trusts when unset'),
  KAFKA_SSL_CERTIFICATE_FILE: file('the certificate (PEM) that this process shows to Kafka, with KAFKA_SSL_KEY_FILE'),
  KAFKA_SSL_KEY_FILE: file('the key (PEM) of that certificate'),
  KAFKA_SASL_MECHANISM: z
    .string()
    .toLowerCase()
    .pipe(z.enum(mechanisms, { error: 'is not PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512' }))
    .optional()
    .describe('how this process signs in to Kafka: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; SCRAM-SHA-512 when unset'),
  KAFKA_SASL_USERNAME: z.string().min(1).optional().describe('as whom it signs in to Kafka'),
  KAFKA_SASL_PASSWORD_FILE: file('the password of that user'),
} as const

export type KafkaSecurityVariables = z.output<z.ZodObject<typeof kafkaSecurityVariables>>

/** Reads the files that the variables name; undefined for plain text. Throws ConfigurationError for what does not go together or cannot be read. */
export const kafkaSecurityFrom = (variables: KafkaSecurityVariables): KafkaSecurity | undefined => {
  const { KAFKA_SECURITY_PROTOCOL: protocol } = variables
  const [isSealed, isSigned] = [protocol.endsWith('SSL'), protocol.startsWith('SASL')]
  refuseIdle(variables, 'KAFKA_SSL_', isSealed, 'SSL or SASL_SSL')
  refuseIdle(variables, 'KAFKA_SASL_', isSigned, 'SASL_SSL or SASL_PLAINTEXT')
  if (!isSealed && !isSigned) return undefined
  return { ...(isSealed && { ssl: sslFrom(variables) }), ...(isSigned && { sasl: saslFrom(variables) }) }
}

// What is set and not used is a mistake: somebody thinks that the connection is guarded by it.
const refuseIdle = (variables: KafkaSecurityVariables, prefix: string, isUsed: boolean, usedBy: string): void => {
  const set = Object.entries(variables).find(([name, value]) => name.startsWith(prefix) && value !== undefined)
  if (set && !isUsed) throw new ConfigurationError(`${set[0]}: is read only where KAFKA_SECURITY_PROTOCOL is ${usedBy}`)
}

const sslFrom = ({ KAFKA_SSL_CA_FILE, KAFKA_SSL_CERTIFICATE_FILE, KAFKA_SSL_KEY_FILE }: KafkaSecurityVariables): NonNullable<KafkaSecurity['ssl']> => {
  if ((KAFKA_SSL_CERTIFICATE_FILE === undefined) !== (KAFKA_SSL_KEY_FILE === undefined))
    throw new ConfigurationError('KAFKA_SSL_CERTIFICATE_FILE and KAFKA_SSL_KEY_FILE belong together: set both, or neither.')
  return {
    ...(KAFKA_SSL_CA_FILE !== undefined && { ca: [read('KAFKA_SSL_CA_FILE', KAFKA_SSL_CA_FILE)] }),
    ...(KAFKA_SSL_CERTIFICATE_FILE !== undefined && { cert: read('KAFKA_SSL_CERTIFICATE_FILE', KAFKA_SSL_CERTIFICATE_FILE) }),
    ...(KAFKA_SSL_KEY_FILE !== undefined && { key: read('KAFKA_SSL_KEY_FILE', KAFKA_SSL_KEY_FILE) }),
  }
}

const saslFrom = (variables: KafkaSecurityVariables): NonNullable<KafkaSecurity['sasl']> => {
  const { KAFKA_SASL_MECHANISM: mechanism = 'scram-sha-512', KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD_FILE: passwordFile } = variables
  if (username === undefined) throw new ConfigurationError('KAFKA_SASL_USERNAME: is missing: signing in to Kafka needs it')
  if (passwordFile === undefined) throw new ConfigurationError('KAFKA_SASL_PASSWORD_FILE: is missing: signing in to Kafka needs it')
  // Editors end a file with a new line, which is no part of a password.
  const password = read('KAFKA_SASL_PASSWORD_FILE', passwordFile).replace(/\r?\n$/, '')
  if (password === '') throw new ConfigurationError(`KAFKA_SASL_PASSWORD_FILE: ${passwordFile} is empty`)
  return { mechanism, username, password }
}

const read = (name: string, path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigurationError(`${name}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}
