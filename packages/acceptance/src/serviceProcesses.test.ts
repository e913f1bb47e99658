import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const services = ['provider-directory', 'referral', 'people', 'notification', 'identity', 'personal-budget-pooling', 'commissioning', 'web']
const required = ['PUBLIC_URL', 'MONGODB_URI', 'KAFKA_BROKERS', 'DATA_KEY_FILE']

const run = async (service: string, args: string[]) => {
  const main = fileURLToPath(new URL(`../../../services/${service}/src/main.ts`, import.meta.url))
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { output: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (words: string) => {
    said.output += words
  })
  child.stderr.setEncoding('utf8').on('data', (words: string) => {
    said.errors += words
  })
  const [code] = await once(child, 'close')
  return { code, ...said }
}

describe.each(services)('the %s service in a process of its own', (service) => {
  test('prints the environment that it reads', async () => {
    const { code, output } = await run(service, ['--help'])
    expect(code).toBe(0)
    for (const name of required) expect(output).toMatch(new RegExp(`^ +${name} .*\\(required\\)$`, 'm'))
    expect(output).not.toContain('undefined')
  })
  test('names what is missing, and ends with 2', async () => {
    const { code, errors } = await run(service, [])
    expect({ code, errors: errors.split('\n').filter((line) => line.includes('is missing')) }).toEqual({
      code: 2,
      errors: required.map((name) => `${service}: ${name}: is missing`),
    })
  })
})
