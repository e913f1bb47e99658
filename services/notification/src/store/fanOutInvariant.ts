import type { Invariant } from '@patchwork/aggregate'
import type { Runtime } from '@patchwork/runtime'
import { instant } from '@patchwork/runtime'
import type { FanOuts } from './fanOuts.ts'
import type { Messages } from './messages.ts'

const pageSize = 200
const examplesMax = 10
/** A list that was written this short a time ago may still be on its way to its messages. */
const settlingMs = 60_000

/** Everyone on a frozen list has their message, by each of its channels. `idOf` makes a message's id. */
export const everyoneIsTold = (dependencies: {
  fanOuts: FanOuts
  messages: Pick<Messages, 'getMany'>
  runtime: Pick<Runtime, 'now'>
  idOf: (eventId: string, personId: string, channel: 'page' | 'e-mail') => string
}): Invariant => {
  const { fanOuts, messages, runtime, idOf } = dependencies
  return {
    name: 'notification: everyone on a frozen list of recipients has their message, once',
    check: async () => {
      const result = { checked: 0, violations: 0, examples: [] as string[] }
      const before = instant({ now: () => runtime.now() - settlingMs })
      let after: string | undefined
      do {
        const page = await fanOuts.collection.find({ where: { frozenAt: { atMost: before } }, limit: pageSize, ...(after === undefined ? {} : { after }) })
        for (const { body } of page.documents) {
          const ids = body.recipients.flatMap(({ personId, channels }) => channels.map((channel) => idOf(body.eventId, personId, channel)))
          const there = new Set((await messages.getMany(ids)).flatMap(({ id, state }) => (state.status === 'unborn' ? [] : [id])))
          const missing = ids.filter((id) => !there.has(id))
          result.checked += ids.length
          result.violations += missing.length
          if (missing.length > 0 && result.examples.length < examplesMax) result.examples.push(body.eventId)
        }
        after = page.after
      } while (after !== undefined)
      return result
    },
  }
}
