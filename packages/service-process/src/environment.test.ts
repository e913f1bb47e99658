import { z } from 'zod'
import { ConfigurationError, environmentInWords, readEnvironment } from './environment.ts'
import { ServiceEnvironment, settingsFrom } from './serviceSettings.ts'

const needed = {
  PUBLIC_URL: 'https://support.example.gov.uk/',
  MONGODB_URI: 'mongodb://mongodb:27017/patchwork',
  KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092',
  DATA_KEY_FILE: '/run/secrets/data.key',
}
const read = (environment: Record<string, string>) => settingsFrom(readEnvironment(ServiceEnvironment, environment))
const refusalOf = (environment: Record<string, string>): string => {
  try {
    read(environment)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message
    throw error
  }
  return 'nothing was refused'
}

describe('the environment of a service', () => {
  test('every variable is told of with what it is for and what holds when it is not set', () => {
    const lines = environmentInWords(ServiceEnvironment).trim().split('\n')
    expect(lines).toHaveLength(Object.keys(ServiceEnvironment.shape).length)
    for (const line of lines) expect(line).toMatch(/^\s*[A-Z_]+ {2,}\S.{10,}/)
    expect(environmentInWords(ServiceEnvironment)).not.toContain('undefined')
    expect(lines.filter((line) => line.endsWith('(required)')).map((line) => line.trim().split(' ')[0])).toEqual(Object.keys(needed))
  })
  test('what is missing or wrong is told together, each by its name', () =>
    expect(refusalOf({ ...needed, MONGODB_URI: '', KAFKA_BROKERS: 'kafka', PORT: '70000' }).split('\n')).toEqual([
      expect.stringContaining('PORT: '),
      'MONGODB_URI: is missing',
      'KAFKA_BROKERS: is not host:port, or several with commas between them',
    ]))
  test('an issuer is named with its keys or not at all', () =>
    expect(refusalOf({ ...needed, OIDC_ISSUER: 'https://login.example.gov.uk' })).toContain('OIDC_JWKS_URL'))
  test('the other services are found where people reach the place, unless it is told where', () => {
    expect(read(needed).service).toMatchObject({
      publicUrl: 'https://support.example.gov.uk',
      issuer: 'https://support.example.gov.uk/identity',
      jwksUrl: 'https://support.example.gov.uk/identity/jwks',
      serviceUrls: { people: 'https://support.example.gov.uk/api/people' },
    })
    const told = { ...needed, SERVICES_URL: 'http://gateway:3000', IDENTITY_URL: 'http://identity:3001', PROVIDER_DIRECTORY_URL: 'http://directory:3002/' }
    expect(read(told).service).toMatchObject({
      issuer: 'https://support.example.gov.uk/identity',
      jwksUrl: 'http://identity:3001/identity/jwks',
      serviceUrls: {
        people: 'http://gateway:3000/api/people',
        identity: 'http://identity:3001/api/identity',
        'provider-directory': 'http://directory:3002/api/provider-directory',
      },
    })
  })
  test('several brokers are told apart', () => expect(read(needed).process.kafkaBrokers).toEqual(['kafka-1:9092', 'kafka-2:9092']))
  test('a rule over several variables of a service is told in its own words', () => {
    const own = z.object({ ONE: z.string().optional(), OTHER: z.string().optional() }).refine(({ ONE, OTHER }) => ONE === undefined || OTHER !== undefined, {
      path: ['OTHER'],
      error: 'is missing: ONE needs it',
    })
    expect(() => readEnvironment(own.safeExtend(ServiceEnvironment.shape), { ...needed, ONE: '1' })).toThrow('OTHER: is missing: ONE needs it')
  })
})
