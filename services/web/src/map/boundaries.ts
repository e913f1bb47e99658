import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { remembered } from '../remembered.ts'
import type { ServiceCalls } from '../serviceCalls.ts'

const freshMs = 60 * 60_000
const timeoutMs = 2_000
const wardsMax = 2_000

const Position = z.tuple([z.number(), z.number()], z.number())
const Rings = z.array(z.array(Position))
const Boundaries = z.object({
  features: z
    .array(
      z.object({
        properties: z.object({ wardCode: z.string(), name: z.string() }),
        geometry: z.discriminatedUnion('type', [
          z.object({ type: z.literal('Polygon'), coordinates: Rings }),
          z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(Rings) }),
        ]),
      }),
    )
    .max(wardsMax),
})
export type Ward = z.infer<typeof Boundaries>['features'][number]

/** The wards with their boundaries, kept for an hour; none while they cannot be read: a page without its map still has its list. */
export const createWards = (runtime: Pick<Runtime, 'now'>, services: ServiceCalls): (() => Promise<readonly Ward[]>) => {
  const read = remembered(runtime, freshMs, () => services.get('provider-directory', '/wards/boundaries', Boundaries, { timeoutMs }))
  return async () => (await read())?.features ?? []
}
