import type { EventLog } from '@patchwork/event-log'
import { everyPage, tallyOf } from './aggregateInvariants.ts'
import type { Invariant } from './invariant.ts'
import type { Marks } from './marks.ts'

const pageSize = 500
/** Marks followed through one reading of the topics; memory is bounded by it. */
const marksPerReading = 50_000

/** What must hold over the marks of one group. */
export const consumerInvariants = (options: { group: string; topics: readonly string[]; marks: Marks; log: EventLog }): Invariant[] => {
  const { group, topics, marks, log } = options
  const pages = (parkedOnly: boolean) => everyPage((after) => marks.page({ parkedOnly, limit: pageSize, ...(after === undefined ? {} : { after }) }))
  return [
    {
      name: `${group}: no mark is past the last event of its source`,
      check: async () => {
        const { result, look } = tallyOf()
        let handled = new Map<string, number>()
        const hold = async () => {
          const last = new Map<string, number>()
          for (const topic of topics) {
            for await (const { source, subject, sequence } of log.read(topic)) {
              const key = `${source}:${subject}`
              if (handled.has(key)) last.set(key, Math.max(last.get(key) ?? 0, sequence))
            }
          }
          for (const [key, sequence] of handled) look(sequence <= (last.get(key) ?? 0), key)
          handled = new Map()
        }
        for await (const page of pages(false)) {
          for (const { body } of page) handled.set(`${body.source}:${body.subject}`, body.sequence)
          if (handled.size >= marksPerReading) await hold()
        }
        if (handled.size > 0) await hold()
        return result
      },
    },
    {
      name: `${group}: nothing is parked`,
      check: async () => {
        const { result, look } = tallyOf()
        for await (const page of pages(true)) for (const { body } of page) look(body.parkedFrom === undefined, `${body.source}:${body.subject}`, 0)
        result.checked = await marks.count()
        return result
      },
    },
  ]
}
