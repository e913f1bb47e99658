import { isDomainError } from '@patchwork/http'
import type { Logger } from '@patchwork/telemetry'
import type { ErrorRequestHandler, Response } from 'express'
import { ServiceProblem } from '../serviceCalls.ts'
import { signInAddress } from '../session/signInRoutes.ts'
import type { SessionStore } from '../store/sessionStore.ts'
import type { View } from '../view/pageView.ts'
import type { Cookies } from './cookies.ts'
import type { visitorOf } from './visitor.ts'

/** Pages for what went wrong; the words of each are `problem.<kind>`. */
const statusOf = {
  'not-found': 404,
  'not-for-you': 403,
  'form-too-old': 403,
  'not-understood': 400,
  'too-large': 413,
  'too-many-tries': 429,
  'not-answering': 503,
  unforeseen: 500,
} as const
type Kind = keyof typeof statusOf

export type ProblemPageDependencies = { view: View; sessions: SessionStore; cookies: Cookies; logger: Logger }

/** Answers every error with a calm page and no detail; what there is to know of it goes to the log, by code. */
export const problemPage = ({ view, sessions, cookies, logger }: ProblemPageDependencies): ErrorRequestHandler => {
  return async (error: unknown, request, response, _next) => {
    const kind = kindOf(error)
    if (kind === 'sign-in') {
      const session = (response.locals.visitor as ReturnType<typeof visitorOf> | undefined)?.session
      if (session) {
        await sessions.end(session.sessionId)
        cookies.clear(response, 'session')
      }
      return void response.set('Cache-Control', 'no-store').redirect(303, signInAddress(request))
    }
    const { name: type, code, stack, status } = (error ?? {}) as { name?: unknown; code?: unknown; stack?: unknown; status?: unknown }
    const about = { err: { type, code, status, ...(kind === 'unforeseen' ? { stack } : {}) }, method: request.method, route: response.locals.route ?? 'none' }
    if (statusOf[kind] >= 500) logger.error(about, 'page failed')
    else logger.debug(about, 'page refused')
    if (response.headersSent) return void response.destroy()
    if (kind === 'not-answering') response.set('Retry-After', '5')
    await showProblem(response, () => view.show(request, response, { page: 'problem', status: statusOf[kind], data: { kind } }), logger)
  }
}

/** When not even the page about a problem can be made, plain words are left. */
const showProblem = async (response: Response, showPage: () => Promise<void>, logger: Logger): Promise<void> => {
  try {
    if (response.locals.visitor === undefined) throw new Error('The visitor is not known yet')
    await showPage()
  } catch (error) {
    logger.error({ err: { type: (error as Error).name, code: (error as { code?: unknown }).code, stack: (error as Error).stack } }, 'problem page failed')
    if (!response.headersSent)
      response.status(503).type('text/plain').send('Patchwork cannot show this page just now. Please try again in a moment. In an emergency call 999.')
  }
}

const kindOf = (error: unknown): Kind | 'sign-in' => {
  if (error instanceof ServiceProblem) return kindOfStatus(error.status)
  const code = (error as { code?: unknown } | null)?.code
  if (code === 'sign-in-first') return 'sign-in'
  if (code === 'not-for-you') return 'not-for-you'
  if (code === 'foreign-form') return 'form-too-old'
  if (code === 'issuer-unavailable') return 'not-answering'
  if (isDomainError(error)) return error.kind === 'not-found' ? 'not-found' : error.kind === 'unavailable' ? 'not-answering' : 'unforeseen'
  const status = (error as { status?: unknown } | null)?.status
  if (status === 413) return 'too-large'
  return typeof status === 'number' && status >= 400 && status < 500 ? 'not-understood' : 'unforeseen'
}

const kindOfStatus = (status: number): Kind | 'sign-in' => {
  if (status === 401) return 'sign-in'
  if (status === 403) return 'not-for-you'
  if (status === 429) return 'too-many-tries'
  // An address that a service cannot read is one that leads nowhere.
  if (status < 500) return 'not-found'
  return 'not-answering'
}
