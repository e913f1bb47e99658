import { repeatedly, systemRuntime } from '@patchwork/runtime'
import { Address, askedToStop, ConfigurationError, environmentInWords, Port, readEnvironment } from '@patchwork/service-process'
import { z } from 'zod'
import { type Instance, isReady, openGateway } from './gateway.ts'
import { type ServiceName, services } from './services.ts'

// The gateway in a process of its own, before services that somebody else starts and stops.

const lookEveryMs = 1_000
const variableOf = (service: ServiceName): string => `${service.toUpperCase().replaceAll('-', '_')}_URLS`
const Addresses = z.string().transform((text) => text.split(',').map((address) => Address.parse(address.trim())))

/** What the gateway reads from its environment. */
export const GatewayEnvironment = z.object({
  HOST: z.string().min(1).default('127.0.0.1').describe('the address of this machine it listens on'),
  PORT: Port.default(3000).describe('the port it listens on'),
  ...(Object.fromEntries(
    services.map((service) => [variableOf(service), Addresses.describe(`where the processes of ${service} are reached, with commas between them`)]),
  ) as Record<string, typeof Addresses>),
})

const run = async (): Promise<void> => {
  const variables: Record<string, unknown> = readEnvironment(GatewayEnvironment, process.env)
  const instances = new Map<string, Instance[]>(
    services.map((service) => [service, (variables[variableOf(service)] as string[]).map((url) => ({ url, isReceiving: false }))]),
  )
  const stop = askedToStop(process)
  const gateway = await openGateway({ host: variables.HOST as string, port: variables.PORT as number, instances })
  const look = async () => {
    const looked = [...instances.values()].flat().map(async (instance) => {
      instance.isReceiving = await isReady(instance)
    })
    await Promise.all(looked)
  }
  const looking = repeatedly(systemRuntime, { everyMs: lookEveryMs, work: look, onError: () => undefined })
  process.stdout.write(`The gateway is open at ${gateway.url}\n`)
  await stop.asked
  await looking.stop()
  await gateway.stop()
  stop.forget()
}

if (process.argv.includes('--help')) process.stdout.write(`The one address before all services.\n\nEnvironment:\n${environmentInWords(GatewayEnvironment)}`)
else
  await run().catch((error: Error) => {
    process.stderr.write(`gateway: ${error.message}\n`)
    process.exitCode = error instanceof ConfigurationError ? 2 : 1
  })
