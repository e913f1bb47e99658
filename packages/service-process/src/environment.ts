import { z } from 'zod'

/** Thrown with one line per variable that is missing or wrong; the command ends with exit code 2. */
export class ConfigurationError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>

/** Parses an environment; a variable that is empty is one that is not set. Throws ConfigurationError, which names each variable. */
export const readEnvironment = <Schema extends z.ZodType>(schema: Schema, environment: Environment): z.output<Schema> => {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(present)
  if (parsed.success) return parsed.data
  throw new ConfigurationError(parsed.error.issues.map((issue) => inWords(issue, present)).join('\n'))
}

const inWords = ({ path, message, code }: z.core.$ZodIssue, present: Environment): string => {
  const name = path.join('.')
  return `${name}: ${present[name] === undefined && code !== 'custom' ? 'is missing' : message}`
}

/** A line or two for each variable that the schema reads: its name, what it is for, and its default or that it is needed. */
export const environmentInWords = (schema: z.ZodObject): string => {
  const variables = Object.entries(schema.shape) as [string, z.ZodType][]
  const width = Math.max(...variables.map(([name]) => name.length))
  return variables
    .map(([name, variable]) => {
      const unset = variable.safeParse(undefined)
      const otherwise = !unset.success ? ' (required)' : unset.data === undefined || unset.data === false ? '' : ` (default: ${unset.data})`
      return `  ${name.padEnd(width)}  ${variable.description}${otherwise}\n`
    })
    .join('')
}

const address = () => z.url({ protocol: /^https?$/, error: 'is not an address that begins with http:// or https://' })
/** An address in the form that others are put behind: without a slash at its end. */
export const Address = address().transform((url) => url.replace(/\/+$/, ''))

/** What every process of Patchwork can be told. */
export const processVariables = {
  HOST: z.string().min(1).default('127.0.0.1').describe('the address of this machine it listens on'),
  LOG_LEVEL: z
    .enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('warn')
    .describe('what it logs: silent, fatal, error, warn, info, debug or trace'),
  KAFKA_SESSION_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(300_000)
    .optional()
    .describe('how long a process that died keeps its share of Kafka’s events; 10000 when unset'),
  PATCHWORK_END_AT: z
    .string()
    .regex(/^[a-z-]+(@[a-z-]+)?:[1-9]\d*$/)
    .optional()
    .describe('for fault tests: <step>[@<group>]:<count> ends this process at once when that step comes for the count-th time'),
}
export const Port = z.coerce.number().int().min(0).max(65_535)

/** Where a fault test wants the process to end, read from PATCHWORK_END_AT. */
export type EndAt = { point: string; count: number }
export const endAtFrom = (variable: string | undefined): EndAt | undefined => {
  const [point, count] = variable?.split(':') ?? []
  return point === undefined ? undefined : { point, count: Number(count) }
}

/** The brokers that KAFKA_BROKERS names. */
export const brokersFrom = (variable: string): string[] => variable.split(',').map((broker) => broker.trim())
