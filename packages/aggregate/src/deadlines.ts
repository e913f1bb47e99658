import type { Json } from '@patchwork/document-store'
import { instant, repeatedly } from '@patchwork/runtime'
import type { Aggregate, Aggregates, Decision, PlainEvent } from './aggregate.ts'
import { codeOf, isUnavailable } from './backOff.ts'
import { inParallel } from './inParallel.ts'
import type { Ports } from './ports.ts'

const pageSize = 100
const atOnceMax = 8

export type Deadlines = {
  /** Looks now; resolves when every aggregate that was due has been decided on, and what comes afterwards is done. Gives how many changed. A call during a look joins it. */
  runOnce(): Promise<{ due: number; changed: number }>
  /** Ends after the look under way. */
  stop(): Promise<void>
}

/**
 * Does what time asks for: every `everyMs` it finds the aggregates whose declared instant `field` has come, and lets `decide` say what follows.
 * `decide` sees the aggregate as it is then, so it must give no events where the instant has moved. What fails is logged and looked at again; the
 * same deadline of an aggregate changes it once, in however many processes this runs. `afterwards` is what each look leads to, before the next begins.
 */
export const deadlines = <State extends object, Event extends PlainEvent, Details>(options: {
  aggregates: Aggregates<State, Event, Details>
  /** A declared field that holds an instant, or nothing where no deadline runs; with an index that begins with it. */
  field: string
  everyMs: number
  /** Stable for ever: part of the command keys. */
  name: string
  ports: Pick<Ports, 'runtime' | 'logger'>
  decide: (current: Aggregate<State, Details>, at: string) => Decision<Event, Details>
  afterwards?: () => Promise<void>
}): Deadlines => {
  const { aggregates, field, everyMs, name, ports, decide, afterwards } = options
  const { runtime, logger } = ports
  const path = aggregates.definition.fields?.[field]?.path
  if (path === undefined) throw new RangeError(`${name}: ${field} is not a declared field of ${aggregates.definition.name}`)
  let stopped = false

  const meet = async (id: string, dueAt: string): Promise<boolean> => {
    const at = instant(runtime)
    const command = { key: `deadline/${name}:${id}:${dueAt}`, repeatable: false, body: null, at }
    let isMet = false
    await aggregates.update(id, command, (current) => {
      isMet = valueAt(current.state, path) === dueAt
      const decision = isMet ? decide(current, at) : { events: [] }
      isMet &&= decision.events.length > 0
      return decision
    })
    return isMet
  }

  const look = async (): Promise<{ due: number; changed: number }> => {
    const count = { due: 0, changed: 0 }
    const now = instant(runtime)
    let after: string | undefined
    do {
      // By pages and not "the first again": one that cannot be decided on must not hide those behind it.
      const page = await aggregates.find({ where: { [field]: { atMost: now } }, limit: pageSize, ...(after === undefined ? {} : { after }) })
      await inParallel(page.aggregates, atOnceMax, async ({ id, state }) => {
        count.due += 1
        const changed = await meet(id, String(valueAt(state, path))).catch((error: unknown) => {
          if (isUnavailable(error)) throw error
          logger.error({ code: codeOf(error), deadline: name, aggregateId: id, err: error }, 'A deadline could not be acted on')
          return false
        })
        if (changed) count.changed += 1
      })
      after = page.after
    } while (after !== undefined && !stopped)
    await afterwards?.()
    return count
  }

  const looks = repeatedly(runtime, {
    everyMs,
    work: look,
    onError: (error) => logger.warn({ code: codeOf(error), deadline: name }, 'Deadlines could not be looked at'),
  })
  return {
    runOnce: looks.runOnce,
    stop: () => {
      stopped = true
      return looks.stop()
    },
  }
}

/** What stands in a state at a field's path, which begins with `state.`. */
const valueAt = (state: object, path: string): Json | undefined =>
  path
    .split('.')
    .slice(1)
    .reduce<Json | undefined>((value, step) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value[step] : undefined), state as Json)
