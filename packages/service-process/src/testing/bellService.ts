import { appendFileSync } from 'node:fs'
import { consume, on, openAggregates } from '@patchwork/aggregate'
import { type DomainEvent, defineEvent } from '@patchwork/events'
import { createApp, defineRoute } from '@patchwork/http'
import { sleep } from '@patchwork/runtime'
import { z } from 'zod'
import { runService } from '../runService.ts'

// A service small enough to be looked through while it stops: bells are rung over HTTP, and each ring is heard once.

/** Between what is done and its being told or marked, so that a process that does not finish is caught there. */
const lingerMs = 20

process.exitCode = await runService({
  name: 'example',
  about: 'bells that are rung and heard, for tests',
  environment: z.object({
    TOPIC: z.string().min(1).describe('the topic that the rings are published to'),
    HEARD_FILE: z.string().min(1).describe('the file that gets a line each time that a ring is heard'),
  }),
  start: async (ports, _settings, { TOPIC: topic, HEARD_FILE }) => {
    const Rung = defineEvent({ type: 'bell.rung.v1', topic, meaning: 'A bell was rung.', data: z.object({}) })
    type Rung = DomainEvent<typeof Rung>
    const bells = await openAggregates<{ rings: number }, Rung>(
      { service: 'example', name: 'bell', topic, events: [Rung], initial: { rings: 0 }, evolve: ({ rings }) => ({ rings: rings + 1 }) },
      ports,
    )
    const hear = on(Rung, async ({ subject, sequence }) => {
      appendFileSync(HEARD_FILE, `${subject} ${sequence}\n`)
      await sleep(ports.runtime, lingerMs)
    })
    const hearing = await consume({ service: 'example', group: 'example-hearing', topics: [topic], handlers: [hear] }, ports)
    const ready = () => ports.documents.ping()
    const route = defineRoute({
      ...{ method: 'post', path: '/bells/:id/rings', summary: 'Ring a bell', policy: 'directory.find' },
      params: z.strictObject({ id: z.string() }),
      handle: async ({ command, params }) => {
        await bells.update(params.id, command, () => ({ events: [{ type: 'bell.rung.v1', data: {} } as Rung] }))
        await sleep(ports.runtime, lingerMs)
        return { status: 204 }
      },
    })
    const { runtime, logger } = ports
    const app = createApp({ service: 'example', routes: [route], authenticate: async () => ({ kind: 'anyone' }), runtime, logger, ready })
    return {
      ...{ name: 'example', mounts: [{ path: '/api/example', app }], ready, invariants: [], consumers: [], readModels: [] },
      stop: async () => {
        await hearing.stop()
        await bells.stop()
      },
    }
  },
})
