import type { Json } from '@patchwork/document-store'
import type { EventDefinition, EventEnvelope } from '@patchwork/events'
import type { z } from 'zod'
import type { Command } from './aggregate.ts'

export type ReactionContext = {
  /**
   * The command for what this reaction changes: its key names group, reaction and event, so that the change is made once however often the event
   * comes. `part` tells apart two changes of the same aggregate by one reaction.
   */
  command: (body?: Json, part?: string) => Command
  /** Aborts when the subscription stops or another process takes over. */
  signal: AbortSignal
}

/** What a consumer does when one kind of event happens. Made with `on`. */
export type Reaction = {
  /** Stable for ever: it is part of the command keys. */
  name: string
  definition: EventDefinition
  react: (event: EventEnvelope, context: ReactionContext) => Promise<void>
}

export type EventOf<Definition extends EventDefinition> = EventEnvelope & { type: Definition['type']; data: z.infer<Definition['data']> }

/**
 * Reacts to one kind of event; `data` has the shape of its definition, unknown fields are kept. Resolving means done for ever; an error of kind
 * `unavailable` means later; any other is tried again some times, then the event is parked. It may run more than once for one event, so whatever
 * it does goes through `command()` or under an id made from the event's. `name` is needed only where two reactions share a kind of event.
 */
export const on = <Definition extends EventDefinition>(
  definition: Definition,
  react: (event: EventOf<Definition>, context: ReactionContext) => Promise<void>,
  options: { name?: string } = {},
): Reaction => ({ name: options.name ?? definition.type, definition, react: react as Reaction['react'] })
