import { z } from 'zod'
import type { ServiceCalls, ServiceName } from '../../serviceCalls.ts'

/** Every service, in the order in which they are shown. */
export const operatedServices = [
  'web',
  'identity',
  'people',
  'provider-directory',
  'referral',
  'notification',
  'personal-budget-pooling',
  'commissioning',
] as const satisfies readonly ServiceName[]
export type OperatedService = (typeof operatedServices)[number]

const askTimeoutMs = 4_000
const lettersMax = 50

export const RunAnswer = z.object({
  status: z.enum(['running', 'finished', 'failed', 'interrupted']),
  startedAt: z.string(),
  startedBy: z.string().optional(),
  finishedAt: z.string().optional(),
  done: z.int(),
  of: z.int(),
  checked: z.array(z.object({ name: z.string(), checked: z.int(), violations: z.int(), examples: z.array(z.string()) })).optional(),
  group: z.string().optional(),
  replayed: z.int().optional(),
  stillParked: z.int().optional(),
})
const Status = z.object({
  processes: z.array(z.object({ processId: z.string(), startedAt: z.string(), isReady: z.boolean() })),
  consumers: z.array(z.object({ group: z.string(), behind: z.int().optional(), parked: z.int().optional() })),
  outboxes: z.array(z.object({ aggregate: z.string(), waiting: z.int().optional(), since: z.string().optional() })),
  verification: RunAnswer.optional(),
  replays: z.array(RunAnswer),
})
const Letters = z.object({
  items: z.array(z.object({ group: z.string(), source: z.string(), sequence: z.int(), eventId: z.string(), type: z.string(), reason: z.string() })),
  isMore: z.boolean(),
})

/** Undefined as soon as one is: a sum of what is not known is not known. */
const sum = (values: readonly (number | undefined)[]): number | undefined =>
  values.reduce<number | undefined>((total, value) => (total === undefined || value === undefined ? undefined : total + value), 0)

const overviewOf = async (services: ServiceCalls, service: OperatedService) => {
  const status = await services.get(service, '/operations/status', Status, { timeoutMs: askTimeoutMs }).catch(() => undefined)
  if (!status) return { service, isHere: false as const }
  const { consumers, outboxes } = status
  const hasLetters = consumers.some(({ parked }) => parked !== 0)
  const asked = { query: { limit: lettersMax }, timeoutMs: askTimeoutMs }
  const letters = hasLetters ? await services.get(service, '/operations/dead-letters', Letters, asked).catch(() => undefined) : { items: [], isMore: false }
  return {
    ...{ service, isHere: true as const, ...status, letters },
    behind: sum(consumers.map(({ behind }) => behind)),
    parked: sum(consumers.map(({ parked }) => parked)),
    waiting: sum(outboxes.map(({ waiting }) => waiting)),
    since: outboxes
      .flatMap(({ since }) => since ?? [])
      .sort()
      .at(0),
  }
}

/** How every service is, as far as each answers. */
export const readOverview = (services: ServiceCalls) => Promise.all(operatedServices.map((service) => overviewOf(services, service)))
export type Overview = Awaited<ReturnType<typeof readOverview>>
