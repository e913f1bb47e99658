import type { z } from 'zod'

/** One kind of event: its wire type, the topic it travels on, what it means to someone outside, and its data. */
export type EventDefinition<Type extends string = string, Data extends z.ZodObject = z.ZodObject> = {
  readonly type: Type
  readonly topic: string
  /** One sentence for the reference, as a fact someone would tell. */
  readonly meaning: string
  readonly data: Data
}

/** An event inside its service, before it gets an envelope: its wire type and its data. */
export type DomainEvent<Definition extends EventDefinition> =
  Definition extends EventDefinition<infer Type, infer Data> ? { type: Type; data: z.infer<Data> } : never

/** Names one kind of event; the type of the result keeps the literal type and the data's shape. */
export const defineEvent = <const Type extends string, Data extends z.ZodObject>(definition: EventDefinition<Type, Data>): EventDefinition<Type, Data> =>
  definition
