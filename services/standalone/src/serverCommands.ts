import type { Writable } from 'node:stream'
import { type IndexPlan, mongoIndexes } from '@patchwork/document-store'
import { kafkaTopics, type TopicPlan } from '@patchwork/event-log'
import { topics as declaredTopics } from '@patchwork/events'
import type { Runtime } from '@patchwork/runtime'
import { ConfigurationError } from '@patchwork/service-process'
import { type Command, InvalidArgumentError } from 'commander'
import { readConfig } from './config.ts'

type Surroundings = { environment: NodeJS.ProcessEnv; runtime: Runtime; output: Writable }
type Settle = (action: (...given: never[]) => Promise<number>) => (...given: unknown[]) => Promise<void>

const done = 0
const failed = 1
const partitionsMax = 1_000
const copiesMax = 9

/** The commands that bring Kafka's topics and MongoDB's indexes to what the code declares of them. */
export const addServerCommands = (patchwork: Command, surroundings: Surroundings, settle: Settle): void => {
  const applyOptions = (command: Command): Command =>
    command.option('--dry-run', 'show what would be done, and do nothing').option('--json', 'print one JSON document')
  const topics = patchwork.command('topics').description('the topics of Kafka, as the code declares them')
  applyOptions(topics.command('apply').description('make the topics that are not there and put their settings right; a repeat changes nothing'))
    .option('--partitions <number>', 'of each topic; what a topic has that holds events stays', wholeNumber(partitionsMax), 12)
    .option('--replication <number>', 'copies of each topic that is made, at most one per broker', wholeNumber(copiesMax), 1)
    .action(settle((options: TopicsOptions) => applyTopics(surroundings, options)))
  const indexes = patchwork.command('indexes').description('the indexes of MongoDB, as the services declare them')
  applyOptions(indexes.command('apply').description('make the collections and indexes that are not there; a repeat changes nothing')).action(
    settle((options: ApplyOptions) => applyIndexes(surroundings, options)),
  )
}

const wholeNumber =
  (most: number) =>
  (value: string): number => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < 1 || number > most) throw new InvalidArgumentError(`Give a whole number from 1 to ${most}.`)
    return number
  }

type ApplyOptions = { dryRun?: boolean; json?: boolean }
type TopicsOptions = ApplyOptions & { partitions: number; replication: number }
type Applied<Plan> = { applied: boolean; plan: readonly Plan[] }

const applyTopics = async ({ environment, runtime, output }: Surroundings, options: TopicsOptions): Promise<number> => {
  const { kafkaBrokers: brokers, kafkaSecurity } = readConfig(environment)
  if (brokers === undefined) throw new ConfigurationError('Set KAFKA_BROKERS to the brokers whose topics are to be made. Without Kafka there are none to make.')
  const { dryRun = false, json = false, partitions, replication: replicationFactor } = options
  const topics = await kafkaTopics({ brokers, clientId: 'patchwork-topics', runtime, ...kafkaSecurity, partitions, replicationFactor })
  try {
    const plan = await topics.plan(declaredTopics)
    const isRefused = plan.some(({ action }) => action === 'refuse')
    const applied = !dryRun && !isRefused
    if (applied) await topics.apply(plan)
    output.write(json ? `${JSON.stringify({ applied, plan } satisfies Applied<TopicPlan>)}\n` : topicsInWords({ applied, plan }))
    return isRefused ? failed : done
  } finally {
    await topics.close()
  }
}

const topicsInWords = ({ applied, plan }: Applied<TopicPlan>): string => {
  const lines = plan.map((one) => {
    if (one.action === 'refuse') return `REFUSED  ${one.topic}: ${one.why}\n`
    if (one.action === 'change') return `change   ${one.topic}: ${one.changes.map(({ setting, from, to }) => `${setting} ${from} → ${to}`).join(', ')}\n`
    return `${one.action.padEnd(7)}  ${one.topic} (${one.partitions} partitions)\n`
  })
  return `${lines.join('')}${endInWords(plan, applied)}`
}

const endInWords = (plan: readonly { action: string }[], applied: boolean): string => {
  if (plan.some(({ action }) => action === 'refuse')) return 'Nothing was done: see what is refused above.\n'
  if (plan.every(({ action }) => action === 'same')) return 'Nothing to do.\n'
  return applied ? 'Done.\n' : 'Nothing was done: this is what would be.\n'
}

const applyIndexes = async ({ environment, runtime, output }: Surroundings, { dryRun = false, json = false }: ApplyOptions): Promise<number> => {
  const { mongodbUri: uri } = readConfig(environment)
  if (uri === undefined)
    throw new ConfigurationError('Set MONGODB_URI to the server and database whose indexes are to be made. Without MongoDB there are none to make.')
  // Loaded with every service, which no other command of this file needs.
  const { declaredCollections } = await import('./declaredCollections.ts')
  const declared = await declaredCollections(runtime)
  const indexes = await mongoIndexes({ runtime, uri })
  try {
    const plan = await indexes.plan(declared)
    if (!dryRun) await indexes.apply(declared)
    output.write(json ? `${JSON.stringify({ applied: !dryRun, plan } satisfies Applied<IndexPlan>)}\n` : indexesInWords({ applied: !dryRun, plan }))
    return done
  } finally {
    await indexes.close()
  }
}

const indexesInWords = ({ applied, plan }: Applied<IndexPlan>): string => {
  const lines = plan.flatMap((one) => {
    if (one.action === 'left') return [`left   ${one.collection}: not declared; a read model that was built anew, or not ours\n`]
    const { collection, make, drop, same } = one
    return [
      ...make.map((index) => `make   ${collection} ${index}\n`),
      ...drop.map((index) => `drop   ${collection} ${index}: not declared any more\n`),
      ...same.map((index) => `same   ${collection} ${index}\n`),
    ]
  })
  const actions = plan.map((one) => ({ action: one.action === 'left' || one.make.length + one.drop.length === 0 ? 'same' : 'change' }))
  return `${lines.join('')}${endInWords(actions, applied)}`
}
