import type { Runtime } from '@patchwork/runtime'
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Assets } from '../http/assets.ts'
import type { Cookies } from '../http/cookies.ts'
import type { ShownErrors } from '../http/formErrors.ts'
import type { HandOvers } from '../http/handOver.ts'
import { takeNotice } from '../http/notices.ts'
import type { FieldValues } from '../http/page.ts'
import { sendHtml } from '../http/sendHtml.ts'
import { type Visitor, visitorOf } from '../http/visitor.ts'
import type { PlaceAbout } from '../place/placeAbout.ts'
import { languages } from '../words/words.ts'
import { createFormParts } from './formParts.ts'
import { navigationOf, startPageOf } from './navigation.ts'
import { createTemplates, safeMarkup } from './templates.ts'

const unreadTimeoutMs = 1_000

export type ViewDependencies = {
  assets: Assets
  cookies: Cookies
  runtime: Pick<Runtime, 'uuid'>
  handOvers: HandOvers
  placeAbout: () => Promise<PlaceAbout>
  sendsMail: () => Promise<boolean>
  isDemonstration: () => boolean
  publicUrl: string
}

export type Shown = {
  /** The page's folder. */
  page: string
  status?: number
  data?: object
  values?: FieldValues
  errors?: ShownErrors
  /** The key of the form when it is shown again and may be the same command. */
  formKey?: string
  /** Begun before the page was loaded, so that it costs no time of its own. */
  unread?: Promise<number | undefined>
}

export type View = { show(request: Request, response: Response, shown: Shown): Promise<void> }

const noErrors: ShownErrors = { list: [], byField: {} }

/** Puts a page's template into the shell and sends it. */
export const createView = (dependencies: ViewDependencies): View => {
  const { assets, cookies, runtime, handOvers, placeAbout, sendsMail, isDemonstration, publicUrl } = dependencies
  const templates = createTemplates({ asset: assets.url, publicUrl })
  return {
    show: async (request, response, { page, status = 200, data = {}, values = {}, errors = noErrors, formKey, unread }) => {
      const visitor = visitorOf(response)
      const { session, t, language, format } = visitor
      const notice = takeNotice(request, response, cookies)
      const html = templates.render(`pages/${page}/page.njk`, {
        ...data,
        t,
        format,
        language,
        languageLinks: languages.map((other) => ({ language: other, href: inLanguage(request, other), isCurrent: other === language })),
        place: await placeAbout(),
        isDemonstration: isDemonstration(),
        person: session && { role: session.role, startPage: startPageOf[session.role] },
        navigation: navigationFor(session?.role ?? 'anyone', request.path),
        unread: await unread,
        notice: notice && t(notice),
        handOver: session && handOvers.take(request, response, session.sessionId),
        sendsMail: await sendsMail(),
        errors,
        ...createFormParts(values, errors),
        formFields: () => hiddenFields(visitor, formKey ?? runtime.uuid()),
        signOutFields: () => hiddenFields(visitor),
      })
      response.status(status).set('Cache-Control', session ? 'no-store' : 'private, no-cache')
      await sendHtml(request, response, html)
    },
  }
}

/** What proves that a form is ours, and names this filling-in of it. */
const hiddenFields = (visitor: Visitor, formKey?: string) =>
  safeMarkup(
    `<input type="hidden" name="_token" value="${visitor.formToken()}">${formKey === undefined ? '' : `<input type="hidden" name="_key" value="${formKey}">`}`,
  )

const Unread = z.object({ unread: z.int().min(0) })

/** How many messages wait for the visitor; undefined when nobody has signed in or it cannot be known at once. */
export const countUnread = async ({ session, services }: Visitor): Promise<number | undefined> => {
  if (!session) return undefined
  const counted = services().get('notification', '/messages', Unread, { query: { limit: 1 }, timeoutMs: unreadTimeoutMs })
  return counted.then(
    ({ unread }) => unread,
    () => undefined,
  )
}

const inLanguage = (request: Request, language: string): string => {
  const query = Object.entries(request.query).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' && name !== 'lang' ? [[name, value]] : [],
  )
  return `${request.path}?${new URLSearchParams([...query, ['lang', language]])}`
}

/** The header's lines; the one that the page lies furthest within is current. */
const navigationFor = (role: keyof typeof navigationOf, path: string) => {
  const items = navigationOf[role]
  const current = items.filter(({ href }) => isWithin(path, href)).sort((one, other) => other.href.length - one.href.length)[0]
  return items.map((item) => ({ ...item, isCurrent: item === current }))
}

const isWithin = (path: string, href: string): boolean => path === href || path.startsWith(`${href}/`)
