import type { Invariant, Ports } from '@patchwork/aggregate'
import type { EventEnvelope } from '@patchwork/events'
import type { Entitlement } from './domain/entitlement.ts'
import { type Entitlements, entitlementModel } from './store/entitlements.ts'
import type { PersonStore } from './store/personStore.ts'

const pageSize = 500
/** Entitlements followed through one reading of the log; memory is bounded by it. */
const entitlementsPerReading = 50_000
const looksMax = 3
const examplesMax = 10

type Held = Map<string, Entitlement>

/** What must hold over the vault beside what holds of every aggregate. */
export const peopleInvariants = (options: { people: PersonStore; entitlements: Entitlements; ports: Pick<Ports, 'log'> }): Invariant[] => {
  const { people, entitlements, ports } = options
  const model = entitlements.readModels.entitlements

  /** The entitlements of these ids as all events since the first make them. */
  const fromEvents = async (ids: ReadonlySet<string>): Promise<Held> => {
    const held: Held = new Map()
    const foldedUpTo = new Map<string, number>()
    const fold = (event: EventEnvelope) => {
      const id = entitlementModel.idOf(event)
      if (id === undefined || !ids.has(id)) return
      // An event may stand in its topic again after later ones; then it says nothing new.
      const of = `${id} ${event.source} ${event.subject}`
      if (event.sequence <= (foldedUpTo.get(of) ?? 0)) return
      foldedUpTo.set(of, event.sequence)
      const next = entitlementModel.project(held.get(id), event)
      if (next) held.set(id, next)
      else held.delete(id)
    }
    for (const topic of entitlementModel.topics) for await (const event of ports.log.read(topic)) fold(event)
    return held
  }
  const stored = async (ids: ReadonlySet<string>): Promise<Held> => new Map((await model.collection().getMany([...ids])).map(({ id, body }) => [id, body]))

  /** The ids whose entitlement no events account for; looked at again while events are under way. */
  const unfounded = async (ids: ReadonlySet<string>): Promise<string[]> => {
    let suspects = ids
    for (let look = 1; look <= looksMax && suspects.size > 0; look += 1) {
      if (look > 1) await model.caughtUp()
      const before = await stored(suspects)
      const founded = await fromEvents(suspects)
      const after = await stored(suspects)
      suspects = new Set([...suspects].filter((id) => !isSame(before.get(id), founded.get(id)) && !isSame(after.get(id), founded.get(id))))
    }
    return [...suspects]
  }

  return [
    {
      name: 'people: every entitlement follows from an event',
      check: async () => {
        const result = { checked: 0, violations: 0, examples: [] as string[] }
        let batch = new Set<string>()
        const look = async () => {
          const wrong = await unfounded(batch)
          result.checked += batch.size
          result.violations += wrong.length
          result.examples = [...result.examples, ...wrong].slice(0, examplesMax)
          batch = new Set()
        }
        for (let after: string | undefined, more = true; more; ) {
          const page = await model.collection().find({ limit: pageSize, ...(after === undefined ? {} : { after }) })
          for (const { id } of page.documents) batch.add(id)
          after = page.after
          more = after !== undefined
          if (batch.size >= entitlementsPerReading) await look()
        }
        if (batch.size > 0) await look()
        return result
      },
    },
    {
      name: 'people: everybody who is registered has details that can be opened',
      check: async () => {
        const result = { checked: 0, violations: 0, examples: [] as string[] }
        for (let after: string | undefined, more = true; more; ) {
          const page = await people.find({ limit: pageSize, ...(after === undefined ? {} : { after }) })
          for (const { id, state, details } of page.aggregates) {
            result.checked += 1
            if (state.status === 'registered' && details?.name) continue
            result.violations += 1
            if (result.examples.length < examplesMax) result.examples.push(id)
          }
          after = page.after
          more = after !== undefined
        }
        return result
      },
    },
  ]
}

const isSame = (left: Entitlement | undefined, right: Entitlement | undefined): boolean =>
  left?.personId === right?.personId &&
  left?.navigatorId === right?.navigatorId &&
  left?.organisationId === right?.organisationId &&
  left?.ended === right?.ended
