import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { remembered } from '../remembered.ts'
import type { ServiceCalls } from '../serviceCalls.ts'

const freshMs = 5 * 60_000
const timeoutMs = 2_000

const text = z.string().min(1).optional().catch(undefined)
const webPage = z
  .url({ protocol: /^https?$/ })
  .optional()
  .catch(undefined)

const AnyPlace = z.object({
  name: text,
  councilName: text,
  councilWebsite: text,
  safeguarding: z
    .object({
      phone: text,
      url: text,
      lines: z.array(z.object({ who: z.string(), phone: text, url: webPage, when: z.string().catch('') })).catch([]),
    })
    .catch({ phone: undefined, url: undefined, lines: [] }),
  licence: z.object({ name: z.string(), url: z.string() }).optional().catch(undefined),
  attribution: text,
})

type Known = z.infer<typeof AnyPlace>
/** The council area that this place is for, as far as the directory says; `worried` are the lines for whoever fears that someone is being harmed. */
export type PlaceAbout = Known & { worried: Line[] }
type Line = Partial<Known['safeguarding']['lines'][number]> & { who: string; when: string }

const forEveryone = new Set(['999', '112', '111'])

const withWorried = (known: Known): PlaceAbout => {
  const { phone, lines } = known.safeguarding
  const local = lines.filter(({ phone, url }) => (phone === undefined ? url !== undefined : !forEveryone.has(phone.replaceAll(' ', ''))))
  const council = phone !== undefined && !local.some((line) => line.phone === phone) ? [{ who: known.councilName ?? '', phone, when: '' }] : []
  return { ...known, worried: [...council, ...local] }
}

const nothingKnown = withWorried(AnyPlace.parse({}))

/** What the directory says of its place, kept for five minutes; nothing but emptiness while it cannot be asked: no page waits for it to get well. */
export const createPlaceAbout = (runtime: Pick<Runtime, 'now'>, services: ServiceCalls): (() => Promise<PlaceAbout>) => {
  const read = remembered(runtime, freshMs, async () => withWorried(await services.get('provider-directory', '/place', AnyPlace, { timeoutMs })))
  return async () => (await read()) ?? nothingKnown
}
