import { z } from 'zod'
import { orNothing } from '../../http/formFields.ts'

// What pages of likely duplicates have in common, whether they are of organisations or of offers.

export const pairStatuses = ['waiting', 'rejected', 'merged', 'closed'] as const
export type PairStatus = (typeof pairStatuses)[number]
/** Those that can be looked through. */
export const listedStatuses = ['waiting', 'rejected', 'merged'] as const

/** Two side by side: in each field what either says, as `value` reads it, and whose words stand. */
export const comparedFields = <Field extends string, Value extends z.ZodType>(fields: readonly Field[], value: Value) =>
  z.array(z.object({ field: z.enum(fields), is: z.enum(['equal', 'one-only', 'conflict']), values: z.array(value), stands: z.string() }))

const chosen = orNothing(z.uuid({ error: 'choose-one' }))

/** Which of the two stands, and whose words in each field. `seen`: their ids, named `id` as the service names them, with the state that the page showed. */
export const mergeForm = <Field extends string, Id extends string>(fields: readonly Field[], id: Id) =>
  z.strictObject({
    stands: z.uuid({ error: 'choose-one' }),
    ...(Object.fromEntries(fields.map((field) => [`fields-${field}`, chosen])) as Record<`fields-${Field}`, typeof chosen>),
    /** What has changed since is not merged unseen. */
    seen: z
      .string()
      .regex(/^[0-9a-f-]{36}:[1-9]\d{0,9},[0-9a-f-]{36}:[1-9]\d{0,9}$/)
      .transform((text) =>
        text.split(',').map((one) => {
          const [named = '', sequence] = one.split(':')
          return { [id]: named, sequence: Number(sequence) } as Record<Id, string> & { sequence: number }
        }),
      ),
  })

/** The states that a page shows, as its form carries them. */
export const seenOf = <Id extends string>(two: readonly (Record<Id, string> & { sequence: number })[], id: Id): string =>
  two.map((one) => `${one[id]}:${one.sequence}`).join(',')

/** What is chosen before anybody has chosen. */
export const mergeFill = ({ pair, seen }: { pair: { stands: string; fields: readonly { field: string; stands: string }[] }; seen: string }) => ({
  stands: pair.stands,
  seen,
  ...Object.fromEntries(pair.fields.map(({ field, stands }) => [`fields-${field}`, stands])),
})

/** Whose words were chosen, by field. */
export const chosenWords = <Field extends string>(fields: readonly Field[], values: Partial<Record<`fields-${Field}`, string | undefined>>) =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const choice = values[`fields-${field}`]
      return choice === undefined ? [] : [[field, choice]]
    }),
  )
