import type { Runtime } from '@patchwork/runtime'
import type { Request, RequestHandler, Response } from 'express'
import { createServiceCalls, type ServiceCalls, ServiceProblem } from '../serviceCalls.ts'
import type { Session, SessionStore } from '../store/sessionStore.ts'
import { createFormat, type Format } from '../view/format.ts'
import { type Language, languages, type Translate, type Translations } from '../words/words.ts'
import type { Cookies } from './cookies.ts'
import type { FormTokens } from './formTokens.ts'

const formCookieBytes = 24

/** Whoever has come, as far as one request shows: known before any page is. */
export type Visitor = {
  session: Session | undefined
  language: Language
  t: Translate
  format: Format
  /** The services' APIs as this visitor; `formKey` names the form that a POST comes from. */
  services(formKey?: string): ServiceCalls
  /** A token for a form on this page. Gives a visitor who has not signed in a cookie to hold it against. */
  formToken(): string
  isOwnForm(token: unknown): boolean
}

export type VisitorDependencies = {
  sessions: SessionStore
  cookies: Cookies
  formTokens: FormTokens
  translations: Translations
  runtime: Runtime
  serviceUrls: Readonly<Record<string, string>>
}

/** Recognises the visitor: `response.locals.visitor`, for all that follows. */
export const meetVisitor = (dependencies: VisitorDependencies): RequestHandler => {
  const { sessions, cookies, formTokens, translations, runtime, serviceUrls } = dependencies
  const formats = new Map(languages.map((language) => [language, createFormat(language, translations.in(language))]))
  return async (request, response, next) => {
    const secret = cookies.read(request, 'session')
    const session = secret === undefined ? undefined : await sessions.read(secret)
    if (secret !== undefined && !session) cookies.clear(response, 'session')
    const language = languageOf(request, response, cookies)
    const bearer = async () => {
      if (!session) return undefined
      const token = await sessions.bearer(session)
      if (token === undefined) throw new ServiceProblem('identity', 401, 'sign-in-ended')
      return token
    }
    const visitor: Visitor = {
      session,
      language,
      t: translations.in(language),
      format: formats.get(language)!,
      services: (formKey) => createServiceCalls({ serviceUrls, runtime, address: request.ip ?? '', bearer, ...(formKey === undefined ? {} : { formKey }) }),
      formToken: () => formTokens.make(session?.sessionId ?? formBinding(request, response, cookies, runtime)),
      isOwnForm: (token) => {
        const binding = session?.sessionId ?? cookies.read(request, 'form')
        return binding !== undefined && formTokens.isGood(token, binding)
      },
    }
    response.locals.visitor = visitor
    next()
  }
}

export const visitorOf = (response: Response): Visitor => response.locals.visitor as Visitor

const formBinding = (request: Request, response: Response, cookies: Cookies, runtime: Runtime): string => {
  const made: unknown = response.locals.formBinding
  const binding = cookies.read(request, 'form') ?? (typeof made === 'string' ? made : undefined)
  if (binding !== undefined) return binding
  const fresh = Buffer.from(runtime.randomBytes(formCookieBytes)).toString('base64url')
  cookies.set(response, 'form', fresh)
  response.locals.formBinding = fresh
  return fresh
}

const isLanguage = (value: unknown): value is Language => (languages as readonly unknown[]).includes(value)

/** What the address asks for (and is remembered), else what was chosen before, else what the browser prefers. */
const languageOf = (request: Request, response: Response, cookies: Cookies): Language => {
  const asked = request.query.lang
  if (isLanguage(asked)) {
    cookies.setLanguage(response, asked)
    return asked
  }
  const chosen: unknown = request.cookies?.language
  if (isLanguage(chosen)) return chosen
  const preferred = request.acceptsLanguages(...languages)
  return isLanguage(preferred) ? preferred : 'en'
}
