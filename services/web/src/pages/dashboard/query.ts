import { CalendarDay, Category, WardCode } from '@patchwork/events'
import { z } from 'zod'

const asked = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined)
const unknown = z.literal('unknown')

/** What the dashboard is narrowed by, as it stands in the page's address. What cannot be read of it is not asked. */
export const DashboardQuery = z.object({
  from: asked(CalendarDay),
  until: asked(CalendarDay),
  ward: asked(z.union([WardCode, unknown])),
  category: asked(z.union([Category, unknown])),
  contract: asked(z.uuid()),
})
export type DashboardQuery = z.output<typeof DashboardQuery>

const code = asked(z.string().regex(/^[a-z0-9-]{1,60}$/))
/** A figure, and which part of it. */
export const FigureQuery = DashboardQuery.extend({
  version: asked(z.coerce.number().int().min(1).max(1_000)),
  by: asked(z.string().regex(/^[a-z,]{1,60}$/)),
  track: code,
  state: code,
  reason: code,
  time: code,
  month: asked(z.string().regex(/^\d{4}-\d{2}$/)),
  year: asked(z.string().regex(/^\d{4}$/)),
  partner: asked(z.uuid()),
  outcome: asked(z.uuid()),
  after: asked(z.string().max(2_000)),
})

/** The measure that an address names. A name that no measure could have is an empty one, which the service does not know. */
export const measureIn = (query: Readonly<Record<string, string>>): string =>
  z
    .string()
    .regex(/^[a-z-]{1,60}$/)
    .catch('none')
    .parse(query.measure)
