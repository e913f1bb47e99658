import { type DomainEvent, defineEvent } from '@patchwork/events'
import { z } from 'zod'
import type { Aggregate, AggregateDefinition, Command, Decision } from './aggregate.ts'

const topic = 'patchwork.example.jar'

/** Examples for the tests: a jar that coins are put into until it is sealed. */
export const CoinsAdded = defineEvent({
  type: 'jar.coins-added.v1',
  topic,
  meaning: 'Coins were put into a jar.',
  data: z.object({ coins: z.int().min(1), mint: z.object({ year: z.int() }).optional() }),
})
export const JarSealed = defineEvent({ type: 'jar.sealed.v1', topic, meaning: 'A jar takes no more.', data: z.object({}) })
export type JarEvent = DomainEvent<typeof CoinsAdded> | DomainEvent<typeof JarSealed>
export type Jar = { status: 'none' | 'open' | 'sealed'; coins: number; additions: number }
export type JarDetails = { note: string }

export class JarSealedError extends Error {
  readonly kind = 'conflict'
  readonly code = 'jar-sealed'
  readonly title = 'The jar is sealed'
  constructor() {
    super('A sealed jar takes no more coins.')
  }
}

export const jarDefinition: AggregateDefinition<Jar, JarEvent> = {
  service: 'example',
  name: 'jar',
  topic,
  events: [CoinsAdded, JarSealed],
  initial: { status: 'none', coins: 0, additions: 0 },
  evolve: (jar, event) =>
    event.type === 'jar.sealed.v1' ? { ...jar, status: 'sealed' } : { status: 'open', coins: jar.coins + event.data.coins, additions: jar.additions + 1 },
  fields: { status: { path: 'state.status', type: 'string' }, coins: { path: 'state.coins', type: 'integer' } },
  indexes: { 'by-status': { fields: ['status'] }, 'by-coins': { fields: ['coins'], sparse: true } },
}

type JarDecision = Decision<JarEvent, JarDetails>
type CurrentJar = Aggregate<Jar, JarDetails>

/** Throws JarSealedError. */
export const addCoins =
  (coins: number) =>
  ({ state }: CurrentJar): JarDecision => {
    if (state.status === 'sealed') throw new JarSealedError()
    return { events: [{ type: 'jar.coins-added.v1', data: { coins } }], answer: { total: state.coins + coins } }
  }

/** Changes the private part and nothing else. */
export const noteDown = (note: string) => (): JarDecision => ({ events: [], details: { note } })

/** Only the first addition counts; any other changes nothing. */
export const addFirstCoins =
  (coins: number) =>
  (jar: CurrentJar): JarDecision =>
    jar.state.additions === 0 ? addCoins(coins)(jar) : { events: [], answer: { total: jar.state.coins } }

export const seal = ({ state }: CurrentJar): JarDecision =>
  state.status === 'sealed' ? { events: [], answer: { sealedBefore: true } } : { events: [{ type: 'jar.sealed.v1', data: {} }] }

export const commandOf = (key: string, more: Partial<Command> = {}): Command => ({
  key,
  repeatable: true,
  body: null,
  at: '2025-01-06T09:00:00.000Z',
  ...more,
})
