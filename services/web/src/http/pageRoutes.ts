import type { Role } from '@patchwork/events'
import { NotFoundError, served } from '@patchwork/http'
import { type Runtime, sleep } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import type { Ward } from '../map/boundaries.ts'
import type { PlaceAbout } from '../place/placeAbout.ts'
import type { DraftStore } from '../store/draftStore.ts'
import { countUnread, type Shown, type View } from '../view/pageView.ts'
import type { Translations } from '../words/words.ts'
import type { Cookies } from './cookies.ts'
import { errorsOfForm, errorsOfProblem, type FormError, FormRefusal, inWords, isForTheForm, mayHaveHappened } from './formErrors.ts'
import type { HandOvers } from './handOver.ts'
import { leaveNotice } from './notices.ts'
import { type Answer, type AnyPage, type FieldValues, isAnswer, type SignedInVisit, type Visit } from './page.ts'
import { readSentFiles } from './sentFiles.ts'
import { spoolSentFiles } from './spooledFiles.ts'
import { visitorOf } from './visitor.ts'

const waitMsMax = 2_000
const lookEveryMs = 100
const staleStatus = 412

export type PageDependencies = {
  view: View
  cookies: Cookies
  handOvers: HandOvers
  translations: Translations
  runtime: Runtime
  logger: Logger
  placeAbout: () => Promise<PlaceAbout>
  sendsMail: () => Promise<boolean>
  wards: () => Promise<readonly Ward[]>
  drafts: DraftStore
}

/** The form was not made by our page for this visitor, or their session has ended since. */
export class ForeignFormError extends Error {
  readonly code = 'foreign-form'
}

/** Somebody who has not signed in asks for a page that is for those who have. */
export class SignInFirstError extends Error {
  readonly code = 'sign-in-first'
}

/** The page is for other roles. */
export class NotForYouError extends Error {
  readonly code = 'not-for-you'
}

/** The routes of a table of pages: GET shows, POST does what the form asks. */
export const pageRoutes = (pages: readonly AnyPage[], dependencies: PageDependencies): Router => {
  const router = Router({ caseSensitive: true })
  for (const page of pages) {
    router.get(page.path, traced(page.path, dependencies, showPage(page, dependencies)))
    if (page.takesFiles) router.post(page.path, filesReader(page, page.takesFiles))
    if (page.save) router.post(page.path, traced(page.path, dependencies, savePage(page, page.save, dependencies)))
  }
  return router
}

const filesReader = (page: AnyPage, takesFiles: NonNullable<AnyPage['takesFiles']>): RequestHandler =>
  typeof takesFiles === 'object' && Array.isArray(page.for) ? spoolSentFiles({ ...takesFiles, roles: page.for }) : readSentFiles

/** Each request in a span by its route's template: ids, queries and bodies stay out of spans and logs. */
export const traced = (template: string, { runtime, logger }: Pick<PageDependencies, 'runtime' | 'logger'>, handle: RequestHandler): RequestHandler => {
  const serve = served({ service: 'web', template, runtime, logger }, handle)
  return (request, response, next) => {
    response.locals.route = template
    return serve(request, response, next)
  }
}

const showPage =
  (page: AnyPage, dependencies: PageDependencies): RequestHandler =>
  async (request, response) => {
    const visit = await visitOf(page, request, response, dependencies)
    const unread = countUnread(visitorOf(response))
    const loaded = await load(page, visit)
    if (isAnswer(loaded)) return give(page, loaded, request, response, dependencies, { unread })
    await dependencies.view.show(request, response, { page: page.name, data: loaded, values: page.fill?.(loaded as never, visit) ?? {}, unread })
  }

const savePage =
  (page: AnyPage, save: NonNullable<AnyPage['save']>, dependencies: PageDependencies): RequestHandler =>
  async (request, response) => {
    const { _token: token, _key: key, ...entered } = (request.body ?? {}) as Record<string, unknown>
    const visitor = visitorOf(response)
    if (!visitor.isOwnForm(token)) throw new ForeignFormError()
    const formKey = FormKey.catch(dependencies.runtime.uuid()).parse(key)
    const visit = await visitOf(page, request, response, dependencies, formKey)
    const parsed = (page.form ?? z.strictObject({})).safeParse(entered)
    if (!parsed.success) return showAgain(page, errorsOfForm(parsed.error), { visit, entered }, request, response, dependencies)
    try {
      await give(page, await save(parsed.data, visit as SignedInVisit), request, response, dependencies, {})
    } catch (error) {
      if (error instanceof FormRefusal) return showAgain(page, [...error.errors], { visit, entered }, request, response, dependencies)
      if (!isForTheForm(error)) throw error
      // Sent again with the same key, what has happened after all does not happen twice.
      const again = mayHaveHappened(error) ? { visit, entered, formKey } : { visit, entered }
      const status = error.status < 500 ? error.status : 503
      await showAgain(page, errorsOfProblem(error, new Set(fieldsOf(page))), again, request, response, dependencies, status)
    }
  }

const FormKey = z.uuid()

type Again = { visit: Visit; entered: Record<string, unknown>; formKey?: string }

const showAgain = async (
  page: AnyPage,
  errors: FormError[],
  { visit, entered, formKey }: Again,
  request: Request,
  response: Response,
  dependencies: PageDependencies,
  status = 400,
): Promise<void> => {
  const { translations, logger, view } = dependencies
  const { unknownCodes, ...shown } = inWords(errors, page.name, visit.t, translations, visit.language)
  if (unknownCodes.length > 0) logger.warn({ codes: unknownCodes, route: page.path }, 'problem codes without words')
  const loaded = await load(page, visit)
  const answer = isAnswer(loaded) ? loaded : undefined
  if (answer && answer.kind !== 'show') return give(page, answer, request, response, dependencies, {})
  const data = answer?.data ?? loaded
  // Told that somebody else was first, whoever saves again means it: the form goes on from how it stands now.
  const version = status === staleStatus ? page.fill?.(data as never, visit).version : undefined
  await view.show(request, response, {
    page: page.name,
    status,
    data,
    values: { ...valuesOf(entered), ...(version === undefined ? {} : { version }) },
    errors: shown,
    ...(formKey === undefined ? {} : { formKey }),
  })
}

/** Fields by the names that the form's schema gives them. */
const fieldsOf = (page: AnyPage): string[] => (page.form instanceof z.ZodObject ? Object.keys(page.form.shape) : [])

const valuesOf = (entered: Record<string, unknown>): FieldValues =>
  Object.fromEntries(
    Object.entries(entered).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.filter((one) => typeof one === 'string') : typeof value === 'string' ? value : undefined,
    ]),
  )

const load = async (page: AnyPage, visit: Visit): Promise<object> => (await page.load?.(visit as SignedInVisit)) ?? {}

const give = async (
  page: AnyPage,
  answer: Answer,
  request: Request,
  response: Response,
  { view, cookies, handOvers }: PageDependencies,
  shown: Pick<Shown, 'unread'>,
): Promise<void> => {
  if (answer.kind === 'answered') return
  if (answer.kind === 'show') return view.show(request, response, { page: page.name, status: answer.status, data: answer.data, ...shown })
  if (answer.notice !== undefined) leaveNotice(response, cookies, answer.notice)
  const { session } = visitorOf(response)
  if (answer.handOver !== undefined && session) handOvers.leave(response, session.sessionId, answer.handOver)
  response.set('Cache-Control', 'no-store').redirect(303, answer.to)
}

const Uuid = z.uuid()

const visitOf = async (page: AnyPage, request: Request, response: Response, dependencies: PageDependencies, formKey?: string): Promise<Visit> => {
  const visitor = visitorOf(response)
  const { session, language, t, format } = visitor
  if (page.for !== 'anyone' && !session) throw new SignInFirstError()
  if (Array.isArray(page.for) && !(page.for as Role[]).includes(session!.role)) throw new NotForYouError()
  const params = request.params as Record<string, string>
  for (const [name, value] of Object.entries(params)) if (/^id$|Id$/.test(name) && !Uuid.safeParse(value).success) throw new NotFoundError()
  return {
    params,
    query: Object.fromEntries(Object.entries(request.query).flatMap(([name, value]) => lastOf(name, value))),
    person: session && { personId: session.personId, accountId: session.accountId, role: session.role },
    language,
    t,
    format,
    services: visitor.services(formKey),
    place: await dependencies.placeAbout(),
    sendsMail: dependencies.sendsMail,
    wards: dependencies.wards,
    appears: (look) => appears(dependencies.runtime, look),
    drafts: draftsOf(dependencies.drafts, session?.sessionId),
    kept: keptOf(request, response, dependencies.cookies),
    raw: { request, response },
  }
}

const keptBytesMax = 2_000

const keptOf = (request: Request, response: Response, cookies: Cookies): Visit['kept'] => ({
  read: (name, schema) => {
    const kept = cookies.read(request, name)
    if (kept === undefined) return undefined
    try {
      return schema.safeParse(JSON.parse(kept)).data
    } catch {
      return undefined
    }
  },
  keep: (name, value) => {
    const kept = JSON.stringify(value)
    if (kept.length > keptBytesMax) throw new RangeError(`What a browser keeps as ${name} is over ${keptBytesMax} characters`)
    cookies.set(response, name, kept)
  },
})

const draftsOf = (drafts: DraftStore, sessionId: string | undefined): Visit['drafts'] => {
  const own = () => {
    if (sessionId === undefined) throw new SignInFirstError()
    return sessionId
  }
  return {
    read: (name, schema) => drafts.read(own(), name, schema),
    keep: (name, draft) => drafts.keep(own(), name, draft),
    drop: (name) => drafts.drop(own(), name),
  }
}

const lastOf = (name: string, value: unknown): [string, string][] => {
  const last: unknown = Array.isArray(value) ? value.at(-1) : value
  return typeof last === 'string' ? [[name, last]] : []
}

/** Looks again and again, at most 2 s. A look that fails has not seen it. */
const appears = async (runtime: Runtime, look: () => Promise<boolean>): Promise<boolean> => {
  const until = runtime.now() + waitMsMax
  for (;;) {
    if (await look().catch(() => false)) return true
    if (runtime.now() + lookEveryMs > until) return false
    await sleep(runtime, lookEveryMs)
  }
}
