import { defineRoute } from '@patchwork/http'
import { z } from 'zod'
import type { CouncilArea } from '../place/place.ts'
import { WardBoundaries } from '../place/wards.ts'

const Source = z.object({ code: z.string(), name: z.string(), publisher: z.string(), changedOn: z.string().optional(), attribution: z.string() })
const PlaceView = z.object({
  name: z.string(),
  councilName: z.string(),
  councilWebsite: z.string().optional(),
  attribution: z.string(),
  safeguarding: z.object({
    words: z.string(),
    phone: z.string().optional(),
    url: z.string().optional(),
    lines: z.array(z.object({ who: z.string(), phone: z.string().optional(), url: z.string().optional(), when: z.string() })),
  }),
})
const forAnHour = { 'Cache-Control': 'public, max-age=3600' }

export const placeRoutes = ({ councilArea }: { councilArea: CouncilArea }) => [
  defineRoute({
    method: 'get',
    path: '/place',
    policy: 'directory.find',
    summary: 'The council area served, whose data it shows, and what to do in an emergency.',
    answer: PlaceView,
    handle: async () => ({ body: councilArea.about, headers: forAnHour }),
  }),
  defineRoute({
    method: 'get',
    path: '/sources',
    policy: 'directory.find',
    summary: 'Where the open data comes from, with the words each licence asks for.',
    answer: z.object({ items: z.array(Source), licence: z.object({ name: z.string(), url: z.string() }).optional() }),
    handle: async () => {
      const { sources, licence } = councilArea.about
      return { body: { items: sources, ...(licence ? { licence } : {}) }, headers: forAnHour }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/wards',
    policy: 'directory.find',
    summary: 'The wards of the area, by name.',
    answer: z.object({ items: z.array(z.object({ wardCode: z.string(), name: z.string() })) }),
    handle: async () => ({ body: { items: [...councilArea.wards.list] }, headers: forAnHour }),
  }),
  defineRoute({
    method: 'get',
    path: '/wards/boundaries',
    policy: 'directory.find',
    summary: 'The boundaries of the wards as GeoJSON.',
    answer: WardBoundaries,
    handle: async () => ({ body: councilArea.wards.boundaries, headers: forAnHour }),
  }),
  defineRoute({
    method: 'get',
    path: '/places/:postcode',
    policy: 'directory.find',
    summary: 'Where a postcode lies and in which ward; `known: false` for a place that is not known here.',
    params: z.strictObject({ postcode: z.string().max(60) }),
    answer: z.object({
      known: z.boolean(),
      wardCode: z.string().optional(),
      wardName: z.string().optional(),
      latitude: z.number().optional(),
      longitude: z.number().optional(),
    }),
    handle: async ({ params }) => {
      const found = councilArea.locate(params.postcode)
      return { body: found ? { known: true, ...found } : { known: false } }
    },
  }),
]
