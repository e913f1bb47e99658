import { z } from 'zod'

const instant = z.iso.datetime({ precision: 3 })

/**
 * An event as it travels: CloudEvents 1.0 with `subject` = the aggregate's id = the message key. `sequence` grows by one per aggregate from 1,
 * without a gap. `commandkey` is the digest of the command that caused it. `data` holds ids, codes, dates and quantities; never a person.
 */
export const EventEnvelope = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(200),
  source: z.string().min(1).max(200),
  type: z.string().regex(/^[a-z-]+\.[a-z-]+\.v[1-9][0-9]*$/),
  subject: z.string().min(1).max(200),
  time: instant,
  datacontenttype: z.literal('application/json'),
  sequence: z.int().min(1),
  sequencetype: z.literal('Integer'),
  commandkey: z.string().max(200),
  correlationid: z.string().max(200).optional(),
  causationid: z.string().max(200).optional(),
  traceparent: z.string().max(200).optional(),
  data: z.record(z.string(), z.unknown()),
})
export type EventEnvelope = z.infer<typeof EventEnvelope>
