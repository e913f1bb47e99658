import { CalendarDay, WardCode } from '@patchwork/events'
import { defineRoute, ListQuery } from '@patchwork/http'
import { z } from 'zod'
import type { ContractStore } from '../store/contractStore.ts'

const GrantView = z.object({
  grantId: z.uuid(),
  title: z.string(),
  description: z.string(),
  recipientName: z.string(),
  programme: z.string(),
  amountPence: z.int(),
  awardedOn: z.string(),
  organisationId: z.uuid().optional(),
  charityNumber: z.string().optional(),
  wardCode: z.string().optional(),
  origin: z.string(),
  sourceId: z.string(),
})

/** The register of grants to voluntary groups: open data, so everyone reads it. */
export const grantRoutes = ({ store: { grants } }: { store: Pick<ContractStore, 'grants'> }) => [
  defineRoute({
    method: 'get',
    path: '/grants',
    policy: 'grant.read',
    summary: 'Grants to voluntary groups, the latest first, by year, days, ward or organisation',
    query: ListQuery.extend({
      year: z
        .string()
        .regex(/^\d{4}$/)
        .optional(),
      from: CalendarDay.optional(),
      until: CalendarDay.optional(),
      ward: z.union([WardCode, z.literal('unknown')]).optional(),
      organisation: z.uuid().optional(),
    }),
    answer: z.object({ items: z.array(GrantView), after: z.string().optional() }),
    handle: async ({ query: { limit, after, year, from, until, ward, organisation } }) => {
      const first = [from, year && `${year}-01-01`]
        .flatMap((day) => day ?? [])
        .sort()
        .at(-1)
      const last = [until, year && `${year}-12-31`].flatMap((day) => day ?? []).sort()[0]
      const days = { ...(first === undefined ? {} : { atLeast: first }), ...(last === undefined ? {} : { atMost: last }) }
      const page = await grants.find({
        where: {
          ...(first === undefined && last === undefined ? {} : { awardedOn: days }),
          ...(ward === undefined ? {} : { wardCode: { equals: ward === 'unknown' ? null : ward } }),
          ...(organisation === undefined ? {} : { organisationId: { equals: organisation } }),
        },
        sort: [{ field: 'awardedOn', direction: 'descending' }],
        limit,
        ...(after === undefined ? {} : { after }),
      })
      const items = page.aggregates.flatMap(({ id, state, details }) => {
        if (state.status !== 'recorded' || details === undefined) return []
        const { amountPence, awardedOn, organisationId, charityNumber, wardCode, origin } = state
        return { grantId: id, ...details, amountPence, awardedOn, organisationId, charityNumber, wardCode, origin }
      })
      return { body: { items, ...(page.after === undefined ? {} : { after: page.after }) } }
    },
  }),
]
