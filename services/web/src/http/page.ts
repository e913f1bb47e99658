import type { Role } from '@patchwork/events'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import type { Ward } from '../map/boundaries.ts'
import type { PlaceAbout } from '../place/placeAbout.ts'
import type { ServiceCalls } from '../serviceCalls.ts'
import type { Format } from '../view/format.ts'
import type { Language, Translate } from '../words/words.ts'
import type { KeptName } from './cookies.ts'
import type { HandOver } from './handOver.ts'

/** The signed-in person a page is for. */
export type Person = { personId: string; accountId: string; role: Role }

/** What a page is asked with. */
export type Visit = {
  params: Readonly<Record<string, string>>
  /** Of a name given twice, the last. */
  query: Readonly<Record<string, string>>
  person: Person | undefined
  language: Language
  t: Translate
  format: Format
  /** The APIs, as this person; a POST carries the key of the form it came from. */
  services: ServiceCalls
  place: PlaceAbout
  /** Whether e-mail leaves this place: what a page may promise. */
  sendsMail: () => Promise<boolean>
  /** The wards with their boundaries, for a map; none while they cannot be had. */
  wards: () => Promise<readonly Ward[]>
  /** Waits at most 2 s for something that a write has caused; says whether it came. */
  appears: (look: () => Promise<boolean>) => Promise<boolean>
  /** What this visitor entered so far in a form of several pages, by a name of the page's choosing; gone when it is dropped or they sign out. */
  drafts: {
    read<Schema extends z.ZodType>(name: string, schema: Schema): Promise<z.output<Schema> | undefined>
    keep(name: string, draft: object): Promise<void>
    drop(name: string): Promise<void>
  }
  /** What this visitor keeps in their browser until they close it, signed in or not: on a machine that others use too, nothing stays behind. At most 2 kB each. */
  kept: {
    read<Schema extends z.ZodType>(name: KeptName, schema: Schema): z.output<Schema> | undefined
    keep(name: KeptName, value: object): void
  }
  /** For what is not a page: streams and files. The page answers by itself and gives `answered()`. */
  raw: { request: Request; response: Response }
}

/** A visit to a page that is not for anyone: somebody is signed in. */
export type SignedInVisit = Visit & { person: Person }

export type Answer = { kind: 'show'; status: number; data: object } | { kind: 'go'; to: string; notice?: string; handOver?: HandOver } | { kind: 'answered' }

/** Shows the page's own template with these values. */
export const show = (data: object = {}, { status = 200 }: { status?: number } = {}): Answer => ({ kind: 'show', status, data })
/** Sends the browser on with a GET; `notice` is a key of words that the next page shows once, `handOver` a secret that it shows once. */
export const goTo = (to: string, { notice, handOver }: { notice?: string; handOver?: HandOver | undefined } = {}): Answer => ({
  kind: 'go',
  to,
  ...(notice === undefined ? {} : { notice }),
  ...(handOver === undefined ? {} : { handOver }),
})
/**
 * Sends the browser on once `look` sees what the write has caused, which is waited for at most 2 s; where it has not come by then, the next page says that
 * it is saved and will appear, in place of `notice`.
 */
export const goOnceThere = async ({ appears }: Pick<Visit, 'appears'>, to: string, notice: string, look: () => Promise<boolean>): Promise<Answer> =>
  goTo(to, { notice: (await appears(look)) ? notice : 'shell.savedAppearing' })
export const answered = (): Answer => ({ kind: 'answered' })

/** What a form's fields hold: as typed, or what they start with. */
export type FieldValues = Readonly<Record<string, string | readonly string[] | undefined>>

// A page of any shape (`any`) takes any visit: whoever calls it has seen to who is asking.
// biome-ignore lint/suspicious/noExplicitAny: see above
type VisitOf<Audience> = 0 extends 1 & Audience ? any : Audience extends 'anyone' ? Visit : SignedInVisit

export type Page<Audience extends 'anyone' | 'everyone' | readonly Role[] = 'anyone' | 'everyone' | readonly Role[], Form extends z.ZodType = z.ZodType> = {
  /** The name of its folder: of its template and its words. */
  name: string
  /** Express path. A parameter named `id`, or ending in `Id`, must be a UUID; otherwise there is no such page. */
  path: string
  /** `anyone`; `everyone` who has signed in; or the roles it is for. */
  for: Audience
  /** What the template shows; also when a form is shown again. Absent: nothing of its own. */
  load?: (visit: VisitOf<Audience>) => Promise<object | Answer>
  /**
   * The form may carry files (`multipart/form-data`), for those who have signed in: fields made with `optionalFile()`. With `bytesMax` one file that may be too
   * large to hold: its bytes stay on the disk, and only people in the page's roles may send it.
   */
  takesFiles?: boolean | { bytesMax: number }
  /** The form on the page. Without `save`, there is none. */
  form?: Form
  /** What its fields hold at first, from what was loaded. */
  fill?: (data: never, visit: VisitOf<Audience>) => FieldValues
  /**
   * Does what the form asks and says where to go. A ServiceProblem that it throws is shown on the page, at the field that the problem names
   * (`/price/pence` is the field `price-pence`), with all that was entered.
   */
  save?: (values: z.output<Form>, visit: VisitOf<Audience>) => Promise<Answer>
}

// biome-ignore lint/suspicious/noExplicitAny: a table of pages holds pages of every shape
export type AnyPage = Page<any, any>

/** Names one page, keeping the types of its parts. */
export const definePage = <const Audience extends 'anyone' | 'everyone' | readonly Role[], Form extends z.ZodType = z.ZodType>(
  page: Page<Audience, Form>,
): Page<Audience, Form> => page

export const isAnswer = (value: object): value is Answer => 'kind' in value && (value.kind === 'show' || value.kind === 'go' || value.kind === 'answered')
