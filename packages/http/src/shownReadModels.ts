import type { Consumer, ReadModel } from '@patchwork/aggregate'
import type { RunningService } from './service.ts'

type Shown = Pick<RunningService, 'consumers' | 'readModels'>

/** A consumer as a service shows it to whoever runs the place. `current` is asked each time: a rebuilt read model has another one. */
export const shownConsumer = (group: string, current: () => Consumer): Shown['consumers'][number] => ({
  group,
  caughtUp: () => current().caughtUp(),
  parked: async (limit) =>
    (await current().parked(limit)).map(({ subject, sequence, eventId, type, reason }) => ({
      source: subject,
      sequence,
      eventId,
      type,
      reason: 'code' in reason && reason.code !== undefined ? `${reason.why}: ${reason.code}` : reason.why,
    })),
  replay: (subject) => current().replay(subject),
})

/** Read models, by name, as a service shows them to whoever runs the place: their consumers, and how each is built anew. */
export const shownReadModels = (service: string, models: Readonly<Record<string, ReadModel<object>>>): Shown => ({
  consumers: Object.entries(models).map(([name, model]) => shownConsumer(`${service}-${name}`, () => model.consumer())),
  readModels: Object.entries(models).map(([name, model]) => ({
    name: `${service}/${name}`,
    rebuild: async () => {
      await model.rebuild()
    },
    digest: () => model.digest(),
  })),
})
